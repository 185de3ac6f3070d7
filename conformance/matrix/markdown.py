"""The comparison as Markdown: a table of symbols, and below it what they stand for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.matrix.table import Column, Matrix, Row
from conformance.matrix.words import (
    FAIR,
    LEGEND,
    SYMBOLS,
    TITLE,
    by_class,
    editions,
    explained,
    judged,
)
from conformance.model import Outcome

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#])")


def page(matrix: Matrix) -> str:
    """Return the whole comparison as one Markdown document."""
    parts = [
        f"# {TITLE}\n\n{FAIR} ({editions(matrix).capitalize()}.)\n",
        "\n".join(_targets(matrix)),
        "\n".join(_table(matrix)),
        "\n".join(_legend()),
        *("\n".join(_target(matrix, number)) for number in range(len(matrix.columns))),
    ]
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def _targets(matrix: Matrix) -> Iterator[str]:
    yield "| | target | version | verdict | passed | failed | known failure | unproved |"
    yield "|---|---|---|---|---|---|---|---|"
    for number, column in enumerate(matrix.columns, 1):
        yield f"| {number} | {' | '.join(map(_plain, _figures(column)))} |"


def _figures(column: Column) -> tuple[str, ...]:
    """Name, version, verdict, and how many requirements came to what."""
    if column.trouble:
        return column.name, column.version, judged(column), "", "", "", ""
    chosen = (Outcome.PASSED, Outcome.FAILED, Outcome.KNOWN_FAILURE)
    unproved = sum(column.counts.get(one, 0) for one in (Outcome.ERROR, Outcome.INCONCLUSIVE))
    numbers = (*(column.counts.get(one, 0) for one in chosen), unproved)
    return column.name, column.version, judged(column), *map(str, numbers)


def _table(matrix: Matrix) -> Iterator[str]:
    heads = [str(number) for number in range(1, len(matrix.columns) + 1)]
    yield f"| requirement | level | {' | '.join(heads)} |"
    yield "|---|---|" + ":-:|" * len(heads)
    for name, rows in by_class(matrix):
        yield f"| **{name.value}** | |" + " |" * len(heads)
        yield from (_row(row) for row in rows)


def _row(row: Row) -> str:
    cells = " | ".join(SYMBOLS[cell.outcome] for cell in row.cells)
    return f"| {row.id} {_plain(row.says)} | {row.level.value} | {cells} |"


def _legend() -> Iterator[str]:
    texts = (f"{SYMBOLS[one]} {said}" for one, said in LEGEND.items() if one)
    yield f"{'; '.join(texts)}."


def _target(matrix: Matrix, number: int) -> Iterator[str]:
    column = matrix.columns[number]
    rows = explained(matrix, number)
    if column.trouble:
        yield f"## {_plain(column.name)}\n\nCould not be run: {_plain(column.trouble)}"
    elif rows:
        yield f"## {_plain(column.name)}\n"
        yield from (_explained(row, number) for row in rows)


def _explained(row: Row, number: int) -> str:
    cell = row.cells[number]
    outcome = cell.outcome.value if cell.outcome else ""
    return f"* **{row.id}** {outcome}: {_plain('; '.join(cell.reasons))}"


def _plain(text: str) -> str:
    """Return text in one line in which nothing is taken for Markdown or HTML."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
