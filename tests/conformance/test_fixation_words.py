"""The words about tokens from before a login: where they come from, and where they are put."""

from __future__ import annotations

from typing import Any

import pytest
from toyserver import Asked, Reply
from toysuite import Suite

from conformance.model import Outcome

STRANGER = """
given:
  - log in: alice
    browser: another
  - visit: protected page
    browser: another
    expect: signed in
  - keep session of a stranger as: before
when:
  - log in: alice
then:
  - plant session: before
    browser: attacker
  - visit: protected page
    browser: attacker
    expect: signed out
"""


def greeting(asked: Asked, suite: Suite) -> Reply:
    """Give whoever comes without a cookie one for a session of nobody."""
    reply = suite.toy.me(asked)
    if not asked.cookies:
        reply.headers.append(("Set-Cookie", "sid=of-nobody; Path=/"))
    return reply


def test_a_server_without_sessions_before_the_login_has_nothing_to_judge(suite: Suite) -> None:
    result = suite.run(STRANGER)
    assert result.outcome is Outcome.NOT_APPLICABLE
    assert result.reason == "the server gives no session cookie before a login"


def test_the_token_of_a_stranger_is_kept(suite: Suite) -> None:
    suite.toy.routes["GET /me"] = lambda asked: greeting(asked, suite)
    assert suite.run(STRANGER).outcome is Outcome.PASSED
    assert suite.toy.asked[-1].cookies == {"sid": "of-nobody"}


def test_a_login_that_signs_the_token_of_a_stranger_in_fails(suite: Suite) -> None:
    suite.toy.routes["GET /me"] = lambda asked: greeting(asked, suite)
    suite.toy.routes["POST /login"] = lambda asked: suite.toy.welcome(
        "alice", asked.cookies.get("sid", "another")
    )
    assert suite.run(STRANGER).outcome is Outcome.FAILED


def test_the_pages_that_lead_to_the_login_are_looked_at(suite: Suite) -> None:
    suite.toy.routes["GET /form"] = lambda _: Reply(
        200, {"csrf": "x"}, [("Set-Cookie", "sid=of-nobody; Path=/")]
    )
    changes: dict[str, Any] = {"csrf": {"read": "GET /form", "from json": "csrf"}}
    assert suite.run(STRANGER, changes).outcome is Outcome.PASSED
    asked = [f"{one.method} {one.path}" for one in suite.toy.asked]
    assert asked[2:5] == ["GET /me", "GET /form", "GET /login"]


PLANTED = """
given:
  - log in: bob
    browser: attacker
  - keep session as: planted
    browser: attacker
  - present: planted
    expect: signed in
when:
  - plant session: {session: planted, for: <requests>}
    browser: victim
  - log in: alice
    browser: victim
  - visit: protected page
    browser: victim
    expect: no server error
then:
  - present: planted
    expect: no other user
"""


@pytest.mark.parametrize(
    ("requests", "at_login", "at_page"),
    [
        ("all pages", 1, 1),
        ("the login", 1, 1),
        ("the protected page", 0, 2),
        ("the whole domain", 1, 2),
    ],
)
def test_a_session_is_planted_for_the_requests_that_are_said(
    suite: Suite, requests: str, at_login: int, at_page: int
) -> None:
    assert suite.run(PLANTED.replace("<requests>", requests)).outcome is Outcome.PASSED
    login, page = suite.toy.asked[-3:-1]
    sent = [one.headers.get("Cookie", "").count("sid=") for one in (login, page)]
    assert sent == [at_login, at_page]


CARRIED = """
given:
  - log in: bob
    browser: attacker
  - keep session as: planted
    browser: attacker
  - present: planted
    expect: signed in
then:
  - log in with: {user: alice, session: planted, session in: <place>}
    browser: victim
    expect: accepted
  - present: planted
    expect: no other user
"""


@pytest.mark.parametrize("place", ["query string", "form body"])
def test_a_login_carries_a_kept_token_in_its_url_or_body(suite: Suite, place: str) -> None:
    assert suite.run(CARRIED.replace("<place>", place)).outcome is Outcome.PASSED
    login, page = suite.toy.asked[-2:]
    fields = login.query if place == "query string" else login.form
    assert fields["sid"] == page.cookies["sid"]
    assert login.cookies == {}
    assert login.form["username"] == "alice"


def test_the_token_that_a_login_carries_may_be_altered(suite: Suite) -> None:
    suite.toy.routes["POST /login"] = lambda _: suite.toy.welcome("bob", "abcd")
    more = "session in: form body, session change: one character added"
    suite.run(CARRIED.replace("session in: <place>", more))
    logins = [one for one in suite.toy.asked if one.path == "/login"]
    assert logins[-1].form["sid"] == "abcdx"


def test_a_server_that_signs_a_carried_token_in_fails(suite: Suite) -> None:
    def login(asked: Asked) -> Reply:
        token = asked.query.get("sid", "of-the-server")
        return suite.toy.welcome(asked.form["username"], token)

    suite.toy.routes["POST /login"] = login
    result = suite.run(CARRIED.replace("<place>", "query string"))
    assert result.outcome is Outcome.FAILED
    assert result.observed.startswith("signed in as alice")
