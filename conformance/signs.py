"""What can be looked at in a response: the conditions of signs and of exact answers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeAlias
from urllib.parse import urljoin, urlsplit

from conformance.model import Exchange, Plain, Sign
from conformance.words import Words

Condition: TypeAlias = Callable[[Exchange, Any], bool]

conditions: Words[Condition] = Words("condition")


def holds(sign: Sign, exchange: Exchange, values: Mapping[str, str]) -> bool:
    """Say whether every condition of the sign holds; `values` fill its placeholders."""
    return all(_holds(*condition, exchange, values) for condition in sign.conditions.items())


def broken(wanted: Mapping[str, Plain], exchange: Exchange, values: Mapping[str, str]) -> list[str]:
    """Return the names of the conditions that do not hold."""
    return [name for name, value in wanted.items() if not _holds(name, value, exchange, values)]


def _holds(name: str, wanted: Plain, exchange: Exchange, values: Mapping[str, str]) -> bool:
    if conditions.words[name].takes == "pattern":
        values = {key: re.escape(value) for key, value in values.items()}
    return conditions[name](exchange, fill(wanted, values))


def fill(value: Plain, values: Mapping[str, str]) -> Plain:
    """Replace every `{placeholder}` of `values` in all texts of `value`; other braces stay."""
    if isinstance(value, str):
        if "{" not in value:
            return value
        return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), value)
    if isinstance(value, list):
        return [fill(item, values) for item in value]
    if isinstance(value, dict):
        return {key: fill(item, values) for key, item in value.items()}
    return value


def placeholders(value: Plain) -> set[str]:
    """Return the names of all `{placeholders}` in the texts of `value`."""
    if isinstance(value, str):
        return {found[1] for found in _PLACEHOLDER.finditer(value)}
    children = value.values() if isinstance(value, dict) else value or ()
    return {name for child in children for name in placeholders(child)}


_PLACEHOLDER = re.compile(r"\{([a-z_]+(?:\.[a-z_]+)?)\}")


@conditions("status", takes="texts")
def _status(exchange: Exchange, wanted: str | list[str]) -> bool:
    """The status code is this one, or one of these."""
    return str(exchange.status) in _texts(wanted)


@conditions("location", takes="texts")
def _location(exchange: Exchange, wanted: str | list[str]) -> bool:
    """The Location header leads to this path on any host, or to one of these.

    The query counts only where the wanted path has one.
    """
    location = exchange.header("Location")
    if location is None:
        return False
    try:
        parts = urlsplit(urljoin(exchange.url, location))
    except ValueError:  # such as "http://["
        return False
    path = parts.path or "/"
    return any(wanted_path in (path, f"{path}?{parts.query}") for wanted_path in _texts(wanted))


@conditions("header", takes="mapping")
def _header(exchange: Exchange, wanted: Mapping[str, str]) -> bool:
    """Each of these headers is there with exactly this value."""
    return all(exchange.header(name) == value for name, value in wanted.items())


@conditions("header contains", takes="mapping")
def _header_contains(exchange: Exchange, wanted: Mapping[str, str]) -> bool:
    """Each of these headers is there and contains this text, in any case."""
    return all(
        value.lower() in (exchange.header(name) or "").lower() for name, value in wanted.items()
    )


@conditions("no header", takes="texts")
def _no_header(exchange: Exchange, unwanted: str | list[str]) -> bool:
    """None of these headers is there."""
    return all(exchange.header(name) is None for name in _texts(unwanted))


@conditions("body is", takes="text")
def _body_is(exchange: Exchange, wanted: str) -> bool:
    """The body is exactly this text."""
    return exchange.text == wanted


@conditions("body contains", takes="texts")
def _body_contains(exchange: Exchange, wanted: str | list[str]) -> bool:
    """The body contains this text, or all of these."""
    return all(text in exchange.text for text in _texts(wanted))


@conditions("body lacks", takes="texts")
def _body_lacks(exchange: Exchange, unwanted: str | list[str]) -> bool:
    """The body contains none of these texts."""
    return not any(text in exchange.text for text in _texts(unwanted))


@conditions("body matches", takes="pattern")
def _body_matches(exchange: Exchange, pattern: str) -> bool:
    """The regular expression is found somewhere in the body."""
    return re.search(pattern, exchange.text) is not None


@conditions("json", takes="mapping")
def _json(exchange: Exchange, wanted: Plain) -> bool:
    """The body is JSON and has at least these fields with these values."""
    found, value = json_body(exchange)
    return found and _contains(value, wanted)


@conditions("json is", takes="json")
def _json_is(exchange: Exchange, wanted: Plain) -> bool:
    """The body is JSON and has these fields with these values and no others."""
    found, value = json_body(exchange)
    return found and _equals(value, wanted)


@conditions("json keys", takes="texts")
def _json_keys(exchange: Exchange, wanted: str | list[str]) -> bool:
    """The body is a JSON object with exactly these keys."""
    found, value = json_body(exchange)
    return found and isinstance(value, dict) and sorted(value) == sorted(_texts(wanted))


@conditions("sets cookie", takes="texts")
def _sets_cookie(exchange: Exchange, wanted: str | list[str]) -> bool:
    """The answer sets a cookie of each of these names to a value that is not empty."""
    return all(_cookie_value(exchange, name) for name in _texts(wanted))


@conditions("no cookie", takes="texts")
def _no_cookie(exchange: Exchange, unwanted: str | list[str]) -> bool:
    """The answer has no Set-Cookie header for any of these names."""
    return all(_cookie_value(exchange, name) is None for name in _texts(unwanted))


def json_body(exchange: Exchange) -> tuple[bool, Any]:
    """Return whether the body is JSON, and its value, which is not to be changed."""
    return _parsed(exchange.body)


@lru_cache(maxsize=64)  # several signs look at one answer
def _parsed(body: bytes) -> tuple[bool, Any]:
    try:
        return True, json.loads(body)
    except (ValueError, RecursionError):
        return False, None


def _cookie_value(exchange: Exchange, name: str) -> str | None:
    """Return the value that the answer sets last: that is the one a browser keeps."""
    for line in reversed(exchange.header_values("Set-Cookie")):
        key, _, value = line.partition(";")[0].partition("=")
        if key.strip() == name:
            return value.strip()
    return None


def _texts(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _contains(value: Any, wanted: Plain) -> bool:
    if isinstance(wanted, dict):
        return isinstance(value, dict) and all(
            key in value and _contains(value[key], inner) for key, inner in wanted.items()
        )
    return _equals(value, wanted)


def _equals(value: Any, wanted: Plain) -> bool:
    if isinstance(wanted, dict):
        return (
            isinstance(value, dict)
            and value.keys() == wanted.keys()
            and all(_equals(value[key], inner) for key, inner in wanted.items())
        )
    if isinstance(wanted, list):
        return (
            isinstance(value, list)
            and len(value) == len(wanted)
            and all(_equals(item, inner) for item, inner in zip(value, wanted, strict=True))
        )
    # Files hold texts only, so 3, true and null are compared by the way JSON writes them.
    return (value if isinstance(value, str) else json.dumps(value)) == wanted
