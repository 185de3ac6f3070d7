"""What differs between two runs, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from conformance.differences import BADNESS, Change, Difference, Kind, VerdictChange
from conformance.model import Outcome
from conformance.reportfiles import PastRun
from conformance.reports.layout import number_of, paint, paragraph, plain

SCHEMA = "session-conformance/diff/1"
_SHOWN = 20  # scenarios that only one report has

_TITLES: dict[Kind, str] = {
    "failing": "newly failing",
    "unproved": "no longer proved",
    "passing": "newly passing",
    "changed": "otherwise changed",
    "added": "only in the later report",
    "gone": "only in the earlier report",
}


def text(difference: Difference, *, colour: bool = False) -> str:
    """Return what differs, the worst first, and in one line at the end what that comes to."""
    before, after = difference.before, difference.after
    lines = [*_run("from", before), *_run("to", after)]
    if not difference.same_scenarios:
        lines += paragraph("the two were judged by different editions of the specification", "  ")
    if before.strict != after.strict:
        lines += paragraph("only one of them is strict, so their verdicts differ in meaning", "  ")
    for kind, title in _TITLES.items():
        if changes := difference.of(kind):
            lines += ["", f"{title}: {number_of(len(changes), 'scenario')}"]
            shown = _only_in_one if kind in ("added", "gone") else _in_both
            lines += shown(changes, colour=colour)
    if difference.verdicts:
        lines += ["", "verdicts"]
        lines += [line for one in difference.verdicts for line in _verdict(one)]
    return "\n".join([*lines, "", _conclusion(difference)]) + "\n"


def as_json(difference: Difference) -> str:
    """Return the same as JSON, in ASCII."""
    value = {
        "schema": SCHEMA,
        "before": _run_value(difference.before),
        "after": _run_value(difference.after),
        "worse": difference.is_worse,
        "verdicts": [_verdict_value(one) for one in difference.verdicts],
        "scenarios": [_change_value(one) for one in difference.changes],
    }
    return json.dumps(value, indent=2) + "\n"


def _run(word: str, run: PastRun) -> Iterator[str]:
    said = f"{run.target} ({run.url}), suite {run.suite_version}: {run.verdict.value}"
    yield from paragraph(said, f"{word:<6}", 6)


def _in_both(changes: Sequence[Change], *, colour: bool) -> Iterator[str]:
    for change in changes:
        was = f" (was {change.before.value})" if change.before else ""
        yield f"  {plain(change.name)}: {_painted(change.after, colour=colour)}{was}"
        yield from paragraph(f"{change.title} ({', '.join(change.verifies)})", "    ", 4)
        if change.reason and change.after is not Outcome.PASSED:
            yield from paragraph(change.reason, "    ", 4)


def _only_in_one(changes: Sequence[Change], *, colour: bool) -> Iterator[str]:
    """Yield a line for each, the worst first, and no more than fit on a screen."""
    ordered = sorted(changes, key=_goodness)
    for change in ordered[:_SHOWN]:
        outcome = _painted(change.after or change.before, colour=colour)
        yield f"  {plain(change.name)}: {outcome}"
    if len(ordered) > _SHOWN:
        yield f"  and {len(ordered) - _SHOWN} more: see --json"


def _goodness(change: Change) -> int:
    outcome = change.after or change.before
    return -BADNESS[outcome] if outcome else 0


def _painted(outcome: Outcome | None, *, colour: bool) -> str:
    return paint(outcome.value, outcome, colour=colour) if outcome else ""


def _verdict(change: VerdictChange) -> Iterator[str]:
    name = change.conformance_class.value if change.conformance_class else "all"
    worse = ", which is worse" if change.is_worse else ""
    then, now = (_said(one) for one in (change.before, change.after))
    yield from paragraph(f"{then} -> {now}{worse}", f"  {name}: ", 4)


def _said(verdict: Any) -> str:
    return verdict.value if verdict else "nothing tested"


def _conclusion(difference: Difference) -> str:
    if not difference.changes and not difference.verdicts:
        return "no difference"
    worse = sum(one.is_worse for one in difference.changes)
    if worse:
        return f"{number_of(worse, 'scenario')} got worse"
    return "a verdict got worse" if difference.is_worse else "nothing got worse"


def _run_value(run: PastRun) -> dict[str, Any]:
    return {
        "path": run.path,
        "target": {"name": run.target, "url": run.url},
        "suite": {"version": run.suite_version, "scenarios_sha256": run.scenarios_sha256},
        "strict": run.strict,
        "verdict": run.verdict.value,
    }


def _verdict_value(change: VerdictChange) -> dict[str, Any]:
    return {
        "class": change.conformance_class.value if change.conformance_class else None,
        "before": change.before.value if change.before else None,
        "after": change.after.value if change.after else None,
        "worse": change.is_worse,
    }


def _change_value(change: Change) -> dict[str, Any]:
    return {
        "name": change.name,
        "title": change.title,
        "verifies": list(change.verifies),
        "kind": change.kind,
        "before": change.before.value if change.before else None,
        "after": change.after.value if change.after else None,
        "reason": change.reason,
        "worse": change.is_worse,
    }
