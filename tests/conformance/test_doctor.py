from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from toyserver import PASSWORDS, Asked, Reply, Toy
from toysuite import HTTPS, IDLE, LOGIN, PROFILE, REGISTER, Clock, Suite

from conformance.cli import main
from conformance.doctor.checkup import examined
from conformance.doctor.cookies import why_not_sent
from conformance.doctor.findings import Diagnosis, Grade
from conformance.model import Outcome
from conformance.profiles import key_places
from conformance.reports import diagnosis
from conformance.setcookie import parse_set_cookie

Changes = dict[str, Any]
Spoil = Callable[[Toy], None]
FORM = {"username": "{username}", "password": "{password}"}


def examine(suite: Suite, changes: Changes | None = None) -> Diagnosis:
    """Let the doctor look at the toy; no text of his may hold a password or a token."""
    profile = suite.profile(changes)
    places = key_places(suite.folder / "profile.yaml")
    found = examined(profile, suite.settings, places, [])
    shown = diagnosis.text(found)
    assert not any(secret in shown for secret in (*PASSWORDS.values(), *suite.toy.sessions))
    return found


def line_of(found: Any) -> str:
    """Return the line of the profile that a finding points at."""
    return Path(found.place.path).read_text().splitlines()[found.place.line - 1].strip()


# --- nodes ---------------------------------------------------------------------------------------


def test_every_node_has_to_answer_a_stranger_as_the_target_does(
    suite: Suite, clock: Clock, closed_port: int
) -> None:
    closed = f"http://127.0.0.1:{closed_port}"
    with Toy(clock).serving() as alike, Toy(clock).serving() as other:
        other.routes["GET /me"] = lambda _: Reply(404)
        nodes = [alike.url, other.url, closed]
        found = [one for one in examine(suite, {"nodes": nodes}).findings if one.subject == "nodes"]
    assert [one.grade for one in found] == [Grade.OK, Grade.WRONG, Grade.WRONG]
    assert [alike.url in found[0].seen, other.url in found[1].seen] == [True, True]
    assert found[2].seen.startswith(f"{closed} does not answer: ")
    assert [line_of(one) for one in found[1:]] == [f'"{other.url}",', f'"{closed}"']


# --- a toy with everything -----------------------------------------------------------------------

USER = {"send": "POST /x", "success": {"status": "200"}, "refused": {"status": ["400", "401"]}}
EVERYTHING: Changes = {
    **REGISTER,
    "users": {**PROFILE["users"], "admin": {"username": "root", "password": "seldom used"}},
    "change password": {
        **USER,
        "send": "POST /password",
        "form": {"old": "{password}", "new": "{new_password}"},
    },
    "remove account": {**USER, "send": "POST /remove", "form": {"password": "{password}"}},
    "step up": {**USER, "send": "POST /login", "form": FORM},
    "list sessions": {
        "send": "GET /sessions",
        "success": {"status": "200"},
        "handles": {"from json": "*.id"},
    },
    "end session": {**USER, "send": "POST /end", "form": {"id": "{session_handle}"}},
    "log out others": {**USER, "send": "POST /others"},
    "log out everywhere": {**USER, "send": "POST /everywhere"},
    "administrator ends sessions": {
        **USER,
        "send": "POST /admin/end",
        "form": {"who": "{subject}"},
    },
    "administrator removes account": {
        **USER,
        "send": "POST /admin/remove",
        "form": {"who": "{subject}"},
    },
}


def with_everything(toy: Toy) -> None:
    """Let the toy do all that a profile can declare."""
    toy.passwords["root"] = "seldom used"
    toy.routes |= _account_routes(toy) | _session_routes(toy)


def _account_routes(toy: Toy) -> dict[str, Callable[[Asked], Reply]]:
    def change(asked: Asked) -> Reply:
        name = toy.user(asked)
        if toy.passwords.get(name) != asked.form["old"]:
            return Reply(400)
        toy.passwords[name] = asked.form["new"]
        return Reply()

    def remove(asked: Asked) -> Reply:
        name = toy.user(asked)
        if toy.passwords.get(name) != asked.form["password"]:
            return Reply(400)
        del toy.passwords[name]
        return _end(toy, _sessions_of(toy, name))

    def by_root(asked: Asked) -> Reply:
        assert toy.user(asked) == "root"
        if asked.path.endswith("remove"):
            del toy.passwords[asked.form["who"]]
        return _end(toy, _sessions_of(toy, asked.form["who"]))

    return {
        "POST /password": change,
        "POST /remove": remove,
        "POST /admin/end": by_root,
        "POST /admin/remove": by_root,
    }


