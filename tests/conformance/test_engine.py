from __future__ import annotations

import threading

import pytest
from toyserver import PASSWORDS, Asked, Reply, Toy
from toysuite import IDLE, LOGIN, LOGOUT, Clock, Suite

from conformance.engine import lack, run, waits
from conformance.model import Outcome, Result
from conformance.verbs import verbs

SIGNED_OUT = """
given:
  - log in: alice
when:
  - clear cookies
then:
  - visit: protected page
    expect: signed out
"""


def answers(toy: Toy, route: str, *replies: Reply) -> None:
    """Let the route give these answers, the last one for ever."""
    left = list(replies)
    toy.routes[route] = lambda _: left.pop(0) if len(left) > 1 else left[0]


# --- outcomes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("steps", [LOGIN, LOGOUT, IDLE, SIGNED_OUT])
def test_a_right_server_passes(suite: Suite, steps: str) -> None:
    result = suite.run(steps)
    assert (result.outcome, result.reason, result.observed) == (Outcome.PASSED, "", "")
    assert result.place.line == 1


def test_an_expectation_in_then_that_does_not_hold_is_a_failure_at_its_line(suite: Suite) -> None:
    suite.toy.routes["POST /logout"] = lambda _: Reply()
    result = suite.run(LOGOUT)
    assert result.outcome is Outcome.FAILED
    assert result.place.line == 11
    assert result.expected == "signed out"
    assert result.observed == "signed in as alice: GET /me answered 200"
    assert result.reason == ""


@pytest.mark.parametrize(
    ("part", "other"), [("given", "when"), ("when", "given")], ids=["given", "when"]
)
def test_an_expectation_before_then_that_does_not_hold_proves_nothing(
    suite: Suite, part: str, other: str
) -> None:
    suite.toy.routes["POST /login"] = lambda _: Reply(401)
    steps = f"{part}:\n  - log in: alice\n{other}:\n  - clear cookies\n"
    result = suite.run(f"{steps}then:\n  - visit: protected page\n    expect: signed in\n")
    assert result.outcome is Outcome.INCONCLUSIVE
    assert result.expected == "accepted"
    assert result.observed == "refused: POST /login answered 401"
    assert "nothing was proved" in result.reason


@pytest.mark.parametrize(("seconds", "too_slow"), [(8.9, False), (9.1, True)])
def test_a_preparation_that_took_long_is_worth_another_try(
    suite: Suite, clock: Clock, seconds: float, too_slow: bool
) -> None:
    def me(_: Asked) -> Reply:
        clock.sleep(seconds)
        return Reply(200, {"user": "bob"})

    suite.toy.routes["GET /me"] = me
    given = "given:\n  - log in: alice\n  - visit: protected page\n    expect: signed in\n"
    result = suite.run(f"{given}then:\n  - log in: alice\n")
    assert (result.outcome, result.too_slow) == (Outcome.INCONCLUSIVE, too_slow)


@pytest.mark.parametrize(("idle", "outcome"), [(8.9, Outcome.FAILED), (9.1, Outcome.INCONCLUSIVE)])
def test_an_action_that_came_too_late_proves_nothing(
    suite: Suite, clock: Clock, idle: float, outcome: Outcome
) -> None:
    def logout(_: Asked) -> Reply:
        clock.sleep(idle)
        return Reply(401)

    suite.toy.routes["POST /logout"] = logout
    result = suite.run("given:\n  - log in: alice\nthen:\n  - log out\n")
    assert result.outcome is outcome


@pytest.mark.parametrize("status", [302, 404, 418, 500, 502])
def test_a_page_that_no_sign_recognises_is_an_error(suite: Suite, status: int) -> None:
    answers(suite.toy, "GET /me", Reply(status))
    result = suite.run(SIGNED_OUT)
    assert result.outcome is Outcome.ERROR
    assert f"GET /me answered {status}" in result.reason
    assert "neither 'signed in' nor 'signed out'" in result.reason
    assert result.place.line == 8


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("wait", "seconds"),
    [("7", 7.0), ("", 0.0), ("soon", 0.0), ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0)],
)
def test_a_target_that_asks_for_fewer_requests_is_not_judged(
    suite: Suite, status: int, wait: str, seconds: float
) -> None:
    answers(suite.toy, "GET /me", Reply(status, headers=[("Retry-After", wait)] if wait else []))
    result = suite.run(SIGNED_OUT)
    assert (result.outcome, result.throttled) == (Outcome.NOT_TESTED, seconds)
    assert f"GET /me answered {status}: it wants fewer requests" in result.reason


