from __future__ import annotations

import pytest
from toyserver import Asked, Reply
from toysuite import REGISTER, Suite

from conformance.model import Exchange, Outcome, Request
from conformance.origins import (
    Page,
    is_granted,
    is_readable,
    needs_preflight,
    origins,
    preflight,
)

FORM = ("Content-Type", "application/x-www-form-urlencoded")
JSON = ("Content-Type", "application/json")
BEGINS = "a host whose name begins like the target's"
ENDS = "a host whose name ends like the target's"
PAGE = Page("https://attacker.example", "cross-site", "https://attacker.example/")


def answered(status: int = 204, **headers: str) -> Exchange:
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Exchange("OPTIONS", "http://127.0.0.1/", (), status, pairs, b"", 0.0, 0.0)


def granting(**more: str) -> Exchange:
    allowed = {
        "Access_Control_Allow_Origin": "https://attacker.example",
        "Access_Control_Allow_Credentials": "true",
    }
    return answered(**{**allowed, **more})


@pytest.mark.parametrize(
    ("word", "target", "origin"),
    [
        ("another site", "https://shop.example", "https://attacker.example"),
        ("a sibling host", "https://shop.example", "https://sibling-shop.example"),
        ("a sibling host", "http://127.0.0.1:5000", "http://127.0.0.1:8443"),
        ("a sibling host", "http://[::1]:8443", "http://[::1]:9443"),
        ("a sibling host", "http://localhost", "http://localhost:8443"),
        ("a sandboxed frame", "https://shop.example", "null"),
        (BEGINS, "https://shop.example", "https://shop.example.attacker.example"),
        (BEGINS, "http://127.0.0.1:5000", "http://127.0.0.1.attacker.example:5000"),
        (BEGINS, "http://[::1]:5000", "http://--1.attacker.example:5000"),
        (ENDS, "https://shop.example", "https://attacker-shop.example"),
        (ENDS, "http://127.0.0.1:5000", "http://attacker-127.0.0.1:5000"),
    ],
)
def test_a_foreign_page_has_an_origin_of_its_own(word: str, target: str, origin: str) -> None:
    assert origins[word](target).origin == origin


@pytest.mark.parametrize("word", origins.words)
def test_a_form_is_sent_with_what_the_browser_says_of_its_page(word: str) -> None:
    page = origins[word]("https://shop.example")
    said = dict(page.headers("POST", "navigate"))
    assert said["Origin"] == page.origin
    assert said.get("Sec-Fetch-Site", "") == page.site
    assert "Origin" not in dict(page.headers("GET", "navigate"))


@pytest.mark.parametrize(
    ("request_", "asks"),
    [
        (Request("POST", "/", (FORM,)), False),
        (Request("POST", "/", (("Content-Type", "text/plain; charset=utf-8"),)), False),
        (Request("GET", "/", (("Accept", "*/*"),)), False),
        (Request("POST", "/", (JSON,)), True),
        (Request("DELETE", "/"), True),
        (Request("POST", "/", (FORM, ("X-Requested-With", "fetch"))), True),
    ],
)
def test_a_browser_asks_first_for_what_no_form_could_send(request_: Request, asks: bool) -> None:
    assert needs_preflight(request_) is asks


def test_the_question_names_method_and_headers_and_carries_no_content() -> None:
    asked = preflight(Request("PUT", "/x", (JSON, ("X-Own", "1")), b"{}"), PAGE)
    headers = dict(asked.headers)
    assert (asked.method, asked.target, asked.body) == ("OPTIONS", "/x", b"")
    assert headers["Origin"] == "https://attacker.example"
    assert headers["Access-Control-Request-Method"] == "PUT"
    assert headers["Access-Control-Request-Headers"] == "content-type,x-own"


@pytest.mark.parametrize(
    ("answer", "granted"),
    [
        (granting(Access_Control_Allow_Methods="GET, DELETE"), True),
        (granting(Access_Control_Allow_Methods="delete"), True),
        (granting(), False),
        (granting(Access_Control_Allow_Methods="*"), False),
        (granting(Access_Control_Allow_Methods="DELETE", Access_Control_Allow_Origin="*"), False),
        (
            granting(
                Access_Control_Allow_Methods="DELETE", Access_Control_Allow_Credentials="false"
            ),
            False,
        ),
        (answered(200), False),
        (answered(403, Access_Control_Allow_Methods="DELETE"), False),
    ],
)
def test_only_a_preflight_that_allows_all_of_it_lets_the_request_go(
    answer: Exchange, granted: bool
) -> None:
    assert is_granted(Request("DELETE", "/"), PAGE, answer) is granted