def _session_routes(toy: Toy) -> dict[str, Callable[[Asked], Reply]]:
    def own(asked: Asked) -> list[str]:
        return _sessions_of(toy, toy.user(asked))

    def end_one(asked: Asked) -> Reply:
        found = [token for token in own(asked) if _handle(token) == asked.form["id"]]
        return _end(toy, found) if found else Reply(400)

    def others(asked: Asked) -> Reply:
        return _end(toy, [token for token in own(asked) if token != asked.cookies["sid"]])

    return {
        "GET /sessions": lambda asked: Reply(200, [{"id": _handle(one)} for one in own(asked)]),
        "POST /end": end_one,
        "POST /others": others,
        "POST /everywhere": lambda asked: _end(toy, own(asked)),
    }


def _handle(token: str) -> str:
    return f"h{token[:12]}"


def _sessions_of(toy: Toy, name: str) -> list[str]:
    return [token for token, session in toy.sessions.items() if session[0] == name]


def _end(toy: Toy, tokens: list[str]) -> Reply:
    for token in tokens:
        del toy.sessions[token]
    return Reply()


def test_a_right_profile_is_ok_in_every_respect(suite: Suite) -> None:
    with_everything(suite.toy)
    found = examine(suite, EVERYTHING)
    assert [one for one in found.findings if one.grade is not Grade.OK] == []
    assert {one.subject for one in found.findings} == {
        "base url",
        "signed out",
        "protected page",
        "log in",
        "signed in",
        "session cookie",
        "timeouts",
        "log out",
        "users",
        *EVERYTHING,
    }
    assert suite.toy.passwords["alice"] == PASSWORDS["alice"]
    assert not {"alice", "bob", "root"} & {session[0] for session in suite.toy.sessions.values()}


# --- one thing wrong -----------------------------------------------------------------------------


def answers(route: str, status: int, data: Any = None, **headers: str) -> Spoil:
    """Let a route answer so, whatever is asked."""
    reply = Reply(status, data, list(headers.items()))
    return lambda toy: toy.routes.update({route: lambda _: reply})


def nothing(_: Toy) -> None:
    pass


def page(**changes: Any) -> Changes:
    return {"protected page": {**PROFILE["protected page"], **changes}}


def action(name: str, **changes: Any) -> Changes:
    return {name: {**PROFILE[name], **changes}}


def accepts_any_password(toy: Toy) -> None:
    toy.routes["POST /login"] = lambda asked: toy.welcome(
        asked.form["username"], secrets.token_hex(16)
    )


def refuses_in_words(toy: Toy) -> None:
    """Let a wrong password be answered by the form again."""

    def login(asked: Asked) -> Reply:
        reply = toy.login(asked)
        return Reply(200, body=b"<form>wrong</form>") if reply.status == 401 else reply

    toy.routes["POST /login"] = login


def always_alice(toy: Toy) -> None:
    """Let everybody's page name alice, and their own name behind."""

    def me(asked: Asked) -> Reply:
        name = toy.user(asked)
        return Reply(200, {"user": f"alice {name}"}) if name else Reply(401)

    toy.routes["GET /me"] = me


def logout_without_effect(toy: Toy) -> None:
    toy.routes["POST /logout"] = lambda asked: Reply(200 if toy.user(asked) else 401)


def logout_with_another_answer(toy: Toy) -> None:
    def logout(asked: Asked) -> Reply:
        reply = toy.logout(asked)
        return Reply(302, headers=[*reply.headers, ("Location", "/bye?x=1")])

    toy.routes["POST /logout"] = logout


