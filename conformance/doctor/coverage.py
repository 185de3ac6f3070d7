"""Which scenarios of the specification a profile lets be tried, and what would let more be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from conformance.doctor.findings import Coverage, Lacking
from conformance.engine import contract_of, lack, waits
from conformance.model import Outcome, Profile, Scenario
from conformance.needs import needs

_CONTRACT, _WAIT = "contract", "time"
# What to say in the profile for a need; others are met by declaring the action that they name.
_DECLARE: Mapping[str, str] = {
    "second user": "users: bob, or the action 'register'",
    "administrator": "users: admin",
    "spare account": "the action 'register'",
    "throttling": "throttling: {attempts: ...}",
    "throttling that is told": "throttling: {refused: ...}",
    "throttling with an end": "throttling: {lasts: ...}",
    "csrf token": "csrf: ..., and {csrf} in the actions that send it",
    "session limit": "session limit: ...",
    "idle timeout": "timeouts: {idle: ...}",
    "absolute timeout": "timeouts: {absolute: ...}",
    "any timeout": "timeouts: {idle: ..., absolute: ...}",
    "restart": "start: ... (and 'set up'), and run it without a URL",
    "kill": "start: ... (and 'set up'), and run it without a URL",
    "nodes": "nodes: [...]",
    "clocks apart": "nodes: [{clock ahead: ...}]",
    "store away": "store: {take away: ..., bring back: ...}",
    "store dump": "store: {print: ...}",
    "identity": "{username} in the sign 'signed in'",
    "https": "a base url with https",
    "an end of the others is offered with the password": "after a password change: ...",
}


def coverage(scenarios: Iterable[Scenario], profile: Profile, max_wait: float) -> Coverage:
    """Count what can be tried, and group by need what can't; `max_wait` is in seconds."""
    applicable = 0
    lacking: Counter[tuple[str, Outcome, str]] = Counter()
    longest = 0.0
    for scenario in scenarios:
        found = lack(scenario, profile)
        seconds = waits(scenario, profile.timeouts) if found is None else 0.0
        if found is not None:
            lacking[_need(scenario, profile), found.outcome, found.reason] += 1
        elif seconds > max_wait:
            lacking[_WAIT, Outcome.NOT_TESTED, f"they wait longer than {max_wait:g} s"] += 1
            longest = max(longest, seconds)
        else:
            applicable += 1
    declared = {
        **_DECLARE,
        _WAIT: f"shorter timeouts, or run it with --max-wait {int(longest) + 1}s",
    }
    return Coverage(
        applicable,
        tuple(
            Lacking(need, outcome, reason, number, _declare(need, declared))
            for (need, outcome, reason), number in lacking.most_common()
        ),
    )


def _need(scenario: Scenario, profile: Profile) -> str:
    contract = contract_of(scenario)
    if contract and contract != profile.contract:
        return _CONTRACT
    return next(need for need in scenario.needs if needs[need](profile))


def _declare(need: str, declared: Mapping[str, str]) -> str:
    if need.startswith("the action "):
        return f"the action '{need.removeprefix('the action ')}'"
    return declared.get(need, "")
