"""What can be looked at in a response: the conditions of signs and of exact answers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeAlias
from urllib.parse import urljoin, urlsplit

from conformance.htmlpages import selected
from conformance.model import Exactly, Exchange, Plain, Sign, User
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
    if "pattern" in conditions.words[name].takes:
        values = {key: re.escape(value) for key, value in values.items()}
    return conditions[name](exchange, fill(wanted, values))


def credentials(users: Mapping[str, User]) -> dict[str, str]:
    """Return the values of `{alice.username}`, `{alice.password}` and the like."""
    values: dict[str, str] = {}
    for role, user in users.items():
        values |= {f"{role}.username": user.username, f"{role}.password": user.password}
    return values


def fill(value: Plain, values: Mapping[str, str]) -> Plain:
    """Replace every `{placeholder}` of `values` in all texts of `value`; other braces stay."""
    if isinstance(value, str):
        if "{" not in value or isinstance(value, Exactly):
            return value
        return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), value)
    if isinstance(value, list):
        return [fill(item, values) for item in value]
    if isinstance(value, dict):
        return {key: fill(item, values) for key, item in value.items()}
    return value


def placeholders(value: Plain) -> set[str]:
    """Return the names of all `{placeholders}` in the texts of `value`."""
    if isinstance(value, Exactly):
        return set()
    if isinstance(value, str):
        if "{" not in value:
            return set()
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

    The path is a whole one, or one below the base URL. The query counts only where the wanted path
    has one.
    """
    led = _led_to(exchange)
    if led is None:
        return False
    spelt = {*led, *(path.partition("?")[0] for path in led)}
    return any(path in spelt for path in _texts(wanted))


@conditions("location matches", takes="pattern")
def _location_matches(exchange: Exchange, pattern: str) -> bool:
    """There is a Location header, and the regular expression is found in its path with the query.

    Of its path the base URL's own is not a part.
    """
    led = _led_to(exchange)
    return led is not None and re.search(pattern, led[1]) is not None


@conditions("location does not match", takes="pattern")
def _location_does_not_match(exchange: Exchange, pattern: str) -> bool:
    """There is a Location header, and the regular expression is not found in its path and query."""
    led = _led_to(exchange)
    return led is not None and re.search(pattern, led[1]) is None


def _led_to(exchange: Exchange) -> tuple[str, str] | None:
    """Return path and query that Location leads to: whole, and as seen from the base URL."""
    location = exchange.header("Location")
    if location is None:
        return None
    try:
        parts = urlsplit(urljoin(exchange.url, location))
    except ValueError:  # such as "http://["
        return None
    whole = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    base = exchange.base_path
    is_below = bool(base) and parts.path.startswith(f"{base}/")
    return whole, whole[len(base) :] if is_below else whole


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


@conditions("header matches", takes="mapping of patterns")
def _header_matches(exchange: Exchange, wanted: Mapping[str, str]) -> bool:
    """Each of these headers is there, and this regular expression is found in its value."""
    found = ((exchange.header(name), pattern) for name, pattern in wanted.items())
    return all(value is not None and re.search(pattern, value) for value, pattern in found)


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


@conditions("body does not match", takes="pattern")
def _body_does_not_match(exchange: Exchange, pattern: str) -> bool:
    """The regular expression is found nowhere in the body."""
    return re.search(pattern, exchange.text) is None


@conditions("selector", takes="selectors")
def _selector(exchange: Exchange, wanted: str | list[str]) -> bool:
    """The page has an element that this CSS selector chooses, or one for each of these."""
    return all(selected(exchange.text, one) for one in _texts(wanted))


@conditions("no selector", takes="selectors")
def _no_selector(exchange: Exchange, unwanted: str | list[str]) -> bool:
    """The page has no element that this CSS selector, or one of these, chooses."""
    return not any(selected(exchange.text, one) for one in _texts(unwanted))


@conditions("selector contains", takes="mapping of selectors")
def _selector_contains(exchange: Exchange, wanted: Mapping[str, str]) -> bool:
    """For each of these CSS selectors: an element that it chooses contains this text."""
    return all(
        any(text in one for one in selected(exchange.text, selector))
        for selector, text in wanted.items()
    )


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