LOOSE = {"status": "200"}
WRONG: list[tuple[Spoil, Changes, Grade, str, str, str, str]] = [
    # the base URL
    (answers("GET /", 500), {}, Grade.WARNING, "base url", "answered 500", "all right", "base url"),
    (
        answers("GET /", 302, Location="https://shop.example/?a=b"),
        {},
        Grade.WARNING,
        "base url",
        "GET / answered 302",
        "base url: https://shop.example",
        "base url",
    ),
    # the protected page
    (
        nothing,
        page(**{"signed in": {"body lacks": "x"}, "signed out": {"status": "403"}}),
        Grade.WRONG,
        "signed in",
        "holds for a stranger: GET /me answered 401",
        "best with {username}",
        '"signed in"',
    ),
    (
        answers("GET /me", 200, {"user": "alice"}),
        {},
        Grade.WARNING,
        "signed in",
        "a stranger is shown as alice",
        "open to everybody",
        '"signed in"',
    ),
    (
        nothing,
        page(**{"signed out": {"status": "302", "location": "/login"}}),
        Grade.WRONG,
        "signed out",
        "a stranger's page is neither signed in nor signed out: GET /me answered 401",
        "what does not hold: 'status' and 'location'. Seen was {status: 401}",
        '"signed out"',
    ),
    (
        nothing,
        page(**{"signed in": {"body lacks": "x"}}),
        Grade.WRONG,
        "signed in",
        "both signs hold for a stranger's page",
        "'signed in' has to name what is not there then",
        '"signed in"',
    ),
    (
        answers("GET /me", 500),
        {},
        Grade.WRONG,
        "protected page",
        "GET /me answered 500",
        "a server error is never a sign",
        '"protected page"',
    ),
    (
        nothing,
        page(**{"signed out": {"status": ["401", "404"]}}),
        Grade.WARNING,
        "signed out",
        "a page that is not there answers 404, and the sign 'signed out' holds for it",
        "name more of what the right page shows",
        '"signed out"',
    ),
    (
        nothing,
        page(**{"signed in": {"body contains": "{"}, "signed out": {"status": "401"}}),
        Grade.WRONG,
        "signed in",
        "the sign 'signed in' holds for it",
        "a wrong path looks like it",
        '"signed in"',
    ),
    (
        nothing,
        page(**{"signed out": [{"status": "401"}, {"status": "503"}]}),
        Grade.WRONG,
        "signed out",
        "names a server error, which never counts",
        "leave statuses from 500 on out",
        "{",
    ),
    (
        nothing,
        action("log out", refused={"status": ["401", "500"]}),
        Grade.WARNING,
        "log out",
        "so a crash counts as an answer",
        "leave statuses from 500 on out",
        '"refused"',
    ),
    (
        nothing,
        page(**{"signed in": {"status": "200", "json": {"name": "{username}"}}}),
        Grade.WRONG,
        "signed in",
        "alice's page after her login is neither signed in nor signed out",
        "what does not hold: 'json'. Seen was {status: 200}",
        '"signed in"',
    ),
    (
        nothing,
        page(**{"signed in": LOOSE}),
        Grade.WARNING,
        "signed in",
        "identity can't be told",
        "add a condition with {username}",
        '"signed in"',
    ),
    # the login
    (
        nothing,
        action("log in", success={"status": "204"}),
        Grade.WRONG,
        "log in",
        "the right password signs alice in, and 'success' does not see it",
        "what does not hold: 'status'. Seen was {status: 200}",
        '"success"',
    ),
    (
        nothing,
        action("log in", refused={"status": ["200", "401"]}),
        Grade.WRONG,
        "log in",
        "'refused' holds for the right password too: POST /login answered 200",
        "what only a wrong password shows",
        '"refused"',
    ),
    (
        nothing,
        {"users": {"alice": {"username": "alice", "password": "not hers at all"}}},
        Grade.WRONG,
        "log in",
        "the right password of alice does not sign her in: POST /login answered 401",
        "does this account exist?",
        '"alice": {',
    ),
    (
        nothing,
        action("log in", send="POST /signin"),
        Grade.WRONG,
        "log in",
        "POST /signin answered 404, which no sign recognises",
        "are path, fields, name and password right",
        '"log in"',
    ),
    (
        answers("POST /login", 200),
        {},
        Grade.WRONG,
        "log in",
        "with all cookies that it set the page is signed out: GET /me answered 401",
        "the session is in no cookie",
        '"success"',
    ),
    (
        nothing,
        {
            "log in": [
                {"send": "GET /me", "read": {"token": {"from field": "nonce"}}},
                PROFILE["log in"],
            ]
        },
        Grade.WRONG,
        "log in",
        "GET /me answered 401 without the field 'nonce'",
        "correct the reading",
        '"log in"',
    ),
    (
        accepts_any_password,
        {},
        Grade.WARNING,
        "log in",
        "a wrong password is accepted and signs in",
        "no password is looked at",
        '"log in"',
    ),
    (
        refuses_in_words,
        {},
        Grade.WRONG,
        "log in",
        "'success' holds for a wrong password too: POST /login answered 200",
        "what only a right password shows",
        '"success"',
    ),
    (
        refuses_in_words,
        action("log in", refused={"body contains": "wrong"}),
        Grade.WRONG,
        "log in",
        "where both 'success' and 'refused' hold",
        "what only a right password shows",
        '"success"',
    ),
    (
        nothing,
        action("log in", refused={"status": "403"}),
        Grade.WRONG,
        "log in",
        "a wrong password is not seen as refused: POST /login answered 401",
        "what does not hold: 'status'. Seen was {status: 401}",
        '"refused"',
    ),
    # the logout
    (
        logout_without_effect,
        {},
        Grade.WARNING,
        "log out",
        "it is accepted, and the browser is still signed in",
        "'success' holds for a logout that did nothing",
        '"success"',
    ),
    (
        nothing,
        action("log out", send="POST /logoff"),
        Grade.WRONG,
        "log out",
        "POST /logoff answered 404, which no sign recognises",
        "are method, path and fields right",
        '"log out"',
    ),
    (
        nothing,
        action("log out", refused={"status": "403"}),
        Grade.WARNING,
        "log out",
        "a stranger's logout is not recognised: POST /logout answered 401",
        "say it with 'refused': {status: 401}",
        '"log out"',
    ),
    # the users
    (
        nothing,
        {"users": {"alice": PROFILE["users"]["alice"]}},
        Grade.WARNING,
        "users",
        "there is no second user 'bob'",
        "mix-ups of users are looked for",
        '"users"',
    ),
    (
        nothing,
        {"users": {**PROFILE["users"], "bob": PROFILE["users"]["alice"]}},
        Grade.WRONG,
        "users",
        "alice and bob have one name",
        "an account of his own",
        '"bob": {',
    ),
    (
        nothing,
        {"users": {**PROFILE["users"], "bob": {"username": "bob", "password": "forgotten"}}},
        Grade.WRONG,
        "users",
        "bob can't log in: POST /login answered 401",
        "does the account exist?",
        '"bob": {',
    ),
    (
        refuses_in_words,
        {"users": {**PROFILE["users"], "bob": {"username": "bob", "password": "forgotten"}}},
        Grade.WRONG,
        "users",
        "bob's login is accepted, and the page is signed out: GET /me answered 401",
        "is the password right",
        '"bob": {',
    ),
    (
        always_alice,
        page(**{"signed in": {"body contains": "{username}"}}),
        Grade.WRONG,
        "signed in",
        "the page of bob is taken for that of alice",
        "around {username}",
        '"signed in"',
    ),
]


