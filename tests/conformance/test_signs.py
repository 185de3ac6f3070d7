from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import Any

import pytest

from conformance.model import Exchange, Place, Sign
from conformance.signs import broken, conditions, fill, holds, placeholders

JSON = '{"user": {"id": 3, "name": "Ada", "admin": false, "tags": ["a", 1, null]}, "ok": true}'
TAGS = ["a", "1", "null"]
USER = {"id": "3", "name": "Ada", "admin": "false", "tags": TAGS}


def answer(status: int = 200, body: str | bytes = "", *headers: tuple[str, str]) -> Exchange:
    raw = body if isinstance(body, bytes) else body.encode()
    return Exchange("GET", "http://127.0.0.1:8000/app/me?a=b", (), status, headers, raw, 0.0, 0.1)


def to(location: str) -> Exchange:
    return answer(302, "", ("location", location))


def below(location: str) -> Exchange:
    return replace(to(location), base_path="/app")


PAGE = answer(200, "<form id=login><input name=password></form><p>Signed in as <b>Ada</b></p>")
REFRESH = answer(200, "", ("Refresh", "0; url=/me"), ("X", "12"))
TWO_LINES = answer(200, "", ("Vary", "Cookie"), ("X", "1"), ("vary", "Origin"))
COOKIES = answer(
    200,
    "",
    ("Set-Cookie", "sid=abc; Path=/; HttpOnly"),
    ("set-cookie", " other = x=y ; Secure"),
    ("Set-Cookie", "gone=; Max-Age=0"),
    ("Set-Cookie", "late="),
    ("Set-Cookie", "late=abc"),
    ("Set-Cookie", "dropped=abc"),
    ("Set-Cookie", "dropped=; Max-Age=0"),
)

