"""A session token that goes along in a header, instead of a cookie or beside one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from toyserver import Asked, Reply
from toysuite import LOGIN, LOGOUT, Clock, Suite

from conformance.actions import Manner, Performer
from conformance.browser import Browser
from conformance.engine import lack
from conformance.model import Outcome, Profile, Request
from conformance.stage import Stage

BEARER: Mapping[str, Any] = {
    "session cookie": None,
    "session token": {"from json": "access.token", "send": "Authorization: Bearer {token}"},
}
USERS = {"Bearer token-of-alice": "alice", "Bearer token-of-bob": "bob"}


@pytest.fixture
def bearer(suite: Suite) -> Suite:
    """The toy with tokens in a header; a logout ends them."""
    alive = dict(USERS)

    def me(asked: Asked) -> Reply:
        user = alive.get(asked.headers.get("Authorization", ""))
        return Reply(200, {"user": user}) if user else Reply(401)

    def log_in(asked: Asked) -> Reply:
        name = asked.form["username"]
        alive[f"Bearer token-of-{name}"] = name
        return Reply(200, {"access": {"token": f"token-of-{name}"}})

    def log_out(asked: Asked) -> Reply:
        return Reply(200 if alive.pop(asked.headers.get("Authorization", ""), "") else 401)

    suite.toy.routes.update({"GET /me": me, "POST /login": log_in, "POST /logout": log_out})
    return suite


@pytest.mark.parametrize("steps", [LOGIN, LOGOUT])
def test_scenarios_play_with_a_token_in_a_header(bearer: Suite, steps: str) -> None:
    result = bearer.run(steps, dict(BEARER))
    assert result.outcome is Outcome.PASSED, result
    assert "Authorization:" in result.exchanges[-1].cookies_sent
    assert "token-of" not in repr(result)


def test_a_token_that_outlives_its_logout_is_a_failure(bearer: Suite) -> None:
    bearer.toy.routes["POST /logout"] = lambda _: Reply(200)
    assert bearer.run(LOGOUT, dict(BEARER)).outcome is Outcome.FAILED


def browser_of(suite: Suite, clock: Clock, profile: Profile) -> Browser:
    return Stage(profile, {}, suite.wire, clock, clock.sleep).new_browser()


def logged_in(suite: Suite, clock: Clock, **changes: Any) -> tuple[Profile, Browser]:
    profile = suite.profile({**BEARER, **changes})
    browser = browser_of(suite, clock, profile)
    Performer(profile, browser, {"username": "alice", "password": "x"}).perform(profile.log_in)
    return profile, browser


def test_a_logout_and_cleared_cookies_leave_no_token(bearer: Suite, clock: Clock) -> None:
    profile, browser = logged_in(bearer, clock)
    assert browser.cookies_for("/me") == (("Authorization:", "token-of-alice"),)
    Performer(profile, browser, {}).perform(profile.log_out)
    assert browser.cookies_for("/me") == ()
    _, browser = logged_in(bearer, clock)
    browser.clear_cookies()
    assert browser.cookies_for("/me") == ()


def test_a_page_that_shows_some_token_gives_none(bearer: Suite, clock: Clock) -> None:
    bearer.toy.routes["GET /csrf"] = lambda _: Reply(200, {"access": {"token": "another"}})
    _, browser = logged_in(bearer, clock)
    browser.send(Request("GET", "/csrf"))
    assert browser.cookies_for("/me") == (("Authorization:", "token-of-alice"),)


def test_a_token_in_a_header_of_any_answer_is_the_next_one(bearer: Suite, clock: Clock) -> None:
    token = {"from header": "X-Next", "send": "X-Auth: {token}"}
    next_one = Reply(200, headers=[("X-Next", "second")])
    bearer.toy.routes["GET /csrf"] = lambda _: next_one
    _, browser = logged_in(bearer, clock, **{"session token": token})
    browser.send(Request("GET", "/csrf"))
    assert browser.send(Request("GET", "/echo")).sent_cookies == (("X-Auth:", "second"),)
    assert bearer.toy.asked[-1].headers["X-Auth"] == "second"


def test_a_token_goes_beside_the_cookie_and_not_with_it(bearer: Suite, clock: Clock) -> None:
    _, browser = logged_in(bearer, clock, **{"session cookie": "sid"})
    browser.plant_cookie("sid", "1")
    browser.send(Request("GET", "/echo"))
    asked = bearer.toy.asked[-1]
    assert asked.cookies == {"sid": "1"}
    assert asked.headers["Authorization"] == "Bearer token-of-alice"
    browser.send(Request("GET", "/echo"), cookies=[("Authorization:", "kept"), ("sid", "2")])
    asked = bearer.toy.asked[-1]
    assert (asked.headers["Authorization"], asked.cookies) == ("Bearer kept", {"sid": "2"})


def test_what_a_request_says_itself_goes_instead_of_the_token(bearer: Suite, clock: Clock) -> None:
    _, browser = logged_in(bearer, clock)
    sent = browser.send(Request("GET", "/echo", (("authorization", "Basic x"),)))
    assert bearer.toy.asked[-1].headers["authorization"] == "Basic x"
    assert sent.sent_cookies == ()


def test_a_foreign_page_knows_no_token(bearer: Suite, clock: Clock) -> None:
    profile, browser = logged_in(bearer, clock, **{"session cookie": "sid"})
    browser.plant_cookie("sid", "1")
    forged = Performer(profile, browser, {}, Manner(origin="another site"))
    assert forged.perform(profile.log_out)[0] == "refused"
    assert "Authorization" not in bearer.toy.asked[-1].headers
    assert bearer.toy.asked[-1].cookies == {"sid": "1"}


NEED_COOKIES = [
    "look at: session cookie\n    expect: HttpOnly",
    "log out: {from: another site}",
    "plant session: {token: x}",
    "present: {token: x, in: query string}\n    expect: signed out",
]


@pytest.mark.parametrize("step", NEED_COOKIES)
def test_what_is_about_cookies_does_not_apply_without_them(bearer: Suite, step: str) -> None:
    scenario = bearer.scenario(f"given:\n  - log in: alice\nthen:\n  - {step}\n")
    found = lack(scenario, bearer.profile(dict(BEARER)))
    assert found
    assert (found.outcome, found.reason) == (
        Outcome.NOT_APPLICABLE,
        "the profile declares no session cookie: a header holds the session",
    )
    assert lack(scenario, bearer.profile()) is None