@pytest.mark.parametrize(("spoil", "changes", "grade", "subject", "seen", "change", "line"), WRONG)
def test_each_thing_that_is_wrong_is_found_with_its_line_and_what_to_do(
    suite: Suite,
    spoil: Spoil,
    changes: Changes,
    grade: Grade,
    subject: str,
    seen: str,
    change: str,
    line: str,
) -> None:
    spoil(suite.toy)
    found = examine(suite, changes)
    matching = [one for one in found.graded(grade) if one.subject == subject and seen in one.seen]
    assert matching, found.findings
    assert change in matching[0].change
    assert line in line_of(matching[0])


def test_a_logout_that_the_signs_do_not_see_is_found(suite: Suite) -> None:
    logout_with_another_answer(suite.toy)
    (one,) = examine(suite).graded(Grade.WRONG)
    assert one.seen.startswith("it signs out, and the signs do not see it: POST /logout answered")
    assert one.change == "what does not hold: 'status'. Seen was {status: 302, location: /bye}"


def test_a_logout_of_strangers_may_be_accepted(suite: Suite) -> None:
    toy = suite.toy
    logout = toy.logout
    toy.routes["POST /logout"] = lambda asked: logout(asked) if toy.user(asked) else Reply()
    found = examine(suite)
    assert found.graded(Grade.WARNING) == ()
    assert any("a stranger's logout is accepted as well" in one.seen for one in found.findings)


def test_without_a_login_nothing_more_is_tried_and_it_says_so(suite: Suite) -> None:
    found = examine(suite, action("log in", send="POST /signin"))
    assert found.findings[-1].seen == (
        "nobody could be logged in, so all that needs a session was not tried"
    )
    assert {one.path for one in suite.toy.asked} & {"/logout", "/register"} == set()


# --- cookies -------------------------------------------------------------------------------------


def two_cookies(toy: Toy, is_needed: bool = True) -> None:
    """Let the login set a second cookie, which the page may ask for as well."""

    def login(asked: Asked) -> Reply:
        reply = toy.login(asked)
        if reply.status == 200:
            reply.headers.append(("Set-Cookie", "uid=42-long-enough; Path=/"))
        return reply

    def me(asked: Asked) -> Reply:
        is_in = not is_needed or asked.cookies.get("uid") == "42-long-enough"
        return toy.me(asked) if is_in else Reply(401)

    toy.routes |= {"POST /login": login, "GET /me": me}


def test_a_cookie_that_is_needed_and_not_listed_is_named(suite: Suite) -> None:
    two_cookies(suite.toy)
    (one,) = examine(suite).graded(Grade.WRONG)
    assert one.seen == "without 'uid', which is not listed, nobody is signed in"
    assert one.change == "add uid to 'session cookie'"
    assert '"session cookie"' in line_of(one)
    found = examine(suite, {"session cookie": ["sid", "uid"]})
    assert [one for one in found.findings if one.grade is not Grade.OK] == []


