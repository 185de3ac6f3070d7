"""Compares two runs: what is worse, what is better, and what is only different."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from conformance.model import ConformanceClass, Outcome, Verdict
from conformance.reportfiles import PastResult, PastRun

Kind: TypeAlias = Literal["failing", "unproved", "passing", "changed", "added", "gone"]

# How much was shown that is bad. Between equals no outcome is worse than the other.
BADNESS = {
    Outcome.PASSED: 0,
    Outcome.NOT_APPLICABLE: 1,
    Outcome.NOT_TESTED: 1,
    Outcome.KNOWN_FAILURE: 1,
    Outcome.INCONCLUSIVE: 2,
    Outcome.ERROR: 2,
    Outcome.FAILED: 3,
}
_VERDICTS = (Verdict.CONFORMANT, None, Verdict.INCOMPLETE, Verdict.NOT_CONFORMANT)  # best first


@dataclass(frozen=True)
class Change:
    """A scenario that came out differently; an outcome of None: it is not in that report.

    `reason` tells of the later outcome.
    """

    kind: Kind
    name: str
    title: str
    verifies: tuple[str, ...]
    before: Outcome | None
    after: Outcome | None
    reason: str
    is_worse: bool


@dataclass(frozen=True)
class VerdictChange:
    """A verdict that differs, of a class or (None) of the whole target."""

    conformance_class: ConformanceClass | None
    before: Verdict | None
    after: Verdict | None

    @property
    def is_worse(self) -> bool:
        """Whether the later verdict is the worse one."""
        return _VERDICTS.index(self.after) > _VERDICTS.index(self.before)


@dataclass(frozen=True)
class Difference:
    """All that differs between two runs; `changes` are in the order of the scenarios' names."""

    before: PastRun
    after: PastRun
    changes: tuple[Change, ...]
    verdicts: tuple[VerdictChange, ...]

    @property
    def is_worse(self) -> bool:
        """Whether anything got worse."""
        worse = [one.is_worse for one in self.changes]
        return any(worse) or any(one.is_worse for one in self.verdicts)

    @property
    def same_scenarios(self) -> bool:
        """Whether both runs had the same edition of the specification."""
        return self.before.scenarios_sha256 == self.after.scenarios_sha256

    def of(self, kind: Kind) -> tuple[Change, ...]:
        """Return the changes of one kind."""
        return tuple(one for one in self.changes if one.kind == kind)


def difference(before: PastRun, after: PastRun) -> Difference:
    """Compare two runs, of two versions of one server or of two servers.

    Worse is a scenario of which something worse was shown than before, or less proved: one that
    passed and now does not. What only one report has is not worse by itself, for it may be another
    edition; only where the edition is the same, one that passed and now was not run at all is.
    """
    same = before.scenarios_sha256 == after.scenarios_sha256
    names = sorted({*before.results, *after.results})
    compared = (_change(before.results.get(n), after.results.get(n), same=same) for n in names)
    return Difference(before, after, tuple(filter(None, compared)), tuple(_verdicts(before, after)))


def _change(before: PastResult | None, after: PastResult | None, *, same: bool) -> Change | None:
    one = after or before
    if one is None or (before and after and before.outcome is after.outcome):
        return None
    then = before.outcome if before else None
    now = after.outcome if after else None
    if then is None or now is None:
        is_worse = now is None and same and then is Outcome.PASSED
    else:
        is_worse = BADNESS[now] > BADNESS[then]
    reason = (after.reason or after.observed) if after else ""
    kind = _kind(then, now, is_worse=is_worse)
    return Change(kind, one.name, one.title, one.verifies, then, now, reason, is_worse)


def _kind(before: Outcome | None, after: Outcome | None, *, is_worse: bool) -> Kind:
    if before is None:
        return "added"
    if after is None:
        return "gone"
    if after is Outcome.FAILED:
        return "failing"
    if after is Outcome.PASSED:
        return "passing"
    return "unproved" if is_worse else "changed"


def _verdicts(before: PastRun, after: PastRun) -> Iterable[VerdictChange]:
    if before.verdict is not after.verdict:
        yield VerdictChange(None, before.verdict, after.verdict)
    for name in ConformanceClass:
        then, now = before.classes.get(name), after.classes.get(name)
        if then is not now:
            yield VerdictChange(name, then, now)
