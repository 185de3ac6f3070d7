"""The list that every expectation registers in.

Each returns None when it holds, and otherwise what was observed instead. Where the target's answer
can't be understood at all it raises Unrecognised.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import TypeAlias

from conformance.errors import SuiteError, Unrecognised
from conformance.model import Exchange
from conformance.stage import Seen, Stage, Throttled
from conformance.words import Words

Expectation: TypeAlias = Callable[[Seen, Stage], "str | None"]

expectations: Words[Expectation] = Words("expectation")


_THROTTLING = (429, 503)


def not_understood(exchange: Exchange, message: str) -> SuiteError:
    """Return what to raise for an answer that no sign of the profile recognises.

    A 429 or 503 is understood in one way: the target wants fewer requests (RFC 6585 section 4,
    RFC 9110 section 15.6.4).
    """
    if exchange.status not in _THROTTLING:
        return Unrecognised(f"{describe(exchange)}: {message}")
    hint = "it wants fewer requests: try a lower --concurrency or --max-rps"
    return Throttled(f"{describe(exchange)}: {hint}", _retry_after(exchange))


def _retry_after(exchange: Exchange) -> float | None:
    """Return the seconds of Retry-After; None where it is absent or not understood."""
    value = (exchange.header("Retry-After") or "").strip()
    if value.isdecimal():
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    now = datetime.now(timezone.utc)
    return max(0.0, (until.replace(tzinfo=until.tzinfo or timezone.utc) - now).total_seconds())


def describe(exchange: Exchange) -> str:
    """Say in a few words what was sent and answered."""
    location = exchange.header("Location")
    to = f" (Location: {location.partition('?')[0]})" if location else ""
    return f"{exchange.method} {path_of(exchange)} answered {exchange.status}{to}"


def path_of(exchange: Exchange) -> str:
    """Return the path without its query, which may hold a secret."""
    return exchange.path.partition("?")[0]