def test_a_cookie_that_is_listed_and_not_needed_is_named(suite: Suite) -> None:
    two_cookies(suite.toy, is_needed=False)
    found = examine(suite, {"session cookie": ["sid", "uid"]})
    (one,) = found.graded(Grade.WARNING)
    assert one.seen == "without 'uid' alice is signed in all the same, by 'sid'"
    assert one.change == "take 'uid' off the list"


def test_cookies_of_which_each_is_enough_are_named(suite: Suite) -> None:
    toy = suite.toy

    def login(asked: Asked) -> Reply:
        reply = toy.login(asked)
        token = reply.headers[0][1].partition(";")[0].partition("=")[2] if reply.headers else ""
        return Reply(reply.status, {}, [*reply.headers, ("Set-Cookie", f"alt={token}; Path=/")])

    def me(asked: Asked) -> Reply:
        asked.cookies.setdefault("sid", asked.cookies.get("alt", ""))
        return toy.me(asked)

    toy.routes |= {"POST /login": login, "GET /me": me}
    (one,) = examine(suite).graded(Grade.WRONG)
    assert one.seen == "'alt' is enough to be signed in, and is not listed"
    assert one.change.startswith("list every cookie that is enough by itself")
    seen = [one.seen for one in examine(suite, {"session cookie": ["sid", "alt"]}).findings]
    assert "one of 'sid', 'alt' is enough, and no other cookie is" in seen


@pytest.mark.parametrize(
    ("cookie", "change"),
    [("sidd", "session cookie: sid"), ({"pattern": "session-.*"}, "session cookie: sid")],
)
def test_a_wrong_name_of_the_cookie_is_found_with_the_right_one(
    suite: Suite, cookie: Any, change: str
) -> None:
    found = examine(suite, {"session cookie": cookie}).graded(Grade.WRONG)
    wrong = next(one for one in found if one.subject == "session cookie")
    assert wrong.seen.startswith("the login sets 'sid', and none that is listed")
    assert wrong.change == change


def test_a_cookie_that_is_listed_and_never_set_is_named(suite: Suite) -> None:
    found = examine(suite, {"session cookie": ["sid", "remember"]})
    (one,) = found.graded(Grade.WARNING)
    assert one.seen == "the login sets 'sid', and not 'remember'"
    assert one.change == "take 'remember' off the list"


@pytest.mark.parametrize(
    ("attributes", "change"), [("Path=/elsewhere", "its Path"), ("Domain=b.example", "its Path")]
)
def test_a_cookie_that_browsers_do_not_send_is_named(
    suite: Suite, attributes: str, change: str
) -> None:
    suite.toy.attributes = attributes
    found = examine(suite).graded(Grade.WARNING)
    assert [change in one.change for one in found if one.subject == "session cookie"] == [True]


@pytest.mark.parametrize(
    ("url", "attributes", "said"),
    [
        ("http://shop.example", "Secure", "it is Secure, and this is plain http"),
        ("https://shop.example", "Secure", "see its Path, Domain, Secure"),
        ("http://shop.example", "Path=/x", "see its Path, Domain, Secure"),
    ],
)
def test_a_secure_cookie_over_plain_http_is_told_apart(
    url: str, attributes: str, said: str
) -> None:
    cookie = parse_set_cookie(f"sid=x; {attributes}")
    assert cookie
    assert why_not_sent(cookie, url).startswith(said)


@pytest.mark.parametrize(
    ("max_age", "timeouts", "grade", "seen"),
    [
        (60, {"idle": "10 s", "absolute": "60 s"}, Grade.OK, "lives for 60 s"),
        (10, {"idle": "10 s"}, Grade.OK, "lives for 10 s"),
        (5, {"idle": "10 s"}, Grade.WARNING, "shorter than the declared 10 s"),
        (99, {"absolute": "60 s"}, Grade.WARNING, "longer than the declared absolute 60 s"),
        (1209600, None, Grade.WARNING, "lives for 1209600 s, and the profile declares no timeout"),
    ],
)
def test_the_lifetime_of_the_cookie_is_held_against_the_timeouts(
    suite: Suite, max_age: int, timeouts: Any, grade: Grade, seen: str
) -> None:
    suite.toy.attributes = f"Max-Age={max_age}; Path=/"
    found = examine(suite, {"timeouts": timeouts})
    (one,) = [one for one in found.findings if one.subject == "timeouts"]
    assert one.grade is grade
    assert seen in one.seen


# --- CSRF tokens ---------------------------------------------------------------------------------

CSRF = {
    "csrf": {"read": "GET /form", "from json": "token"},
    **action("log in", form={**FORM, "token": "{csrf}"}),
}