def test_headers_have_to_be_allowed_by_name() -> None:
    request = Request("POST", "/", (JSON,))
    assert not is_granted(request, PAGE, granting(Access_Control_Allow_Headers="*"))
    assert is_granted(request, PAGE, granting(Access_Control_Allow_Headers="Content-Type"))


@pytest.mark.parametrize(
    ("origin", "credentials", "readable"),
    [
        ("https://attacker.example", "true", True),
        ("https://attacker.example", "True", False),
        ("*", "true", False),
        ("https://shop.example", "true", False),
    ],
)
def test_an_answer_is_readable_by_the_page_that_it_names(
    origin: str, credentials: str, readable: bool
) -> None:
    answer = answered(
        Access_Control_Allow_Origin=origin, Access_Control_Allow_Credentials=credentials
    )
    assert is_readable(PAGE, answer) is readable


# --- in a scenario --------------------------------------------------------------------------------

LOGOUT = """
given:
  - log in: alice
  - visit: protected page
    expect: signed in
when:
  - log out: {from: another site}
    expect: refused
then:
  - visit: protected page
    expect: signed in
"""


def test_a_logout_that_a_foreign_form_can_send_takes_effect(suite: Suite) -> None:
    result = suite.run(LOGOUT.replace("refused", "no server error"))
    asked = suite.toy.asked[2]
    assert result.outcome is Outcome.FAILED
    assert asked.headers["Origin"] == "https://attacker.example"
    assert asked.headers["Sec-Fetch-Site"] == "cross-site"
    assert "sid" in asked.cookies


def test_a_server_that_looks_at_the_origin_refuses_it(suite: Suite) -> None:
    right = suite.toy.routes["POST /logout"]

    def logout(asked: Asked) -> Reply:
        return Reply(403) if "attacker" in asked.headers.get("Origin", "") else right(asked)

    suite.toy.routes["POST /logout"] = logout
    assert suite.run(LOGOUT).outcome is Outcome.PASSED


def test_without_a_granted_preflight_no_foreign_request_arrives(suite: Suite) -> None:
    deleting = {"log out": {"send": "DELETE /logout", "success": {"status": "200"}}}
    suite.toy.routes["DELETE /logout"] = suite.toy.routes.pop("POST /logout")
    suite.toy.routes["OPTIONS /logout"] = lambda _: Reply(200)
    assert suite.run(LOGOUT, deleting).outcome is Outcome.PASSED
    sent = [(one.method, one.cookies) for one in suite.toy.asked if one.path == "/logout"]
    assert [method for method, _ in sent] == ["POST", "OPTIONS"], "a form that says _method"
    assert sent[-1] == ("OPTIONS", {})


def test_headers_of_the_profile_do_not_speak_for_the_foreign_page(suite: Suite) -> None:
    own = {
        "log out": {
            "send": "POST /logout",
            "headers": {"Origin": "http://127.0.0.1", "Referer": "http://127.0.0.1/"},
            "success": {"status": "200"},
        }
    }
    suite.run(LOGOUT, own)
    asked = suite.toy.asked[2].headers
    assert asked["Origin"] == "https://attacker.example"
    assert asked["Referer"] == "https://attacker.example/"


READING = """
given:
  - log in: alice
  - visit: protected page
    expect: signed in
then:
  - visit: {page: protected page, from: another site}
    expect: not readable from there
"""


@pytest.mark.parametrize(
    ("allowed", "outcome"),
    [
        ([], Outcome.PASSED),
        ([("Access-Control-Allow-Origin", "*")], Outcome.PASSED),
        (
            [
                ("Access-Control-Allow-Origin", "https://attacker.example"),
                ("Access-Control-Allow-Credentials", "true"),
            ],
            Outcome.FAILED,
        ),
    ],
)
def test_a_page_that_any_origin_may_read_is_told(
    suite: Suite, allowed: list[tuple[str, str]], outcome: Outcome
) -> None:
    right = suite.toy.routes["GET /me"]

    def me(asked: Asked) -> Reply:
        reply = right(asked)
        reply.headers += allowed
        return reply

    suite.toy.routes["GET /me"] = me
    assert suite.run(READING).outcome is outcome


# --- CSRF tokens ----------------------------------------------------------------------------------

WITH_TOKEN = {
    "csrf": {"read": "GET /form", "from field": "csrf"},
    "log out": {
        "send": "POST /logout",
        "form": {"csrf": "{csrf}"},
        "success": {"status": "200"},
        "refused": {"status": "403"},
    },
}


