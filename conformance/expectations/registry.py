"""The list that every expectation registers in.

Each returns None when it holds, and otherwise what was observed instead. Where the target's answer
can't be understood at all it raises Unrecognised.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from conformance.model import Exchange
from conformance.stage import Seen, Stage
from conformance.words import Words

Expectation: TypeAlias = Callable[[Seen, Stage], "str | None"]

expectations: Words[Expectation] = Words("expectation")


def describe(exchange: Exchange) -> str:
    """Say in a few words what was sent and answered."""
    location = exchange.header("Location")
    to = f" (Location: {location.partition('?')[0]})" if location else ""
    return f"{exchange.method} {path_of(exchange)} answered {exchange.status}{to}"


def path_of(exchange: Exchange) -> str:
    """Return the path without its query, which may hold a secret."""
    return exchange.path.partition("?")[0]