def test_a_token_is_read_differs_and_is_needed(suite: Suite) -> None:
    toy, known = suite.toy, []

    def form(_: Asked) -> Reply:
        known.append(secrets.token_hex(8))
        return Reply(200, {"token": known[-1]})

    def login(asked: Asked) -> Reply:
        return toy.login(asked) if asked.form.get("token") in known else Reply(401)

    toy.routes |= {"GET /form": form, "POST /login": login}
    found = examine(suite, CSRF)
    assert [one.seen for one in found.findings if one.subject == "csrf"] == [
        "two browsers read two tokens",
        "a login without the token is not accepted",
    ]
    toy.routes["POST /login"] = toy.login
    seen = [one.seen for one in examine(suite, CSRF).findings]
    assert "a login without the token is accepted as well" in seen


@pytest.mark.parametrize(
    ("data", "changes", "grade", "seen"),
    [
        ({"other": "x"}, CSRF, Grade.WRONG, "GET /form answered 200 without the json 'token'"),
        ({"token": ""}, CSRF, Grade.WRONG, "the token that is read is empty"),
        ({"token": "the same for all"}, CSRF, Grade.WARNING, "two browsers read the same token"),
        (
            {"token": "the same for all"},
            {"csrf": CSRF["csrf"]},
            Grade.WARNING,
            "no action sends the token",
        ),
    ],
)
def test_a_token_that_is_none_is_found(
    suite: Suite, data: Any, changes: Changes, grade: Grade, seen: str
) -> None:
    answers("GET /form", 200, data)(suite.toy)
    found = [one for one in examine(suite, changes).graded(grade) if one.subject == "csrf"]
    assert any(seen in one.seen for one in found)


# --- optional actions ----------------------------------------------------------------------------

USING_UP = ("change password", "remove account", "administrator removes account")
OK = Reply()


@pytest.mark.parametrize("name", [name for name in EVERYTHING if name not in ("users", "register")])
def test_an_action_that_is_refused_is_wrong(suite: Suite, name: str) -> None:
    with_everything(suite.toy)
    wrong = {**EVERYTHING[name], "send": "POST /nowhere"}
    found = examine(suite, {**EVERYTHING, name: wrong})
    errors = [one for one in found.graded(Grade.WRONG) if one.subject == name]
    assert errors
    assert "POST /nowhere answered 404" in errors[0].seen


EFFECTS = [
    ("change password", "POST /password", "the new password counts"),
    ("remove account", "POST /remove", "the account can't log in any more"),
    ("administrator removes account", "POST /admin/remove", "the account can't log in any more"),
    ("end session", "POST /end", "the other session has ended, the own one not"),
    ("log out others", "POST /others", "the other session has ended, the own one not"),
    ("log out everywhere", "POST /everywhere", "the user's session has ended"),
    ("administrator ends sessions", "POST /admin/end", "the user's session has ended"),
]


@pytest.mark.parametrize(("name", "route", "effect"), EFFECTS)
def test_an_action_that_is_accepted_without_effect_is_a_warning(
    suite: Suite, name: str, route: str, effect: str
) -> None:
    with_everything(suite.toy)
    suite.toy.routes[route] = lambda _: Reply()
    found = examine(suite, EVERYTHING).graded(Grade.WARNING)
    seen = [one.seen for one in found if one.subject == name]
    assert f"it is accepted, and yet not so: {effect}" in seen


@pytest.mark.parametrize("name", ["change password", "remove account"])
def test_a_wrong_current_password_must_look_different(suite: Suite, name: str) -> None:
    with_everything(suite.toy)
    suite.toy.routes[EVERYTHING[name]["send"]] = lambda _: Reply()
    seen = [one.seen for one in examine(suite, EVERYTHING).graded(Grade.WARNING)]
    assert "'success' holds as well for a wrong current password" in seen
    unknown = {**EVERYTHING[name], "refused": {"status": "409"}}
    with_everything(suite.toy)
    seen = [one.seen for one in examine(suite, {**EVERYTHING, name: unknown}).graded(Grade.WARNING)]
    assert any("with a wrong current password it is not recognised" in one for one in seen)


@pytest.mark.parametrize("name", USING_UP)
def test_what_would_use_up_an_account_is_left_out_without_register(suite: Suite, name: str) -> None:
    with_everything(suite.toy)
    found = examine(suite, {**EVERYTHING, "register": None})
    (one,) = [one for one in found.findings if one.subject == name]
    assert one.grade is Grade.WARNING
    assert "not tried, as that would use up an account" in one.seen
    assert suite.toy.passwords == {**PASSWORDS, "root": "seldom used"}
    paths = {asked.path for asked in suite.toy.asked}
    assert not paths & {"/password", "/remove", "/admin/remove"}
    assert {"/everywhere", "/others", "/end", "/admin/end"} <= paths


