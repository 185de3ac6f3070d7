"""Takes values such as CSRF tokens out of a response."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser
from typing import Any, TypeAlias

from conformance.errors import Unrecognised
from conformance.model import Exchange, Reading
from conformance.setcookie import parse_set_cookie
from conformance.words import Words

Reader: TypeAlias = Callable[[Exchange, str], "str | None"]

sources: Words[Reader] = Words("source of a reading")


def read(reading: Reading, exchange: Exchange) -> str:
    """Return the value that the reading describes; raises Unrecognised when it is not there."""
    value = sources[reading.source](exchange, reading.key)
    if value is None:
        path = exchange.path.partition("?")[0]  # a query may hold a secret
        raise Unrecognised(
            f"{exchange.method} {path} answered {exchange.status} without the "
            f"{reading.source.removeprefix('from ')} '{reading.key}' that the profile reads "
            f"({reading.place})"
        )
    return value


@sources("from field")
def _from_field(exchange: Exchange, name: str) -> str | None:
    """The value of the first form field of this name in an HTML page."""
    fields = _Fields(name)
    fields.feed(exchange.text)
    return fields.value


@sources("from cookie")
def _from_cookie(exchange: Exchange, name: str) -> str | None:
    """The value of the cookie of this name, as this response sets it or this request sent it."""
    for line in exchange.header_values("Set-Cookie"):
        cookie = parse_set_cookie(line)
        if cookie and cookie.name == name:
            return cookie.value
    return next((value for key, value in exchange.sent_cookies if key == name), None)


@sources("from header")
def _from_header(exchange: Exchange, name: str) -> str | None:
    """The value of the response header of this name."""
    return exchange.header(name)


@sources("from json")
def _from_json(exchange: Exchange, path: str) -> str | None:
    """The value at this path of a JSON body, the names of the path joined by dots; not null."""
    try:
        value: Any = json.loads(exchange.body)
        for name in path.split("."):
            value = value[int(name)] if isinstance(value, list) else value[name]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    if value is None:
        return None
    return value if isinstance(value, str) else json.dumps(value)


@sources("from pattern")
def _from_pattern(exchange: Exchange, pattern: str) -> str | None:
    """The first group of this regular expression in the body, HTML-unescaped."""
    found = re.search(pattern, exchange.text)
    return unescape(found[1]) if found and found[1] is not None else None


class _Fields(HTMLParser):
    """Finds the value of one form field; the parser unescapes attribute values."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.value: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag in ("input", "button") and attributes.get("name") == self.name:
            self.value = self.value if self.value is not None else attributes.get("value") or ""
