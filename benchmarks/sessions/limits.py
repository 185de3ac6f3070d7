"""What the reference promises, held against what was measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.sessions.figures import Measured, Setting, Turns, added, share
from benchmarks.sessions.purge import Purged
from benchmarks.sessions.subjects import DJANGO_DB, FLASK_SESSION_BEST, REFERENCE

ADDED = {"SQLite": 130.0, "PostgreSQL": 280.0}  # microseconds of CPU per request
SHARES = {DJANGO_DB: 0.3, FLASK_SESSION_BEST: 0.4}
READERS_P99 = 5.0  # milliseconds while sessions are purged
SLOWEST_LOGIN = 50.0  # milliseconds


@dataclass(frozen=True)
class Verdict:
    """One promise: what it says, what was measured, and what is allowed."""

    says: str
    found: float
    allowed: float
    unit: str

    @property
    def is_kept(self) -> bool:
        """Tell whether what was found is allowed."""
        return self.found <= self.allowed


def verdicts(measured: Measured, purges: list[Purged]) -> list[Verdict]:
    """Return every promise that the measurement says something about."""
    found = [one for setting, turns in measured.items() for one in _of_setting(setting, turns)]
    return [*found, *(one for purged in purges for one in _of_purge(purged))]


def _of_setting(setting: Setting, turns: Turns) -> Iterator[Verdict]:
    ours = added(REFERENCE, turns) if REFERENCE in turns else None
    if ours is None:
        return
    yield Verdict(
        f"{setting.title}: what a session check adds", ours.median, ADDED[setting.database], "us"
    )
    for other, allowed in SHARES.items():
        part = share(REFERENCE, other, turns)
        if part is not None:
            yield Verdict(f"{setting.title}: as a share of {other}", part, allowed, "")


def _of_purge(purged: Purged) -> Iterator[Verdict]:
    if not purged.is_ours:
        return
    where = f"{purged.database}, while sessions are purged"
    yield Verdict(f"{where}: readers' p99", purged.reader_p99, READERS_P99, "ms")
    yield Verdict(f"{where}: slowest login write", purged.login_slowest, SLOWEST_LOGIN, "ms")
    yield Verdict(f"{where}: errors", purged.errors, 0, "")
