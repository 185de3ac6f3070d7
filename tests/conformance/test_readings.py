from __future__ import annotations

import json

import pytest

from conformance.errors import Unrecognised
from conformance.model import Exchange, Place, Reading
from conformance.readings import read, read_all, read_if_there, sources

PLACE = Place("targets/x/profile.yaml", 12, 3)


def answer(body: str | bytes = "", *headers: tuple[str, str]) -> Exchange:
    raw = body if isinstance(body, bytes) else body.encode()
    sent = (("sent", "from before"), ("both", "old"))
    return Exchange("GET", "http://127.0.0.1/login?a=b", sent, 200, headers, raw, 0.0, 0.1)


FORM = """
<form><input name=other value=1><INPUT TYPE="hidden" NAME='csrf'
 value="a&amp;b&quot;&#x27;&lt;"/>
<input name="csrf" value="second"><input name="empty" value=""><input name="bare">
<button name="go" value="now">Go</button><textarea name="text">x</textarea>
<p name="para" value="no">
"""
JSON = '{"a": {"b": ["x", {"c": "y"}], "n": 12, "t": true, "nil": null, "o": {"k": 1}}, "e": ""}'
COOKIES = answer(
    "",
    ("Set-Cookie", "csrf=a%20b; Path=/"),
    ("set-cookie", 'both="new"; HttpOnly'),
    ("Set-Cookie", "\x00broken=1"),
)

FOUND = [
    ("from field", "csrf", answer(FORM), "a&b\"'<"),
    ("from field", "other", answer(FORM), "1"),
    ("from field", "empty", answer(FORM), ""),
    ("from field", "bare", answer(FORM), ""),
    ("from field", "go", answer(FORM), "now"),
    ("from cookie", "csrf", COOKIES, "a%20b"),
    ("from cookie", "both", COOKIES, '"new"'),
    ("from cookie", "sent", COOKIES, "from before"),
    ("from header", "x-csrf-token", answer("", ("X-CSRF-Token", "abc&amp;")), "abc&amp;"),
    ("from json", "e", answer(JSON), ""),
    ("from json", "a.b.0", answer(JSON), "x"),
    ("from json", "a.b.1.c", answer(JSON), "y"),
    ("from json", "a.n", answer(JSON), "12"),
    ("from json", "a.t", answer(JSON), "true"),
    ("from json", "a.o", answer(JSON), '{"k": 1}'),
    ("from json", "0", answer('["x&amp;y"]'), "x&amp;y"),
    ("from pattern", 'token = "([^"]+)"', answer('var token = "a&#43;b";'), "a+b"),
    ("from pattern", "(?s)<b>(.*)</b>", answer("<b>\nx\n</b>"), "\nx\n"),
    ("from pattern", "token=(.*)", answer("token="), ""),
    ("from cookie pattern", "cs.*", COOKIES, "a%20b"),
    ("from cookie pattern", "se[a-z]t", COOKIES, "from before"),
    ("from selector", "form input[name=csrf]@value", answer(FORM), "a&b\"'<"),
    ("from selector", "form input[name=empty]@value", answer(FORM), ""),
    ("from selector", "button", answer(FORM), "Go"),
    ("from selector", "meta[name='x']@content", answer("<meta name=x content='a&#43;b'>"), "a+b"),
    ("from selector", "a.b@class", answer("<a class='a b'>"), "a b"),
    ("from selector", 'a[href="mailto:a@b"]', answer("<a href='mailto:a@b'>x <b>y</b></a>"), "x y"),
    ("from selector", "p", answer("<?xml version='1.0'?><p>1</p>"), "1"),
    ("from location", "code", answer("", ("Location", "/in?a=b&code=x%2By+z#top")), "x+y z"),
    ("from location", "a", answer("", ("Location", "http://h/in?a=")), ""),
]
MISSING = [
    ("from field", "Csrf", answer(FORM), "field 'Csrf'"),
    ("from field", "para", answer(FORM), "field 'para'"),
    ("from field", "csrf", answer(b"\xff\x00"), "field 'csrf'"),
    ("from cookie", "CSRF", COOKIES, "cookie 'CSRF'"),
    ("from cookie", "broken", COOKIES, "cookie 'broken'"),
    ("from header", "X-CSRF-Token", answer(), "header 'X-CSRF-Token'"),
    ("from json", "a.x", answer(JSON), "json 'a.x'"),
    ("from json", "a.b.2", answer(JSON), "json 'a.b.2'"),
    ("from json", "a.b.c", answer(JSON), "json 'a.b.c'"),
    ("from json", "a.n.x", answer(JSON), "json 'a.n.x'"),
    ("from json", "a.nil", answer(JSON), "json 'a.nil'"),
    ("from json", "a", answer("<html>"), "json 'a'"),
    ("from json", "a", answer(b"\xff\xff"), "json 'a'"),
    ("from json", "a", answer("[" * 100_000), "json 'a'"),
    ("from pattern", "token=(x+)", answer("token="), "pattern 'token=(x+)'"),
    ("from pattern", "token(=.+)?", answer("token"), "pattern 'token(=.+)?'"),
    ("from cookie pattern", "s", COOKIES, "cookie pattern 's'"),
    ("from selector", "form#x", answer(FORM), "selector 'form#x'"),
    ("from selector", "form@id", answer(FORM), "selector 'form@id'"),
    ("from selector", "p", answer("no page"), "selector 'p'"),
    ("from selector", "p", answer("<![x"), "selector 'p'"),
    ("from location", "code", answer("", ("Location", "/in?a=b")), "location 'code'"),
    ("from location", "code", answer("", ("Location", "http://[")), "location 'code'"),
    ("from location", "code", answer(), "location 'code'"),
]


