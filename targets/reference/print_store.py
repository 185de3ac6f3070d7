"""Prints all that an SQLite file holds, as SQL: `python print_store.py FILE`."""

import sqlite3
import sys
from contextlib import closing

if __name__ == "__main__":
    with closing(sqlite3.connect(sys.argv[1])) as connection:
        for line in connection.iterdump():
            sys.stdout.write(f"{line}\n")