@pytest.mark.parametrize(
    ("spoil", "grade", "seen"),
    [
        (answers("POST /register", 404), Grade.WRONG, "POST /register answered 404"),
        (answers("POST /register", 201), Grade.WRONG, "and the new account can't log in"),
        (
            lambda toy: toy.routes.update({"POST /register": lambda asked: _overwrite(toy, asked)}),
            Grade.WARNING,
            "'success' holds as well for a name that is taken",
        ),
    ],
)
def test_a_registration_that_does_not_work_is_found(
    suite: Suite, spoil: Spoil, grade: Grade, seen: str
) -> None:
    spoil(suite.toy)
    found = [one for one in examine(suite, REGISTER).graded(grade) if one.subject == "register"]
    assert any(seen in one.seen for one in found)


def _overwrite(toy: Toy, asked: Asked) -> Reply:
    toy.passwords[asked.form["username"]] = asked.form["password"]
    return Reply(201)


@pytest.mark.parametrize(
    ("data", "grade", "seen"),
    [
        ([], Grade.WRONG, "no handle of any session is found"),
        ([{"id": "1"}], Grade.WARNING, "handles in the list: 1, and 0 new ones after one login"),
    ],
)
def test_a_list_of_sessions_without_their_handles_is_found(
    suite: Suite, data: Any, grade: Grade, seen: str
) -> None:
    with_everything(suite.toy)
    answers("GET /sessions", 200, data)(suite.toy)
    found = examine(suite, EVERYTHING)
    assert seen in [one.seen for one in found.graded(grade) if one.subject == "list sessions"]
    ending = [one.seen for one in found.findings if one.subject == "end session"]
    assert ending == ["not tried, for want of a handle"]


def test_with_one_session_for_each_user_what_needs_two_is_left_out(suite: Suite) -> None:
    with_everything(suite.toy)
    found = examine(suite, {**EVERYTHING, "session limit": "1"})
    left_out = {one.subject for one in found.graded(Grade.WARNING)}
    assert left_out == {"list sessions", "end session", "log out others"}


def test_a_handle_that_is_made_up_must_look_different(suite: Suite) -> None:
    with_everything(suite.toy)
    end = suite.toy.routes["POST /end"]
    suite.toy.routes["POST /end"] = lambda asked: replace(end(asked), status=200)
    seen = [one.seen for one in examine(suite, EVERYTHING).graded(Grade.WARNING)]
    assert seen == ["'success' holds as well for a handle that is made up"]


# --- what can be tried ---------------------------------------------------------------------------


def test_scenarios_that_can_not_be_tried_are_counted_by_need(suite: Suite) -> None:
    cases = [suite.scenario(one, f"toy/{n}") for n, one in enumerate((LOGIN, HTTPS, HTTPS, IDLE))]
    cases.append(suite.scenario(LOGIN, "contract/other/one"))
    places = key_places(suite.folder / "profile.yaml") if suite.profile() else {}
    found = examined(suite.profile(), suite.settings, places, cases, max_wait=5.0).coverage
    assert (found.applicable, found.total) == (1, 5)
    https, *others = found.lacking
    assert (https.need, https.outcome, https.scenarios) == ("https", Outcome.NOT_TESTED, 2)
    assert https.declare == "a base url with https"
    assert {one.need: one.declare for one in others} == {
        "time": "shorter timeouts, or run it with --max-wait 12s",
        "contract": "",
    }


def test_an_action_that_scenarios_want_is_what_to_declare(suite: Suite) -> None:
    case = suite.scenario(f"needs: [the action step up]\n{LOGIN.lstrip()}")
    profile = suite.profile()
    places = key_places(suite.folder / "profile.yaml")
    (one,) = examined(profile, suite.settings, places, [case]).coverage.lacking
    assert (one.outcome, one.declare) == (Outcome.NOT_APPLICABLE, "the action 'step up'")


# --- how it is told ------------------------------------------------------------------------------


def test_a_finding_shows_its_line_with_a_caret_and_what_to_do(suite: Suite) -> None:
    shown = diagnosis.text(examine(suite, action("log out", send="POST /logoff")))
    path = suite.folder / "profile.yaml"
    number = next(n for n, x in enumerate(path.read_text().splitlines(), 1) if '"log out"' in x)
    assert (
        "WRONG log out: POST /logoff answered 404, which no sign recognises\n"
        f"  {path}:{number}:13\n"
        f'  {number:4d} |  "log out": {{\n'
        "       |             ^\n"
        "  to do  are method, path and fields right, and is a CSRF token needed?\n"
    ) in shown
    assert shown.endswith(f"{path}: 1 thing wrong, 1 warning\n")
    assert "ok  log in: the right password is accepted: POST /login answered 200\n" in shown


