"""Known failures: what a profile lists as failing, with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from conformance.errors import InputError, did_you_mean
from conformance.model import KnownFailure, Outcome, Profile, Result
from conformance.yamltree import error_at


def with_known_failure(result: Result, known: Mapping[str, KnownFailure], today: date) -> Result:
    """Return the result as the profile's list of known failures makes it on the day `today`.

    A listed scenario that fails is a known failure, up to the last day that the list names for it;
    after that it fails. One that passes fails as stale. A listed file stands for all rows of its
    examples; of those only a row that fails is affected.
    """
    row = known.get(result.name)
    listed = row or known.get(result.name.partition("[")[0])
    if listed is None:
        return result
    if result.outcome is Outcome.FAILED and listed.until and today > listed.until:
        return replace(result, reason=_expired(listed, listed.until))
    if result.outcome is Outcome.FAILED:
        return replace(result, outcome=Outcome.KNOWN_FAILURE, reason=_accepted(listed))
    if result.outcome is Outcome.PASSED and row:
        return replace(
            result,
            outcome=Outcome.FAILED,
            reason=f"stale: it passes; remove it from the known failures ({listed.place})",
            expected=f"a failure, as {listed.place} lists",
            observed="passed",
        )
    return result


def _accepted(listed: KnownFailure) -> str:
    until = f"until {listed.until.isoformat()}" if listed.until else ""
    more = "; ".join(filter(None, (listed.issue, until)))
    return f"{listed.reason} ({more})" if more else listed.reason


def _expired(listed: KnownFailure, until: date) -> str:
    return (
        f"expired: it was accepted until {until.isoformat()} ({listed.place}), for this reason: "
        f"{listed.reason}"
    )


def unknown_names(profile: Profile, names: Iterable[str]) -> list[InputError]:
    """Return an error for every known failure that names no scenario of `names`."""
    cases = set(names)
    known = cases | {name.partition("[")[0] for name in cases}
    return [
        error_at(
            one.place,
            f"there is no scenario '{one.scenario}'",
            did_you_mean(one.scenario, known),
        )
        for one in profile.known_failures.values()
        if one.scenario not in known
    ]
