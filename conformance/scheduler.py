"""Decides what runs when: waits lie side by side, and what restarts the server runs apart."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import partial
from queue import SimpleQueue

from conformance.engine import result_of, waits
from conformance.limits import Limits
from conformance.model import Outcome, Profile, Result, Scenario
from conformance.target import Interruption, Target, comes_last, opened
from conformance.threads import Task

_MOST_WAITING = 500  # threads that may sleep at once beside those that work
_RESTARTING_LANES = 2  # targets at most for the scenarios that restart theirs

_DISTURBING = frozenset({"restart", "kill", "store away"})

OnOpen = Callable[[str], None]
Results = SimpleQueue[Result | BaseException]


@dataclass(frozen=True)
class Lane:
    """Scenarios that share a target; `alone` ones run one after the other, waits and all."""

    scenarios: tuple[Scenario, ...]
    alone: bool = False


def run_all(
    scenarios: Sequence[Scenario],
    profile: Profile,
    limits: Limits,
    interruption: Interruption,
    on_open: OnOpen,
) -> Iterator[Result]:
    """Run the scenarios and yield each result as soon as there is one.

    All that waits starts at once, the longest first, and sleeps beside the rest; what needs the
    end of the run comes last, or has a target of its own from the start. Scenarios that restart
    the server have targets of their own, where they run one after the other. What proved nothing
    because the machine was too slow is tried again when all else has ended, one at a time.
    `on_open` gets the URL of each target once it is open. After an interruption the rest of the
    results come at once.
    """
    named = {one.name: one for one in scenarios}
    late: list[Scenario] = []
    for result in _run_lanes(lanes(scenarios, profile), profile, limits, interruption, on_open):
        if result.too_slow and not interruption.happened:
            late.append(named[result.name])
        else:
            yield result
    calm = replace(limits, concurrency=1)
    for lane in lanes(late, profile, restarting_lanes=1):
        yield from _run_lanes([lane], profile, calm, interruption, on_open)


def _run_lanes(
    lanes: Sequence[Lane],
    profile: Profile,
    limits: Limits,
    interruption: Interruption,
    on_open: OnOpen,
) -> Iterator[Result]:
    """Run the lanes side by side and yield each result as soon as there is one."""
    results: Results = SimpleQueue()
    tasks = [
        Task(partial(_run_lane, lane, profile, limits, interruption, on_open, results))
        for lane in lanes
    ]
    try:
        for _ in range(sum(len(lane.scenarios) for lane in lanes)):
            result = results.get()
            if isinstance(result, BaseException):
                raise result
            yield result
    except BaseException:
        interruption.interrupt()
        raise
    finally:
        for task in tasks:
            task.wait()  # it stops its server last


def shuffled(scenarios: Sequence[Scenario], seed: int) -> list[Scenario]:
    """Return the scenarios in an order that is random, but the same for the same seed."""
    order = list(scenarios)
    random.Random(seed).shuffle(order)  # noqa: S311 (nothing secret)
    return order


def lanes(
    scenarios: Sequence[Scenario], profile: Profile, restarting_lanes: int = _RESTARTING_LANES
) -> list[Lane]:
    """Return what shares a target: all that leaves it as it is, and what needs one of its own.

    Where the suite can start targets, one is for the scenarios that may be the end of it, and a few
    are for those that restart theirs, each as long as the others as far as its waits go.
    """
    restarting = [one for one in scenarios if restarts(one, profile)]
    staying = [one for one in scenarios if not restarts(one, profile)]
    ending = tuple(one for one in staying if ends(one, profile))
    others = tuple(one for one in staying if not ends(one, profile))
    shares: list[list[Scenario]] = [[] for _ in restarting[:restarting_lanes]]
    for one in longest_first(restarting, profile):
        min(shares, key=lambda share: _waits(share, profile)).append(one)
    every = [Lane(ending), Lane(others), *(Lane(tuple(share), alone=True) for share in shares)]
    return [lane for lane in every if lane.scenarios]


def restarts(scenario: Scenario, profile: Profile) -> bool:
    """Say whether the scenario would take the server, or its store, from under others' feet."""
    return bool(_DISTURBING & set(scenario.needs)) and profile.launch is not None


