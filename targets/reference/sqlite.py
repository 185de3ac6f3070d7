"""Act on a database file of SQLite beside the servers that use it.

`python sqlite.py print FILE`, `take-away FILE`, `bring-back FILE`.
"""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

# The database last when it comes back and first when it goes: the others are nothing without it.
PARTS = ("", "-wal", "-shm")


def dump(file: Path) -> None:
    """Print all that the database holds, as statements, with what is still in the journal."""
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
        for statement in connection.iterdump():
            sys.stdout.write(f"{statement}\n")


def take_away(file: Path) -> None:
    """Move the database where no server looks for it."""
    for part, away in _pairs(file):
        part.rename(away)


def bring_back(file: Path) -> None:
    """Move it back, in its last state."""
    for part, away in reversed(list(_pairs(file))):
        away.rename(part)


def _pairs(file: Path) -> Iterator[tuple[Path, Path]]:
    away = file.with_name("away")
    away.mkdir(exist_ok=True)
    for suffix in PARTS:
        pair = file.with_name(file.name + suffix), away / (file.name + suffix)
        if any(one.exists() for one in pair):
            yield pair


COMMANDS = {"print": dump, "take-away": take_away, "bring-back": bring_back}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](Path(sys.argv[2]).absolute())
