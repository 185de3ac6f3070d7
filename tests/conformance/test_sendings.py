from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from toyserver import PASSWORDS, Reply
from toysuite import Suite

from conformance.composition import compose
from conformance.errors import Closed
from conformance.insides import inside_of
from conformance.model import ActionRequest, Exchange, Outcome, Place, Request
from conformance.returns import PARAMETERS, addresses, leads_elsewhere, returning
from conformance.sendings import OVERSIZE, sendings
from conformance.shapes import shapes

PLACE = Place("profile.yaml", 1, 1)
TAIL = "    expect: no server error\n"
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)
JSON_LOGIN = {
    "log in": {
        "send": "POST /login",
        "json": {"username": "{username}", "password": "{password}"},
        "success": {"status": "200"},
        "refused": {"status": ["400", "401"]},
    }
}


def body_of(suite: Suite, changes: str, profile: dict[str, object] | None = None) -> bytes:
    """Return the body of a login that is altered in this way."""
    suite.toy.routes["POST /login"] = lambda _: Reply(401)
    suite.run(f"then:\n  - log in with: {{user: alice, {changes}}}\n{TAIL}", profile)
    return suite.toy.asked[-1].body


# --- shapes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "sent"),
    [
        ("a list", [PASSWORDS["alice"]]),
        ("an object", {"password": PASSWORDS["alice"]}),
        ("a condition", {"$ne": ""}),
        ("a number", 0),
        ("'true'", True),
        ("'null'", None),
        ("half a character", PASSWORDS["alice"] + "\ud800"),
    ],
)
def test_a_password_is_sent_in_json_in_another_shape(
    suite: Suite, shape: str, sent: object
) -> None:
    body = body_of(suite, f"password as: {shape}", dict(JSON_LOGIN))
    assert json.loads(body) == {"username": "alice", "password": sent}


@pytest.mark.parametrize(
    ("shape", "sent"),
    [
        ("a field with brackets", b"username%5B%5D=alice&"),
        ("a condition in brackets", b"username%5B%24ne%5D=&"),
        ("twice", b"username=alice&username=bob&"),
        ("'twice, in the other order'", b"username=bob&username=alice&"),
        ("bytes that are not UTF-8", b"username=alice%FF&"),
    ],
)
def test_a_name_is_sent_in_a_form_in_another_shape(suite: Suite, shape: str, sent: bytes) -> None:
    assert body_of(suite, f"name as: {shape}").startswith(sent)


def test_json_may_hold_a_name_twice_and_bytes_that_are_no_text(suite: Suite) -> None:
    twice = body_of(suite, "name as: twice", dict(JSON_LOGIN))
    assert twice.startswith(b'{"username": "alice", "username": "bob", ')
    raw = body_of(suite, "name as: bytes that are not UTF-8", dict(JSON_LOGIN))
    assert raw.startswith(b'{"username": "alice\xff", ')


def test_json_is_written_at_every_depth() -> None:
    data = {"a": [{"b": "{password}"}, ["x"]], "c": {"d": "{username}"}}
    request = ActionRequest("POST", "/", PLACE, json=data)  # type: ignore[arg-type]
    composed = compose(request, {"username": "ä", "password": '"'})
    assert json.loads(composed.body) == {"a": [{"b": '"'}, ["x"]], "c": {"d": "ä"}}


def test_a_shape_of_json_is_not_tried_where_the_login_is_a_form(suite: Suite) -> None:
    steps = "then:\n  - log in with: {user: alice, name as: a list}\n" + TAIL
    result = suite.run(steps)
    assert result.outcome is Outcome.NOT_APPLICABLE
    assert not suite.toy.asked
    assert {word.takes for word in shapes.words.values()} == {"json", "form", "nothing"}


# --- ways of sending ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "changed"),
    [
        ("by GET", lambda one: one.method == "GET" and one.body == b"a=b&c=d"),
        ("by PUT", lambda one: one.method == "PUT"),
        ("by PATCH", lambda one: one.method == "PATCH"),
        ("by DELETE", lambda one: one.method == "DELETE"),
        ("as plain text", lambda one: one.headers == (("Content-Type", "text/plain"),)),
        ("as XML", lambda one: one.headers == (("Content-Type", "application/xml"),)),
        ("without a content type", lambda one: one.headers == ()),
        ("cut off in the middle", lambda one: one.body == b"a=b"),
        ("with an empty body", lambda one: one.body == b""),
        ("deeply nested", lambda one: one.body.startswith(b"[" * 1000)),
        ("with a long header", lambda one: len(one.headers[-1][1]) == 60 * 1024),
        ("with a long URL", lambda one: len(one.target) > 60 * 1024),
        ("with a long body", lambda one: len(one.body) > 2 * 1024 * 1024),
    ],
)
def test_a_request_is_sent_in_another_way(word: str, changed: Callable[[Request], bool]) -> None:
    assert changed(sendings[word](Request("POST", "/login", FORM, b"a=b&c=d")))


def test_every_long_way_is_a_word() -> None:
    assert set(sendings.words) >= OVERSIZE


