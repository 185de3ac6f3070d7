"""Says where the CPU time of a request goes, by looking at the stack at every millisecond of it."""

from __future__ import annotations

import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import requests
import urllib3

import conformance
from benchmarks.measuring import serving
from benchmarks.work import Work, write_ours
from conformance.engine import Settings, run
from conformance.model import Outcome
from conformance.profiles import read_profile
from conformance.specification import load
from conformance.vocabulary import VOCABULARY

_EVERY = 0.001  # seconds of CPU time between two looks
_WARM_UP = 20  # scenarios before the first look
_SENDING, _OURS = "ours: sending", "ours: the rest"
_SENDERS = ("wire", "connections", "answers")  # our modules that send a request, and read an answer
_PACKAGES = {
    **{str(Path(conformance.__path__[0], f"{name}.py")): _SENDING for name in _SENDERS},
    conformance.__path__[0]: _OURS,
    requests.__path__[0]: "requests",
    urllib3.__path__[0]: "urllib3",
}
_PYTHON = "standard library"


def profile(scenarios: int = 3000) -> str:
    """Run scenarios one after the other against the stub and return a text of what took how long.

    A look counts for the package of the innermost function that is at work (for what is written in
    C: of the function that called it). `with what it calls` counts the standard library for the
    package that called it, however deep.
    """
    with serving("logouts") as url, tempfile.TemporaryDirectory() as folder:
        work = Work("logouts", scenarios, url)
        write_ours(work, Path(folder))
        target = read_profile(Path(folder) / "profile.yaml")
        specification = load(Path(folder) / "scenarios", VOCABULARY)
        settings = Settings()
        for scenario in specification.scenarios[:_WARM_UP]:
            run(scenario, target, None, settings)
        looks = _Looks()
        started = time.process_time()
        with looks:
            for scenario in specification.scenarios:
                if run(scenario, target, None, settings).outcome is not Outcome.PASSED:
                    raise RuntimeError(f"{scenario.name} did not pass")
        cpu = time.process_time() - started
    return looks.text(cpu / work.requests * 1e6, work.requests)


class _Looks:
    """Looks at the stack whenever a little CPU time has gone by."""

    def __init__(self) -> None:
        self.innermost: Counter[str] = Counter()
        self.charged: Counter[str] = Counter()
        self.places: Counter[str] = Counter()

    def __enter__(self) -> None:
        signal.signal(signal.SIGPROF, self._look)
        signal.setitimer(signal.ITIMER_PROF, _EVERY, _EVERY)

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, signal.SIG_DFL)

    def _look(self, _: int, frame: FrameType | None) -> None:
        packages = list(map(_package, _stack(frame)))
        self.innermost[packages[0]] += 1
        self.charged[next((one for one in packages if one != _PYTHON), _PYTHON)] += 1
        if frame and packages[0] in (_SENDING, _OURS):
            code = frame.f_code
            self.places[f"{Path(code.co_filename).name}: {code.co_name}"] += 1

    def text(self, microseconds: float, requests: int) -> str:
        """Return the shares as a table; `microseconds` of CPU time go into each request."""
        total = sum(self.innermost.values())
        lines = [
            f"{microseconds:.0f} microseconds of CPU time per request of the suite's own process "
            f"({requests} requests, {total} looks)\n",
            f"{'package':<18}{'itself':>8}{'with what it calls':>20}",
        ]
        for name in (*dict.fromkeys(_PACKAGES.values()), _PYTHON):
            itself, charged = self.innermost[name] / total, self.charged[name] / total
            with_calls = f"{charged:>20.1%}" if name != _PYTHON else ""
            lines.append(f"{name:<18}{itself:>8.1%}{with_calls}")
        lines.append("\nfunctions of ours that take most:")
        lines += [
            f"{number / total:>6.1%}  {place}" for place, number in self.places.most_common(12)
        ]
        return "\n".join(lines) + "\n"


def _stack(frame: FrameType | None) -> Iterator[FrameType]:
    while frame:
        yield frame
        frame = frame.f_back


def _package(frame: FrameType) -> str:
    path = frame.f_code.co_filename
    return next((name for part, name in _PACKAGES.items() if path.startswith(part)), _PYTHON)


if __name__ == "__main__":
    sys.stdout.write(profile())
