"""What both pages of the comparison say in the same words."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.matrix.table import Column, Matrix, Row
from conformance.model import ConformanceClass, Outcome

SYMBOLS: dict[Outcome | None, str] = {
    Outcome.PASSED: "✓",
    Outcome.FAILED: "✗",
    Outcome.KNOWN_FAILURE: "k",
    Outcome.ERROR: "!",
    Outcome.INCONCLUSIVE: "?",
    Outcome.NOT_TESTED: "○",
    Outcome.NOT_APPLICABLE: "·",
    None: " ",
}
LEGEND: dict[Outcome | None, str] = {
    Outcome.PASSED: "passed",
    Outcome.FAILED: "failed",
    Outcome.KNOWN_FAILURE: "known failure: fails, and the profile says why",
    Outcome.ERROR: "error: no answer, or one that no sign recognises",
    Outcome.INCONCLUSIVE: "inconclusive: nothing was proved",
    Outcome.NOT_TESTED: "not tested: this run could not try",
    Outcome.NOT_APPLICABLE: "not applicable: the profile declares no such thing",
    None: "no result",
}
EXPLAINED = (Outcome.FAILED, Outcome.KNOWN_FAILURE, Outcome.ERROR, Outcome.INCONCLUSIVE)

TITLE = "Session authentication: requirements and servers side by side"
FAIR = (
    "Each server is a stock application of a few lines, set up as its documentation shows and with "
    "the settings it has as delivered, except for short lifetimes, cheap password hashing and "
    "plain http on 127.0.0.1. What a framework leaves to the application counts here like what "
    "it does wrong: the page tells what you get, and what is left for you to do."
)


def judged(column: Column) -> str:
    """Return the verdict of a column in words."""
    return column.verdict.value if column.verdict else "could not be run"


def by_class(matrix: Matrix) -> Iterator[tuple[ConformanceClass, list[Row]]]:
    """Yield the rows of each class that has some."""
    for name in ConformanceClass:
        rows = [row for row in matrix.rows if row.conformance_class is name]
        if rows:
            yield name, rows


def explained(matrix: Matrix, number: int) -> list[Row]:
    """Return the rows in which the column of this number has something to explain."""
    return [row for row in matrix.rows if row.cells[number].outcome in EXPLAINED]


def editions(matrix: Matrix) -> str:
    """Say by which edition of the suite the runs were judged."""
    versions = ", ".join(matrix.suite_versions) or "none"
    if len(matrix.editions) > 1:
        return f"suite {versions}; the runs were judged by {len(matrix.editions)} specifications"
    return f"suite {versions}"
