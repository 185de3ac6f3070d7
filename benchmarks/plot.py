"""Draws the wall times as a picture; needs matplotlib, which nothing else here does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.rounds import Row, Table

_OURS, _OTHERS = "tab:blue", "tab:gray"


def draw(tables: Mapping[Table, Sequence[Row]], path: Path) -> None:
    """Write a picture with a panel for each table: a bar for the median, a line from min to max."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "results"  # the same picture for the same figures
    from matplotlib import pyplot as plt

    figure, panels = plt.subplots(len(tables), figsize=(8, 2.6 * len(tables)), squeeze=False)
    for panel, (table, rows) in zip(panels[:, 0], tables.items(), strict=True):
        shown = [row for row in rows if row.figures]
        walls = [row.wall for row in shown]
        below = [row.wall - row.walls[0] for row in shown]
        above = [row.walls[-1] - row.wall for row in shown]
        colours = [_OURS if row.tool.written_for == "ours" else _OTHERS for row in shown]
        names = [row.tool.name for row in shown]
        panel.barh(names, walls, xerr=[below, above], color=colours, log=True)
        panel.invert_yaxis()
        panel.set_title(table.title, loc="left", fontsize="medium")
        panel.set_xlabel("wall time in seconds (logarithmic)", fontsize="small")
        panel.tick_params(labelsize="small")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
