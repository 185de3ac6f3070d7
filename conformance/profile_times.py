"""Reads the times and counts of a profile: how long sessions last, how many guesses there are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.guessing import MOST_GUESSES
from conformance.limits import parse_seconds
from conformance.model import Throttling, Timeouts
from conformance.response import read_signs
from conformance.yamltree import Node

if TYPE_CHECKING:
    from collections.abc import Mapping


def read_timeouts(fields: Mapping[str, Node]) -> Timeouts:
    """Return all times that a profile declares, that of its throttling too."""
    timeouts = _timeouts(fields["timeouts"]) if "timeouts" in fields else Timeouts()
    if "throttling" not in fields:
        return timeouts
    lasts = fields["throttling"].mapping("throttling").get("lasts")
    return replace(timeouts, throttling=seconds(lasts, "lasts") if lasts else None)


def read_throttling(node: Node) -> Throttling:
    """Read after how many failures an account is throttled, and what an answer then shows."""
    fields = node.fields("throttling", ("attempts", "lasts", "refused"), required=("attempts",))
    attempts = read_count(fields["attempts"], "attempts")
    if attempts > MOST_GUESSES:
        hint = f"NIST SP 800-63B-4 3.2.2 allows {MOST_GUESSES}"
        raise fields["attempts"].error(f"{attempts} wrong passwords are too many", hint)
    refused = read_signs(fields["refused"], "refused") if "refused" in fields else ()
    return Throttling(attempts, refused)


def _timeouts(node: Node) -> Timeouts:
    fields = node.fields("timeouts", ("idle", "absolute", "allowance"))
    timeouts = Timeouts(**{name: seconds(value, name) for name, value in fields.items()})
    for name, declared in (("idle", timeouts.idle), ("absolute", timeouts.absolute)):
        if declared and 2 * timeouts.allowance > declared:
            message = f"the allowance ({timeouts.allowance:g} s) is more than half of {name}"
            raise node.error(message, "within it nothing can be told: choose a longer timeout")
    return timeouts


def seconds(node: Node, what: str) -> float:
    """Return a time such as `2 s`, `500 ms`, `30 min`, `8 h` or `7 d` in seconds."""
    found = parse_seconds(node.filled_text(what))
    if found is None:
        message = f"'{node.value}' is not a time such as 2 s, 500 ms, 30 min, 8 h or 7 d"
        raise node.error(message)
    return found


def read_count(node: Node, what: str) -> int:
    """Return a whole number above 0."""
    text = node.text(what)
    if not text.isdecimal() or int(text) == 0:
        raise node.error(f"'{text}' is not a whole number of {what}")
    return int(text)
