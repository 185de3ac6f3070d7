"""One subject behind gunicorn, the same for all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import benchmarks
from benchmarks.sessions import cpu, load
from benchmarks.sessions.figures import Figures
from benchmarks.sessions.ports import free_port, wait_until_open
from benchmarks.sessions.stores import Store
from benchmarks.sessions.subjects import APPS, Subject

# One worker, kept busy: over several, connections are spread by chance, and CPU time with them.
WORKERS, THREADS, CONNECTIONS = 1, 4, 4
GUNICORN = ["--workers", str(WORKERS), "--threads", str(THREADS), "--keep-alive", "75"]
QUIET = ["--log-level", "error", "--no-control-socket"]
_ROOT = Path(benchmarks.__file__).parents[1]


class WrongAnswers(Exception):
    """A server answered something else than the name of the user."""


@dataclass(frozen=True)
class Running:
    """A server that runs, and the pids whose CPU time counts."""

    subject: Subject
    port: int
    pids: tuple[int, ...]
    keys: Path

    def turn(self, seconds: float) -> Figures:
        """Ask for so many seconds and return what it cost; raises WrongAnswers."""
        before = cpu.spent(self.pids)
        told = self._load(seconds)
        used = cpu.spent(self.pids) - before
        if told["wrong"]:
            raise WrongAnswers(f"{self.subject.name}: {told['wrong']} times, {told['sample']}")
        requests = int(told["requests"])
        return Figures(used / requests * 1e6, requests / told["seconds"], told["p99"], requests)

    def _load(self, seconds: float) -> dict[str, float]:
        command = [
            sys.executable,
            load.__file__,
            str(self.port),
            self.subject.path,
            str(self.keys),
            str(seconds),
            str(CONNECTIONS),
        ]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603
        figures: dict[str, float] = json.loads(done.stdout)
        return figures


@contextmanager
def serving(subject: Subject, store: Store | None, keys: Path) -> Iterator[Running]:
    """Start the subject's server over a store and yield it; it is stopped at the end."""
    port = free_port()
    environment = os.environ | subject.environment | {"PYTHONPATH": str(_ROOT)}
    if store:
        environment |= {subject.database_name: store.url}
    command = [sys.executable, "-m", "gunicorn", *GUNICORN, *QUIET, "-b", f"127.0.0.1:{port}"]
    with subprocess.Popen(  # noqa: S603 (our own servers)
        [*command, f"{APPS}.{subject.app}:app"],
        env=environment,
        cwd=keys.parent,
        stdin=subprocess.DEVNULL,
    ) as server:
        try:
            wait_until_open(port)
            database = (store.pid,) if store and store.pid else ()
            yield Running(subject, port, (server.pid, *database), keys)
        finally:
            server.terminate()
