"""Decides what runs when: many scenarios at once, those that restart the server apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Thread

from conformance.engine import result_of, waits
from conformance.model import Outcome, Profile, Result, Scenario
from conformance.target import Interruption, Limits, Target, opened


@dataclass(frozen=True)
class Plan:
    """How to run: so many scenarios at once, within these limits."""

    jobs: int = 8
    limits: Limits = field(default_factory=Limits)


def run_all(
    scenarios: Sequence[Scenario],
    profile: Profile,
    plan: Plan,
    interruption: Interruption,
    on_open: Callable[[Target], None],
) -> Iterator[Result]:
    """Run the scenarios and yield each result as soon as there is one.

    What waits longest starts first, and what needs the end of the run comes last. Scenarios that
    restart the server have a target of their own, where they run one after the other beside the
    rest. `on_open` gets each target once it is open. After an interruption the rest of the results
    come at once.
    """
    restarting = [one for one in scenarios if restarts(one, profile)]
    others = [one for one in scenarios if one not in restarting]
    others.sort(key=lambda one: waits(one, profile.timeouts), reverse=True)
    results: SimpleQueue[Result | BaseException] = SimpleQueue()
    threads = [
        Thread(target=_run_lane, args=(lane, jobs, profile, plan, interruption, on_open, results))
        for lane, jobs in ((others, plan.jobs), (restarting, 1))
        if lane
    ]
    for thread in threads:
        thread.start()
    try:
        for _ in scenarios:
            result = results.get()
            if isinstance(result, BaseException):
                raise result
            yield result
    except BaseException:
        interruption.interrupt()
        raise
    finally:
        for thread in threads:
            thread.join()  # it stops its server last


def restarts(scenario: Scenario, profile: Profile) -> bool:
    """Say whether the scenario would stop the server under the feet of others."""
    return "restart" in scenario.needs and profile.launch is not None


def rounds(scenarios: Sequence[Scenario]) -> tuple[list[Scenario], list[Scenario]]:
    """Return what runs first, and what comes when all that has ended."""
    first = [one for one in scenarios if not comes_last(one)]
    return first, [one for one in scenarios if comes_last(one)]


def comes_last(scenario: Scenario) -> bool:
    """Say whether the scenario has to wait until all others have ended."""
    return "the end of the run" in scenario.needs


def _run_lane(
    scenarios: Sequence[Scenario],
    jobs: int,
    profile: Profile,
    plan: Plan,
    interruption: Interruption,
    on_open: Callable[[Target], None],
    results: SimpleQueue[Result | BaseException],
) -> None:
    """Run scenarios on one target, `jobs` at once; results and defects go into the queue."""
    try:
        with opened(profile, plan.limits, interruption) as target:
            on_open(target)
            for round_ in rounds(scenarios):
                with ThreadPoolExecutor(jobs) as pool:
                    running = [pool.submit(_perform, target, one, interruption) for one in round_]
                    for future in as_completed(running):
                        results.put(future.result())
    except BaseException as error:
        results.put(error)


def _perform(target: Target, scenario: Scenario, interruption: Interruption) -> Result:
    if interruption.happened:
        reason = "the run was interrupted before this"
        return result_of(scenario, Outcome.NOT_TESTED, scenario.place, reason)
    return target.perform(scenario)
