"""Finds signs: what some answers have in common that others lack."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias
from urllib.parse import urljoin, urlsplit

from conformance.model import Exchange, Place, Plain, Sign
from conformance.signs import holds, json_body

Conditions: TypeAlias = "dict[str, Plain]"

NOWHERE = Place("", 0, 0)
_REDIRECTS = range(300, 400)
_SHORTEST, _LONGEST = 4, 80  # letters of a text that a sign looks for
_REACH = 24  # letters before a name that belong to its sign
_PIECE = re.compile(r"(?<=>)|(?=<)|\n")
# What stands before a name: a few words, and perhaps a plain tag right before the name.
_BEFORE = re.compile(r"(?:[^<>\n{,]{0,24}<\w+>|[^<>\n{,]{0,24})$")
_IDENTITY = re.compile(r"mail|user_?name|login", re.I)
_WORD = re.compile(r"[^\W\d_]{3}")
_LONG_NUMBER = re.compile(r"[0-9a-fA-F]{12}|\d{5}")


def found_in(conditions: Mapping[str, Plain], exchange: Exchange, username: str = "") -> bool:
    """Say whether the conditions hold of an answer; `username` fills their placeholder."""
    values = {"username": username} if username else {}
    return holds(Sign(conditions, NOWHERE), exchange, values)


def sign_of(
    these: Sequence[Exchange], others: Sequence[Exchange], username: str = ""
) -> Conditions | None:
    """Return conditions that hold of all of `these` and of none of `others`, or None.

    With a `username` the sign names the user, where the answers show it and `others` don't.
    """
    sign = _outlines(these)
    if username:
        sign |= next(_naming(these, others, username), {})
    if "body contains" in sign or "json" in sign or _tells(sign, others, username):
        return sign if _tells(sign, others, username) else None
    for more in _contents(these, others):
        if _tells(sign | more, others, username):
            return sign | more
    return None


def _tells(sign: Conditions, others: Sequence[Exchange], username: str) -> bool:
    return not any(found_in(sign, other, username) for other in others)


def _outlines(these: Sequence[Exchange]) -> Conditions:
    """Return status and place, as far as all these answers agree about them."""
    statuses = {str(one.status) for one in these}
    sign: Conditions = {}
    if len(statuses) == 1:
        sign["status"] = statuses.pop()
    places = {location(one) for one in these}
    if len(places) == 1 and these[0].status in _REDIRECTS:
        place = places.pop()
        if place:
            sign["location"] = place
    return sign


def location(exchange: Exchange) -> str:
    """Return the path that the answer leads to, or nothing."""
    header = exchange.header("Location")
    if header is None:
        return ""
    try:
        return urlsplit(urljoin(exchange.url, header)).path or "/"
    except ValueError:
        return ""


def alternatives(
    these: Sequence[Exchange], others: Sequence[Exchange]
) -> tuple[Conditions, ...] | None:
    """Return one sign for each kind of answer, such as 401 and 403, or None if one has none."""
    kinds: dict[tuple[int, str], list[Exchange]] = {}
    for one in these:
        kinds.setdefault((one.status, location(one)), []).append(one)
    signs = [sign_of(kind, others) for kind in kinds.values()]
    if any(sign is None for sign in signs):
        return None
    return tuple(_merged([sign for sign in signs if sign is not None]))


def _merged(signs: Sequence[Conditions]) -> Iterator[Conditions]:
    """Yield the signs, those that name a status alone as one."""
    plain = sorted(str(sign["status"]) for sign in signs if sign.keys() == {"status"})
    if plain:
        yield {"status": plain[0] if len(plain) == 1 else [*plain]}
    yield from (sign for sign in signs if sign.keys() != {"status"})


def with_query(exchange: Exchange) -> str:
    """Return the path and query that the answer leads to, or nothing."""
    try:
        query = urlsplit(exchange.header("Location") or "").query
    except ValueError:
        return ""
    return f"{location(exchange)}?{query}" if query else ""


# --- the user's name ------------------------------------------------------------------------------


def _naming(
    these: Sequence[Exchange], others: Sequence[Exchange], username: str
) -> Iterator[Conditions]:
    """Yield conditions that name the user and hold of these answers and of no other."""
    for more in (*_in_json(these[0], username), *_in_text(these[0].text, username)):
        if all(found_in(more, one, username) for one in these) and _tells(more, others, username):
            yield more


def _in_json(exchange: Exchange, username: str) -> Iterator[Conditions]:
    found, value = json_body(exchange)
    if found:
        paths = [path for path, text in _scalars(value) if text == username]
        paths.sort(key=lambda path: not _IDENTITY.search(path[-1]))
        yield from ({"json": _nested(path, "{username}")} for path in paths)


def _in_text(text: str, username: str) -> Iterator[Conditions]:
    """Yield the name with what stands around it, then by itself."""
    for found in re.finditer(rf"(?<![\w@.-]){re.escape(username)}(?![\w@-])", text):
        found_before = _BEFORE.search(text, max(0, found.start() - 2 * _REACH), found.start())
        before = found_before[0] if found_before else ""
        before = "" if _LONG_NUMBER.search(before) else before
        after = re.split(r"[\n},]", text[found.end() : found.end() + 1])[0]
        if before.strip() or after.strip():
            yield {"body contains": f"{before}{{username}}{after}"}
    yield {"body contains": "{username}"}


def _scalars(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield each text, number and word of JSON objects in objects, and the path to it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _scalars(inner, (*path, str(key)))
    elif not isinstance(value, list) and path:
        yield path, value if isinstance(value, str) else json.dumps(value)


def _nested(path: Sequence[str], value: str) -> Plain:
    inner: Plain = value
    for key in reversed(path):
        inner = {key: inner}
    return inner


# --- what stands in the body ----------------------------------------------------------------------


def _contents(these: Sequence[Exchange], others: Sequence[Exchange]) -> Iterator[Conditions]:
    """Yield conditions on the body that hold of all these answers, the plainest first."""
    for find in _FINDERS:
        for more in find(these, others):
            if all(found_in(more, one) for one in these) and _tells(more, others, ""):
                yield more


def _query(these: Sequence[Exchange], _: Sequence[Exchange]) -> Iterator[Conditions]:
    """The query of the place that it leads to, such as `/login?error`."""
    place = with_query(these[0])
    if these[0].status in _REDIRECTS and place:
        yield {"location": place}


def _cookies(these: Sequence[Exchange], _: Sequence[Exchange]) -> Iterator[Conditions]:
    """A cookie that only these answers set."""
    for line in these[0].header_values("Set-Cookie"):
        name = line.partition("=")[0].strip()
        if not _LONG_NUMBER.search(name):
            yield {"sets cookie": name}


def _short_body(these: Sequence[Exchange], _: Sequence[Exchange]) -> Iterator[Conditions]:
    """A body of a word or two, such as `null`."""
    text = these[0].text
    if text.strip() and len(text) <= _REACH and "<" not in text:
        yield {"body is": text}


def _json_fields(these: Sequence[Exchange], _: Sequence[Exchange]) -> Iterator[Conditions]:
    """A field of JSON, words before numbers."""
    found, value = json_body(these[0])
    fields = [one for one in _scalars(value) if len(one[1]) <= _LONGEST] if found else []
    fields = [one for one in fields if not _LONG_NUMBER.search(one[1])]
    for path, text in sorted(fields, key=lambda one: not _WORD.search(one[1])):
        yield {"json": _nested(path, text)}


def _form_fields(these: Sequence[Exchange], _: Sequence[Exchange]) -> Iterator[Conditions]:
    """A field for a password, as the page writes it."""
    found = re.search(r"<input\b[^>]*type=[\"']?password[\"']?", these[0].text, re.I)
    part = re.search(r"type=[\"']?password[\"']?", found[0], re.I) if found else None
    if part:
        yield {"body contains": part[0]}


def _pieces(these: Sequence[Exchange], others: Sequence[Exchange]) -> Iterator[Conditions]:
    """A text between two tags; sentences first, then what looks like a way out, then tags."""
    texts = set(_texts(these[0].text))
    for other in these[1:]:
        texts &= set(_texts(other.text))
    for other in others:
        texts = {one for one in texts if one not in other.text}
    for text in sorted(texts, key=_plainness):
        yield {"body contains": text}


def _plainness(text: str) -> tuple[bool, bool, int, str]:
    return (text.startswith("<"), not _WORD.search(text), abs(len(text) - _REACH), text)


def _texts(body: str) -> Iterator[str]:
    for piece in _PIECE.split(body):
        text = piece.strip()
        if _SHORTEST <= len(text) <= _LONGEST and not _LONG_NUMBER.search(text):
            yield text


_FINDERS: tuple[Callable[[Sequence[Exchange], Sequence[Exchange]], Iterator[Conditions]], ...] = (
    _query,
    _short_body,
    _json_fields,
    _form_fields,
    _pieces,
    _cookies,
)
