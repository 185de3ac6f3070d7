"""How a Set-Cookie header has to be written (6265bis-22 section 4.1.1); browsers take far more.

`Max-Age=0` is let pass, though the grammar wants a first digit other than 0: it is how frameworks
remove cookies, and every browser knows it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from email.utils import format_datetime

from conformance.setcookie import parse_cookie_date

_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")  # a token of RFC 9110 section 5.6.2
_OCTETS = r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*"
_VALUE = re.compile(rf'{_OCTETS}|"{_OCTETS}"')
_ATTRIBUTE_VALUE = re.compile(r"[\x20-\x3a\x3c-\x7e]*")
_SPACE = " \t"


def misspelt(header: str) -> str:
    """Return what a Set-Cookie header's value breaks of the grammar, or ""."""
    pair, *attributes = header.split(";")
    name, equals, value = pair.partition("=")
    if not equals or not _NAME.fullmatch(name.strip(_SPACE)):
        return "a name that is no token"
    if not _VALUE.fullmatch(value.strip(_SPACE)):
        return "a value with characters that cookies can't have"
    return _first_wrong(attributes)


def _first_wrong(attributes: list[str]) -> str:
    seen: set[str] = set()
    for attribute in attributes:
        name, _, value = (part.strip(_SPACE) for part in attribute.partition("="))
        if name.lower() in seen:
            return f"the attribute {name} twice"
        seen.add(name.lower())
        rule = _RULES.get(name.lower(), _any_value)
        if not rule(value):
            return f"the attribute {name or 'without a name'} with a value of another form"
    return ""


def _any_value(value: str) -> bool:
    return bool(_ATTRIBUTE_VALUE.fullmatch(value))


def _fixed_date(value: str) -> bool:
    """Tell whether a date has the form of RFC 9110 section 5.6.7."""
    date = parse_cookie_date(value)
    return date is not None and value == format_datetime(date, usegmt=True)


def _nothing(value: str) -> bool:
    return value == ""


_RULES: Mapping[str, Callable[[str], bool]] = {
    "expires": _fixed_date,
    "max-age": str.isdecimal,
    "path": lambda value: value.startswith("/") and _any_value(value),
    "domain": lambda value: bool(re.fullmatch(r"\.?[0-9A-Za-z.\-]+", value)),
    "secure": _nothing,
    "httponly": _nothing,
    "samesite": lambda value: value.lower() in ("strict", "lax", "none"),
    "": lambda _: False,
}
