"""Steps on another node: the one browser, the other server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path

import pytest
from test_profiles import MINIMAL
from toyserver import Reply, Toy
from toysuite import Clock, Suite

from conformance.browser import Browser
from conformance.engine import lack, run, waits
from conformance.errors import InputError
from conformance.model import Outcome, Request, Result, Timeouts
from conformance.profiles import read_profile

BOTH = """
then:
  - log in: alice
  - visit: protected page
    on: another node
    expect: signed in
  - visit: protected page
    on: this node
    expect: signed in
"""


@pytest.fixture
def other(toy: Toy, clock: Clock) -> Iterator[Toy]:
    """A second node on the sessions of the first."""
    with Toy(clock).serving() as server:
        server.sessions = toy.sessions
        yield server


def tried(suite: Suite, other: Toy, steps: str) -> Result:
    return suite.run(steps, {"nodes": [other.url]})


def test_a_step_on_another_node_goes_there_with_the_same_cookies(suite: Suite, other: Toy) -> None:
    result = tried(suite, other, BOTH)
    assert result.outcome is Outcome.PASSED
    assert [asked.path for asked in suite.toy.asked] == ["/login", "/me"]
    (asked,) = other.asked
    assert asked.path == "/me"
    assert asked.cookies == suite.toy.asked[1].cookies


def test_a_node_of_another_name_gets_the_cookies_of_the_first(suite: Suite, other: Toy) -> None:
    url = other.url.replace("127.0.0.1", "localhost")
    assert suite.run(BOTH, {"nodes": [url]}).outcome is Outcome.PASSED
    assert other.asked[0].headers["Host"].startswith("localhost:")


def test_cookies_that_another_node_sets_are_kept_for_both(suite: Suite, other: Toy) -> None:
    steps = "then:\n  - log in: alice\n    on: another node\n" + BOTH.partition("alice\n")[2]
    assert tried(suite, other, steps).outcome is Outcome.PASSED
    assert [asked.path for asked in other.asked] == ["/login", "/me"]


def test_what_another_node_shows_is_its_own(suite: Suite, other: Toy) -> None:
    other.routes["GET /me"] = lambda _: Reply(401)
    result = tried(suite, other, BOTH)
    assert result.outcome is Outcome.FAILED
    assert result.observed.startswith("signed out: GET /me answered 401")
    assert result.place.line == 5


def test_steps_at_once_are_each_on_their_own_node(suite: Suite, other: Toy) -> None:
    steps = """
then:
  - log in: alice
  - at once:
      - visit: protected page
        on: another node
        times: 20
        expect: signed in
      - visit: protected page
        times: 20
        expect: signed in
"""
    assert tried(suite, other, steps).outcome is Outcome.PASSED
    assert len(other.asked) == 20
    assert len(suite.toy.asked) == 21


def test_an_address_that_a_node_leads_to_is_asked_there(suite: Suite, other: Toy) -> None:
    def now() -> datetime:
        return datetime.now(timezone.utc)

    browser = Browser(
        suite.toy.url, clock=suite.clock, now=now, wire=suite.wire, elsewhere=lambda: other.url
    )
    assert browser.send(Request("GET", f"{other.url}/me?a=b")).status == 401
    assert (other.asked[0].path, suite.toy.asked) == ("/me", [])


def test_without_nodes_such_a_scenario_does_not_apply(suite: Suite) -> None:
    found = lack(suite.scenario(BOTH), suite.profile())
    assert found
    assert found.outcome is Outcome.NOT_APPLICABLE
    assert "no other 'nodes'" in found.reason


def test_a_scenario_on_this_node_alone_needs_no_other(suite: Suite) -> None:
    steps = "then:\n  - log in: alice\n    on: this node\n"
    assert suite.run(steps).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("log in: alice\n    on: the other node", "unknown node 'the other node'"),
        ("at once: [log out]\n    on: another node", "each of the steps says for itself"),
    ],
)
def test_a_wrong_node_is_refused_with_its_place(suite: Suite, step: str, said: str) -> None:
    with pytest.raises(InputError, match=r"case.yaml:[45]:") as raised:
        suite.scenario(f"then:\n  - {step}\n")
    assert said in str(raised.value)


# --- servers -------------------------------------------------------------------------------------


@dataclass
class Told:
    """A server that writes down what it is told."""

    name: str
    told: list[str] = field(default_factory=list)

    def start(self) -> None:
        self.told.append(f"start {self.name}")

    def stop(self) -> None:
        self.told.append(f"stop {self.name}")

    def kill(self) -> None:
        self.told.append(f"kill {self.name}")


KILLS = """
when:
  - kill the server
  - kill the server:
    on: another node
  - start the server
then:
  - log in: alice
"""


def test_each_node_is_killed_by_itself_and_all_run_again_at_the_end(
    suite: Suite, other: Toy
) -> None:
    told: list[str] = []
    settings = replace(suite.settings, server=Told("this", told), others=(Told("another", told),))
    profile = suite.profile({"nodes": [other.url], "start": "./serve"})
    assert run(suite.scenario(KILLS), profile, None, settings).outcome is Outcome.PASSED
    assert told == ["kill this", "kill another", "start this", "start another"]


def test_a_node_that_somebody_else_runs_is_not_killed(suite: Suite, other: Toy) -> None:
    settings = replace(suite.settings, server=Told("this"), others=(None,))
    profile = suite.profile({"nodes": [other.url], "start": "./serve"})
    result = run(suite.scenario(KILLS), profile, None, settings)
    assert result.outcome is Outcome.NOT_TESTED
    assert result.reason == "this run can't restart the server"


# --- times ---------------------------------------------------------------------------------------


def test_staleness_and_clocks_are_times_of_the_profile(tmp_path: Path) -> None:
    nodes = (
        "nodes: [http://a, {url: http://b, clock ahead: 2 s}, {url: http://c, clock ahead: 1 s}]"
    )
    (tmp_path / "profile.yaml").write_text(f"{MINIMAL}store: {{staleness: 3 s}}\n{nodes}\n")
    timeouts = read_profile(tmp_path / "profile.yaml").timeouts
    assert (timeouts.staleness, timeouts.skew) == (3, 2)


def test_waits_take_staleness_and_clocks_into_account(suite: Suite) -> None:
    steps = """
when:
  - wait: the staleness of nodes
  - wait: longer than the idle timeout on any node
then:
  - log in: alice
"""
    timeouts = Timeouts(idle=10, allowance=1, staleness=3, skew=2)
    assert waits(suite.scenario(steps), timeouts) == 3 + 10 + 1 + 2
    assert waits(suite.scenario(steps), Timeouts(idle=10, allowance=1)) == 11
