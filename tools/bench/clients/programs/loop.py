"""What every client in Python does: a row, a pause, the next row; one line for each, acknowledged or failed."""

import json
import os
import time

ORDER = json.loads(os.environ["BENCH_CLIENT_ORDER"])

#: With these the connection is over.
OVER = (0, 2006, 2013, 2055, 4031)


def limits():
    """The recommended settings: both drivers have the same names for them."""
    if ORDER["settings"] != "recommended":
        return {}
    statement = ORDER["statementSeconds"]
    return {
        "connect_timeout": ORDER["connectSeconds"],
        "read_timeout": statement,
        "write_timeout": statement,
    }


def write_on(connect, error_type):
    """Goes on until the process is killed. `connect` gives a connection of the driver."""
    connection = None
    seq = 0
    while True:
        seq += 1
        sent = now()
        try:
            if connection is None:
                connection = connect(
                    host=ORDER["host"],
                    port=ORDER["port"],
                    user=ORDER["user"],
                    password=ORDER["password"],
                    **limits(),
                )
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO app.writes (client, seq) VALUES (%s, %s)", (ORDER["name"], seq))
            connection.commit()
            say(kind="acknowledged", seq=seq, sentMs=sent, atMs=now())
            time.sleep(ORDER["everyMs"] / 1000)
        except error_type as error:
            code = error.args[0] if error.args else type(error).__name__
            say(kind="failed", seq=seq, sentMs=sent, atMs=now(), code=str(code))
            # By default an application looks only at whether the connection is over.
            if connection is not None and (ORDER["settings"] == "recommended" or code in OVER):
                end(connection, error_type)
                connection = None
            time.sleep(ORDER["pauseMs"] / 1000)


def end(connection, error_type):
    try:
        connection.close()
    except error_type:
        pass  # It is over, which is what was wanted.


def now():
    return round(time.time() * 1000)


def say(**line):
    print(json.dumps(line), flush=True)
