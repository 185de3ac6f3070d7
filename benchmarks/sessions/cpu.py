"""The CPU time of processes, from /proc."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

_TICK = 1 / os.sysconf("SC_CLK_TCK")  # seconds, usually 0.01


def spent(pids: Iterable[int]) -> float:
    """Return the CPU seconds of the processes and of all that descend from them and still run."""
    return sum(map(_seconds, {one for pid in pids for one in _family(pid)}))


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return
    for task in tasks:
        for child in _read(task / "children").split():
            yield from _family(int(child))


def _seconds(pid: int) -> float:
    """Return utime + stime, with those of children that have ended and were waited for."""
    return _of_stat(_read(Path(f"/proc/{pid}/stat")))


def _of_stat(text: str) -> float:
    # The name, in brackets, may hold spaces and brackets.
    fields = text.rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) * _TICK


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