def ends(scenario: Scenario, profile: Profile) -> bool:
    """Say whether the scenario has a target to itself and its like, which it may use up."""
    return comes_last(scenario) and profile.launch is not None


def longest_first(scenarios: Sequence[Scenario], profile: Profile) -> list[Scenario]:
    """Return the scenarios by the time they wait; those that wait as long keep their order."""
    return sorted(scenarios, key=lambda one: waits(one, profile.timeouts), reverse=True)


def _waits(scenarios: Sequence[Scenario], profile: Profile) -> float:
    # A scenario counts for something even if it does not wait: it starts the server again.
    return sum(1 + waits(one, profile.timeouts) for one in scenarios)


def shares(scenarios: Sequence[Scenario], profile: Profile, count: int) -> dict[str, int]:
    """Return, by name, which of `count` processes runs each scenario: waits are spread evenly.

    Scenarios that restart the server, and those that end it, stay together, so that only one
    process starts a server more for each of the two.
    """
    at_home = {one.name: count - 1 for one in scenarios if restarts(one, profile)}
    at_home |= {one.name: 0 for one in scenarios if ends(one, profile)}
    ordered = longest_first([one for one in scenarios if one.name not in at_home], profile)
    return at_home | {one.name: number % count for number, one in enumerate(ordered)}


def _run_lane(
    lane: Lane,
    profile: Profile,
    limits: Limits,
    interruption: Interruption,
    on_open: OnOpen,
    results: Results,
) -> None:
    """Run the scenarios of a lane on a target of their own; results and defects are queued."""
    limits = replace(limits, concurrency=1) if lane.alone else limits
    try:
        with opened(needed(profile, lane), limits, interruption) as target:
            on_open(target.profile.base_url)
            for round_ in rounds(lane):
                for future in _all_of(round_, target, interruption):
                    results.put(future.result())
    except BaseException as error:
        results.put(error)


def needed(profile: Profile, lane: Lane) -> Profile:
    """Return the profile without nodes where nothing of the lane needs any: fewer are started."""
    if any("nodes" in one.needs for one in lane.scenarios):
        return profile
    return replace(profile, nodes=())


def rounds(lane: Lane) -> list[Lane]:
    """Return what runs first, what then runs one by one, and what comes when all has ended."""
    last = tuple(one for one in lane.scenarios if comes_last(one))
    others = [one for one in lane.scenarios if not comes_last(one)]
    alone = {"quiet", "store away"}  # the latter only where it has no target of its own
    quiet = tuple(one for one in others if alone & set(one.needs))
    first = tuple(one for one in others if not alone & set(one.needs))
    return [Lane(first, lane.alone), Lane(quiet, alone=True), Lane(last, lane.alone)]


def _all_of(lane: Lane, target: Target, interruption: Interruption) -> Iterator[Future[Result]]:
    """Run the scenarios and yield each when it has ended.

    Those that wait have threads of their own and lend their places while they sleep.
    """
    waiting, at_work = _split(lane.scenarios, target) if not lane.alone else ([], lane.scenarios)
    sleepers = ThreadPoolExecutor(min(max(len(waiting), 1), _MOST_WAITING))
    workers = ThreadPoolExecutor(1 if lane.alone else target.limits.concurrency)
    with sleepers, workers:
        futures = [sleepers.submit(_perform, target, one, interruption) for one in waiting]
        futures += [workers.submit(_perform, target, one, interruption) for one in at_work]
        yield from as_completed(futures)


def _split(
    scenarios: Sequence[Scenario], target: Target
) -> tuple[Sequence[Scenario], Sequence[Scenario]]:
    """Return the scenarios that wait, the longest first, and the others."""
    seconds = [waits(one, target.profile.timeouts) for one in scenarios]
    waiting = [one for one, wait in zip(scenarios, seconds, strict=True) if wait]
    others = [one for one, wait in zip(scenarios, seconds, strict=True) if not wait]
    return longest_first(waiting, target.profile), others


def _perform(target: Target, scenario: Scenario, interruption: Interruption) -> Result:
    if interruption.happened:
        reason = "the run was interrupted before this"
        return result_of(scenario, Outcome.NOT_TESTED, scenario.place, reason)
    return target.perform(scenario)
