"""How long a scenario may wait, in words that the profile's timeouts turn into seconds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from conformance.model import Timeouts
from conformance.words import Words

Duration: TypeAlias = Callable[[Timeouts], float]

durations: Words[Duration] = Words("duration")

_IDLE = ("idle timeout",)
_ABSOLUTE = ("absolute timeout",)


@durations("an instant")
def _instant(_: Timeouts) -> float:
    """A twentieth of a second, so that what runs at once has begun, and has not yet ended."""
    return 0.05


@durations("a moment")
def _moment(_: Timeouts) -> float:
    """A little more than a second, so that times in whole seconds differ."""
    return 1.1


@durations("half the idle timeout", needs=_IDLE)
def _half_idle(timeouts: Timeouts) -> float:
    """Half of the declared idle timeout."""
    return _idle(timeouts) / 2


@durations("most of the idle timeout", needs=_IDLE)
def _most_of_idle(timeouts: Timeouts) -> float:
    """The idle timeout less twice the allowance, but at least half of it."""
    return _most(_idle(timeouts), timeouts.allowance)


@durations("longer than the idle timeout", needs=_IDLE)
def _longer_than_idle(timeouts: Timeouts) -> float:
    """The idle timeout and the allowance on top."""
    return _idle(timeouts) + timeouts.allowance


@durations("half the absolute timeout", needs=_ABSOLUTE)
def _half_absolute(timeouts: Timeouts) -> float:
    """Half of the declared absolute timeout."""
    return _absolute(timeouts) / 2


@durations("most of the absolute timeout", needs=_ABSOLUTE)
def _most_of_absolute(timeouts: Timeouts) -> float:
    """The absolute timeout less twice the allowance, but at least half of it."""
    return _most(_absolute(timeouts), timeouts.allowance)


@durations("longer than the absolute timeout", needs=_ABSOLUTE)
def _longer_than_absolute(timeouts: Timeouts) -> float:
    """The absolute timeout and the allowance on top."""
    return _absolute(timeouts) + timeouts.allowance


@durations("longer than either timeout", needs=("any timeout",))
def _longer_than_either(timeouts: Timeouts) -> float:
    """The shorter of the declared timeouts and the allowance on top: enough for any session."""
    declared = [seconds for seconds in (timeouts.idle, timeouts.absolute) if seconds]
    return min(declared, default=0.0) + timeouts.allowance


@durations("longer than the throttling", needs=("throttling with an end",))
def _longer_than_throttling(timeouts: Timeouts) -> float:
    """How long an account is throttled, as declared, and the allowance on top."""
    return (timeouts.throttling or 0.0) + timeouts.allowance


@durations("the staleness of nodes")
def _staleness(timeouts: Timeouts) -> float:
    """How long another node may still show what was true before, as declared; 0 without that."""
    return timeouts.staleness


@durations("longer than the idle timeout on any node", needs=_IDLE)
def _longer_than_idle_anywhere(timeouts: Timeouts) -> float:
    """The idle timeout and the allowance, and how far the clocks of the nodes are apart."""
    return _idle(timeouts) + timeouts.allowance + timeouts.skew


def _most(seconds: float, allowance: float) -> float:
    return max(seconds / 2, seconds - 2 * allowance)


def _idle(timeouts: Timeouts) -> float:
    return timeouts.idle or 0.0


def _absolute(timeouts: Timeouts) -> float:
    return timeouts.absolute or 0.0
