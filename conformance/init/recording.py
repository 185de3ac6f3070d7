"""Finds in a recorded login what `init` else tries: the request, its tokens, pages, the logout."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

from conformance.errors import InputError
from conformance.init import forms
from conformance.init.har import Entry
from conformance.init.logins import TOKEN_METAS, Way
from conformance.init.site import page_of
from conformance.init.telling import NOWHERE
from conformance.model import ActionRequest, JsonWord, Plain, Reading
from conformance.setcookie import parse_set_cookie
from conformance.signs import json_body

_SHORTEST_TOKEN = 8
_TOKEN_HEADER = re.compile(r"x-.*(csrf|xsrf|token)|csrf", re.I)
_ASSET = re.compile(r"\.(js|css|png|jpe?g|svg|ico|woff2?|map|webp|gif)(\?|$)", re.I)


@dataclass(frozen=True)
class Recording:
    """A login that was recorded: what came before and after it, and how it is done again."""

    origin: str
    username: str
    way: Way
    login: Entry
    before: tuple[Entry, ...]
    after: tuple[Entry, ...]
    exit: tuple[ActionRequest, ...] = ()
    exit_entry: Entry | None = field(default=None)

    @property
    def pages(self) -> tuple[str, ...]:
        """The pages that were asked for after the login, those that name the user first."""
        asked = [one for one in self.signed_in if _is_page(one)]
        asked.sort(key=lambda one: self.username not in one.exchange.text)
        return tuple(dict.fromkeys(one.path for one in asked))

    @property
    def signed_in(self) -> tuple[Entry, ...]:
        """What was recorded between the login and the logout."""
        if self.exit_entry is None:
            return self.after
        return self.after[: self.after.index(self.exit_entry)]


def _is_page(entry: Entry) -> bool:
    exchange = entry.exchange
    return (
        exchange.method == "GET" and 200 <= exchange.status < 300 and not _ASSET.search(entry.path)
    )


def recorded_login(entries: Sequence[Entry], path: str, password: str, username: str) -> Recording:
    """Return the login among what was recorded; raises InputError where there is none."""
    at = _place_of_login(entries, password)
    if at is None:
        seen = ", ".join(
            dict.fromkeys(f"{e.exchange.method} {_bare(e)}" for e in entries if e.body)
        )
        hint = f"requests with a body: {seen or 'none'}; was the login recorded ('Preserve log')?"
        raise InputError("no request holds the password that was given", path, 1, 1, hint=hint)
    login = entries[at]
    parts = urlsplit(login.exchange.url)
    origin = f"{parts.scheme}://{parts.netloc}"
    here = [one for one in entries if one.exchange.url.startswith(f"{origin}/")]
    at = here.index(login)
    fields = _fields(login)
    name = username or _username(fields, password)
    known = {password: "{password}"} | ({name: "{username}"} if name else {})
    before, after = tuple(here[:at]), tuple(here[at + 1 :])
    requests = _as_requests(login, before, known)
    page = next((one.path for one in reversed(before) if page_of(one.exchange).forms), "")
    way = Way(requests, "the recorded login", page, has_name=bool(name))
    out = next((one for one in after if _is_logout(one)), None)
    inside = after[: after.index(out)] if out else ()
    steps = _as_requests(out, (*before, login, *inside), known, is_login=False) if out else ()
    return Recording(origin, name, way, login, before, after, steps, out)


def _bare(entry: Entry) -> str:
    return entry.path.partition("?")[0]


def _is_logout(entry: Entry) -> bool:
    return not _ASSET.search(entry.path) and forms.means_logout(_bare(entry))


def _place_of_login(entries: Sequence[Entry], password: str) -> int | None:
    """Return where the password was sent, the last time; with a good answer, if any had one."""
    spelt = {password, quote(password, safe=""), quote_plus(password), json.dumps(password)[1:-1]}
    sent = [
        number
        for number, one in enumerate(entries)
        if one.exchange.method != "GET" and any(text in one.body for text in spelt)
    ]
    good = [number for number in sent if 0 < entries[number].exchange.status < 400]
    good.sort(key=lambda number: forms.means_login(_bare(entries[number])))
    return next(iter(reversed(good or sent)), None)


def _fields(entry: Entry) -> Mapping[str, Any]:
    """Return the fields of a body: JSON, or those of a form."""
    try:
        value = json.loads(entry.body)
    except ValueError:
        value = None
    if isinstance(value, dict):
        return value
    if "multipart" in entry.kind:
        parts = re.findall(r'name="([^"]*)"\r?\n\r?\n(.*?)\r?\n--', entry.body, re.DOTALL)
        return dict(parts)
    return dict(parse_qsl(entry.body, keep_blank_values=True))


def _username(fields: Mapping[str, Any], password: str) -> str:
    """Return the text that was sent for a name, judged by what its field is called."""
    texts = {key: text for key, text in fields.items() if isinstance(text, str) and text}
    named = [key for key in texts if texts[key] != password and forms.is_name(key)]
    return texts[named[0]] if named else ""


def _as_requests(
    entry: Entry, before: Sequence[Entry], known: Mapping[str, str], *, is_login: bool = True
) -> tuple[ActionRequest, ...]:
    """Return a recorded request with placeholders, after those whose answers hold its tokens."""
    tokens = _Tokens(before, "csrf" if is_login else "logout_token")
    filled = {key: _filled(key, text, known, tokens) for key, text in _fields(entry).items()}
    headers = {
        name: tokens.placeholder(name, value) or value
        for name, value in entry.headers
        if _TOKEN_HEADER.fullmatch(name) or _TOKEN_HEADER.match(name)
    }
    method, path = entry.exchange.method, entry.path
    send = ActionRequest(method, path, NOWHERE, headers=headers)
    if "json" in entry.kind:
        send = replace(send, json={**filled})
    elif filled:
        texts = {key: str(text) for key, text in filled.items()}
        is_multipart = "multipart" in entry.kind
        send = replace(send, multipart=texts) if is_multipart else replace(send, form=texts)
    return (*tokens.requests(), send)


def _filled(key: str, value: Any, known: Mapping[str, str], tokens: _Tokens) -> Plain:
    if isinstance(value, dict):
        return {name: _filled(name, inner, known, tokens) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(key, inner, known, tokens) for inner in value]
    if not isinstance(value, str):
        return JsonWord(json.dumps(value))
    return known.get(value) or tokens.placeholder(key, value) or value


class _Tokens:
    """Values that earlier answers gave out; each that is sent back becomes a reading."""

    def __init__(self, before: Sequence[Entry], first: str) -> None:
        self.before, self.first = before, first
        self.found: dict[str, list[Reading]] = {}
        self.names: dict[str, str] = {}

    def placeholder(self, key: str, value: str) -> str:
        """Return the placeholder for a value that an answer gave out, or nothing."""
        if len(value) < _SHORTEST_TOKEN:
            return ""
        if value not in self.names:
            number = len(self.names) + 1
            name = self.first if number == 1 else f"{self.first}_{'abcdefghij'[number - 2]}"
            found = self._found(key, value, name)
            if found is None:
                return ""
            entry, reading = found
            self.names[value] = name
            self.found.setdefault(entry.path, []).append(reading)
        return f"{{{self.names[value]}}}"

    def requests(self) -> Iterator[ActionRequest]:
        """Yield the requests whose answers are read."""
        for path, readings in self.found.items():
            yield ActionRequest("GET", path, NOWHERE, readings=tuple(readings))

    def _found(self, key: str, value: str, name: str) -> tuple[Entry, Reading] | None:
        pages = [one for one in reversed(self.before) if one.exchange.method == "GET"]
        for entry in pages:
            for source, where, decodings in _places(entry, key, value):
                return entry, Reading(name, source, where, NOWHERE, decodings)
        return None


Place: TypeAlias = "tuple[str, str, tuple[str, ...]]"


def _places(entry: Entry, key: str, value: str) -> Iterator[Place]:
    """Yield where an answer holds a value: its source, the key there, and how to decode it."""
    yield from _in_page(entry, key, value)
    for line in entry.exchange.header_values("Set-Cookie"):
        cookie = parse_set_cookie(line)
        if cookie and cookie.value == value:
            yield "from cookie", cookie.name, ()
        elif cookie and unquote(cookie.value) == value:
            yield "from cookie", cookie.name, ("url",)
    _, data = json_body(entry.exchange)
    fields = data.items() if isinstance(data, dict) else ()
    yield from (("from json", name, ()) for name, text in fields if text == value)


def _in_page(entry: Entry, key: str, value: str) -> Iterator[Place]:
    page = page_of(entry.exchange)
    for form in page.forms:
        same = [one.name for one in form.fields if one.value == value and one.name]
        if same:
            yield "from field", key if key in same else same[0], ()
    for meta in TOKEN_METAS:
        if page.metas.get(meta) == value:
            yield "from pattern", rf"<meta name=[\"']{meta}[\"'] content=[\"']([^\"']*)", ()
