"""What was measured, and the arithmetic on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.sessions.subjects import SUBJECTS

CEILINGS = {one.name: one.ceiling for one in SUBJECTS}


@dataclass(frozen=True)
class Figures:
    """What one turn came to.

    `cpu` is in microseconds per request, of the server's processes and the database's together;
    `p99` in milliseconds.
    """

    cpu: float
    per_second: float
    p99: float
    requests: int


@dataclass(frozen=True)
class Setting:
    """A database and how many sessions are stored in it."""

    database: str
    sessions: int

    @property
    def title(self) -> str:
        """The name of the setting."""
        return f"{self.database}, {self.sessions:,} stored sessions"


Turns = Mapping[str, Sequence[Figures]]
Measured = Mapping[Setting, Turns]


@dataclass(frozen=True)
class Spread:
    """A median with the least and the greatest value."""

    median: float
    least: float
    greatest: float


def spread(values: Sequence[float]) -> Spread:
    """Return the median, the least and the greatest of the values."""
    return Spread(median(values), min(values), max(values))


def added(name: str, turns: Turns) -> Spread | None:
    """Return what a session check adds: the CPU per request beyond that of the ceiling.

    Each turn is compared with the ceiling's turn of the same round, so that what slows the whole
    machine down for a while does not count for one of them. None for the ceilings themselves.
    """
    ceiling = CEILINGS.get(name)
    if not ceiling or ceiling not in turns or not turns[name]:
        return None
    pairs = zip(turns[name], turns[ceiling], strict=True)
    return spread([one.cpu - below.cpu for one, below in pairs])


def share(name: str, other: str, turns: Turns) -> float | None:
    """Return what one adds as a share of what the other adds; None if one was not measured."""
    if name not in turns or other not in turns:
        return None
    ours, theirs = added(name, turns), added(other, turns)
    return ours.median / theirs.median if ours and theirs and theirs.median > 0 else None