@pytest.mark.parametrize("status", [200, 401, 500])
def test_a_page_that_both_signs_recognise_is_an_error(suite: Suite, status: int) -> None:
    page = {
        "send": "GET /me",
        "signed in": {"body contains": "x"},
        "signed out": {"no header": "y"},
    }
    answers(suite.toy, "GET /me", Reply(status, "x"))
    assert suite.run(SIGNED_OUT, {"protected page": page}).outcome is Outcome.ERROR


def test_a_server_error_is_never_signed_out_whatever_the_sign_says(suite: Suite) -> None:
    page = {
        "send": "GET /me",
        "signed in": {"body contains": "Welcome"},
        "signed out": {"body lacks": "Welcome"},
    }
    answers(suite.toy, "GET /me", Reply(500, "Oops"))
    assert suite.run(SIGNED_OUT, {"protected page": page}).outcome is Outcome.ERROR
    answers(suite.toy, "GET /me", Reply(200, "Hello stranger"))
    assert suite.run(SIGNED_OUT, {"protected page": page}).outcome is Outcome.PASSED


@pytest.mark.parametrize("expect", ["accepted", "refused"])
def test_an_action_that_no_sign_recognises_is_an_error(suite: Suite, expect: str) -> None:
    answers(suite.toy, "POST /login", Reply(500))
    result = suite.run(f"then:\n  - log in: alice\n    expect: {expect}\n")
    assert result.outcome is Outcome.ERROR
    assert result.reason == (
        "POST /login answered 500: the profile's signs do not tell what this means"
    )


def test_no_server_error_as_the_first_expectation_makes_it_a_failure(suite: Suite) -> None:
    answers(suite.toy, "POST /login", Reply(500))
    steps = "then:\n  - log in: alice\n    expect: [{}]\n"
    first = suite.run(steps.format("no server error, refused"))
    assert first.outcome is Outcome.FAILED
    assert (first.expected, first.observed) == ("no server error", "POST /login answered 500")
    assert suite.run(steps.format("refused, no server error")).outcome is Outcome.ERROR


def test_a_target_that_is_not_there_is_an_error(suite: Suite, closed_port: int) -> None:
    suite.toy.url = f"http://127.0.0.1:{closed_port}"
    result = suite.run(LOGIN)
    assert result.outcome is Outcome.ERROR
    assert result.reason == (
        f"POST /login: nothing listens at 127.0.0.1:{closed_port} (connection refused)"
    )
    assert result.exchanges == ()


