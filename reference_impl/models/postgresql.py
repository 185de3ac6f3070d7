"""PostgreSQL: connections that give up in time, whatever the server on the other side does."""

import time
from typing import Any

from psycopg import Connection, OperationalError
from psycopg.abc import RV, PQGen
from sqlalchemy import Connection as SQLConnection
from sqlalchemy import Engine, event

CONNECT_TIMEOUT = 3  # seconds
STATEMENT_TIMEOUT = 2  # seconds until the server gives a statement up
# Where it is off, a crash of the server undoes the logouts of the last half second.
DURABLE = b"""
    SELECT set_config('synchronous_commit', 'on', false)
    WHERE current_setting('synchronous_commit') = 'off'
"""
PATIENCE = 4.0  # seconds until we do: a server that hangs does not even give up


class BoundedConnection(Connection[Any]):
    """A connection that is closed when an answer takes longer than ``patience`` seconds."""

    patience = PATIENCE

    def wait(self, gen: PQGen[RV], *how: Any, **named: Any) -> RV:
        """Run a query as psycopg does, and give it up when its time is over."""
        return super().wait(self._bounded(gen), *how, **named)

    def _bounded(self, gen: PQGen[RV]) -> PQGen[RV]:
        end = time.monotonic() + self.patience
        try:
            wanted = next(gen)
            while True:
                # What comes back is what the socket is ready for; now and then, nothing yet.
                ready = yield wanted
                if not ready and time.monotonic() > end:
                    self.close()
                    raise OperationalError("the database does not answer")
                wanted = gen.send(ready)
        except StopIteration as finished:
            result: RV = finished.value
            return result


def prepare(engine: Engine) -> None:
    """Make an engine use connections with time limits."""

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: object, _record: object, _arguments: object, options: Any) -> Any:
        limits = f"-c statement_timeout={STATEMENT_TIMEOUT}s"
        connection = BoundedConnection.connect(
            **{"connect_timeout": CONNECT_TIMEOUT, "options": limits, **options}
        )
        connection.execute(DURABLE)
        connection.commit()
        return connection


def be_patient(connection: SQLConnection, seconds: int) -> None:
    """Let the statements of a connection take up to ``seconds``, here and on the server."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, BoundedConnection)  # noqa: S101 (for the type checker)
    driver.patience = seconds + PATIENCE
    connection.exec_driver_sql(f"SET statement_timeout = '{seconds}s'")
