"""The comparison as one HTML file that needs nothing else: no script, no font, no network."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from importlib.resources import files

from conformance.matrix.table import Cell, Column, Matrix, Row
from conformance.matrix.words import (
    EXPLAINED,
    FAIR,
    LEGEND,
    SYMBOLS,
    TITLE,
    by_class,
    editions,
    explained,
    judged,
)
from conformance.model import ConformanceClass, Outcome


def page(matrix: Matrix) -> str:
    """Return the whole page; every text of a server or a profile is escaped."""
    css = files("conformance.matrix").joinpath("page.css").read_text("utf-8")
    head = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{TITLE}</title>\n<style>\n{css}</style>\n</head>\n<body>"
    )
    parts = [head, *_introduction(matrix), *_table(matrix)]
    for number, column in enumerate(matrix.columns):
        parts += _target(matrix, column, number)
    return "\n".join([*parts, "</body>\n</html>\n"])


def _introduction(matrix: Matrix) -> Iterator[str]:
    yield f"<h1>{TITLE}</h1>\n<p>{escape(FAIR)}</p>"
    yield f'<p class="faint">{escape(editions(matrix))}</p>\n<ul class="legend">'
    for outcome, said in LEGEND.items():
        if outcome:
            symbol = f'<span class="{_css_class(outcome)}">{SYMBOLS[outcome]}</span>'
            yield f"<li>{symbol}{escape(said)}</li>"
    yield "</ul>"


def _table(matrix: Matrix) -> Iterator[str]:
    yield '<div class="scroll" tabindex="0" role="region" aria-label="the table">\n<table>'
    heads = "".join(map(_head, matrix.columns, range(len(matrix.columns))))
    yield f'<thead><tr><th class="corner" scope="col">requirement</th>{heads}</tr></thead>\n<tbody>'
    for name, rows in by_class(matrix):
        verdicts = "".join(_class_cell(column, name) for column in matrix.columns)
        yield f'<tr class="class"><th scope="rowgroup">{name.value}</th>{verdicts}</tr>'
        yield from map(_row, rows)
    yield "</tbody>\n</table>\n</div>"


def _head(column: Column, number: int) -> str:
    title = "\n".join(filter(None, (column.name, column.version, judged(column), column.trouble)))
    version = f"<small>{escape(column.version)}</small>" if column.version else ""
    link = f'<a href="#t{number}">{escape(column.name)}</a>'
    return f'<th scope="col" title="{escape(title)}"><div>{link}{version}</div></th>'


def _class_cell(column: Column, name: ConformanceClass) -> str:
    """Return how a class as a whole was judged: a sign in the cell, the words in its title."""
    if column.trouble:
        return '<td title="could not be run">-</td>'
    verdict = column.classes.get(name)
    said = verdict.value if verdict else "nothing tested"
    sign = {"conformant": "✓", "not conformant": "✗", "incomplete": "?"}.get(said, "")
    return f'<td title="{name.value}: {said}">{sign}</td>'


def _row(row: Row) -> str:
    says = f'<b>{row.id}</b> <span class="level">{row.level.value}</span> {escape(row.says)}'
    cells = "".join(_cell(cell, row, number) for number, cell in enumerate(row.cells))
    return f'<tr><th scope="row">{says}</th>{cells}</tr>'


def _cell(cell: Cell, row: Row, number: int) -> str:
    symbol = SYMBOLS[cell.outcome].strip()
    said = cell.outcome.value if cell.outcome else "no result"
    title = escape("\n".join((said, *cell.reasons)))
    if cell.outcome in EXPLAINED:
        symbol = f'<a href="#t{number}-{row.id}" aria-label="{said}">{symbol}</a>'
    return f'<td class="{_css_class(cell.outcome)}" title="{title}">{symbol}</td>'


def _target(matrix: Matrix, column: Column, number: int) -> Iterator[str]:
    yield f'<h2 id="t{number}">{escape(column.name)}</h2>'
    said = ": ".join(filter(None, (column.version, judged(column))))
    yield f'<p class="faint">{escape(said)}</p>'
    if column.trouble:
        yield f"<p>Could not be run: {escape(column.trouble)}</p>"
    rows = explained(matrix, number)
    if rows:
        yield f"<dl>{''.join(_explained(row, number) for row in rows)}</dl>"


def _explained(row: Row, number: int) -> str:
    cell = row.cells[number]
    said = cell.outcome.value if cell.outcome else ""
    outcome = f'<span class="{_css_class(cell.outcome)}">{said}</span>'
    term = f'<dt id="t{number}-{row.id}">{row.id}{outcome}</dt>'
    reasons = "".join(f"<dd>{escape(one)}</dd>" for one in cell.reasons)
    return f'{term}<dd class="faint">{escape(row.says)}</dd>{reasons}'


def _css_class(outcome: Outcome | None) -> str:
    return outcome.value.replace(" ", "-") if outcome else "none"
