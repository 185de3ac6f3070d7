"""Signs that hold of some answers and not of others, and profiles that can be read back."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.init.guesses import Certainty, Draft, Guess, request_value
from conformance.init.telling import NOWHERE, alternatives, found_in, sign_of
from conformance.init.written import flow, profile_text, scalar
from conformance.model import ActionRequest, Exchange, JsonWord, Plain
from conformance.yamltree import parse

FORM = '<form><input name=u><input type="password" name=p></form>'


def answered(
    status: int, body: str = "", location: str = "", cookies: tuple[str, ...] = ()
) -> Exchange:
    headers = [("Set-Cookie", one) for one in cookies]
    headers += [("Location", location)] if location else []
    url = "http://shop.example/page"
    return Exchange("GET", url, (), status, tuple(headers), body.encode(), 0.0, 0.0)


CASES: dict[str, tuple[Exchange, Exchange, dict[str, Plain]]] = {
    "status": (answered(200), answered(401), {"status": "200"}),
    "place": (
        answered(302, location="http://shop.example/me"),
        answered(302, location="/login?again"),
        {"status": "302", "location": "/me"},
    ),
    "query of the place": (
        answered(302, location="/login?error"),
        answered(302, location="/login"),
        {"status": "302", "location": "/login?error"},
    ),
    "word of a body": (
        answered(200, "null"),
        answered(200, '{"user": {"name": "bob"}}'),
        {"status": "200", "body is": "null"},
    ),
    "field of json": (
        answered(200, '{"status": "failed, as the password is wrong", "id": 1234567}'),
        answered(200, '{"status": "ok"}'),
        {"status": "200", "json": {"status": "failed, as the password is wrong"}},
    ),
    "form": (
        answered(200, FORM),
        answered(200, "<p>Welcome home, dear customer</p>"),
        {"status": "200", "body contains": 'type="password"'},
    ),
    "sentence": (
        answered(200, "<p>Welcome home, dear customer</p>"),
        answered(200, FORM),
        {"status": "200", "body contains": "Welcome home, dear customer"},
    ),
    "cookie": (
        answered(200, cookies=("sid=x",)),
        answered(200),
        {"status": "200", "sets cookie": "sid"},
    ),
}


@pytest.mark.parametrize(("these", "others", "sign"), CASES.values(), ids=list(CASES))
def test_a_sign_names_the_plainest_difference(
    these: Exchange, others: Exchange, sign: dict[str, Plain]
) -> None:
    assert sign_of([these, these], [others]) == sign
    assert found_in(sign, these)
    assert not found_in(sign, others)


NAMING: dict[str, dict[str, Plain]] = {
    "<p>Signed in as <b>alice</b></p>": {"body contains": "Signed in as <b>{username}<"},
    "<p>Hello alice.</p>": {"body contains": "Hello {username}."},
    '{"user": {"name": "alice", "id": 7}}': {"json": {"user": {"name": "{username}"}}},
    '["alice"]': {"body contains": '["{username}"'},
    "alice": {"body contains": "{username}"},
}


@pytest.mark.parametrize(("body", "sign"), NAMING.items())
def test_a_sign_names_the_user_with_what_stands_around_the_name(
    body: str, sign: dict[str, Plain]
) -> None:
    found = sign_of([answered(200, body)] * 2, [answered(401)], "alice")
    assert found == {"status": "200"} | sign


def test_a_name_that_strangers_see_too_is_no_sign() -> None:
    these = answered(200, "<p>alice sells shoes</p><a>Log out of here</a>")
    others = answered(200, "<p>alice sells shoes</p>")
    found = sign_of([these], [others], "alice")
    assert found
    assert "{username}" not in str(found)


def test_what_changes_from_answer_to_answer_is_no_sign() -> None:
    these = [answered(200, f"<p>You are customer {n}</p><p>Goodbye</p>") for n in ("one", "two")]
    found = sign_of(these, [answered(200, FORM)])
    assert found == {"status": "200", "body contains": "Goodbye"}


def test_answers_that_are_the_same_have_no_sign() -> None:
    assert sign_of([answered(200, "x")], [answered(200, "x")]) is None


def test_refusals_of_many_kinds_become_one_sign_for_each() -> None:
    refused = [answered(401), answered(400), answered(302, location="/login"), answered(401)]
    assert alternatives(refused, [answered(302, location="/me")]) == (
        {"status": ["400", "401"]},
        {"status": "302", "location": "/login"},
    )


TEXTS = (
    "/login",
    "",
    "{csrf}",
    "user[email]",
    "no",
    "a: b",
    "# no comment",
    "a #b",
    '"quoted"',
    "'",
    "both ' and \"",
    "back\\slash",
    "tab\tend",
    "ünïcödé ☃",
    "- item",
    "* star",
    "&anchor",
    "!tag",
    "%2F",
    "@at",
    " spaces ",
    "line\nbreak",
    "[list]",
    "a, b",
    "http://127.0.0.1:8000",
    "?",
    "null",
    "x\u2028y",
    "\x7f",
    "trailing ",
    "key:",
)


@pytest.mark.parametrize("text", TEXTS)
def test_every_text_is_read_back_as_it_was_written(text: str, tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    value: Plain = {"a": text, "b": [text, {"c": text}]}
    path.write_text(f"one: {scalar(text)}\ntwo: {flow(value)}\n", encoding="utf-8")
    assert parse(path).plain() == {"one": text, "two": value}


def test_a_profile_is_read_back_and_says_how_sure_each_guess_is(tmp_path: Path) -> None:
    login: Plain = [
        {"send": "GET /a", "read": {"t": {"from field": "x"}}},
        {
            "send": "POST /b",
            "form": {"x": "{t}"},
            "success": [{"status": "200"}, {"status": "204"}],
        },
    ]
    draft = Draft((Guess("name", "a: b"), Guess("log in", login, Certainty.LIKELY, "by its looks")))
    path = tmp_path / "profile.yaml"
    path.write_text(profile_text(draft), encoding="utf-8")
    assert parse(path).plain() == {"name": "a: b", "log in": login}
    assert "# likely: by its looks\nlog in:" in path.read_text()


def test_json_with_more_than_texts_is_written_as_one_text() -> None:
    request = ActionRequest("POST", "/login", NOWHERE, json={"name": "n", "keep": JsonWord("true")})
    assert request_value(request)["json"] == '{"name": "n", "keep": true}'
