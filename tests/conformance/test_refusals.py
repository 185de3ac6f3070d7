from __future__ import annotations

import pytest
from toyserver import Reply
from toysuite import Suite

from conformance.model import Outcome

REFUSED = """
given:
  - log in: alice
  - visit: protected page
    expect: signed in
then:
  - visit: protected page
    browser: stranger
    expect: refused as HTTP has it
"""
PAGE = {
    "send": "GET /me",
    "signed in": {"status": "200", "json": {"user": "{username}"}},
    "signed out": {"body contains": "no"},
}


@pytest.mark.parametrize(
    ("status", "headers", "body", "observed"),
    [
        (401, {"WWW-Authenticate": "Session"}, "no", None),
        (401, {}, "no", "GET /me answered 401 without WWW-Authenticate"),
        (
            401,
            {"WWW-Authenticate": 'Basic realm="x"'},
            "no",
            "GET /me answered 401 with a challenge that opens a dialog",
        ),
        (403, {}, "no", None),
        (404, {}, "no", None),
        (302, {"Location": "/login"}, "no", None),
        (302, {}, "no", "GET /me answered 302 without Location"),
        (200, {}, '<p>no <input type="password">', None),
        (
            200,
            {},
            "no",
            "GET /me answered 200 as if nothing was refused, and without a form to log in",
        ),
    ],
)
def test_a_refusal_says_what_it_is(
    suite: Suite, status: int, headers: dict[str, str], body: str, observed: str | None
) -> None:
    me = suite.toy.me
    refusal = Reply(status, headers=list(headers.items()), body=body.encode())
    suite.toy.routes["GET /me"] = lambda asked: me(asked) if asked.cookies else refusal
    result = suite.run(REFUSED, {"protected page": PAGE})
    assert result.outcome is (Outcome.FAILED if observed else Outcome.PASSED)
    assert result.observed == (observed or "")


def test_a_page_that_opens_is_no_refusal(suite: Suite) -> None:
    steps = REFUSED.replace("    browser: stranger\n", "")
    assert suite.run(steps, {"protected page": PAGE}).outcome is Outcome.FAILED


BESIDE = """
given:
  - log in: alice
  - keep session as: hers
  - log in: bob
    browser: bob
  - keep session as: his
    browser: bob
then:
  - present: {session: hers, beside: his}
    expect: the same each time
"""


def test_two_cookies_of_one_name_go_in_one_header_three_times(suite: Suite) -> None:
    assert suite.run(BESIDE).outcome is Outcome.PASSED
    sent = [asked.headers.get("Cookie", "") for asked in suite.toy.asked[-3:]]
    assert [line.count("sid=") for line in sent] == [2, 2, 2]


def test_two_cookies_may_not_mean_one_user_now_and_another_then(suite: Suite) -> None:
    names = iter(["alice", "bob", "alice"])
    suite.toy.routes["GET /me"] = lambda _: Reply(200, {"user": next(names)})
    result = suite.run(BESIDE)
    assert result.outcome is Outcome.FAILED
    assert result.observed.startswith("signed in is alice, then bob")


def test_two_cookies_may_not_mean_a_third_user(suite: Suite) -> None:
    suite.toy.routes["GET /me"] = lambda _: Reply(200, {"user": "mallory"})
    assert suite.run(BESIDE).outcome is Outcome.FAILED
