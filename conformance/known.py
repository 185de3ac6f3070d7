"""Known failures: what a profile lists as failing, with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from conformance.errors import InputError, did_you_mean
from conformance.model import KnownFailure, Outcome, Profile, Result
from conformance.yamltree import error_at


def with_known_failure(result: Result, known: Mapping[str, KnownFailure]) -> Result:
    """Return the result as the profile's list of known failures makes it.

    A listed scenario that fails is a known failure; one that passes fails as stale. A listed file
    stands for all rows of its examples; of those only a row that fails is affected.
    """
    row = known.get(result.name)
    listed = row or known.get(result.name.partition("[")[0])
    if listed is None:
        return result
    if result.outcome is Outcome.FAILED:
        reason = f"{listed.reason} ({listed.issue})" if listed.issue else listed.reason
        return replace(result, outcome=Outcome.KNOWN_FAILURE, reason=reason)
    if result.outcome is Outcome.PASSED and row:
        return replace(
            result,
            outcome=Outcome.FAILED,
            reason=f"stale: it passes; remove it from the known failures ({listed.place})",
            expected=f"a failure, as {listed.place} lists",
            observed="passed",
        )
    return result


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
