"""Runs scenarios against a target before somebody's eyes, and judges what came of them."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from types import FrameType

from conformance import __version__
from conformance.limits import Limits
from conformance.model import Outcome, Profile, Result, Scenario, Verdict
from conformance.outcomes import Run, summarise
from conformance.processes import run_spread
from conformance.reports import text
from conformance.reports.layout import number_of
from conformance.scheduler import run_all
from conformance.specification import Specification
from conformance.target import Interruption
from conformance.terminal import say, use_colour
from conformance.versions import version_of
from conformance.waiting import Notices

_INTERRUPTED = "interrupted: finishing the report (once more to stop at once)"


@dataclass
class Judgement:
    """One run of a command line: what to run against what, and how."""

    specification: Specification
    profile: Profile
    scenarios: Sequence[Scenario]
    limits: Limits
    processes: int = 1
    strict: bool = False
    url: str = field(default="", init=False)

    def run(self) -> Run:
        """Run everything, show what comes of it, and judge; Ctrl-C ends it with what is known."""
        started, began = datetime.now(timezone.utc), time.monotonic()
        self.url = self.profile.base_url
        say(f"{self.profile.name}: {number_of(len(self.scenarios), 'scenario')}")
        with _interruptible() as interruption:
            results = self._shown(self._running(interruption), interruption)
        finished = summarise(
            self.specification.requirements.values(),
            results,
            suite_version=__version__,
            scenarios_sha256=self.specification.sha256,
            target_name=self.profile.name,
            target_url=self.url,
            target_version=version_of(self.profile),
            started=started,
            seconds=time.monotonic() - began,
            strict=self.strict,
        )
        if interruption.happened and finished.verdict is Verdict.CONFORMANT:
            return replace(finished, verdict=Verdict.INCOMPLETE)
        return finished

    def _running(self, interruption: Interruption) -> Iterator[Result]:
        scenarios, profile, limits = self.scenarios, self.profile, self.limits
        if self.processes > 1:
            more = (interruption, self._opened, self.processes)
            return run_spread(scenarios, profile, limits, *more)
        return run_all(scenarios, profile, limits, interruption, self._opened)

    def _opened(self, url: str) -> None:
        self.url = url

    def _shown(self, running: Iterator[Result], interruption: Interruption) -> list[Result]:
        """Return all results; each is shown once it is there, but no error a hundred times."""
        results: list[Result] = []
        told: set[str] = set()
        with Notices(interruption.waking, say).watching() as notices:
            for result in running:
                results.append(result)
                notices.result()
                if interruption.happened and _INTERRUPTED not in told:
                    told.add(_INTERRUPTED)
                    say(_INTERRUPTED)
                if result.outcome is not Outcome.ERROR or result.reason not in told:
                    many = len(self.scenarios)
                    say(text.progress_line(result, len(results), many, colour=use_colour()))
                if result.outcome is Outcome.ERROR:
                    told.add(result.reason)
        return results


@contextmanager
def _interruptible() -> Iterator[Interruption]:
    """Let the first Ctrl-C (or SIGTERM) end the run with a report; a second one ends it at once."""
    interruption = Interruption()

    def handle(_number: int, _frame: FrameType | None) -> None:
        if interruption.happened:
            raise KeyboardInterrupt
        interruption.interrupt()  # no word here: this may have come in the middle of another

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, handle) for number in numbers}
    try:
        yield interruption
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
