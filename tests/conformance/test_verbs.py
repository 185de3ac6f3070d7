from __future__ import annotations

import json
import threading

import pytest
from toyserver import PASSWORDS, Asked, Reply
from toysuite import Clock, Suite

from conformance.changes import credential_changes, token_changes
from conformance.engine import run
from conformance.model import Outcome, Result

# --- logging in and out --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "sent"),
    [
        ("change: wrong password", {"username": "alice", "password": "x" * 21}),
        ("change: password left out", {"username": "alice"}),
        ("change: empty password", {"username": "alice", "password": ""}),
        ("change: name left out", {"password": PASSWORDS["alice"]}),
        ("change: empty name", {"username": "", "password": PASSWORDS["alice"]}),
        ("change: unknown name", {"username": "nobody-alice", "password": PASSWORDS["alice"]}),
        ("name: mallory", {"username": "mallory", "password": PASSWORDS["alice"]}),
        ("password: guess", {"username": "alice", "password": "guess"}),
        ("password of: bob", {"username": "alice", "password": PASSWORDS["bob"]}),
        ("name: mallory, change: empty password", {"username": "mallory", "password": ""}),
    ],
)
def test_altered_credentials_are_sent_as_they_are_said(
    suite: Suite, changes: str, sent: dict[str, str]
) -> None:
    result = suite.run(f"then:\n  - log in with: {{user: alice, {changes}}}\n    expect: refused\n")
    assert result.outcome is Outcome.PASSED
    assert suite.toy.asked[-1].form == sent


CHANGES = [word for word in credential_changes.words if word != "password before the change"]


@pytest.mark.parametrize("change", CHANGES)
def test_no_change_of_credentials_gets_in(suite: Suite, change: str) -> None:
    steps = f"then:\n  - log in with: {{user: bob, change: {change}}}\n    expect: refused\n"
    assert suite.run(steps).outcome is Outcome.PASSED


def test_a_change_that_leaves_the_credentials_as_they_are_is_not_tested(suite: Suite) -> None:
    users = {"alice": {"username": "alice", "password": "1234"}}
    steps = (
        "then:\n  - log in with: {user: alice, change: password in the other case}\n"
        "    expect: refused\n"
    )
    result = suite.run(steps, {"users": users})
    assert result.outcome is Outcome.NOT_TESTED
    assert (
        result.reason == "'password in the other case' leaves this user's credentials as they are"
    )
    assert suite.toy.asked == []


@pytest.mark.parametrize("carrier", ["header", "form body", "cookie"])
def test_credentials_go_nowhere_but_into_the_body_or_the_query_string(
    suite: Suite, carrier: str
) -> None:
    steps = f"then:\n  - log in with: {{user: alice, in: {carrier}}}\n    expect: refused\n"
    result = suite.run(steps)
    assert result.outcome is Outcome.NOT_TESTED
    assert carrier in result.reason


def test_a_logout_sends_who_is_signed_in_where_the_profile_asks_for_it(suite: Suite) -> None:
    log_out = {"send": "POST /echo", "form": {"who": "{username}"}, "success": {"status": "200"}}
    suite.run("then:\n  - log in: bob\n  - log out\n", {"log out": log_out})
    assert suite.toy.asked[-1].form == {"who": "bob"}


def test_a_refused_login_changes_nothing_about_whose_page_is_expected(suite: Suite) -> None:
    steps = """
then:
  - log in: alice
  - log in with: {user: bob, change: wrong password}
    expect: refused
  - visit: protected page
    expect: signed in
"""
    assert suite.run(steps).outcome is Outcome.PASSED


# --- presenting ----------------------------------------------------------------------------------

KEPT = """
given:
  - log in: alice
  - keep session as: copy
  - present: copy
    expect: signed in
then:
  - present: {how}
    expect: {expect}
"""


def presented(suite: Suite, how: str, expect: str = "signed out") -> Result:
    return suite.run(KEPT.replace("{how}", how).replace("{expect}", expect))


@pytest.mark.parametrize("change", [one for one in token_changes.words if "JWT" not in one])
def test_an_altered_token_goes_as_it_was_altered(suite: Suite, change: str) -> None:
    suite.toy.routes["POST /login"] = lambda _: suite.toy.welcome("alice", "abcdefghijkl")
    result = presented(suite, f"{{session: copy, change: {change}}}")
    assert result.outcome is Outcome.PASSED
    assert suite.toy.asked[-1].cookies == {"sid": token_changes[change]("abcdefghijkl")}


