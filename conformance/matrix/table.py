"""The comparison itself: requirements are its rows, targets its columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from conformance.model import ConformanceClass, Level, Outcome, Verdict
from conformance.reportfiles import PastRequirement, PastResult, PastRun

# Of these a cell tells the reasons, the worst first; the rest speaks for itself or is told once.
_TOLD = (
    Outcome.FAILED,
    Outcome.KNOWN_FAILURE,
    Outcome.ERROR,
    Outcome.INCONCLUSIVE,
    Outcome.NOT_TESTED,
    Outcome.NOT_APPLICABLE,
)
_NOTHING_RAN = (Outcome.ERROR, Outcome.NOT_APPLICABLE, Outcome.NOT_TESTED)


@dataclass(frozen=True)
class Attempt:
    """What was tried with one target: a run, or the reason (`trouble`) why there is none."""

    name: str
    run: PastRun | None = None
    trouble: str = ""


@dataclass(frozen=True)
class Column:
    """One target; with `trouble` it could not be run, and then has no verdict."""

    name: str
    version: str = ""
    verdict: Verdict | None = None
    classes: Mapping[ConformanceClass, Verdict | None] = field(default_factory=dict)
    counts: Mapping[Outcome, int] = field(default_factory=dict)  # of requirements
    trouble: str = ""


@dataclass(frozen=True)
class Cell:
    """What a requirement came to at a target; None: no scenario of it was in that run.

    `reasons` are sentences, each once: why it failed, or why nothing was proved.
    """

    outcome: Outcome | None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """One requirement, and a cell for each column."""

    id: str
    level: Level
    conformance_class: ConformanceClass
    says: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Matrix:
    """The whole comparison; `editions` are the specifications that its runs were judged by."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    suite_versions: tuple[str, ...]
    editions: tuple[str, ...]


def matrix(attempts: Sequence[Attempt]) -> Matrix:
    """Put the attempts side by side, in the order given; no attempt is left out.

    Requirements that no target has anything to do with (contracts, mostly) get no row.
    """
    runs = [None if _trouble(one) else one.run for one in attempts]
    known: dict[str, PastRequirement] = {}
    for run in filter(None, runs):
        known |= {one.id: one for one in run.requirements if one.id not in known}
    rows = (_row(one, runs) for one in known.values())
    present = [run for run in runs if run]
    return Matrix(
        columns=tuple(map(_column, attempts)),
        rows=tuple(row for row in rows if any(map(_says_something, row.cells))),
        suite_versions=_each_once(run.suite_version for run in present),
        editions=_each_once(run.scenarios_sha256 for run in present),
    )


def _says_something(cell: Cell) -> bool:
    return cell.outcome not in (None, Outcome.NOT_APPLICABLE)


def _trouble(attempt: Attempt) -> str:
    """Return why nothing is known of a target; a run of errors alone is as good as none."""
    if attempt.run is None:
        return attempt.trouble or "there is no report"
    results = attempt.run.results.values()
    errors = [one for one in results if one.outcome is Outcome.ERROR]
    if errors and all(one.outcome in _NOTHING_RAN for one in results):
        return errors[0].reason or "every scenario ended with an error"
    return ""


def _column(attempt: Attempt) -> Column:
    run, trouble = attempt.run, _trouble(attempt)
    if run is None or trouble:
        version = run.version if run else ""
        return Column(run.target if run else attempt.name, version, trouble=trouble)
    outcomes = [one.outcome for one in run.requirements]
    return Column(
        name=run.target,
        version=run.version,
        verdict=run.verdict,
        classes=run.classes,
        counts={one: outcomes.count(one) for one in Outcome if one in outcomes},
    )


def _row(requirement: PastRequirement, runs: Iterable[PastRun | None]) -> Row:
    return Row(
        id=requirement.id,
        level=requirement.level,
        conformance_class=requirement.conformance_class,
        says=requirement.says,
        cells=tuple(_cell(requirement.id, run) for run in runs),
    )


def _cell(name: str, run: PastRun | None) -> Cell:
    found = next((one for one in run.requirements if one.id == name), None) if run else None
    if run is None or found is None:
        return Cell(None)
    own = [run.results[one] for one in found.scenarios if one in run.results]
    if found.outcome is Outcome.PASSED:
        return Cell(Outcome.PASSED)  # what of it did not apply is not held against it
    chosen = sorted((one for one in own if one.outcome in _TOLD), key=_rank)
    worst = [one for one in chosen if one.outcome in (found.outcome, *_TOLD[:4])]
    return Cell(found.outcome, _each_once(map(_reason, worst)))


def _rank(result: PastResult) -> int:
    return _TOLD.index(result.outcome)


def _reason(result: PastResult) -> str:
    said = result.reason if result.outcome is not Outcome.FAILED else ""
    said = said or result.observed or result.reason or result.outcome.value
    if result.outcome in (Outcome.NOT_TESTED, Outcome.NOT_APPLICABLE, Outcome.KNOWN_FAILURE):
        return said
    return f"{result.title}: {said}"


def _each_once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
