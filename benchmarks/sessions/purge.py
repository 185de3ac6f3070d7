"""What readers and logins feel while expired sessions are purged: in batches, and in one DELETE."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import create_engine, text

from benchmarks.sessions import visitors
from benchmarks.sessions.load import quantile
from benchmarks.sessions.stores import ROOT, Store

EXPIRED = 0.1  # of the stored sessions
READERS = 2
CALM = 3.0  # seconds of reading and logging in with no purge
COMMAND = [sys.executable, "-m", "reference_impl", "purge"]


@dataclass(frozen=True)
class Purged:
    """What came of one way to purge; times in milliseconds, the purge's own in seconds."""

    database: str
    way: str
    seconds: float
    reader_p99: float
    reader_slowest: float
    login_p99: float
    login_slowest: float
    errors: int
    is_ours: bool = False


def measure_purges(database: str, store: Store, count: int) -> Iterator[Purged]:
    """Yield what readers and logins feel: with no purge, in our purge, and in one DELETE."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "DATABASE_URL": store.url}

    def ours() -> None:
        subprocess.run(  # noqa: S603 (our own program)
            COMMAND, check=True, env=environment, stdout=subprocess.DEVNULL
        )

    ways: list[tuple[str, Callable[[], None], bool]] = [
        ("no purge", lambda: time.sleep(CALM), False),
        ("the reference's purge, in batches", ours, True),
        ("one DELETE", lambda: _change(store.url, _DELETE), False),
    ]
    for way, purge, is_ours in ways:
        _expire(store, int(count * EXPIRED))
        yield _felt(database, way, purge, store, is_ours=is_ours)


_NOW = int(time.time() * 1000)
_DELETE = f"DELETE FROM sessions WHERE expires_at <= {_NOW - 1000}"  # noqa: S608 (numbers of ours)


def _expire(store: Store, count: int) -> None:
    """Make so many sessions expired, except those that the readers present."""
    kept = ", ".join(_literal(store.url, one) for one in visitors.hashes(store.keys))
    chosen = (
        f"SELECT token_hash FROM sessions WHERE expires_at > {_NOW}"  # noqa: S608
        f" AND token_hash NOT IN ({kept}) LIMIT {count}"
    )
    _change(
        store.url,
        f"UPDATE sessions SET expires_at = {_NOW - 60_000} WHERE token_hash IN ({chosen})",  # noqa: S608
    )
    if store.pid:
        _change(store.url, "VACUUM ANALYZE sessions")
        _change(store.url, "CHECKPOINT")
    else:
        _change(store.url, "PRAGMA wal_checkpoint(TRUNCATE)")


def _literal(url: str, token_hash: bytes) -> str:
    return f"X'{token_hash.hex()}'" if url.startswith("sqlite") else f"'\\x{token_hash.hex()}'"


def _change(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if url.startswith("sqlite"):
            connection.execute(text("PRAGMA busy_timeout=60000"))
        connection.exec_driver_sql(statement)
    engine.dispose()


def _felt(
    database: str, way: str, purge: Callable[[], None], store: Store, *, is_ours: bool
) -> Purged:
    with _visiting("read", READERS, store) as readers, _visiting("log in", 1, store) as logins:
        time.sleep(1)  # until all are at work
        start = time.time()
        purge()
        end = time.time()
    reads, writes = _between(readers, start, end), _between(logins, start, end)
    errors = sum(int(one["errors"]) for one in (*readers, *logins))
    return Purged(
        database=database,
        way=way,
        seconds=end - start,
        reader_p99=quantile(reads, 0.99) * 1000,
        reader_slowest=max(reads, default=0.0) * 1000,
        login_p99=quantile(writes, 0.99) * 1000,
        login_slowest=max(writes, default=0.0) * 1000,
        errors=errors,
        is_ours=is_ours,
    )


@contextmanager
def _visiting(what: str, count: int, store: Store) -> Iterator[list[dict[str, object]]]:
    """Let visitors work as processes of their own; the list is filled when they have ended."""
    command = [sys.executable, "-m", "benchmarks.sessions.visitors", what, store.url]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    running = [
        subprocess.Popen(  # noqa: S603 (our own program)
            [*command, str(store.keys)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )
        for _ in range(count)
    ]
    told: list[dict[str, object]] = []
    try:
        for one in running:
            assert one.stdout
            one.stdout.readline()  # it is at work
        yield told
    finally:
        told += [json.loads(one.communicate("")[0]) for one in running]


def _between(told: Sequence[dict[str, object]], start: float, end: float) -> list[float]:
    """Return the durations, in seconds and in order, of what was under way in the interval."""
    every: list[list[float]] = []
    for one in told:
        assert isinstance(one["done"], list)
        every += one["done"]
    return sorted(took for began, took in every if began <= end and began + took >= start)