def test_a_change_that_leaves_the_token_as_it_is_is_not_tested(suite: Suite) -> None:
    suite.toy.routes["POST /login"] = lambda _: suite.toy.welcome("alice", "1234567890")
    result = presented(suite, "{session: copy, change: letters in the other case}")
    assert result.outcome is Outcome.NOT_TESTED
    assert result.reason == "'letters in the other case' leaves this token as it is"


def test_a_token_is_put_into_the_query_string_a_form_or_a_header_instead_of_the_cookie(
    suite: Suite,
) -> None:
    suite.toy.routes["POST /login"] = lambda _: suite.toy.welcome("alice", "a+token=")
    suite.toy.routes["POST /me"] = suite.toy.me
    for carrier in ("query string", "form body", "header"):
        result = presented(suite, f"{{session: copy, in: {carrier}}}")
        assert result.outcome is Outcome.PASSED
        assert suite.toy.asked[-1].cookies == {}
    query, form, header = (one for one in suite.toy.asked if one.path == "/me" and not one.cookies)
    assert query.query == {"sid": "a+token="}
    assert (form.method, form.form) == ("POST", {"sid": "a+token="})
    assert header.headers["Authorization"] == "Bearer a+token="


def test_a_server_that_takes_a_token_from_the_url_fails(suite: Suite) -> None:
    def me(asked: Asked) -> Reply:
        asked.cookies |= asked.query
        return suite.toy.me(asked)

    suite.toy.routes["GET /me"] = me
    result = presented(suite, "{session: copy, in: query string}")
    assert (result.outcome, result.place.line) == (Outcome.FAILED, 9)


def test_the_cookie_is_a_carrier_like_the_others(suite: Suite) -> None:
    result = presented(suite, "{session: copy, in: cookie}", "signed in")
    assert result.outcome is Outcome.PASSED


def test_a_text_may_be_presented_as_token(suite: Suite) -> None:
    result = presented(suite, "{token: made-up}")
    assert result.outcome is Outcome.PASSED
    assert suite.toy.asked[-1].cookies == {"sid": "made-up"}
    assert "made-up" not in repr(result)


def test_presenting_does_not_touch_the_cookies_of_the_browser(suite: Suite) -> None:
    suite.toy.attributes += "; Max-Age=5"
    steps = f"{KEPT}  - visit: protected page\n    expect: signed in\n"
    result = suite.run(steps.replace("{how}", "{token: x}").replace("{expect}", "signed out"))
    assert result.outcome is Outcome.PASSED


def test_every_session_kept_under_one_name_is_presented(suite: Suite) -> None:
    steps = """
given:
  - in turn:
      - clear cookies
      - log in: alice
      - keep session as: copies
    times: 3
then:
  - present: copies
    expect: signed in
"""
    assert suite.run(steps).outcome is Outcome.PASSED
    assert len({one.cookies["sid"] for one in suite.toy.asked[-3:]}) == 3


@pytest.mark.parametrize(
    ("declared", "cookies", "kept"),
    [
        (["sid", "sid2"], ["sid=1", "sid2=2", "lang=en"], {"sid": "1", "sid2": "2"}),
        ({"pattern": "s[a-z]+-[0-9]+"}, ["sess-80=1", "sess=2"], {"sess-80": "1"}),
    ],
)
def test_session_cookies_may_be_several_or_a_pattern(
    suite: Suite, declared: object, cookies: list[str], kept: dict[str, str]
) -> None:
    suite.toy.routes["POST /login"] = lambda _: Reply(
        headers=[("Set-Cookie", f"{one}; Path=/") for one in cookies]
    )
    suite.toy.routes["GET /me"] = lambda _: Reply(200, {"user": "alice"})
    steps = "then:\n  - log in: alice\n  - keep session as: copy\n  - present: copy\n"
    result = suite.run(f"{steps}    expect: signed in\n", {"session cookie": declared})
    assert result.outcome is Outcome.PASSED
    assert suite.toy.asked[-1].cookies == kept
    suite.run(
        "then:\n  - log in: alice\n  - present: {token: odd}\n    expect: signed in\n",
        {"session cookie": declared},
    )
    assert suite.toy.asked[-1].cookies == dict.fromkeys(kept, "odd")


def test_a_browser_without_session_cookie_has_none_to_keep(suite: Suite) -> None:
    result = suite.run("given:\n  - keep session as: copy\nthen:\n  - log in: alice\n")
    assert result.outcome is Outcome.ERROR
    assert result.reason == "the browser holds no session cookie (sid) to keep"


