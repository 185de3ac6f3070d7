"""What a run allows itself, and how its limits are written on a command line."""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST_AT_ONCE = 256
_UNITS = {"ms": 0.001, "s": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?([a-z]+)")


@dataclass(frozen=True)
class Limits:
    """What a run allows itself.

    `max_wait` per scenario and `timeout` per exchange are in seconds; `concurrency` scenarios are
    at work at once (those that wait don't count), and `max_rps` requests start in a second (0: any
    number).
    """

    max_wait: float = 60.0
    timeout: float = 10.0
    concurrency: int = 8
    max_rps: float = 0.0


def parse_count(text: str) -> int | None:
    """Return how many scenarios may be at work at once (0 means one), or None."""
    if not text.isdecimal() or int(text) > MOST_AT_ONCE:
        return None
    return max(1, int(text))


def parse_rate(text: str) -> float | None:
    """Return a number of requests per second, such as `20` or `0.5`, or None."""
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,3})?", text):
        return None
    return float(text)


def parse_seconds(text: str) -> float | None:
    """Return a time such as `2 s`, `500ms`, `30 min`, `8 h` or `7 d` in seconds, or None."""
    found = _DURATION.fullmatch(text)
    if not found or found[2] not in _UNITS:
        return None
    return float(found[1]) * _UNITS[found[2]]