def test_a_line_with_a_password_is_never_shown(
    suite: Suite, capsys: pytest.CaptureFixture[str]
) -> None:
    suite.profile()
    path = suite.folder / "profile.yaml"
    one_line = path.read_text().replace("\n", " ").replace(PASSWORDS["bob"], "a forgotten one")
    path.write_text(one_line)
    assert main(["doctor", suite.toy.url, "--target", str(path)]) == 3
    shown = capsys.readouterr().out
    seen = "WRONG users: bob can't log in: POST /login answered 401, which counts as refused"
    assert f"{seen}\n  {path}:1:" in shown
    assert PASSWORDS["alice"] not in shown
    assert "a forgotten one" not in shown


def test_passwords_that_are_common_words_do_not_spoil_our_own(suite: Suite) -> None:
    suite.toy.passwords["alice"] = "password"
    users = {"alice": {"username": "alice", "password": "password"}}
    found = examined(suite.profile({"users": users}), suite.settings, {}, [])
    assert "<hidden>" not in diagnosis.text(found)


def test_colours_are_there_only_where_wanted(suite: Suite) -> None:
    found = examine(suite)
    assert "\x1b[32mok\x1b[0m" in diagnosis.text(found, colour=True)
    assert "\x1b[" not in diagnosis.text(found)


def test_the_json_says_the_same(suite: Suite, capsys: pytest.CaptureFixture[str]) -> None:
    suite.profile({"session cookie": "other"})
    path = suite.folder / "profile.yaml"
    assert main(["doctor", "--json", "--target", str(path)]) == 3
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "session-conformance/doctor/1"
    assert told["wrong"] is True
    assert told["profile"] == {"name": "toy", "path": str(path)}
    (wrong,) = [one for one in told["findings"] if one["grade"] == "wrong"]
    assert wrong["subject"] == "session cookie"
    assert wrong["place"]["path"] == str(path)
    coverage = told["coverage"]
    lacking = sum(one["scenarios"] for one in coverage["lacking"])
    assert coverage["applicable"] + lacking == coverage["scenarios"]


def test_a_page_that_is_not_there_asks_for_the_path(suite: Suite) -> None:
    found = examine(suite, page(send="GET /mee")).graded(Grade.WRONG)
    assert found
    assert all(one.change.startswith("is the path right? Else what does not") for one in found)


# --- the command ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        ({}, 0, "nothing wrong"),
        ({"users": {"alice": PROFILE["users"]["alice"]}}, 0, "nothing wrong, 1 warning"),
        ({"session cookie": "other"}, 3, "1 thing wrong"),
    ],
)
def test_the_exit_code_says_whether_the_profile_can_be_trusted(
    suite: Suite, changes: Changes, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    suite.profile(changes)
    assert main(["doctor", "--target", str(suite.folder / "profile.yaml")]) == code
    ended = capsys.readouterr()
    assert ended.out.rstrip().endswith(said)
    assert ended.err == ""


def test_a_target_that_does_not_answer_is_one_message(
    suite: Suite, closed_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    suite.profile()
    path = str(suite.folder / "profile.yaml")
    assert main(["doctor", f"http://127.0.0.1:{closed_port}", "--target", path]) == 2
    ended = capsys.readouterr()
    assert ended.out == ""
    assert ended.err == (
        f"GET /: nothing listens at 127.0.0.1:{closed_port} (connection refused)\n"
    )


def test_a_start_that_fails_is_one_message(
    suite: Suite, capsys: pytest.CaptureFixture[str]
) -> None:
    suite.profile({"base url": "http://127.0.0.1:{port}", "start": "{python} -c 1/0"})
    assert main(["doctor", "--target", str(suite.folder / "profile.yaml")]) == 2
    assert "ended at once with exit code 1: ZeroDivisionError" in capsys.readouterr().err


def test_keys_of_a_profile_that_is_extended_stand_where_they_are_written(suite: Suite) -> None:
    suite.profile()
    more = suite.folder / "more.yaml"
    more.write_text("extends: profile.yaml\nname: more\nsession cookie: other\n")
    places = key_places(more)
    assert (places["session cookie"].path, places["session cookie"].line) == (str(more), 3)
    assert places["users.bob"].path == str(suite.folder / "profile.yaml")


def test_a_session_token_that_no_answer_shows_is_named(suite: Suite) -> None:
    token = {"from json": "access.token", "send": "Authorization: Bearer {token}"}
    found = examine(suite, {"session cookie": None, "session token": token}).graded(Grade.WRONG)
    (wrong,) = [one for one in found if one.subject == "session token"]
    assert wrong.seen == "the answers to the login have no json 'access.token'"
    assert line_of(wrong) == '"session token": {'
