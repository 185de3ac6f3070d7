from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from toyserver import Asked, Reply
from toysuite import HTTPS, IDLE, LOGIN, LOGOUT, RESTART, START, Suite, alive

from conformance.engine import result_of
from conformance.model import Outcome, Profile, Result, Scenario
from conformance.scheduler import (
    Lane,
    lanes,
    longest_first,
    needed,
    restarts,
    rounds,
    run_all,
    shares,
    shuffled,
)
from conformance.target import Interruption, Limits, Target

OWN_SERVER = {"base url": "http://127.0.0.1:{port}"}


class Unslept(Interruption):
    """Notes how long everybody would have slept."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def run(
    scenarios: Sequence[Scenario],
    profile: Profile,
    jobs: int = 4,
    limits: Limits | None = None,
    interruption: Interruption | None = None,
    on_open: Any = lambda _: None,
) -> dict[str, Result]:
    limits = replace(limits or Limits(timeout=5), concurrency=jobs)
    results = list(run_all(scenarios, profile, limits, interruption or Interruption(), on_open))
    assert Counter(one.name for one in results) == Counter(one.name for one in scenarios)
    return {one.name: one for one in results}


def outcomes(results: dict[str, Result]) -> dict[str, str]:
    return {name: result.outcome.value for name, result in results.items()}


def named(suite: Suite, **steps: str) -> list[Scenario]:
    return [suite.scenario(text, f"toy/{name}") for name, text in steps.items()]


def waiting(duration: str) -> str:
    return f"when:\n  - wait: {duration}\nthen:\n  - log in: alice\n"


LAST = f"needs: [the end of the run]\n{LOGIN.lstrip()}"


@pytest.fixture
def live(suite: Suite) -> Suite:
    suite.toy.clock = time.monotonic
    return suite


@pytest.mark.parametrize("jobs", [1, 3, 40])
def test_every_scenario_has_its_result_exactly_once(live: Suite, jobs: int) -> None:
    live.toy.routes["POST /logout"] = lambda _: Reply()
    kinds = {"login": LOGIN, "logout": LOGOUT, "https": HTTPS, "restart": RESTART, "long": IDLE}
    cases = {f"{name}-{number}": text for name, text in kinds.items() for number in range(6)}
    results = run(named(live, **cases), live.profile(), jobs, Limits(max_wait=5))
    assert Counter(outcomes(results).values()) == {"passed": 6, "failed": 6, "not tested": 18}


KILL = RESTART.replace("restart the server", "kill the server")
AWAY = "when:\n  - take the store away\nthen:\n  - log in: alice\n"
NODES = LOGIN.replace("visit: protected page\n", "visit: protected page\n    on: another node\n")


def test_kills_and_absent_stores_have_targets_of_their_own(suite: Suite) -> None:
    store = {"take away": "./a", "bring back": "./b"}
    profile = suite.profile({"start": "./serve", "store": store, "nodes": ["http://127.0.0.1:9"]})
    cases = named(suite, login=LOGIN, nodes=NODES, kill=KILL, away=AWAY)
    shared, *apart = lanes(cases, profile)
    assert [one.name for one in shared.scenarios] == ["toy/login", "toy/nodes"]
    assert sorted(one.name for lane in apart for one in lane.scenarios) == ["toy/away", "toy/kill"]
    assert all(lane.alone for lane in apart)


def test_a_store_goes_away_alone_where_the_suite_starts_nothing(suite: Suite) -> None:
    store = {"take away": "./a", "bring back": "./b"}
    (lane,) = lanes(named(suite, away=AWAY, login=LOGIN), suite.profile({"store": store}))
    first, alone, _ = rounds(lane)
    assert [one.name for one in first.scenarios] == ["toy/login"]
    assert [one.name for one in alone.scenarios] == ["toy/away"]
    assert alone.alone


def test_nodes_are_started_where_a_scenario_needs_them(suite: Suite) -> None:
    profile = suite.profile({"nodes": ["http://127.0.0.1:9"]})
    login, nodes = named(suite, login=LOGIN, nodes=NODES)
    assert needed(profile, Lane((login,))).nodes == ()
    assert needed(profile, Lane((login, nodes))) == profile


def test_nothing_to_run_opens_nothing(live: Suite) -> None:
    assert run([], live.profile()) == {}
    assert live.toy.asked == []


def test_as_many_scenarios_as_asked_for_run_at_once_and_no_more(live: Suite) -> None:
    running, most = [0], [0]
    lock, all_here = threading.Lock(), threading.Barrier(3, timeout=5)

    def me(asked: Asked) -> Reply:
        if asked.cookies:
            with lock:
                running[0] += 1
                most[0] = max(most[0], running[0])
            all_here.wait()
            with lock:
                running[0] -= 1
        return live.toy.me(asked)

    def on_open(_: str) -> None:
        live.toy.routes["GET /me"] = me

    cases = {f"case-{number}": LOGIN for number in range(9)}
    results = run(named(live, **cases), live.profile(), 3, on_open=on_open)
    assert set(outcomes(results).values()) == {"passed"}
    assert most == [3]


def test_what_waits_longest_starts_first(live: Suite) -> None:
    cases = named(
        live,
        short=waiting("half the idle timeout"),
        none=LOGIN,
        longest=waiting("longer than the absolute timeout"),
        long=waiting("longer than the idle timeout"),
    )
    first = [one.name for one in longest_first(cases, live.profile())]
    assert first == [f"toy/{name}" for name in ("longest", "long", "short", "none")]
    interruption = Unslept()
    run(cases, live.profile(), 1, Limits(max_wait=100), interruption)
    assert sorted(interruption.slept) == [5, 11, 61]


def test_waits_lie_side_by_side_whatever_may_be_at_work(live: Suite) -> None:
    asleep = threading.Barrier(12, timeout=10)

    class Together(Interruption):
        def sleep(self, _: float) -> None:
            asleep.wait()  # raises unless all of them sleep at the same time

    cases = named(
        live, **{f"wait-{number}": waiting("half the idle timeout") for number in range(12)}
    )
    results = run(cases, live.profile(), 1, Limits(max_wait=100), Together())
    assert set(outcomes(results).values()) == {"passed"}


def test_a_shuffled_order_is_the_same_for_the_same_seed(suite: Suite) -> None:
    cases = named(suite, **{f"case-{number}": LOGIN for number in range(20)})
    assert shuffled(cases, 1) == shuffled(cases, 1) != shuffled(cases, 2)
    assert sorted(shuffled(cases, 1), key=lambda one: one.name) == sorted(
        cases, key=lambda one: one.name
    )


def test_waits_are_spread_evenly_over_processes(suite: Suite) -> None:
    cases = named(
        suite,
        **{f"wait-{number}": waiting("half the idle timeout") for number in range(4)},
        **{f"quick-{number}": LOGIN for number in range(4)},
        restart=RESTART,
    )
    profile = suite.profile({**OWN_SERVER, "start": START})
    share = shares(cases, profile, 2)
    assert set(share) == {one.name for one in cases}
    for kind in ("wait", "quick"):
        own = Counter(share[f"toy/{kind}-{number}"] for number in range(4))
        assert own == {0: 2, 1: 2}


def test_scenarios_that_restart_the_server_have_few_lanes(suite: Suite) -> None:
    cases = named(suite, one=LOGIN, **{f"restart-{number}": RESTART for number in range(5)})
    every = lanes(cases, suite.profile({**OWN_SERVER, "start": START}))
    assert [(len(lane.scenarios), lane.alone) for lane in every] == [
        (1, False),
        (3, True),
        (2, True),
    ]


def test_what_needs_the_end_of_the_run_has_a_target_of_its_own_where_one_can_be_started(
    suite: Suite,
) -> None:
    last = suite.scenario(LAST, "toy/last")
    cases = [last, *named(suite, one=LOGIN, restart=RESTART)]
    launched = lanes(cases, suite.profile({**OWN_SERVER, "start": START}))
    assert [[one.name for one in lane.scenarios] for lane in launched] == [
        ["toy/last"],
        ["toy/one"],
        ["toy/restart"],
    ]
    running = lanes(cases, suite.profile())
    assert [len(lane.scenarios) for lane in running] == [3]


def test_what_was_too_slow_is_tried_again_when_all_else_has_ended(
    live: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def perform(_: Target, scenario: Scenario) -> Result:
        tried.append(scenario.name)
        is_slow = scenario.name == "toy/slow" and tried.count("toy/slow") == 1
        outcome = Outcome.INCONCLUSIVE if is_slow else Outcome.PASSED
        return replace(result_of(scenario, outcome, scenario.place), too_slow=is_slow)

    monkeypatch.setattr(Target, "perform", perform)
    cases = named(live, slow=LOGIN, **{f"case-{number}": LOGIN for number in range(5)})
    results = run(cases, live.profile(), 1)
    assert set(outcomes(results).values()) == {"passed"}
    assert tried.count("toy/slow") == 2
    assert tried[-1] == "toy/slow"


# --- restarts ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "changes", "expected"),
    [
        (RESTART, {**OWN_SERVER, "start": START}, True),
        (RESTART, {}, False),
        (LOGIN, {**OWN_SERVER, "start": START}, False),
    ],
)
def test_only_a_server_of_ours_is_restarted(
    suite: Suite, steps: str, changes: dict[str, Any], expected: bool
) -> None:
    assert restarts(suite.scenario(steps), suite.profile(changes)) is expected


def test_scenarios_that_restart_the_server_have_one_of_their_own_beside_the_others(
    suite: Suite,
) -> None:
    all_open = threading.Barrier(3, timeout=20)
    urls: list[str] = []

    def on_open(url: str) -> None:
        urls.append(url)
        all_open.wait()  # raises when the targets are not open together

    cases = named(suite, one=LOGIN, two=LOGOUT, three=RESTART, four=RESTART)
    start = f"{START} --store {{scratch}}/store --pids {suite.folder}/pids"
    results = run(cases, suite.profile({**OWN_SERVER, "start": start}), on_open=on_open)
    assert set(outcomes(results).values()) == {"passed"}
    assert len(set(urls)) == 3
    pids = (suite.folder / "pids").read_text().split()
    assert len(pids) == 5  # three servers, two of them restarted
    assert not any(alive(int(pid)) for pid in pids)


def test_a_server_that_forgets_its_sessions_fails_only_where_it_is_restarted(
    suite: Suite,
) -> None:
    cases = named(suite, stays=LOGIN, restarted=RESTART)
    results = run(cases, suite.profile({**OWN_SERVER, "start": START}))
    assert outcomes(results) == {"toy/stays": "passed", "toy/restarted": "failed"}


# --- what goes wrong -----------------------------------------------------------------------------


def test_of_a_target_that_dies_in_the_middle_everything_not_tried_is_an_error(
    suite: Suite,
) -> None:
    cases = named(suite, **{f"case-{number}": LOGIN for number in range(12)})
    profile = suite.profile({**OWN_SERVER, "start": f"{START} --fault dies"})
    results = run(cases, profile, 1)
    first, second, *rest = results.values()
    assert first.outcome is Outcome.PASSED
    assert second.outcome is Outcome.ERROR
    assert second.reason.startswith("POST /login: ")
    for result in rest:
        assert result.outcome is Outcome.ERROR
        assert result.reason.startswith("the target does not answer any more: GET /me: ")
        assert result.exchanges == ()


def test_a_target_that_can_not_be_started_makes_every_scenario_an_error(suite: Suite) -> None:
    cases = named(suite, one=LOGIN, two=RESTART, three=HTTPS)
    results = run(cases, suite.profile({**OWN_SERVER, "start": "{python} -c 1/0"}))
    assert outcomes(results) == {
        "toy/one": "error",
        "toy/two": "error",
        "toy/three": "not tested",
    }


def test_a_defect_of_ours_ends_the_run_and_stops_its_servers(suite: Suite) -> None:
    def on_open(_: str) -> None:
        raise ZeroDivisionError

    profile = suite.profile({**OWN_SERVER, "start": f"{START} --pids {suite.folder}/pids"})
    with pytest.raises(ZeroDivisionError):
        run(named(suite, one=LOGIN, two=RESTART), profile, on_open=on_open)
    assert not any(alive(int(pid)) for pid in (suite.folder / "pids").read_text().split())


# --- interruption --------------------------------------------------------------------------------


def interrupted(
    cases: list[Scenario], interruption: Interruption, profile: Profile
) -> dict[str, Result]:
    """Run, and interrupt after the first result."""
    began = time.monotonic()
    results = {}
    for result in run_all(cases, profile, Limits(concurrency=2), interruption, lambda _: None):
        results[result.name] = result
        interruption.interrupt()
    assert time.monotonic() - began < 10
    assert len(results) == len(cases)
    return results


def test_after_an_interruption_everything_else_is_not_tested_at_once(suite: Suite) -> None:
    profile = suite.profile({**OWN_SERVER, "start": f"{START} --pids {suite.folder}/pids"})
    long = {f"long-{number}": waiting("half the absolute timeout") for number in range(5)}
    cases = named(
        suite, **long, restart=RESTART, quick=f"when:\n  - clear cookies\n{LOGIN.lstrip()}"
    )
    results = interrupted(cases, Interruption(), profile)
    first, *rest = results.values()
    assert first.name in ("toy/restart", "toy/quick")
    reasons = {one.reason for one in rest if one.outcome is Outcome.NOT_TESTED}
    assert reasons <= {
        "the run was interrupted during this",
        "the run was interrupted before this",
    }
    assert {one.outcome for one in rest if "long" in one.name} == {Outcome.NOT_TESTED}
    assert not any(alive(int(pid)) for pid in (suite.folder / "pids").read_text().split())


def test_a_run_that_nobody_listens_to_any_more_is_interrupted(suite: Suite, tmp_path: Path) -> None:
    interruption = Interruption()
    profile = suite.profile({**OWN_SERVER, "start": f"{START} --pids {tmp_path}/pids"})
    cases = named(suite, quick=RESTART, long=waiting("half the absolute timeout"))
    running = run_all(cases, profile, Limits(concurrency=1), interruption, lambda _: None)
    assert next(running).name == "toy/quick"
    running.close()
    assert interruption.happened
    assert not any(alive(int(pid)) for pid in (tmp_path / "pids").read_text().split())


def test_what_needs_the_end_of_the_run_starts_when_all_else_has_ended(suite: Suite) -> None:
    cases = [suite.scenario(LAST, "toy/last"), *named(suite, one=LOGIN, two=LOGOUT)]
    order = [one.name for one in run_all(cases, suite.profile(), Limits(), Interruption(), print)]
    assert order[-1] == "toy/last"
    assert [len(each.scenarios) for each in rounds(Lane(tuple(cases)))] == [2, 0, 1]


def test_what_needs_quiet_runs_one_by_one_before_the_end(suite: Suite) -> None:
    quiet = f"needs: [quiet]\n{LOGIN.lstrip()}"
    cases = [
        suite.scenario(quiet, "toy/quiet"),
        suite.scenario(LAST, "toy/last"),
        *named(suite, one=LOGIN, two=LOGOUT),
    ]
    order = [one.name for one in run_all(cases, suite.profile(), Limits(), Interruption(), print)]
    assert order[-2:] == ["toy/quiet", "toy/last"]
    assert [each.alone for each in rounds(Lane(tuple(cases)))] == [False, True, False]
