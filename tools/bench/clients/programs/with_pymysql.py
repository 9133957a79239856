"""PyMySQL, with one connection."""

import pymysql
from loop import write_on

write_on(pymysql.connect, pymysql.MySQLError)
