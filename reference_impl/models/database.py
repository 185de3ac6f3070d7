"""The database: one engine for reads, one for transactions, and one error for "it is away"."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Executable, MetaData, Row, Select
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

from reference_impl.models.engines import make_engines
from reference_impl.models.lookup import ConnectionLost, LookUp

metadata = MetaData()

THREADS = 8  # that a server has unless it is told otherwise
ALONE = 0x5E5510  # the advisory lock of those who work alone; any number that is ours
ALONE_SECONDS = 600  # for a change of the schema of a large database, and for those who wait
AWAY = (OperationalError, InterfaceError, InternalError, DisconnectionError, PoolTimeout)

Parameters = dict[str, Any]
T = TypeVar("T")


class DatabaseUnavailable(Exception):
    """The database can't be reached or does not answer in time; nothing was changed."""


class Database:
    """Runs statements; every method raises DatabaseUnavailable within a few seconds at most."""

    def __init__(self, url: URL, threads: int = THREADS) -> None:
        self.dialect = url.get_backend_name()
        self._file = Path(url.database) if self.dialect == "sqlite" and url.database else None
        self._read, self._write = make_engines(url, threads)

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """Run the block in one transaction; who else calls this, on any node, waits.

        For work on the database as a whole: an SQLite file that is missing is made.
        """
        if self._file:
            _make(self._file)
        with self.transaction() as connection:
            if self.dialect == "postgresql":
                _wait_for_others(connection)
            yield connection

    def first(self, statement: Executable, parameters: Parameters) -> Row[Any] | None:
        """Return the first row of a reading statement, or None."""
        return self._reading(lambda link: link.execute(statement, parameters).first())

    def look_up(self, statement: Select[Any], parameter: str) -> Callable[[bytes], Any | None]:
        """Return a function like ``first`` for one statement and one parameter, and faster."""
        find = LookUp(self._read, statement, parameter)
        driver = find.driver
        away = (*AWAY, driver.OperationalError, driver.InterfaceError, driver.InternalError)

        def found(value: bytes) -> Any | None:
            try:
                return self._twice(find, value)
            except (*away, ConnectionLost) as error:
                raise DatabaseUnavailable(type(error).__name__) from error
            except driver.DatabaseError as error:
                if type(error) is driver.DatabaseError:  # as in ``_translated``
                    raise DatabaseUnavailable(type(error).__name__) from error
                raise

        return found

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

    def _twice(self, find: LookUp, value: bytes) -> Any | None:
        try:
            return find(value)
        except ConnectionLost:  # as in ``_reading``
            self._read.dispose()
            return find(value)

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


def _make(file: Path) -> None:
    try:
        file.touch(mode=0o600)  # an empty file is an empty database
    except OSError as error:
        raise DatabaseUnavailable(type(error).__name__) from error


def _wait_for_others(connection: Connection) -> None:
    from reference_impl.models.postgresql import be_patient

    # SQLite needs no lock of this kind: BEGIN IMMEDIATE lets one writer in at a time.
    be_patient(connection, ALONE_SECONDS)
    connection.detach()  # it goes back to no pool, with its long time limits
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ALONE})")