@pytest.mark.parametrize(("source", "key", "exchange", "value"), FOUND)
def test_a_value_is_taken_out_of_an_answer(
    source: str, key: str, exchange: Exchange, value: str
) -> None:
    assert read(Reading("csrf", source, key, PLACE), exchange) == value


@pytest.mark.parametrize(("source", "key", "exchange", "what"), MISSING)
def test_a_value_that_is_not_there_is_an_error(
    source: str, key: str, exchange: Exchange, what: str
) -> None:
    with pytest.raises(Unrecognised) as caught:
        read(Reading("csrf", source, key, PLACE), exchange)
    assert str(caught.value) == (
        f"GET /login answered 200 without the {what} that the profile reads "
        "(targets/x/profile.yaml:12)"
    )


def test_every_source_is_tried_both_ways() -> None:
    found, missing = ({row[0] for row in rows} for rows in (FOUND, MISSING))
    assert found == missing == {*sources.words}


LIST = '[{"id": "a", "n": 1}, {"id": "b"}, {"id": null}, {"id": "a"}, 3]'
PAGE = "<a href='/end?s=a&amp;1'>x</a><a href='/end?s=b'>y</a><input name=s value=1><input name=s>"


@pytest.mark.parametrize(
    ("source", "key", "body", "values"),
    [
        ("from json", "*.id", LIST, ("a", "b")),
        ("from json", "0.n", LIST, ("1",)),
        ("from json", "*", '{"x": "1", "y": "2"}', ("1", "2")),
        ("from json", "sessions.*.id", '{"sessions": [{"id": "z"}]}', ("z",)),
        ("from json", "*.id", "no JSON", ()),
        ("from pattern", "end.s=([^']*)'", PAGE, ("a&1", "b")),
        ("from pattern", "nothing(.)", PAGE, ()),
        ("from field", "s", PAGE, ("1", "")),
        ("from header", "X-None", PAGE, ()),
        ("from selector", "a@href", PAGE, ("/end?s=a&1", "/end?s=b")),
    ],
)
def test_all_values_are_found_in_order_and_each_once(
    source: str, key: str, body: str, values: tuple[str, ...]
) -> None:
    assert read_all(Reading("handles", source, key, PLACE), answer(body)) == values


DECODED = [
    (("url",), "a%2Bb+c", "a+b c"),
    (("html",), "a&amp;b", "a&b"),
    (("url", "html"), "a%26lt%3Bb", "a<b"),
    (("html", "url"), "a%26lt%3Bb", "a&lt;b"),
]


@pytest.mark.parametrize(("ways", "raw", "value"), DECODED)
def test_a_value_is_decoded_way_by_way(ways: tuple[str, ...], raw: str, value: str) -> None:
    reading = Reading("csrf", "from json", "t", PLACE, ways)
    assert read(reading, answer(json.dumps({"t": raw}))) == value
    assert read_all(reading, answer(json.dumps({"t": raw}))) == (value,)


def test_what_is_not_there_can_be_asked_for() -> None:
    assert read_if_there(Reading("x", "from json", "t", PLACE), answer("{}")) is None
