"""The report for people: progress while a run works, what went wrong, and a summary at its end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from conformance.model import Level, Outcome, Result, Verdict
from conformance.outcomes import UNPROVED, ClassOutcome, RequirementOutcome, Run, count
from conformance.reports.failures import common_error, failure_block, failures
from conformance.reports.layout import (
    WIDTH,
    number_of,
    paint,
    paragraph,
    plain,
    shorten,
)

__all__ = ["failure_block", "failures", "progress_line", "summary", "verdict_line"]

_COLUMNS = (
    Outcome.PASSED,
    Outcome.FAILED,
    Outcome.INCONCLUSIVE,
    Outcome.ERROR,
    Outcome.KNOWN_FAILURE,
    Outcome.NOT_TESTED,
    Outcome.NOT_APPLICABLE,
)
_FIRST_COLUMN = 14


def progress_line(result: Result, done: int, total: int, *, colour: bool = False) -> str:
    """Return one line, without its end, that says how a scenario came out."""
    position = f"[{done:>{len(str(total))}}/{total}] "
    outcome = f"{result.outcome.value:<16}"
    seconds = f"  {result.seconds:.1f} s"
    room = WIDTH - len(position) - len(outcome) - len(seconds)
    return (
        position
        + paint(outcome, result.outcome, colour=colour)
        + shorten(result.name, room)
        + seconds
    )


def summary(run: Run, *, colour: bool = False) -> str:
    """Return what a run came to: requirements by class, what was left out and why, the verdict."""
    lines = [
        *paragraph(f"{run.target_name} ({run.target_url})", "Target: ", 8),
        *_table(run.classes, colour=colour),
        *_reasons(run.results),
        *_known_failures(run.results),
        "",
        *paragraph(_scenarios(run), indent=2),
    ]
    first, *more = paragraph(verdict_line(run), indent=2)
    lines += [paint(first, run.verdict, colour=colour), *more]
    return "\n".join(lines) + "\n"


def verdict_line(run: Run) -> str:
    """Return the verdict in plain words: what stands in its way, what was left open."""
    head = run.verdict.value + (" (strict)" if run.strict else "")
    conformant = run.verdict is Verdict.CONFORMANT
    known = run.counts[Outcome.KNOWN_FAILURE]
    if conformant and known:
        head += f", with {number_of(known, 'known failure')}"
    clauses = list(_clauses(run))
    if known and not conformant:
        clauses.append(number_of(known, "known failure"))
    return head + ("; " if conformant else ": ") * bool(clauses) + "; ".join(clauses)


def _clauses(run: Run) -> Iterator[str]:
    if message := common_error(run.results):
        yield f"every scenario that was tried ended with the same error: {message}"
        return
    if not run.counts[Outcome.PASSED]:
        yield "no scenario passed" + ("" if run.counts[Outcome.FAILED] else ", nothing was proved")
    yield from _by_level(run.requirements, "failed", Outcome.FAILED)
    yield from _by_level(run.requirements, "could not be proved", *UNPROVED)
    untried = [each for each in run.requirements if each.outcome is Outcome.NOT_TESTED]
    if number := sum(each.requirement.level is Level.MUST for each in untried):
        yield f"{number_of(number, 'must requirement')} not tested in full"


def _by_level(
    requirements: Iterable[RequirementOutcome], words: str, *outcomes: Outcome
) -> Iterator[str]:
    chosen = [each for each in requirements if each.outcome in outcomes]
    for level in Level:
        ids = [each.requirement.id for each in chosen if each.requirement.level is level]
        if ids:
            noun = number_of(len(ids), f"{level.value} requirement")
            yield f"{noun} {words}: {', '.join(ids)}"


def _table(classes: Iterable[ClassOutcome], *, colour: bool) -> list[str]:
    """Rows are the levels of each class, columns the outcomes of its requirements."""
    heads = "  ".join(outcome.value for outcome in _COLUMNS)
    lines = ["", f"{'requirements':<{_FIRST_COLUMN}}{heads}"]
    for each in classes:
        verdict = each.verdict.value if each.verdict else "nothing tested"
        lines.append(
            f"{each.conformance_class.value}: {paint(verdict, each.verdict, colour=colour)}"
        )
        for level in Level:
            chosen = [one.outcome for one in each.requirements if one.requirement.level is level]
            if chosen:
                lines.append(_level(level, count(chosen), colour=colour))
    return lines


def _level(level: Level, counts: dict[Outcome, int], *, colour: bool) -> str:
    cells = []
    for outcome in _COLUMNS:
        cell = f"{counts[outcome] or '-':>{len(outcome.value)}}"
        cells.append(paint(cell, outcome, colour=colour) if counts[outcome] else cell)
    return f"  {level.value:<{_FIRST_COLUMN - 2}}" + "  ".join(cells)


def _reasons(results: Iterable[Result]) -> list[str]:
    """What was left out, by reason, the most frequent first."""
    lines = []
    for outcome in (Outcome.NOT_APPLICABLE, Outcome.NOT_TESTED):
        counts: dict[str, int] = {}
        for each in results:
            if each.outcome is outcome:
                reason = each.reason or "no reason given"
                counts[reason] = counts.get(reason, 0) + 1
        if counts:
            lines += ["", outcome.value]
        for reason, number in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
            first = f"  {number_of(number, 'scenario')}: "
            lines += paragraph(reason, first, 4)
    return lines


def _known_failures(results: Iterable[Result]) -> list[str]:
    known = [each for each in results if each.outcome is Outcome.KNOWN_FAILURE]
    lines = ["", "known failures"] if known else []
    for each in known:
        reason = each.reason or "no reason given"
        lines += paragraph(reason, f"  {plain(each.name)}: ", 4)
    return lines


def _scenarios(run: Run) -> str:
    parts = [f"{run.counts[each]} {each.value}" for each in _COLUMNS if run.counts[each]]
    total = number_of(len(run.results), "scenario")
    return f"{total} in {run.seconds:.1f} s" + (f": {', '.join(parts)}" if parts else "")
