"""Draws what a session check adds; needs matplotlib, which nothing else here does."""

from __future__ import annotations

from pathlib import Path

from benchmarks.sessions.figures import Measured, Setting, added
from benchmarks.sessions.subjects import REFERENCE, SUBJECTS

_OURS, _OTHERS = "tab:blue", "tab:gray"


def draw(measured: Measured, path: Path) -> None:
    """Write a picture with a panel for each setting: bars for medians, lines for the spread."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "sessions"  # the same picture for the same figures
    from matplotlib import pyplot as plt

    size = (8, 2.2 * len(measured))
    figure, panels = plt.subplots(len(measured), figsize=size, squeeze=False, sharex=True)
    for panel, setting in zip(panels[:, 0], measured, strict=True):
        _panel(panel, setting, measured)
    panels[-1, 0].set_xlabel("microseconds of CPU per request beyond the ceiling (logarithmic)")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def _panel(panel: object, setting: Setting, measured: Measured) -> None:
    from matplotlib.axes import Axes

    assert isinstance(panel, Axes)
    turns = measured[setting]
    shown = {one.name: added(one.name, turns) for one in SUBJECTS if one.name in turns}
    bars = {name: one for name, one in shown.items() if one and one.median > 0}
    panel.barh(
        list(bars),
        [one.median for one in bars.values()],
        xerr=[
            [one.median - one.least for one in bars.values()],
            [one.greatest - one.median for one in bars.values()],
        ],
        color=[_OURS if name == REFERENCE else _OTHERS for name in bars],
        log=True,
    )
    panel.invert_yaxis()
    panel.set_title(setting.title, loc="left", fontsize="medium")
    panel.tick_params(labelsize="small")
