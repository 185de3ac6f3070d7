"""The look-up of every request, past SQLAlchemy's layers: they cost more than it does itself."""

from collections import namedtuple
from typing import Any

from sqlalchemy import Engine, PoolProxiedConnection, Select


class ConnectionLost(Exception):
    """The connection was dead; a fresh one may work."""


class LookUp:
    """Finds one row by one value, with a statement that is compiled once for its engine.

    What the statement says, and of which types its columns are, stays SQLAlchemy's business, and so
    does the pool. What is saved is everything that would be the same at each request.
    """

    def __init__(self, engine: Engine, statement: Select[Any], parameter: str) -> None:
        dialect = engine.dialect
        compiled = statement.compile(engine)
        columns = list(statement.selected_columns)
        self._engine = engine
        self._sql = str(compiled)
        self._parameter = None if dialect.positional else parameter
        self._row = _row_type([str(column.key) for column in columns])
        types = [column.type.dialect_impl(dialect) for column in columns]
        readers = [one.result_processor(dialect, None) for one in types]
        self._readers = [(place, read) for place, read in enumerate(readers) if read]
        self.driver: Any = dialect.loaded_dbapi

    def __call__(self, value: bytes) -> Any | None:
        """Return the row, with its columns as attributes, or None.

        Raises ConnectionLost, SQLAlchemy's errors of the pool, or those of the driver.
        """
        link = self._engine.raw_connection()
        try:
            cursor = _kept_cursor(link)
            cursor.execute(self._sql, {self._parameter: value} if self._parameter else (value,))
            found = cursor.fetchall()  # one row; to the end, which ends SQLite's read transaction
        except self.driver.Error as error:
            if self._engine.dialect.is_disconnect(error, link, None):
                link.invalidate(error)
                raise ConnectionLost from error
            raise
        finally:
            link.close()  # back to the pool
        return self._typed(found[0]) if found else None

    def _typed(self, found: Any) -> Any:
        values = list(found)
        for place, read in self._readers:
            values[place] = read(values[place])
        return self._row._make(values)


def _kept_cursor(link: PoolProxiedConnection) -> Any:
    # A new cursor would cost more than what is done with it; one that is lost with its connection
    # is lost here too.
    if "cursor" not in link.info:
        link.info["cursor"] = link.cursor()
    return link.info["cursor"]


def _row_type(names: list[str]) -> Any:
    return namedtuple("Row", names)