# --- planting, comparing, looking ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("planted", "name"), [("{token: chosen-by-eve}", "chosen-by-eve"), ("copy", "first")]
)
def test_a_planted_session_is_what_the_browser_sends_from_then_on(
    suite: Suite, planted: str, name: str
) -> None:
    suite.toy.routes["POST /login"] = lambda _: suite.toy.welcome("alice", "first")
    steps = f"""
given:
  - log in: alice
  - keep session as: copy
then:
  - plant session: {planted}
    browser: victim
  - log in: bob
    browser: victim
"""
    assert suite.run(steps).outcome is Outcome.PASSED
    assert suite.toy.asked[-1].cookies == {"sid": name}


def test_planting_an_altered_session_is_possible_too(suite: Suite) -> None:
    suite.toy.routes["POST /login"] = lambda _: suite.toy.welcome("alice", "abcd-efgh")
    steps = (
        "given:\n  - log in: alice\n  - keep session as: copy\nthen:\n"
        "  - plant session: {session: copy, change: one character added}\n"
        "  - visit: protected page\n    expect: signed out\n"
    )
    assert suite.run(steps).outcome is Outcome.PASSED
    assert suite.toy.asked[-1].cookies == {"sid": "abcd-efghx"}


@pytest.mark.parametrize(
    ("tokens", "expect", "outcome"),
    [
        (["one", "two"], "all different", Outcome.PASSED),
        (["one", "one"], "all different", Outcome.FAILED),
        (["one", "one"], "all the same", Outcome.PASSED),
        (["one", "two"], "all the same", Outcome.FAILED),
    ],
)
def test_the_tokens_of_kept_sessions_are_compared(
    suite: Suite, tokens: list[str], expect: str, outcome: Outcome
) -> None:
    left = list(tokens)
    suite.toy.routes["POST /login"] = lambda _: suite.toy.welcome("alice", left.pop(0))
    steps = f"""
then:
  - log in: alice
  - keep session as: first
  - log in: alice
  - keep session as: second
  - compare: [first, second]
    expect: {expect}
"""
    assert suite.run(steps).outcome is outcome


def test_looking_shows_the_session_cookie_as_this_browser_was_given_it_last(suite: Suite) -> None:
    steps = "then:\n  - log in: alice\n  - visit: protected page\n    expect: signed in\n"
    look = "  - look at: session cookie\n    expect: HttpOnly\n"
    assert suite.run(steps + look).outcome is Outcome.PASSED
    suite.toy.attributes = "Path=/"
    assert suite.run(steps + look).observed == "sid without HttpOnly"
    elsewhere = look.replace("expect", "browser: b\n    expect")
    assert suite.run(steps + elsewhere).observed == "no session cookie was set"


def test_looking_shows_every_answer_so_far(suite: Suite) -> None:
    suite.toy.routes["GET /me"] = lambda _: Reply(500)
    steps = (
        "when:\n  - send: GET /me\n    expect: {status: 500}\n"
        "then:\n  - look at: every answer\n    expect: no server error\n"
    )
    result = suite.run(steps, {"contract": "toy"}, name="contract/toy/case")
    assert (result.outcome, result.observed) == (Outcome.FAILED, "GET /me answered 500")


# --- time ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("timeouts", "duration", "visits", "seconds"),
    [
        ({"idle": "10 s", "absolute": "60 s"}, "longer than the absolute timeout", 13, 61),
        ({"absolute": "60 s"}, "half the absolute timeout", 10, 30),
        ({"idle": "10 s"}, "half the idle timeout", 1, 5),
        ({"idle": "10 s"}, "longer than the idle timeout", 3, 11),
    ],
)
def test_keep_visiting_visits_often_enough_to_keep_a_session_alive(
    suite: Suite, clock: Clock, timeouts: dict[str, str], duration: str, visits: int, seconds: int
) -> None:
    suite.toy.absolute = 1000
    began = clock()
    result = suite.run(
        f"given:\n  - log in: alice\nthen:\n  - keep visiting: {duration}\n    expect: signed in\n",
        {"timeouts": timeouts},
    )
    assert result.outcome is Outcome.PASSED
    assert [one.path for one in result.exchanges[1:]] == ["/me"] * visits
    assert clock() - began == pytest.approx(seconds)


