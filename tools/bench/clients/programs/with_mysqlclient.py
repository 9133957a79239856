"""mysqlclient, with one connection."""

import MySQLdb
from loop import write_on

write_on(MySQLdb.connect, MySQLdb.MySQLError)
