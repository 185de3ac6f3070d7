"""What is behind a figure, for whoever has to put it right: printed, and not in the page."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping

from .findings import Fate, Findings
from .trials import Evidence

LINES_SHOWN = 40  # of what changed in the page


def details(found: Findings) -> Iterator[str]:
    """Yield what was seen wherever something is not as it should be."""
    for fate in found.fates:
        if not fate.caught:
            yield from story(fate)
    for blame in found.blames:
        for one in blame.alarms:
            yield f"{blame.server}: {one.scenario}: {one.outcome} {one.said}"
    for grant in found.grants:
        for one in grant.crashed:
            yield f"{grant.name}, taken for {grant.profile}: {one.outcome} {one.said}"


def story(fate: Fate) -> Iterator[str]:
    """Yield all that a mutant went through."""
    yield f"{fate.mutant} ({'caught' if fate.caught else 'SURVIVES'})"
    for one in fate.seen:
        yield f"    {one.scenario}: {one.outcome} {one.said}".rstrip()


def collateral(evidence: Evidence, verifies: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Yield which requirements each mutant fails beside its own."""
    for trial, everything in evidence.items():
        ids = {name for one in everything if one.failed for name in verifies[one.scenario]}
        yield f"{trial.name} (fails as well: {', '.join(sorted(ids)) or 'nothing'})"


def differences(before: str, now: str) -> Iterator[str]:
    """Yield the first lines that differ between two pages."""
    lines = difflib.unified_diff(
        before.splitlines(), now.splitlines(), "as committed", "as found", n=0, lineterm=""
    )
    for number, line in enumerate(lines):
        if number == LINES_SHOWN:
            yield "..."
            return
        yield line
