"""Runs scenarios in the background, for callers that ask for one result after the other."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from functools import partial

from conformance.limits import Limits
from conformance.model import Profile, Result, Scenario
from conformance.scheduler import run_all
from conformance.target import Interruption
from conformance.threads import Task


class Background:
    """A run that goes on by itself; it is over at the latest when `close` returns."""

    def __init__(self, scenarios: Sequence[Scenario], profile: Profile, limits: Limits) -> None:
        self._interruption = Interruption()
        self._results: dict[str, Future[Result]] = {one.name: Future() for one in scenarios}
        self._task = Task(partial(self._run, scenarios, profile, limits))

    def result(self, scenario: Scenario) -> Result:
        """Return the result of one of the scenarios, as soon as there is one.

        Raises what ended the run, if a defect of ours did.
        """
        return self._results[scenario.name].result()

    def close(self) -> None:
        """End the run; what has no result yet is interrupted."""
        self._interruption.interrupt()
        self._task.wait()

    def _run(self, scenarios: Sequence[Scenario], profile: Profile, limits: Limits) -> None:
        try:
            for result in run_all(scenarios, profile, limits, self._interruption, _ignore):
                self._results[result.name].set_result(result)
        except BaseException as error:
            for future in self._results.values():
                if not future.done():
                    future.set_exception(error)


def _ignore(_: object) -> None:
    """Do nothing when a target opens."""
