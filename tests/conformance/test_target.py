from __future__ import annotations

import threading
import time
from datetime import date
from typing import Any

import pytest
from toyserver import PASSWORDS, Asked, Reply, Toy
from toysuite import HTTPS, IDLE, LOGIN, LOGOUT, REGISTER, START, Clock, Suite

from conformance.model import Outcome
from conformance.stage import NotTried
from conformance.target import Interruption, Limits, opened

WAITING = """
given:
  - log in: alice
when:
  - wait: half the idle timeout
then:
  - visit: protected page
    expect: signed in
"""


# --- one scenario --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slow_times", "tries", "outcome"),
    [(0, 1, Outcome.PASSED), (1, 2, Outcome.PASSED), (2, 3, Outcome.PASSED)]
    + [(slow, 3, Outcome.INCONCLUSIVE) for slow in (3, 9)],
)
def test_what_was_too_slow_is_tried_again_a_few_times(
    suite: Suite,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    slow_times: int,
    tries: int,
    outcome: Outcome,
) -> None:
    monkeypatch.setattr("conformance.target._TRIES", 3)
    visits: list[Asked] = []

    def me(asked: Asked) -> Reply:
        visits.append(asked)
        if len(visits) <= slow_times:
            clock.sleep(20)
        return suite.toy.me(asked)

    suite.toy.routes["GET /me"] = me
    result = suite.target().perform(suite.scenario(WAITING))
    assert result.outcome is outcome
    assert result.too_slow == (outcome is Outcome.INCONCLUSIVE)
    assert len(visits) == tries


def test_what_failed_is_not_tried_again(suite: Suite) -> None:
    suite.toy.routes["GET /me"] = lambda _: Reply(401)
    assert suite.target().perform(suite.scenario(LOGIN)).outcome is Outcome.FAILED
    assert [one.path for one in suite.toy.asked] == ["/login", "/me"]


@pytest.mark.parametrize(
    ("times", "asked_for", "paused", "outcome"),
    [
        (1, "7", [7.0], Outcome.PASSED),
        (2, "", [1.0, 1.0], Outcome.PASSED),
        (1, "86400", [30.0], Outcome.PASSED),
        (9, "2", [2.0, 2.0, 2.0], Outcome.NOT_TESTED),
    ],
)
def test_a_target_that_asks_for_fewer_requests_is_left_alone_for_a_while(
    suite: Suite,
    monkeypatch: pytest.MonkeyPatch,
    times: int,
    asked_for: str,
    paused: list[float],
    outcome: Outcome,
) -> None:
    monkeypatch.setattr("conformance.target._TRIES", 3)
    pauses: list[float] = []
    monkeypatch.setattr(suite.wire.pace, "pause", pauses.append)
    refusals: list[Asked] = []

    def login(asked: Asked) -> Reply:
        if len(refusals) >= times:
            return suite.toy.login(asked)
        refusals.append(asked)
        return Reply(429, headers=[("Retry-After", asked_for)] if asked_for else [])

    suite.toy.routes["POST /login"] = login
    assert suite.target().perform(suite.scenario(LOGIN)).outcome is outcome
    assert pauses == paused


def test_a_throttled_registration_is_not_tested(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suite.wire.pace, "pause", lambda _: None)
    suite.toy.routes["POST /register"] = lambda _: Reply(429)
    own = f"needs: [own account]\n{LOGIN.lstrip()}"
    result = suite.target(REGISTER).perform(suite.scenario(own))
    assert result.outcome is Outcome.NOT_TESTED
    assert "it wants fewer requests" in result.reason


