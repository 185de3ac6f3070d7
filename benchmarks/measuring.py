"""Runs a tool as a process of its own and says what it cost, from start to end."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from benchmarks import stub
from benchmarks.tools import Tool
from benchmarks.work import IDLE, WRITERS, Kind, Work


class DidNotDoTheWork(Exception):
    """A tool failed, or sent fewer requests than the work has."""


@dataclass(frozen=True)
class Figures:
    """What a run took.

    `wall` and `cpu` are in seconds, `cpu` of the process and all its children; `memory` is that of
    the largest process among them at its peak, in MiB.
    """

    wall: float
    cpu: float
    memory: float


@contextmanager
def serving(kind: Kind) -> Iterator[str]:
    """Start the server for a kind of work and yield its URL; it is stopped at the end."""
    idle = str(IDLE if kind == "waits" else 0)
    with subprocess.Popen(  # noqa: S603 (our own file)
        [sys.executable, stub.__file__, idle],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
        server.stdin.close()


@contextmanager
def written(tool: Tool, work: Work) -> Iterator[Path]:
    """Yield a folder that holds the work as this tool wants it."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        WRITERS[tool.written_for](work, Path(folder))
        yield Path(folder)


def measure(tool: Tool, work: Work, folder: Path) -> Figures:
    """Let the tool do the work that is written in `folder`.

    Raises DidNotDoTheWork unless it succeeds and the server has answered every request.
    """
    before = _answered(work.url)
    figures, succeeded, output = _run(tool, tool.command(work), folder)
    answered = _answered(work.url) - before
    if not succeeded or answered < work.requests:
        told = output[-2000:]
        raise DidNotDoTheWork(f"{tool.name}: {answered} of {work.requests} requests\n{told}")
    return figures


def _run(tool: Tool, command: Sequence[str], folder: Path) -> tuple[Figures, bool, str]:
    with tempfile.TemporaryFile() as output:
        started = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 (programs that the user has installed)
            command,
            cwd=folder,
            env=tool.whole_environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        told = output.read().decode("utf-8", "replace")
    figures = Figures(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
    return figures, process.returncode == 0, told


def _answered(url: str) -> int:
    with urlopen(f"{url}/answered") as response:  # noqa: S310 (our own server)
        return int(response.read())