def test_a_defect_of_ours_is_said_by_its_place_and_never_by_its_message(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError(PASSWORDS["alice"])

    monkeypatch.setitem(verbs._functions, "log in", broken)
    result = suite.target().perform(suite.scenario(LOGIN))
    assert result.outcome is Outcome.ERROR
    assert result.reason.startswith("a defect of session-conformance itself: KeyError in test_eng")
    assert PASSWORDS["alice"] not in repr(result)
    assert "Traceback" not in repr(result)


def test_a_defect_of_ours_in_a_step_at_once_is_said_in_the_same_way(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(verbs._functions, "visit", lambda *_: 1 // 0)
    result = suite.target().perform(suite.scenario(TOGETHER))
    assert result.outcome is Outcome.ERROR
    assert result.reason.startswith("a defect of session-conformance itself: ZeroDivisionError in")


# --- what can't be run ---------------------------------------------------------------------------

LACKING = [
    ("idle timeout", {"timeouts": {"absolute": "9 s"}}, "not applicable", "no idle timeout"),
    ("absolute timeout", {"timeouts": {"idle": "9 s"}}, "not applicable", "no absolute timeout"),
    ("any timeout", {"timeouts": None}, "not applicable", "neither an idle nor an absolute"),
    ("durable sessions", {"session store": "memory"}, "not applicable", "kept in memory"),
    ("restart", {}, "not tested", "no 'start' command"),
    ("https", {}, "not tested", "plain http"),
    (
        "second user",
        {"users": {"alice": {"username": "alice", "password": "x"}}},
        "not tested",
        "no second user 'bob'",
    ),
    (
        "identity",
        {
            "protected page": {
                "send": "GET /me",
                "signed in": {"status": "200"},
                "signed out": {"status": "401"},
            }
        },
        "not tested",
        "users can't be told apart",
    ),
]


@pytest.mark.parametrize(("need", "changes", "outcome", "reason"), LACKING)
def test_what_a_profile_lacks_is_said_and_nothing_is_sent(
    suite: Suite, need: str, changes: dict[str, object], outcome: str, reason: str
) -> None:
    result = suite.run(f"needs: [{need}]\n{LOGIN.lstrip()}", changes)
    assert result.outcome.value == outcome
    assert reason in result.reason
    assert suite.toy.asked == []


@pytest.mark.parametrize(
    ("contract", "outcome"), [("toy", Outcome.PASSED), ("other", Outcome.NOT_APPLICABLE)]
)
def test_a_contract_is_run_where_the_profile_names_it(
    suite: Suite, contract: str, outcome: Outcome
) -> None:
    steps = "then:\n  - send: GET /me\n    expect: {status: 401}\n"
    result = suite.run(steps, {"contract": contract}, name="contract/toy/case")
    assert result.outcome is outcome
    assert ("contract" in result.reason) == (outcome is not Outcome.PASSED)


def test_a_profile_without_contract_gets_none(suite: Suite) -> None:
    steps = "then:\n  - send: GET /me\n    expect: {status: 401}\n"
    scenario = suite.scenario(steps, "contract/toy/case")
    found = lack(scenario, suite.profile())
    assert found
    assert found.outcome is Outcome.NOT_APPLICABLE


# --- time ----------------------------------------------------------------------------------------


def test_waiting_takes_no_time_of_ours_and_is_counted_in_the_result(suite: Suite) -> None:
    assert suite.run(IDLE).seconds == pytest.approx(11)


def test_a_session_that_lives_on_is_a_failure_of_its_timeout(suite: Suite) -> None:
    suite.toy.idle = 1000
    result = suite.run(IDLE)
    assert (result.outcome, result.expected) == (Outcome.FAILED, "signed out")


ALIVE = """
given:
  - log in: alice
when:
  - wait: half the idle timeout
then:
  - visit: protected page
    expect: signed in
"""


@pytest.mark.parametrize(
    ("lost", "outcome"), [(0.0, Outcome.FAILED), (5.0, Outcome.INCONCLUSIVE)], ids=["fast", "slow"]
)
def test_a_session_that_ended_is_blamed_only_if_it_was_too_early(
    suite: Suite, clock: Clock, lost: float, outcome: Outcome
) -> None:
    suite.toy.idle = 4

    def slow(asked: Asked) -> Reply:
        clock.sleep(lost)
        return suite.toy.me(asked)

    suite.toy.routes["GET /me"] = slow
    result = suite.run(ALIVE)
    assert result.outcome is outcome
    assert result.too_slow == (outcome is Outcome.INCONCLUSIVE)
    if result.too_slow:
        assert result.reason == (
            "the run was too slow: 10.0 s went by, too close to the idle timeout of 10 s"
        )


def test_visits_count_as_use_when_slowness_is_judged(suite: Suite) -> None:
    steps = f"{ALIVE}  - wait: half the idle timeout\n  - visit: protected page\n"
    suite.toy.idle = 5.5
    visits: list[Asked] = []

    def me(asked: Asked) -> Reply:
        visits.append(asked)
        return suite.toy.me(asked) if len(visits) < 2 else Reply(401)

    suite.toy.routes["GET /me"] = me
    result = suite.run(f"{steps}    expect: signed in\n")
    assert result.outcome is Outcome.FAILED
    assert not result.too_slow


def test_a_visit_that_was_answered_too_late_is_no_certain_use(suite: Suite, clock: Clock) -> None:
    visits: list[Asked] = []

    def me(asked: Asked) -> Reply:
        visits.append(asked)
        if len(visits) > 1:
            return Reply(401)
        shown = suite.toy.me(asked)
        clock.sleep(9.5)
        return shown

    suite.toy.routes["GET /me"] = me
    result = suite.run(f"{ALIVE}  - visit: protected page\n    expect: signed in\n")
    assert result.outcome is Outcome.INCONCLUSIVE
    assert result.too_slow


@pytest.mark.parametrize(
    ("steps", "seconds"),
    [
        ("  - wait: half the idle timeout", 5),
        ("  - wait: half the idle timeout\n    times: 3", 15),
        ("  - in turn:\n      - wait: longer than the absolute timeout\n    times: 2", 122),
        (
            "  - at once:\n      - wait: half the idle timeout\n        browser: a\n"
            "      - wait: longer than the idle timeout\n        browser: b",
            11,
        ),
        ("  - keep visiting: longer than either timeout\n    expect: signed in", 11),
        ("  - wait: most of the absolute timeout", 58),
    ],
)
def test_the_waits_of_a_scenario_are_known_before_it_runs(
    suite: Suite, steps: str, seconds: float
) -> None:
    scenario = suite.scenario(f"then:\n{steps}\n")
    assert waits(scenario, suite.profile().timeouts) == pytest.approx(seconds)


# --- nested steps --------------------------------------------------------------------------------

TOGETHER = """
given:
  - log in: alice
    browser: one
  - log in: alice
    browser: two
then:
  - at once:
      - visit: protected page
        browser: one
        expect: signed in
      - visit: protected page
        browser: two
        expect: signed in
"""


def test_steps_at_once_are_really_on_their_way_together(suite: Suite) -> None:
    barrier = threading.Barrier(2, timeout=5)

    def me(asked: Asked) -> Reply:
        barrier.wait()
        return suite.toy.me(asked)

    suite.toy.routes["GET /me"] = me
    assert suite.run(TOGETHER).outcome is Outcome.PASSED


def test_of_several_failures_at_once_the_first_in_the_file_counts(suite: Suite) -> None:
    answers(suite.toy, "GET /me", Reply(401))
    result = suite.run(TOGETHER)
    assert result.outcome is Outcome.FAILED
    assert result.place.line == 10


def test_each_exchange_has_the_line_of_the_step_that_made_it(suite: Suite) -> None:
    result = suite.run(TOGETHER)
    lines = [one.line for one in result.exchanges]
    assert lines[:2] == [4, 6]
    assert sorted(lines[2:]) == [10, 13]


def test_an_error_inside_nested_steps_is_shown_at_their_own_line(suite: Suite) -> None:
    answers(suite.toy, "GET /me", Reply(500))
    steps = """
then:
  - in turn:
      - log in: alice
      - visit: protected page
        expect: signed in
"""
    result = suite.run(steps)
    assert (result.outcome, result.place.line) == (Outcome.ERROR, 6)
    assert [one.line for one in result.exchanges] == [5, 6]


def test_in_turn_and_times_repeat_in_order(suite: Suite) -> None:
    steps = """
then:
  - in turn:
      - log in: alice
        times: 2
      - visit: protected page
        expect: signed in
    times: 2
"""
    assert suite.run(steps).outcome is Outcome.PASSED
    assert [one.path for one in suite.toy.asked] == ["/login", "/login", "/me"] * 2


def test_in_turn_may_stand_within_at_once_with_browsers_of_its_own(suite: Suite) -> None:
    inner = """
      - in turn:
          - log in: {role}
            browser: {role}
          - visit: protected page
            browser: {role}
            expect: signed in
        times: 3"""
    inside = inner.format(role="alice") + inner.format(role="bob")
    result = suite.run(f"then:\n  - at once:{inside}\n")
    assert result.outcome is Outcome.PASSED
    assert len(result.exchanges) == 12


def test_each_browser_has_cookies_of_its_own(suite: Suite) -> None:
    steps = """
given:
  - log in: alice
then:
  - visit: protected page
    browser: another
    expect: signed out
  - visit: protected page
    expect: signed in
"""
    assert suite.run(steps).outcome is Outcome.PASSED


def test_each_row_of_examples_is_a_case_of_its_own(suite: Suite) -> None:
    steps = """
examples:
  right: {expect: accepted, role: alice}
  wrong: {expect: refused, role: bob}
then:
  - log in: <role>
    expect: <expect>
"""
    cases = suite.cases(steps)
    results = [run(one, suite.profile(), None, suite.settings) for one in cases]
    assert {one.name: one.outcome for one in results} == {
        "toy/case[right]": Outcome.PASSED,
        "toy/case[wrong]": Outcome.FAILED,
    }


# --- secrets -------------------------------------------------------------------------------------

TOKEN = "s3cret-t0ken-of-a-session"
PASSWORD = PASSWORDS["alice"]


def leaked(result: Result) -> list[str]:
    """Return which secrets stand in a result, whole or in halves."""
    text = repr(result)
    pieces = [TOKEN, TOKEN[:10], TOKEN[-10:], PASSWORD, "correct", "battery", "Zebras"]
    return [piece for piece in pieces if piece in text]


def echo(text: str) -> list[Reply]:
    """Return every way in which a server may repeat a text in an answer."""
    return [
        Reply(302, headers=[("Location", f"/x/{text}")]),
        Reply(302, headers=[("Location", f"/x#{text}")]),
        Reply(418, {"you said": text}),
        Reply(418, {"filler": "x" * 163, "you said": text}),
        Reply(500, body=f"<p>{text}</p>".encode()),
    ]


ECHOED = [
    reply
    for text in (
        TOKEN,
        PASSWORD,
        PASSWORD.replace(" ", "%20"),
        PASSWORD.replace(" ", "+").replace("/", "%2f"),
        PASSWORDS["bob"].replace("&", "&amp;").replace("'", "&#x27;"),
        PASSWORDS["bob"],
    )
    for reply in echo(text)
]


@pytest.mark.parametrize("reply", ECHOED, ids=range(len(ECHOED)))
@pytest.mark.parametrize("step", ["contract", "page", "login"])
def test_no_result_shows_a_secret_whatever_the_server_repeats(
    suite: Suite, reply: Reply, step: str
) -> None:
    suite.toy.routes["POST /login"] = lambda _: suite.toy.welcome("alice", TOKEN)
    suite.toy.routes["GET /me"] = lambda _: reply
    suite.toy.routes["POST /again"] = lambda _: reply
    last = {
        "contract": "send: GET /me\n    expect: {status: 200, json: {a: b}, json keys: [a], "
        "header: {Location: /}, location: /}",
        "page": "visit: protected page\n    expect: signed in",
        "login": "log out",
    }[step]
    result = suite.run(
        f"given:\n  - log in: alice\nthen:\n  - {last}\n",
        {
            "contract": "toy",
            "log out": {
                "send": "POST /again",
                "success": {"status": "200"},
                "refused": {"status": ["302", "418"]},
            },
        },
        name="contract/toy/case",
    )
    assert result.outcome in (Outcome.FAILED, Outcome.ERROR)
    assert leaked(result) == []


def test_neither_paths_nor_queries_of_the_exchanges_show_a_secret(suite: Suite) -> None:
    suite.toy.routes["POST /login"] = lambda _: suite.toy.welcome("alice", TOKEN)
    log_out = [
        {"send": "GET /form", "read": {"path": {"from json": "path"}}},
        {"send": "POST /out/{path}?password={path}", "success": {"status": "404"}},
    ]
    suite.toy.routes["GET /form"] = lambda _: Reply(200, {"path": TOKEN})
    steps = """
then:
  - log in: alice
  - keep session as: copy
  - present: {session: copy, in: query string}
    expect: signed out
  - log in with: {user: alice, in: query string, name: alice}
    expect: accepted
  - log out
"""
    result = suite.run(steps, {"log out": log_out})
    assert result.outcome is Outcome.PASSED
    assert [one.path for one in result.exchanges] == [
        "/login",
        "/me?...",
        "/login?...",
        "/form",
        "/out/<hidden>?...",
    ]
    assert leaked(result) == []
    assert {name for one in result.exchanges for name in one.cookies_sent} == {"sid"}


def test_an_unreadable_value_is_an_error_without_the_credentials_of_its_url(suite: Suite) -> None:
    log_in = [
        {"send": "GET /form?p={password}", "read": {"csrf": {"from field": "token"}}},
        {"send": "POST /login", "success": {"status": "200"}, "refused": {"status": "401"}},
    ]
    password = "correct-horse/battery"
    users = {"alice": {"username": "alice", "password": password}}
    result = suite.run(LOGIN, {"log in": log_in, "users": users})
    assert result.outcome is Outcome.ERROR
    assert "without the field 'token'" in result.reason
    assert leaked(result) == []


def test_bodies_and_values_of_cookies_are_not_recorded(suite: Suite) -> None:
    suite.toy.routes["GET /me"] = lambda _: Reply(200, {"user": "alice", "note": "for my eyes"})
    result = suite.run(LOGIN)
    assert result.outcome is Outcome.PASSED
    assert "for my eyes" not in repr(result)
    assert result.exchanges[0].cookies_set == ("sid",)