@pytest.mark.parametrize("how", ["left out", "made up", "of another browser"])
def test_a_csrf_token_can_be_spoiled(suite: Suite, how: str) -> None:
    given: list[str] = []

    def form(_: Asked) -> Reply:
        given.append(f"token{len(given)}")
        return Reply(body=f"<input name=csrf value={given[-1]}>".encode())

    def logout(asked: Asked) -> Reply:
        return suite.toy.logout(asked) if asked.form.get("csrf") == given[0] else Reply(403)

    suite.toy.routes |= {"GET /form": form, "POST /logout": logout}
    steps = LOGOUT.replace("from: another site", f"csrf token: {how}")
    assert suite.run(steps, WITH_TOKEN).outcome is Outcome.PASSED
    sent = suite.toy.asked[-2].form.get("csrf")
    expected = {"left out": None, "made up": "xxxxxx", "of another browser": "token1"}
    assert sent == expected[how]


PAST = """
given:
  - log in: alice
  - log out
  - log in: alice
  - visit: protected page
    expect: signed in
when:
  - log out: {csrf token: CHANGE}
    expect: refused
then:
  - visit: protected page
    expect: signed in
"""


@pytest.mark.parametrize(
    ("how", "token"), [("from before the login", "token2"), ("of the session before", "token1")]
)
def test_a_csrf_token_of_the_past_can_be_sent(suite: Suite, how: str, token: str) -> None:
    given: list[str] = []

    def form(_: Asked) -> Reply:
        given.append(f"token{len(given)}")
        return Reply(body=f"<input name=csrf value={given[-1]}>".encode())

    def logout(asked: Asked) -> Reply:
        return suite.toy.logout(asked) if asked.form.get("csrf") == given[-1] else Reply(403)

    suite.toy.routes |= {"GET /form": form, "POST /logout": logout}
    log_in = {
        "send": "POST /login",
        "form": {"username": "{username}", "password": "{password}", "csrf": "{csrf}"},
        "success": {"status": "200"},
        "refused": {"status": "401"},
    }
    result = suite.run(PAST.replace("CHANGE", how), {**WITH_TOKEN, "log in": log_in})
    assert result.outcome is Outcome.PASSED
    assert suite.toy.asked[-2].form["csrf"] == token


def test_a_login_without_a_csrf_token_has_none_to_send_later(suite: Suite) -> None:
    page = Reply(body=b"<input name=csrf value=1>")
    suite.toy.routes["GET /form"] = lambda _: page
    result = suite.run(PAST.replace("CHANGE", "from before the login"), WITH_TOKEN)
    assert result.outcome is Outcome.NOT_APPLICABLE
    assert result.reason == "the profile's action 'log in' sends no CSRF token"


def test_an_action_without_a_csrf_token_has_none_to_spoil(suite: Suite) -> None:
    declared = {"csrf": WITH_TOKEN["csrf"]}
    result = suite.run(LOGOUT.replace("from: another site", "csrf token: made up"), declared)
    assert result.outcome is Outcome.NOT_APPLICABLE
    assert result.reason == "the profile's action 'log out' sends no CSRF token"


def test_without_declared_csrf_tokens_none_is_spoiled(suite: Suite) -> None:
    result = suite.run(LOGOUT.replace("from: another site", "csrf token: left out"))
    assert result.outcome is Outcome.NOT_APPLICABLE


# --- what forged requests leave behind ------------------------------------------------------------

IN_ANOTHERS_PLACE = """
given:
  - log in: alice
  - log in: bob
    browser: another
then:
  - log in with: {user: bob, from: another site}
    expect: no server error
  - visit: protected page
    expect: signed in
"""


def test_a_forged_login_that_works_shows_the_wrong_user(suite: Suite) -> None:
    result = suite.run(IN_ANOTHERS_PLACE)
    assert (result.outcome, result.expected) == (Outcome.FAILED, "signed in")
    assert result.observed == "signed in as bob: GET /me answered 200"


CHANGED = """
given:
  - log in: alice
  - change password
then:
  - change password: {from: a link on another site}
    expect: no server error
  - log in: alice
"""


@pytest.mark.parametrize(("works", "outcome"), [(True, Outcome.FAILED), (False, Outcome.PASSED)])
def test_a_forged_password_change_is_seen_by_its_effect(
    suite: Suite, works: bool, outcome: Outcome
) -> None:
    def change(asked: Asked) -> Reply:
        if asked.method == "POST" or works:
            suite.toy.passwords[suite.toy.user(asked)] = {**asked.form, **asked.query}["new"]
        return Reply(200)  # whatever came of it

    suite.toy.routes |= {"POST /password": change, "GET /password": change}
    action = {
        "send": "POST /password",
        "form": {"old": "{password}", "new": "{new_password}"},
        "success": {"status": "200"},
    }
    result = suite.run(CHANGED, {**REGISTER, "change password": action})
    assert result.outcome is outcome
    forged = suite.toy.asked[-2]
    assert (forged.method, "old" in forged.query) == ("GET", False), "the password is unknown there"