HOLDS: list[tuple[str, Any, Exchange]] = [
    ("status", "200", answer(200)),
    ("status", ["204", "200"], answer(200)),
    ("location", "/login", to("/login")),
    ("location", "/login", to("http://127.0.0.1:8000/login")),
    ("location", "/login", to("https://sso.example.com/login?next=/me#top")),
    ("location", "/login?next=/me", to("/login?next=/me")),
    ("location", "/app/login", to("login")),
    ("location", "/app/me", to("?next=1")),
    ("location", "/", to("https://example.com")),
    ("location", ["/a", "/login"], to("/login")),
    ("location", "/login", below("/app/login?next=/")),
    ("location", "/app/login", below("/app/login")),
    ("location", "/login?next=/", below("http://127.0.0.1:8000/app/login?next=/")),
    ("location", "/applogin", below("/applogin")),
    ("location matches", "^/log(in)?$", to("/log")),
    ("location matches", "^/login", below("/app/login")),
    ("location matches", "next=", to("/login?next=/me")),
    ("location does not match", "login", to("/me")),
    ("header matches", {"Refresh": "url=.*/me$", "X": "^1"}, REFRESH),
    ("body does not match", "^b", answer(200, "abc")),
    ("selector", "input[name=password]", PAGE),
    ("selector", ["form#login", "b"], PAGE),
    ("no selector", ["a", "input.error"], PAGE),
    ("selector contains", {"b": "Ada", "p": "in as"}, PAGE),
    ("header", {"retry-after": "5", "X": "1"}, answer(429, "", ("Retry-After", "5"), ("x", "1"))),
    ("header", {"Vary": "Cookie, Origin"}, TWO_LINES),
    ("header contains", {"Vary": "cookie"}, TWO_LINES),
    ("header contains", {"Vary": "ORIGIN", "X": "1"}, TWO_LINES),
    ("no header", "Age", TWO_LINES),
    ("no header", ["Age", "Via"], TWO_LINES),
    ("body is", "", answer(200, "")),
    ("body is", "Größe", answer(200, "Größe")),
    ("body contains", "öß", answer(200, "Größe")),
    ("body contains", ["a", "c"], answer(200, "abc")),
    ("body contains", "\ufffd", answer(200, b"\xff")),
    ("body lacks", "x", answer(200, "abc")),
    ("body lacks", ["x", "y"], answer(200, "")),
    ("body matches", "b.d", answer(200, "abcde")),
    ("body matches", "^b{2}$", answer(200, "bb")),
    ("json", {"ok": "true"}, answer(200, JSON)),
    ("json", {"user": {"id": "3"}}, answer(200, JSON)),
    ("json", {"user": {"tags": TAGS}}, answer(200, JSON)),
    ("json is", {"user": USER, "ok": "true"}, answer(200, JSON)),
    ("json is", [], answer(200, " [ ] ")),
    ("json is", "null", answer(200, "null")),
    ("json is", "a", answer(200, '"a"')),
    ("json keys", ["ok", "user"], answer(200, JSON)),
    ("json keys", "a", answer(200, '{"a": 1}')),
    ("sets cookie", "sid", COOKIES),
    ("sets cookie", ["sid", "other"], COOKIES),
    ("sets cookie", "late", COOKIES),
    ("no cookie", "none", COOKIES),
    ("no cookie", ["none", "SID"], COOKIES),
]
DEEP = "[" * 100_000
BROKEN: list[tuple[str, Any, Exchange]] = [
    ("status", "200", answer(201)),
    ("status", "20", answer(200)),
    ("status", ["200", "204"], answer(302)),
    ("location", "/login", answer(302)),
    ("location", "/login", to("/login/")),
    ("location", "/login", to("/app/login")),
    ("location", "/login?next=/me", to("/login?next=/you")),
    ("location", "/login?next=/me", to("/login")),
    ("location", ["/a", "/b"], to("/c")),
    ("location", "/", to("http://[")),
    ("location", "/", to("http://[::1/")),
    ("location", "/login", below("/apple/login")),
    ("location", "/other", below("/app/login")),
    ("location matches", "^/login$", to("/login?next=/me")),
    ("location matches", "", answer(302)),
    ("location does not match", "login", to("/login")),
    ("location does not match", "login", answer(200)),
    ("header matches", {"Refresh": "^url"}, REFRESH),
    ("header matches", {"None": ""}, REFRESH),
    ("body does not match", "b", answer(200, "abc")),
    ("selector", ["form", "a"], PAGE),
    ("selector", "p", answer(200, "{}")),
    ("no selector", ["a", "form"], PAGE),
    ("selector contains", {"b": "Bob"}, PAGE),
    ("selector contains", {"a": ""}, PAGE),
    ("header", {"Retry-After": "5"}, answer(429)),
    ("header", {"Retry-After": "5"}, answer(429, "", ("Retry-After", "50"))),
    ("header", {"X": "1", "Y": "1"}, TWO_LINES),
    ("header", {"Vary": "cookie, Origin"}, TWO_LINES),
    ("header contains", {"Vary": "Accept"}, TWO_LINES),
    ("header contains", {"Age": "1"}, TWO_LINES),
    ("no header", "VARY", TWO_LINES),
    ("no header", ["Age", "X"], TWO_LINES),
    ("body is", "", answer(200, " ")),
    ("body is", "a", answer(200, "A")),
    ("body contains", "x", answer(200, "abc")),
    ("body contains", ["a", "x"], answer(200, "abc")),
    ("body lacks", "b", answer(200, "abc")),
    ("body lacks", ["x", "c"], answer(200, "abc")),
    ("body matches", "^b", answer(200, "abc")),
    ("json", {"ok": "false"}, answer(200, JSON)),
    ("json", {"user": {"id": "4"}}, answer(200, JSON)),
    ("json", {"user": {"email": "x"}}, answer(200, JSON)),
    ("json", {"user": "Ada"}, answer(200, JSON)),
    ("json", {"ok": {"a": "b"}}, answer(200, JSON)),
    ("json", {"user": {"tags": ["a"]}}, answer(200, JSON)),
    ("json", {"a": "b"}, answer(200, '[{"a": "b"}]')),
    ("json", {"a": "b"}, answer(200, "a=b")),
    ("json", {"a": "b"}, answer(200, b"\xff\xfe\xff")),
    ("json", {"a": "b"}, answer(200, DEEP)),
    ("json is", {"user": USER}, answer(200, JSON)),
    ("json is", {"user": USER, "ok": "true", "x": "y"}, answer(200, JSON)),
    ("json is", [], answer(200, "{}")),
    ("json is", ["1"], answer(200, "[1, 2]")),
    ("json is", ["1", "2"], answer(200, "[2, 1]")),
    ("json is", "", answer(200, "null")),
    ("json is", "", answer(200, "")),
    ("json keys", "ok", answer(200, JSON)),
    ("json keys", ["ok", "user", "x"], answer(200, JSON)),
    ("json keys", "a", answer(200, '["a"]')),
    ("json keys", "a", answer(200, "a")),
    ("sets cookie", "none", COOKIES),
    ("sets cookie", "gone", COOKIES),
    ("sets cookie", "dropped", COOKIES),
    ("sets cookie", ["sid", "gone"], COOKIES),
    ("no cookie", "sid", COOKIES),
    ("no cookie", "gone", COOKIES),
    ("no cookie", ["none", "other"], COOKIES),
]


