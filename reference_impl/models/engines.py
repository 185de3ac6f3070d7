"""Engines: connections to SQLite and PostgreSQL, set up so that nothing waits for ever."""

import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DisconnectionError

POOL_TIMEOUT = 2.0  # seconds until a request gives up waiting for a connection
SPARE = 8  # connections beyond one per thread, closed after use


def make_engines(url: URL, threads: int) -> tuple[Engine, Engine]:
    """Return an engine for reading, in autocommit, and one for transactions.

    Neither connects yet. Each keeps up to ``threads`` connections open, one per thread that may
    use it at once. Raises ModuleNotFoundError if the database's driver is not installed.
    """
    common: dict[str, Any] = {
        "hide_parameters": True,  # errors go to the log; hashes and addresses do not
        "pool_size": threads,
        "max_overflow": SPARE,
        "pool_timeout": POOL_TIMEOUT,
    }
    # Reads run in autocommit: no BEGIN, no ROLLBACK, one round trip on the hot path.
    bare = {"isolation_level": "AUTOCOMMIT", "pool_reset_on_return": None}
    if url.get_backend_name() == "postgresql":
        from reference_impl.models import postgresql  # its driver is an extra

        # A dead connection is found out before a transaction, which can't be tried twice, and
        # not before a read, which can: there the question would cost as much as the answer.
        engines = (
            create_engine(url, **common, **bare),
            create_engine(url, **common, pool_pre_ping=True),
        )
        for engine in engines:
            postgresql.prepare(engine)
        return engines
    read, write = create_engine(url, **common, **bare), create_engine(url, **common)
    _prepare_sqlite(read, write)
    return read, write


def _prepare_sqlite(read: Engine, write: Engine) -> None:
    for engine in (read, write):
        event.listen(engine, "do_connect", _open_file)
        event.listen(engine, "checkout", _refuse_moved_file)

    @event.listens_for(write, "begin")
    def begin(connection: Connection) -> None:
        # Taking the write lock at once avoids the upgrade of a read lock, which fails without
        # waiting when another writer was faster.
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _open_file(_dialect: object, record: Any, arguments: list[str], options: Any) -> Any:
    # mode=rw: a database that was taken away is an error, not a new one without users.
    file = Path(arguments[0]).absolute()
    address = f"{file.as_uri()}?mode=rw"
    connection = sqlite3.connect(address, **{**options, "uri": True, "isolation_level": None})
    try:
        _set_up(connection)
    except sqlite3.Error:
        connection.close()  # it is no database: nobody else will
        raise
    record.info["file"], record.info["identity"] = file, _identity(file)
    return connection


def _set_up(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA busy_timeout=5000")
    connection.execute("PRAGMA journal_mode=WAL")  # readers never wait for a writer
    connection.execute("PRAGMA synchronous=FULL")  # a power cut must not undo a logout
    connection.execute("PRAGMA foreign_keys=ON")


def _refuse_moved_file(_connection: object, record: Any, _proxy: object) -> None:
    # An open file can be read and written after it was moved, deleted or replaced, but a logout
    # that is written there is seen by nobody else. The pool answers with a new connection.
    if _identity(record.info["file"]) != record.info["identity"]:
        raise DisconnectionError("the database file is another one, or gone")


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(file)  # noqa: PTH116 (twice as fast, and on every request)
    except OSError:
        return None
    return found.st_dev, found.st_ino
