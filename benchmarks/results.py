"""Writes what was measured as Markdown: a table for each comparison, one for the growth."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from benchmarks import machine
from benchmarks.rounds import Row, Table

Measured = Mapping[Table, Sequence[Row]]

_HEAD = """\
# Results

Written by `python -m benchmarks`; [README.md](README.md) says what is measured and how.

* Machine: {machine}
* Rounds: {rounds}, all tools in turns; what takes longer than {patience:g} s is measured once.
* Load before: {before}; after: {after} (1, 5 and 15 minutes).
* wall: the median in seconds, then minimum and maximum. CPU: the median of the seconds of all
  processes of the tool, the server's apart. memory: the largest process at its peak.
  ratio: the median wall time over that of the first row.

"""
_COLUMNS = "| tool | wall s | min-max | ratio | CPU s | memory MiB |\n|---|--:|--:|--:|--:|--:|\n"


def markdown(
    tables: Measured,
    growth: Measured,
    rounds: int,
    before: str,
    *,
    patience: float = math.inf,
    profile: str = "",
) -> str:
    """Return the whole page; `before` is the load before, `profile` tells of single requests."""
    head = _HEAD.format(
        machine=machine.described(),
        rounds=rounds,
        patience=patience,
        before=before,
        after=machine.load(),
    )
    parts = [head, "![wall times](results.svg)\n\n"]
    parts += (_table(table, rows) for table, rows in tables.items())
    parts += [_growth(growth)] if growth else []
    parts += [f"## Where the time of a request goes\n\n```\n{profile}```\n\n"] if profile else []
    every = [row for rows in tables.values() for row in rows]
    return "".join([*parts, _versions(every)])


def _table(table: Table, rows: Sequence[Row]) -> str:
    first = next((row.wall for row in rows if row.figures), 1.0)
    lines = "".join(f"{_row(row, first)}\n" for row in rows)
    return f"## {table.title}\n\n{_COLUMNS}{lines}\n"


def _row(row: Row, first: float) -> str:
    if not row.figures:
        return f"| {row.tool.name} | {row.trouble} | | | | |"
    walls = row.walls
    spread = f"{walls[0]:.2f}-{walls[-1]:.2f}"
    costs = f"{row.wall / first:.2f} | {row.cpu:.2f} | {row.memory:.0f}"
    return f"| {row.tool.name} | {row.wall:.2f} | {spread} | {costs} |"


def _growth(growth: Measured) -> str:
    lines = [
        "## How it grows\n",
        "ms per scenario: the median wall time divided by the number of scenarios. KiB more: what "
        "each further\nscenario adds to the largest process, over the row above.\n",
        "| tool | scenarios | wall s | ms per scenario | memory MiB | KiB more |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    names = list(dict.fromkeys(row.tool.name for rows in growth.values() for row in rows))
    return "\n".join([*lines, *(line for name in names for line in _grown(name, growth))]) + "\n\n"


def _grown(name: str, growth: Measured) -> Iterator[str]:
    before: tuple[int, float] | None = None
    for table, rows in growth.items():
        for row in rows:
            if row.tool.name != name or not row.figures:
                continue
            count = table.scenarios
            more = ""
            if before:
                more = f"{(row.memory - before[1]) * 1024 / (count - before[0]):.2f}"
            before = count, row.memory
            each = row.wall / count * 1000
            yield f"| {name} | {count} | {row.wall:.2f} | {each:.2f} | {row.memory:.0f} | {more} |"


def _versions(rows: Sequence[Row]) -> str:
    versions = {row.tool.name: row.tool.version_text or "not installed" for row in rows}
    lines = "".join(f"* {name}: {version}\n" for name, version in versions.items())
    return f"## Versions\n\n{lines}"
