"""What is measured: each table's work, all its tools in turns, over several rounds."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median

from benchmarks.measuring import DidNotDoTheWork, Figures, measure, serving, written
from benchmarks.tools import Tool
from benchmarks.work import Kind, Work


@dataclass(frozen=True)
class Table:
    """A comparison of tools at so many scenarios of one kind."""

    title: str
    kind: Kind
    scenarios: int


@dataclass
class Row:
    """What a tool came to: its figures of each round, or why there are none."""

    tool: Tool
    figures: list[Figures] = field(default_factory=list)
    trouble: str = ""

    @property
    def walls(self) -> list[float]:
        """The wall times in seconds, shortest first."""
        return sorted(one.wall for one in self.figures)

    @property
    def wall(self) -> float:
        """The median of the wall times, in seconds."""
        return median(self.walls)

    @property
    def cpu(self) -> float:
        """The median of the CPU times, in seconds."""
        return median(one.cpu for one in self.figures)

    @property
    def memory(self) -> float:
        """The largest memory of a process, in MiB."""
        return max(one.memory for one in self.figures)


def measured(
    table: Table, tools: Sequence[Tool], rounds: int, patience: float = math.inf
) -> list[Row]:
    """Let the tools do the work of a table one after the other, so many rounds over.

    What takes longer than `patience`, in seconds, is measured once.
    """
    fitting = [one for one in tools if table.kind in one.kinds]
    rows = [Row(one, trouble="" if one.is_installed else "not installed") for one in fitting]
    with ExitStack() as stack:
        url = stack.enter_context(serving(table.kind))
        work = Work(table.kind, table.scenarios, url)
        for number in range(rounds):
            for row in rows:
                if not row.trouble and not (row.figures and row.walls[0] > patience):
                    _measure(row, work, f"{table.title}, round {number + 1}")
    return rows


def _measure(row: Row, work: Work, where: str) -> None:
    # Written anew each time: files of another run may lie in the folder.
    with written(row.tool, work) as folder:
        try:
            row.figures.append(measure(row.tool, work, folder))
        except DidNotDoTheWork as error:
            row.trouble = "failed"
            sys.stderr.write(f"{error}\n")
            return
    sys.stderr.write(f"{where}: {row.tool.name}: {row.figures[-1].wall:.2f} s\n")