@pytest.mark.parametrize(("condition", "wanted", "exchange"), HOLDS)
def test_a_condition_holds(condition: str, wanted: Any, exchange: Exchange) -> None:
    assert broken({condition: wanted}, exchange, {}) == []


@pytest.mark.parametrize(("condition", "wanted", "exchange"), BROKEN)
def test_a_condition_does_not_hold(condition: str, wanted: Any, exchange: Exchange) -> None:
    assert broken({condition: wanted}, exchange, {}) == [condition]


def test_every_condition_is_tried_both_ways() -> None:
    assert {name for name, _, _ in HOLDS} == {name for name, _, _ in BROKEN} == {*conditions.words}


def test_a_sign_holds_when_all_its_conditions_do() -> None:
    def sign(**wanted: str) -> Sign:
        return Sign(wanted, Place("profile.yaml", 1, 1))

    assert holds(sign(status="200", location="/a"), answer(200, "", ("Location", "/a")), {})
    assert not holds(sign(status="200", location="/b"), answer(200, "", ("Location", "/a")), {})
    assert holds(sign(), answer(500), {})


def test_the_conditions_that_do_not_hold_are_named_in_order() -> None:
    wanted: dict[str, Any] = {"status": "204", "body is": "a", "body contains": "x"}
    assert broken(wanted, answer(200, "a"), {}) == ["status", "body contains"]


# --- placeholders --------------------------------------------------------------------------------

VALUES = {"username": "ada", "alice.password": "a{b}", "csrf": "{username}"}
FILLED: list[tuple[Any, Any]] = [
    ("Hello {username}!", "Hello ada!"),
    ("{username}{username}", "adaada"),
    ("{alice.password}", "a{b}"),
    ("{csrf}", "{username}"),
    ("{unknown} {alice.name}", "{unknown} {alice.name}"),
    ('{"user": "{username}", "n": {}}', '{"user": "ada", "n": {}}'),
    ("{{username}}", "{ada}"),
    ("{Username} { username } {user-name} {0} {a.b.c}", None),
    ("%s %(username)s $username {username!r} {username:>9}", None),
    (["{username}", ["{username}"]], ["ada", ["ada"]]),
    ({"{username}": {"a": "{username}"}}, {"{username}": {"a": "ada"}}),
    ("", ""),
    (None, None),
]


@pytest.mark.parametrize(("text", "filled"), FILLED)
def test_placeholders_are_replaced_and_all_else_stays(text: Any, filled: Any) -> None:
    assert fill(text, VALUES) == (text if filled is None else filled)


@pytest.mark.parametrize("seed", range(20))
def test_any_json_keeps_its_braces(seed: int) -> None:
    chance = random.Random(seed)
    value = {f"{{{chance.random()}}}": [{"a": {}}, {"b": "{c}"}, chance.choice("{}[]")]}
    text = json.dumps(value)
    assert fill(text, {"username": "ada"}) == text


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("a {username} {alice.password} {X}", {"username", "alice.password"}),
        (["{a}", {"k": "{b}", "{c}": ["{d}"]}], {"a", "b", "d"}),
        ("{}", set()),
        ("", set()),
        ([], set()),
        (None, set()),
    ],
)
def test_the_placeholders_of_a_value_are_found(value: Any, names: set[str]) -> None:
    assert placeholders(value) == names


def test_placeholders_of_conditions_are_filled() -> None:
    wanted: dict[str, Any] = {"body contains": "for {username}", "json": {"u": "{username}"}}
    assert broken(wanted, answer(200, '{"u": "ada", "x": "for ada"}'), VALUES) == []
    assert broken(wanted, answer(200, '{"u": "eve", "x": "for eve"}'), VALUES) == list(wanted)


def test_a_value_in_a_pattern_stands_for_itself() -> None:
    wanted = {"body matches": "^Hello {username}$"}
    values = {"username": "ada+1@example.com"}
    assert broken(wanted, answer(200, "Hello ada+1@example.com"), values) == []
    assert broken(wanted, answer(200, "Hello adaa1@exampleXcom"), values) == ["body matches"]