def test_keep_visiting_judges_every_visit(suite: Suite) -> None:
    visits: list[Asked] = []

    def me(asked: Asked) -> Reply:
        visits.append(asked)
        return Reply(401) if len(visits) == 2 else suite.toy.me(asked)

    suite.toy.routes["GET /me"] = me
    steps = (
        "given:\n  - log in: alice\nthen:\n  - keep visiting: longer than the absolute timeout\n"
    )
    assert suite.run(f"{steps}    expect: signed in\n").outcome is Outcome.FAILED


def test_after_a_wait_only_fresh_connections_are_used(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    dropped: list[bool] = []
    monkeypatch.setattr(suite.wire, "drop_connections", lambda: dropped.append(True))
    suite.run("when:\n  - wait: half the idle timeout\nthen:\n  - log in: alice\n")
    assert dropped == [True]


# --- the server ----------------------------------------------------------------------------------


class Restarted:
    """A server that only notes what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def start(self) -> None:
        self.told.append("start")

    def stop(self) -> None:
        self.told.append("stop")


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        (["restart the server"], ["stop", "start"]),
        (["stop the server", "start the server"], ["stop", "start"]),
    ],
)
def test_the_server_is_stopped_and_started(suite: Suite, steps: list[str], told: list[str]) -> None:
    server = suite.server = Restarted()
    when = "".join(f"  - {step}\n" for step in steps)
    scenario = suite.scenario(f"when:\n{when}then:\n  - log in: alice\n")
    assert "restart" in scenario.needs
    result = run(scenario, suite.profile({"start": "./serve"}), None, suite.settings)
    assert result.outcome is Outcome.PASSED
    assert server.told == told


def test_a_run_without_a_server_of_its_own_does_not_try_to_restart_it(suite: Suite) -> None:
    scenario = suite.scenario("when:\n  - restart the server\nthen:\n  - log in: alice\n")
    result = run(scenario, suite.profile({"start": "./serve"}), None, suite.settings)
    assert result.outcome is Outcome.NOT_TESTED
    assert result.reason == "this run can't restart the server"


# --- exact requests ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "content_type", "sent"),
    [
        ("form: {a: b c, who: '{alice.username}'}", "x-www-form-urlencoded", "a=b+c&who=alice"),
        ("json: {a: [b], n: {x: '1'}}", "application/json", '{"a": ["b"], "n": {"x": "1"}}'),
        ("json: '{\"n\": 1, broken'", "application/json", '{"n": 1, broken'),
        ("body: '<{bob.username}/>'", None, "<bob/>"),
        ("body: x, headers: {content-type: text/x}", "text/x", "x"),
        ("json: {a: b}, headers: {Content-Type: text/plain}", "text/plain", '{"a": "b"}'),
        ("headers: {X: '{alice.username}'}", None, ""),
    ],
)
def test_an_exact_request_is_sent_with_its_body_and_no_more(
    suite: Suite, body: str, content_type: str | None, sent: str
) -> None:
    send = f"{{request: 'POST /echo?q={{bob.username}}', {body}}}"
    steps = f"then:\n  - send: {send}\n    expect: {{status: 200}}\n"
    result = suite.run(steps, {"contract": "toy"}, name="contract/toy/case")
    assert result.outcome is Outcome.PASSED
    asked = suite.toy.asked[-1]
    assert asked.query == {"q": "bob"}
    assert asked.body.decode() == sent
    headers = {name.lower(): value for name, value in asked.headers.items()}
    assert (content_type or "") in headers.get("content-type", "")
    assert ("content-type" in headers) == (content_type is not None)
    assert headers.get("x", "alice") == "alice"


def test_an_exact_answer_is_compared_with_the_users_filled_in(suite: Suite) -> None:
    steps = """
then:
  - send: {request: POST /login, form: {username: bob, password: '{bob.password}'}}
    expect: {status: 200, json is: {user: '{bob.username}'}, sets cookie: sid}
  - send: GET /me
    expect: {json: {user: '{bob.username}'}}
  - look at: session cookie
    expect: HttpOnly
"""
    result = suite.run(steps, {"contract": "toy"}, name="contract/toy/case")
    assert result.outcome is Outcome.PASSED
    assert json.dumps(PASSWORDS["bob"]) not in repr(result)


def test_requests_at_once_meet_at_the_server(suite: Suite) -> None:
    barrier = threading.Barrier(5, timeout=5)

    def login(asked: Asked) -> Reply:
        barrier.wait()
        return suite.toy.login(asked)

    suite.toy.routes["POST /login"] = login
    steps = "".join(f"      - log in: alice\n        browser: b{n}\n" for n in range(5))
    assert suite.run(f"then:\n  - at once:\n{steps}").outcome is Outcome.PASSED