def test_a_scenario_about_throttling_is_not_tried_again(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(suite.wire.pace, "pause", pauses.append)
    suite.toy.routes["POST /login"] = lambda _: Reply(429)
    last = f"needs: [the end of the run]\n{LOGIN.lstrip()}"
    assert suite.target().perform(suite.scenario(last)).outcome is Outcome.NOT_TESTED
    assert pauses == []


@pytest.mark.parametrize(
    ("max_wait", "outcome"), [(11, Outcome.PASSED), (10.9, Outcome.NOT_TESTED)]
)
def test_a_scenario_that_waits_too_long_is_not_tested_and_says_how_it_would_be(
    suite: Suite, max_wait: float, outcome: Outcome
) -> None:
    result = suite.target(limits=Limits(max_wait=max_wait)).perform(suite.scenario(IDLE))
    assert result.outcome is outcome
    if outcome is Outcome.NOT_TESTED:
        assert result.reason == "it waits 11 s; to run it: --max-wait 12s"
        assert suite.toy.asked == []


def test_what_lacks_comes_before_what_is_wrong_with_the_target(suite: Suite) -> None:
    target = suite.target()
    target.trouble = "it is not there"
    assert target.perform(suite.scenario(HTTPS)).outcome is Outcome.NOT_TESTED
    result = target.perform(suite.scenario(LOGIN))
    assert (result.outcome, result.reason) == (Outcome.ERROR, "it is not there")
    assert suite.toy.asked == []


KNOWN = {"reason": "as old as the hills", "issue": "#12"}


@pytest.mark.parametrize(
    ("listed", "good", "outcome", "reason"),
    [
        ({"toy/case": KNOWN}, False, Outcome.KNOWN_FAILURE, "as old as the hills (#12)"),
        ({"toy/case": KNOWN}, True, Outcome.FAILED, "stale: it passes; remove it from"),
        ({"toy/case": {"reason": "why"}}, False, Outcome.KNOWN_FAILURE, "why"),
        ({"toy/other": KNOWN}, False, Outcome.FAILED, ""),
        ({}, True, Outcome.PASSED, ""),
    ],
)
def test_a_known_failure_is_known_until_it_passes(
    suite: Suite, listed: dict[str, Any], good: bool, outcome: Outcome, reason: str
) -> None:
    if not good:
        suite.toy.routes["POST /logout"] = lambda _: Reply()
    target = suite.target({"known failures": listed} if listed else {})
    result = target.perform(suite.scenario(LOGOUT))
    assert result.outcome is outcome
    assert result.reason.startswith(reason)
    assert bool(result.reason) == bool(reason)


@pytest.mark.parametrize(
    ("day", "outcome"),
    [(date(2026, 12, 31), Outcome.KNOWN_FAILURE), (date(2027, 1, 1), Outcome.FAILED)],
)
def test_a_known_failure_expires(suite: Suite, day: date, outcome: Outcome) -> None:
    suite.toy.routes["POST /logout"] = lambda _: Reply()
    target = suite.target({"known failures": {"toy/case": {**KNOWN, "until": "2026-12-31"}}})
    target.today = lambda: day
    result = target.perform(suite.scenario(LOGOUT))
    assert result.outcome is outcome
    assert result.observed == "signed in as alice: GET /me answered 200"
    assert result.reason.startswith("expired") == (outcome is Outcome.FAILED)


@pytest.mark.parametrize("status", [500, 418])
def test_an_error_stays_an_error_even_if_a_failure_is_known(suite: Suite, status: int) -> None:
    suite.toy.routes["POST /logout"] = lambda _: Reply(status)
    target = suite.target({"known failures": {"toy/case": KNOWN}})
    assert target.perform(suite.scenario(LOGOUT)).outcome is Outcome.ERROR


def test_an_error_of_one_scenario_does_not_keep_others_from_being_tried(suite: Suite) -> None:
    suite.toy.routes["POST /logout"] = lambda _: Reply(500)
    target = suite.target()
    assert target.perform(suite.scenario(LOGOUT)).outcome is Outcome.ERROR
    assert target.trouble == ""
    assert target.perform(suite.scenario(LOGIN)).outcome is Outcome.PASSED


def test_once_a_target_does_not_answer_nothing_more_is_tried(
    suite: Suite, closed_port: int
) -> None:
    suite.toy.url = f"http://127.0.0.1:{closed_port}"
    target = suite.target()
    first = target.perform(suite.scenario(LOGIN))
    second = target.perform(suite.scenario(LOGOUT))
    nothing = f"nothing listens at 127.0.0.1:{closed_port} (connection refused)"
    assert first.reason == f"POST /login: {nothing}"
    assert second.outcome is Outcome.ERROR
    assert second.reason == f"the target does not answer any more: GET /me: {nothing}"


# --- opening -------------------------------------------------------------------------------------


def open_and_perform(suite: Suite, changes: dict[str, Any] | None = None) -> tuple[str, Outcome]:
    suite.toy.clock = time.monotonic
    with opened(suite.profile(changes), Limits(timeout=5)) as target:
        return target.trouble, target.perform(suite.scenario(LOGIN)).outcome


def test_a_target_that_runs_already_is_tried_and_left_running(suite: Suite) -> None:
    assert open_and_perform(suite) == ("", Outcome.PASSED)
    assert open_and_perform(suite) == ("", Outcome.PASSED)


def test_a_target_with_a_limit_of_sessions_is_tried_on_new_accounts(suite: Suite) -> None:
    changes = {"session limit": "2", **REGISTER}
    assert open_and_perform(suite, changes) == ("", Outcome.PASSED)
    names = {one.form["username"] for one in suite.toy.asked if one.path == "/login"}
    assert names
    assert names.isdisjoint(PASSWORDS)


def always(status: int, user: str) -> Any:
    return lambda _: Reply(status, {"user": user})


def nobody(toy: Toy) -> None:
    toy.passwords.clear()


PAGE = "GET /me"
WRONG = [
    (lambda toy: toy.routes.update({PAGE: always(401, "")}), "observed signed out: GET /me"),
    (lambda toy: toy.routes.update({PAGE: always(404, "")}), "GET /me answered 404: neither"),
    (lambda toy: toy.routes.update({PAGE: always(500, "")}), "GET /me answered 500: neither"),
    (nobody, "observed refused: POST /login answered 401"),
    (lambda toy: toy.routes.update({"POST /login": always(500, "")}), "POST /login answered 500"),
]


@pytest.mark.parametrize(("spoil", "said"), WRONG)
def test_what_a_profile_can_not_tell_apart_is_said_once_and_nothing_is_tried(
    suite: Suite, spoil: Any, said: str
) -> None:
    spoil(suite.toy)
    trouble, outcome = open_and_perform(suite)
    assert said in trouble
    path = suite.folder / "profile.yaml"
    assert trouble.endswith(f"; to see why: session-conformance doctor --target {path}")
    assert outcome is Outcome.ERROR


def test_a_page_that_is_open_to_everybody_is_left_to_the_scenarios(suite: Suite) -> None:
    suite.toy.routes[PAGE] = always(200, "alice")
    assert open_and_perform(suite) == ("", Outcome.PASSED)


def test_a_sign_that_an_anonymous_visitor_shows_too_is_trouble(suite: Suite) -> None:
    page = {"send": "GET /me", "signed in": {"body lacks": "x"}, "signed out": {"status": "403"}}
    trouble, outcome = open_and_perform(suite, {"protected page": page})
    assert "session-conformance doctor --target" in trouble
    assert "the profile proves nothing at this target" in trouble
    assert "observed signed in: GET /me answered 401" in trouble
    assert outcome is Outcome.ERROR


def test_a_target_that_others_try_is_not_tried_before(suite: Suite) -> None:
    with opened(suite.profile(), Limits(), is_tried=False) as target:
        assert target.trouble == ""
    assert suite.toy.asked == []


def test_a_start_that_fails_is_trouble_and_not_an_exception(suite: Suite) -> None:
    changes = {"base url": "http://127.0.0.1:{port}", "start": "{python} -c 1/0"}
    with opened(suite.profile(changes), Limits()) as target:
        assert "ended at once with exit code 1: ZeroDivisionError" in target.trouble
        result = target.perform(suite.scenario(LOGIN))
        assert (result.outcome, result.reason) == (Outcome.ERROR, target.trouble)


def test_a_missing_file_of_authorities_is_trouble(suite: Suite) -> None:
    trouble, outcome = open_and_perform(suite, {"ca file": "/nowhere/ca.pem"})
    assert trouble == "there is no file of certificate authorities at /nowhere/ca.pem"
    assert outcome is Outcome.ERROR


def test_a_target_is_started_where_the_profile_says_how(suite: Suite) -> None:
    changes = {"base url": "http://127.0.0.1:{port}", "start": START}
    with opened(suite.profile(changes), Limits()) as target:
        assert target.trouble == ""
        assert target.settings.server is not None
        assert target.perform(suite.scenario(LOGIN)).outcome is Outcome.PASSED
    assert suite.toy.asked == []


# --- interruption --------------------------------------------------------------------------------


def test_an_interruption_wakes_whoever_sleeps_now_or_later() -> None:
    interruption = Interruption()
    asleep, woken = threading.Event(), threading.Event()

    def sleep() -> None:
        asleep.set()
        with pytest.raises(NotTried, match="interrupted"):
            interruption.sleep(600)
        woken.set()

    thread = threading.Thread(target=sleep)
    thread.start()
    assert asleep.wait(5)
    assert not interruption.happened
    interruption.interrupt()
    assert interruption.happened
    assert woken.wait(5)
    thread.join()
    with pytest.raises(NotTried):
        interruption.sleep(600)


def test_sleeping_ends_by_itself_without_an_interruption() -> None:
    Interruption().sleep(0.001)


def test_a_scenario_that_is_interrupted_is_not_tested(suite: Suite) -> None:
    interruption = Interruption()
    interruption.interrupt()
    suite.toy.clock = time.monotonic
    with opened(suite.profile(), Limits(), interruption) as target:
        result = target.perform(suite.scenario(WAITING))
    assert result.outcome is Outcome.NOT_TESTED
    assert result.reason == "the run was interrupted during this"