@pytest.mark.parametrize(
    ("sent", "outcome"), [("with a long header", Outcome.PASSED), ("as XML", Outcome.ERROR)]
)
def test_a_connection_that_is_closed_refuses_what_is_too_long(
    suite: Suite, monkeypatch: pytest.MonkeyPatch, sent: str, outcome: Outcome
) -> None:
    def close(*_: object, **__: object) -> Exchange:
        raise Closed("POST /login: closed")

    monkeypatch.setattr("conformance.wire.Wire.send", close)
    steps = f"then:\n  - log in with: {{user: alice, sent: {sent}}}\n    expect: no server error\n"
    assert suite.run(steps).outcome is outcome


# --- addresses to return to -----------------------------------------------------------------------


def test_addresses_go_into_the_query_and_into_a_form(suite: Suite) -> None:
    body = body_of(suite, "return to: another site")
    assert b"&next=https%3A%2F%2Felsewhere.example%2F" in body
    assert suite.toy.asked[-1].query["return_to"] == "https://elsewhere.example/"
    assert set(suite.toy.asked[-1].query) == set(PARAMETERS)


@pytest.mark.parametrize("word", [word for word in addresses.words if "line break" not in word])
def test_every_address_leads_elsewhere(word: str) -> None:
    assert leads_elsewhere(returning(word, "http://127.0.0.1:8000/shop")[0][1])


@pytest.mark.parametrize(
    "location",
    [
        "/home",
        "http://127.0.0.1/home",
        "/elsewhere.example/",
        "/login?next=https://elsewhere.example/",
        "https://idp.example/authorize?x=//elsewhere.example",
        "elsewhere.example",
        "//notelsewhere.example/",
        "",
    ],
)
def test_other_addresses_lead_nowhere_else(location: str) -> None:
    assert not leads_elsewhere(location)


WAY_OUT = """
then:
  - log in with: {user: alice, return to: another site}
    expect: EXPECTATION
"""


def judged(suite: Suite, expectation: str, reply: Reply) -> Outcome:
    suite.toy.routes["POST /login"] = lambda _: reply
    return suite.run(WAY_OUT.replace("EXPECTATION", expectation)).outcome


@pytest.mark.parametrize(
    ("headers", "outcome"),
    [
        ({"Location": "https://elsewhere.example/"}, Outcome.FAILED),
        ({"Refresh": "0; url=https://elsewhere.example/"}, Outcome.FAILED),
        ({"Location": "/home?next=https://elsewhere.example/"}, Outcome.PASSED),
    ],
)
def test_no_header_may_lead_out(suite: Suite, headers: dict[str, str], outcome: Outcome) -> None:
    assert judged(suite, "no way out", Reply(200, headers=list(headers.items()))) is outcome


@pytest.mark.parametrize(
    ("headers", "outcome"),
    [
        ({"Set-Cookie": "injected=1"}, Outcome.FAILED),
        ({"Injected": "1"}, Outcome.FAILED),
        ({"Location": "/?x=Set-Cookie:%20injected=1"}, Outcome.PASSED),
    ],
)
def test_no_header_may_be_added(suite: Suite, headers: dict[str, str], outcome: Outcome) -> None:
    assert judged(suite, "nothing injected", Reply(200, headers=list(headers.items()))) is outcome


# --- the inside -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Traceback (most recent call last):", "a Python traceback"),
        ("<title>ValueError // Werkzeug Debugger</title>", "a debugger of Werkzeug"),
        ("because you have <code>DEBUG = True</code>", "a debug page of Django"),
        ("  at com.example.Login.doPost(Login.java:12)", "a Java stack trace"),
        ("java.lang.NullPointerException", "a Java exception"),
        ("   at Shop.Login() in C:\\x\\Login.cs:line 7", "a .NET stack trace"),
        ("    at login (/app/routes/login.js:10:5)", "a JavaScript stack trace"),
        ("<b>Warning</b>: mysqli_query() in x.php on line <b>7</b>", "a PHP error"),
        ("app/models/user.rb:12:in `find'", "a Ruby stack trace"),
        ("goroutine 1 [running]", "a Go stack trace"),
        ("You have an error in your SQL syntax near", "an error of a database"),
        ("SQLSTATE[42000]", "an error of a database"),
        ("SELECT id FROM users WHERE name = 'x'", "a query"),
        ("not found in /var/www/shop/index", "a path of the server"),
        ("<p>Please select a name from the list where you live.</p>", None),
        ("See /login or /usr for more. DEBUG=True shows more.", None),
        ("Warning: this cannot be undone. You are on line.", None),
    ],
)
def test_the_inside_is_told_from_the_outside(text: str, kind: str | None) -> None:
    assert inside_of(text) == kind


def test_an_answer_that_shows_the_inside_fails(suite: Suite) -> None:
    reply = Reply(500, body=b"Traceback (most recent call last):")
    assert judged(suite, "nothing of its inside", reply) is Outcome.FAILED


def test_nobody_else_is_whose_credentials_were_not_sent(suite: Suite) -> None:
    steps = """
then:
  - log in with: {user: alice, name as: twice}
    expect: no server error
  - visit: protected page
    expect: nobody else
"""
    for name, outcome in (("alice", Outcome.PASSED), ("bob", Outcome.FAILED)):
        suite.toy.routes["GET /me"] = lambda _, name=name: Reply(200, {"user": name})
        assert suite.run(steps).outcome is outcome
