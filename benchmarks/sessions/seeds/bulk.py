"""Rows into a table, many and fast: COPY in PostgreSQL, one transaction in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import Any

from sqlalchemy.engine import URL, make_url

PER_OWNER = 10  # sessions that an account has

Rows = Iterable[Sequence[Any]]


def owners(count: int) -> range:
    """Return the numbers of the accounts that so many sessions belong to."""
    return range(1, max(1, count // PER_OWNER) + 1)


def owner_of(number: int, count: int) -> int:
    """Return the number of the account that a session belongs to."""
    return number % len(owners(count)) + 1


def name_of(owner: int) -> str:
    """Return the address of an account."""
    return f"user{owner}@example.com"


def prepare(url: str) -> None:
    """Make a SQLite file keep a log ahead (WAL), for every framework alike; it stays so."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(str(parsed.database))) as connection:
            connection.execute("PRAGMA journal_mode=WAL")


def fill(url: str, table: str, columns: Sequence[str], rows: Rows) -> None:
    """Add all rows to a table that exists."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        _fill_sqlite(str(parsed.database), table, columns, rows)
    else:
        _copy(parsed, table, columns, rows)


def _fill_sqlite(path: str, table: str, columns: Sequence[str], rows: Rows) -> None:
    marks = ", ".join("?" * len(columns))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA cache_size=-500000")  # KiB, so that indexes grow in memory
        with connection:
            connection.executemany(
                f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})",  # noqa: S608
                rows,
            )
        connection.execute("ANALYZE")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _copy(url: URL, table: str, columns: Sequence[str], rows: Rows) -> None:
    import psycopg

    plain = url.set(drivername="postgresql").render_as_string()
    with psycopg.connect(plain, autocommit=True) as connection:
        command = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
        with connection.cursor() as cursor, cursor.copy(command) as copy:
            for row in rows:
                copy.write_row(row)
        connection.execute(f"VACUUM ANALYZE {table}")
        connection.execute("CHECKPOINT")
