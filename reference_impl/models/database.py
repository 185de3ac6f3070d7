"""The database: one engine for reads, one for transactions, and one error for "it is away"."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Executable, MetaData, Row, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    DisconnectionError,
    InterfaceError,
    InternalError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

metadata = MetaData()

POOL = {"pool_size": 8, "max_overflow": 8, "pool_timeout": 2.0}  # seconds
POSTGRESQL = {"connect_timeout": 3, "options": "-c statement_timeout=2s"}
AWAY = (OperationalError, InterfaceError, InternalError, DisconnectionError, PoolTimeout)

Parameters = dict[str, Any]
T = TypeVar("T")


class DatabaseUnavailable(Exception):
    """The database can't be reached or does not answer in time; nothing was changed."""


class Database:
    """Runs statements; every method raises DatabaseUnavailable within a few seconds at most."""

    def __init__(self, url: URL) -> None:
        connect = POSTGRESQL if url.get_backend_name() == "postgresql" else {}
        self.dialect = url.get_backend_name()
        # Reads run in autocommit: no BEGIN, no ROLLBACK, one round trip on the hot path.
        # Errors go to the log, their parameters (hashes, addresses) do not.
        common = {"connect_args": connect, "hide_parameters": True, **POOL}
        self._read = create_engine(
            url, isolation_level="AUTOCOMMIT", pool_reset_on_return=None, **common
        )
        self._write = create_engine(url, **common)
        if self.dialect == "sqlite":
            _prepare_sqlite(self._read, self._write)

    def create_tables(self) -> None:
        """Create the tables that are missing."""
        with self.transaction() as connection:
            metadata.create_all(connection)

    def first(self, statement: Executable, parameters: Parameters) -> Row[Any] | None:
        """Return the first row of a reading statement, or None."""
        return self._reading(lambda link: link.execute(statement, parameters).first())

    def all(self, statement: Executable, parameters: Parameters) -> Sequence[Row[Any]]:
        """Return all rows of a reading statement."""
        return self._reading(lambda link: link.execute(statement, parameters).all())

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Run the block in one transaction that is rolled back when the block raises."""
        with _translated(), self._write.begin() as connection:
            yield connection

    def change(self, statement: Executable, parameters: Parameters) -> int:
        """Run one changing statement in a transaction and return how many rows it changed."""
        with self.transaction() as connection:
            return connection.execute(statement, parameters).rowcount

    def close(self) -> None:
        """Close all idle connections; the next statement opens new ones."""
        self._read.dispose()
        self._write.dispose()

    def _reading(self, query: Callable[[Connection], T]) -> T:
        # A restarted database leaves dead connections in the pool. The first failure empties the
        # pool, so a second try gets a fresh one; a write is never tried twice.
        with _translated():
            try:
                with self._read.connect() as connection:
                    return query(connection)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
            with self._read.connect() as connection:
                return query(connection)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except AWAY as error:
        raise DatabaseUnavailable(type(error).__name__) from error
    except DatabaseError as error:
        if type(error) is DatabaseError:  # SQLite: "file is not a database"
            raise DatabaseUnavailable(type(error).__name__) from error
        raise


def _prepare_sqlite(read: Engine, write: Engine) -> None:
    @event.listens_for(read, "connect")
    @event.listens_for(write, "connect")
    def connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # no implicit BEGIN by the driver
        connection.execute("PRAGMA busy_timeout=5000")
        connection.execute("PRAGMA journal_mode=WAL")  # readers never wait for a writer
        connection.execute("PRAGMA synchronous=FULL")  # a power cut must not undo a logout
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(write, "begin")
    def begin(connection: Connection) -> None:
        # Taking the write lock at once avoids the upgrade of a read lock, which fails without
        # waiting when another writer was faster.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
