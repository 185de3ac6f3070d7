"""Takes values such as CSRF tokens out of a response."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from html import unescape
from html.parser import HTMLParser
from typing import Any, TypeAlias
from urllib.parse import parse_qs, unquote_plus, urlsplit

from conformance.errors import Unrecognised
from conformance.htmlpages import selected
from conformance.model import Exchange, Reading, SessionToken
from conformance.setcookie import parse_set_cookie
from conformance.words import Words

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

Reader: TypeAlias = Callable[[Exchange, str], "str | None"]

Decoding: TypeAlias = Callable[[str], str]

sources: Words[Reader] = Words("source of a reading")
decodings: Words[Decoding] = Words("way of decoding")


def read_if_there(reading: Reading, exchange: Exchange) -> str | None:
    """Return the value that the reading describes, or None where it is not there."""
    value = sources[reading.source](exchange, reading.key)
    return None if value is None else _decoded(reading, value)


def read(reading: Reading, exchange: Exchange) -> str:
    """Return the value that the reading describes; raises Unrecognised when it is not there."""
    value = read_if_there(reading, exchange)
    if value is None:
        path = exchange.path.partition("?")[0]  # a query may hold a secret
        raise Unrecognised(
            f"{exchange.method} {path} answered {exchange.status} without the "
            f"{reading.source.removeprefix('from ')} '{reading.key}' that the profile reads "
            f"({reading.place})"
        )
    return value


def token_in(token: SessionToken | None, exchange: Exchange) -> str:
    """Return the session token that an answer gives, or an empty text.

    A body gives one only to a request that does something: a page may show other tokens there.
    """
    if token is None:
        return ""
    is_told_aside = token.reading.source == "from header"
    if exchange.method in _SAFE_METHODS and not is_told_aside:
        return ""
    return read_if_there(token.reading, exchange) or ""


def _decoded(reading: Reading, value: str) -> str:
    for word in reading.decodings:
        value = decodings[word](value)
    return value


@decodings("url")
def _url_decoded(value: str) -> str:
    """`%2B` becomes `+`, and `+` a space."""
    return unquote_plus(value)


@decodings("html")
def _html_decoded(value: str) -> str:
    """`&amp;` becomes `&`, as a page's own script would read it."""
    return unescape(value)


def read_all(reading: Reading, exchange: Exchange) -> tuple[str, ...]:
    """Return every value that the reading finds, in order and each once; often there is none.

    Of JSON a `*` in the path stands for every element of a list or object; of a page all matches
    of a pattern and all fields of the name count. Other sources have one value at most.
    """
    if reading.source == "from json":
        found = [_as_text(one) for one in _all_at(_parsed(exchange), reading.key.split("."))]
    elif reading.source == "from pattern":
        matches = re.finditer(reading.key, exchange.text)
        found = [unescape(match[1]) for match in matches if match[1] is not None]
    elif reading.source == "from field":
        fields = _Fields(reading.key)
        fields.feed(exchange.text)
        found = fields.values
    elif reading.source == "from selector":
        found = selected(exchange.text, reading.key)
    else:
        value = sources[reading.source](exchange, reading.key)
        found = [] if value is None else [value]
    return tuple(dict.fromkeys(_decoded(reading, value) for value in found))


def _parsed(exchange: Exchange) -> Any:
    try:
        return json.loads(exchange.body)
    except (ValueError, RecursionError):
        return None


def _all_at(value: Any, path: Sequence[str]) -> Iterator[Any]:
    """Yield what stands at the path; what is not there, and null, is left out."""
    if not path:
        yield from () if value is None else (value,)
        return
    name, *rest = path
    children = dict(enumerate(value)) if isinstance(value, list) else value
    if not isinstance(children, dict):
        return
    by_name = {str(key): child for key, child in children.items()}
    chosen = by_name.values() if name == "*" else [by_name[name]] if name in by_name else []
    for child in chosen:
        yield from _all_at(child, rest)


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


@sources("from field")
def _from_field(exchange: Exchange, name: str) -> str | None:
    """The value of the first form field of this name in an HTML page."""
    fields = _Fields(name)
    fields.feed(exchange.text)
    return next(iter(fields.values), None)


@sources("from cookie")
def _from_cookie(exchange: Exchange, name: str) -> str | None:
    """The value of the cookie of this name, as this response sets it or this request sent it."""
    for line in exchange.header_values("Set-Cookie"):
        cookie = parse_set_cookie(line)
        if cookie and cookie.name == name:
            return cookie.value
    return next((value for key, value in exchange.sent_cookies if key == name), None)


@sources("from cookie pattern")
def _from_cookie_pattern(exchange: Exchange, pattern: str) -> str | None:
    """The value of the first cookie whose whole name this regular expression matches."""
    set_now = filter(None, map(parse_set_cookie, exchange.header_values("Set-Cookie")))
    names = [*(cookie.name for cookie in set_now), *(name for name, _ in exchange.sent_cookies)]
    found = next((name for name in names if re.fullmatch(pattern, name)), None)
    return None if found is None else _from_cookie(exchange, found)


@sources("from location")
def _from_location(exchange: Exchange, name: str) -> str | None:
    """The value of the parameter of this name in the query of the Location header, decoded."""
    try:
        query = urlsplit(exchange.header("Location") or "").query
    except ValueError:  # such as "http://["
        return None
    return next(iter(parse_qs(query, keep_blank_values=True).get(name, ())), None)


@sources("from selector")
def _from_selector(exchange: Exchange, selector: str) -> str | None:
    """What this CSS selector chooses first: its text, or an attribute: `input[name=t]@value`."""
    return next(iter(selected(exchange.text, selector)), None)


@sources("from header")
def _from_header(exchange: Exchange, name: str) -> str | None:
    """The value of the response header of this name."""
    return exchange.header(name)


@sources("from json")
def _from_json(exchange: Exchange, path: str) -> str | None:
    """The value at this path of a JSON body, the names of the path joined by dots; not null."""
    return next(map(_as_text, _all_at(_parsed(exchange), path.split("."))), None)


@sources("from pattern")
def _from_pattern(exchange: Exchange, pattern: str) -> str | None:
    """The first group of this regular expression in the body, HTML-unescaped."""
    found = re.search(pattern, exchange.text)
    return unescape(found[1]) if found and found[1] is not None else None


class _Fields(HTMLParser):
    """Finds the values of form fields of one name; the parser unescapes attribute values."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.values: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag in ("input", "button") and attributes.get("name") == self.name:
            self.values.append(attributes.get("value") or "")
