"""Finds ways to log in: the form of a page, documented or usual addresses of an API."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from conformance.init import forms
from conformance.init.markup import Document, Form, path_of
from conformance.init.site import Site, asked, page_of
from conformance.init.telling import NOWHERE
from conformance.model import ActionRequest, Exchange, Plain, Reading

LOGIN_PAGES = (
    "/login",
    "/accounts/login/",
    "/signin",
    "/sign-in",
    "/users/sign_in",
    "/auth/login",
    "/account/login",
    "/user/login",
    "/admin/login/",
    "/session/new",
    "/login.php",
    "/wp-login.php",
    "/me",
    "/account",
    "/admin/",
)
LOGIN_ADDRESSES = (
    "/login",
    "/api/login",
    "/auth/login",
    "/api/auth/login",
    "/api/v1/login",
    "/api/v1/auth/login",
    "/auth/cookie/login",
    "/api/auth/sign-in/email",
    "/auth/sign-in/email",
    "/api/v1/auth_session/login",
    "/api/session",
    "/api/sessions",
    "/session",
    "/sessions",
    "/auth/signin",
    "/api/auth/signin",
    "/users/login",
    "/api/users/login",
)
DOCUMENTS = ("/openapi.json", "/api/openapi.json", "/api/v1/openapi.json", "/swagger.json")
NOT_THERE = frozenset({404, 405, 410, 501})
TOKEN_COOKIES: Mapping[str, str] = {
    "csrftoken": "X-CSRFToken",
    "XSRF-TOKEN": "X-XSRF-TOKEN",
    "_xsrf": "X-XSRFToken",
    "csrf": "X-CSRF-Token",
    "csrf_token": "X-CSRF-Token",
    "csrf-token": "X-CSRF-Token",
    "_csrf": "X-CSRF-Token",
}
TOKEN_METAS = ("csrf-token", "csrf_token", "_csrf", "x-csrf-token", "xsrf-token")


@dataclass(frozen=True)
class Way:
    """A way to log in, and where it was found; `page` is the path of its form, if it has one."""

    requests: tuple[ActionRequest, ...]
    found: str
    page: str = ""
    has_name: bool = True
    proven: bool = True  # by a form or a document, not by its usual address

    @property
    def last(self) -> ActionRequest:
        """The request that holds the password."""
        return self.requests[-1]

    @property
    def login_path(self) -> str:
        """The path that the password goes to, without a query."""
        return self.last.path.partition("?")[0]


# --- pages ----------------------------------------------------------------------------------------


def ways_by_form(site: Site, start: str) -> Iterator[Way]:
    """Yield ways that the forms of pages tell: at `start`, behind its links, at usual places."""
    seen: set[str] = set()
    for path in _login_pages(site, start):
        exchange = _page(site, path)
        if exchange is None or exchange.path in seen:
            continue
        seen.add(exchange.path)
        ways = list(ways_on(site, exchange))
        yield from ways
        if ways:
            return


def _login_pages(site: Site, start: str) -> Iterator[str]:
    """Yield where a login form may be."""
    yield start
    first = _page(site, start)
    if first is not None:
        links = forms.login_links(page_of(first))
        yield from (path for one in links[:4] if (path := site.path_here(one.url)))
    folder = start.partition("?")[0].rpartition("/")[0]
    prefixes = dict.fromkeys([folder, ""])
    yield from (prefix + page for prefix in prefixes for page in LOGIN_PAGES)


def _page(site: Site, path: str) -> Exchange | None:
    exchange = site.visit(path)
    kind = (exchange.header("Content-Type") or "html").lower()
    return exchange if exchange.body and "html" in kind else None


def ways_on(site: Site, exchange: Exchange) -> Iterator[Way]:
    """Yield the ways to log in that a page offers by a form."""
    page = page_of(exchange)
    form = forms.login_form(page)
    if form is None:
        yield from _in_two_pages(site, exchange, page)
        return
    if not site.path_here(form.action):
        return
    again = site.visit(exchange.path)
    other = forms.login_form(page_of(again))
    filled = forms.filled(form, other)
    found = f"the form on {_path(exchange)}"
    readings = _field_readings(filled.tokens)
    first = asked("GET", exchange.path)
    send = _sending(form, filled.fields)
    has_name = "{username}" in filled.fields.values()
    if readings:
        ahead = replace(first, readings=readings)
        yield Way((ahead, send), found, exchange.path, has_name)
    elif filled.empty_token and (cookie := _token_cookie(exchange)):
        ahead = replace(first, readings=(cookie,))
        fields = {**filled.fields, filled.empty_token: "{csrf}"}
        yield Way((ahead, replace(send, form=fields)), found, exchange.path, has_name)
    else:
        yield from _with_outer_token(Way((send,), found, exchange.path, has_name), exchange, again)


def _path(exchange: Exchange) -> str:
    return exchange.path.partition("?")[0]


def _sending(form: Form, fields: Mapping[str, str]) -> ActionRequest:
    # A form that sends a password by GET is sent by a script, whatever its tag says.
    return ActionRequest("POST", form.path, NOWHERE, form=fields)


def _field_readings(names: tuple[str, ...]) -> tuple[Reading, ...]:
    return tuple(
        Reading(forms.token_name(number), "from field", name, NOWHERE)
        for number, name in enumerate(names, 1)
    )


def _with_outer_token(way: Way, page: Exchange, again: Exchange) -> Iterator[Way]:
    """Yield the way as it is, then with the token that a meta tag or a cookie of the page holds."""
    yield way
    for header, reading in outer_tokens(page, again):
        ahead = replace(asked("GET", page.path), readings=(reading,))
        send = replace(way.last, headers={header: "{csrf}"})
        yield replace(way, requests=(ahead, send))


def outer_tokens(page: Exchange, again: Exchange) -> Iterator[tuple[str, Reading]]:
    """Yield the header and the reading of each token that a page has outside of its forms."""
    metas, others = page_of(page).metas, page_of(again).metas
    for name in TOKEN_METAS:
        if name in metas and metas[name] != others.get(name):
            pattern = rf"<meta name=[\"']{name}[\"'] content=[\"']([^\"']*)"
            yield "X-CSRF-TOKEN", Reading("csrf", "from pattern", pattern, NOWHERE)
    for line in page.header_values("Set-Cookie"):
        name = line.partition("=")[0].strip()
        if name in TOKEN_COOKIES:
            decodings = ("url",) if "%" in line.partition(";")[0] else ()
            yield TOKEN_COOKIES[name], Reading("csrf", "from cookie", name, NOWHERE, decodings)


def _token_cookie(page: Exchange) -> Reading | None:
    """Return the reading of the cookie that a script writes into an empty field, if any."""
    readings = [one for _, one in outer_tokens(page, page) if one.source == "from cookie"]
    return readings[0] if readings else None


def _in_two_pages(site: Site, exchange: Exchange, page: Document) -> Iterator[Way]:
    """Yield the way whose first page asks for a name and whose second for the password."""
    form = forms.name_form(page)
    if form is None or not site.path_here(form.action):
        return
    filled = forms.filled(form, forms.name_form(page_of(site.visit(exchange.path))))
    first = _sending(form, filled.fields)
    readings = _field_readings(filled.tokens)
    ahead = (replace(asked("GET", exchange.path), readings=readings),) if readings else ()
    nobody = {"username": "nobody"}
    answers = [site.perform((*ahead, first), site.new_browser(), nobody)[-1] for _ in range(2)]
    second = forms.login_form(page_of(answers[0]))
    if second is None:
        return
    # What the second page hides belongs to the name, so all of it is read afresh.
    hidden = tuple(one.name for one in second.of_kind("hidden"))
    sent = forms.filled(second, None, with_name=False).fields
    names = {name: f"step_{'abcdefghij'[at]}" for at, name in enumerate(hidden[:10])}
    read = tuple(Reading(names[name], "from field", name, NOWHERE) for name in names)
    fields = {name: f"{{{names[name]}}}" if name in names else sent[name] for name in sent}
    steps = (*ahead, replace(first, readings=read), _sending(second, fields))
    yield Way(steps, f"the forms on {_path(exchange)} and the page behind it", exchange.path)


# --- interfaces -----------------------------------------------------------------------------------


def document_of(site: Site) -> Mapping[str, Any]:
    """Return the OpenAPI document of the server, or an empty one."""
    for path in DOCUMENTS:
        exchange = site.get(path)
        try:
            value = json.loads(exchange.body) if exchange.status == 200 else None
        except ValueError:
            continue
        if isinstance(value, dict) and isinstance(value.get("paths"), dict):
            return value
    return {}


def ways_by_document(described: Mapping[str, Any]) -> Iterator[Way]:
    """Yield the ways to log in that an OpenAPI document describes, the likeliest first."""
    found = []
    for path, operations in described.get("paths", {}).items():
        for method, operation in operations.items() if isinstance(operations, dict) else ():
            if method in ("post", "put") and isinstance(operation, dict):
                found += list(_described(described, method, path, operation))
    words = ("login", "sign-in", "signin", "session", "token")
    found.sort(key=lambda way: next((n for n, one in enumerate(words) if one in way.last.path), 9))
    yield from (one for one in found if "{" not in one.last.path)


def _described(
    described: Mapping[str, Any], method: str, path: str, operation: Mapping[str, Any]
) -> Iterator[Way]:
    words = f"{path} {operation.get('operationId', '')} {operation.get('summary', '')}"
    is_login = forms.means_login(words) or "session" in path or "token" in path
    if not is_login or forms.means_logout(words):
        return
    content = _resolved(described, operation.get("requestBody")).get("content", {})
    for kind, body in sorted(content.items()):
        schema = _resolved(described, body.get("schema"))
        names = list(schema.get("properties", {}))
        password = next((one for one in names if "pass" in one.lower()), None)
        name = next((one for one in names if forms.is_name(one)), None)
        if password and name:
            fields = {name: "{username}", password: "{password}"}
            request = _body(ActionRequest(method.upper(), path, NOWHERE), fields, "json" in kind)
            yield Way((request,), "the server's OpenAPI document")


def _resolved(described: Mapping[str, Any], value: Any) -> Mapping[str, Any]:
    """Return an object of the document, or the one that its reference leads to."""
    for _ in range(5):
        if not isinstance(value, dict):
            return {}
        reference = value.get("$ref")
        if not isinstance(reference, str):
            break
        value = described
        for part in reference.removeprefix("#/").split("/"):
            value = value.get(part, {}) if isinstance(value, dict) else {}
    if isinstance(value, dict):
        for word in ("allOf", "oneOf", "anyOf"):
            if isinstance(value.get(word), list) and value[word] and "properties" not in value:
                return _resolved(described, value[word][0])
    return value if isinstance(value, dict) else {}


def ways_by_address(site: Site, start: str, username: str) -> Iterator[Way]:
    """Yield usual ways to log in to an API, at addresses that are there."""
    folder = start.partition("?")[0].rpartition("/")[0]
    nowhere = _probed(site, "/session-conformance-no-such-address")
    for prefix in dict.fromkeys([folder, ""]):
        for path in LOGIN_ADDRESSES:
            answer = _probed(site, prefix + path)
            # Some servers ask strangers to log in wherever they knock.
            if answer.status not in NOT_THERE and not _same(answer, nowhere):
                yield from ways_at(site, answer, prefix + path, username)


def _probed(site: Site, path: str) -> Exchange:
    """Return what an address answers to a login that says nothing: that guesses no password."""
    probe = _body(ActionRequest("POST", path, NOWHERE), {}, is_json=True)
    return site.perform((probe,), site.new_browser(), {})[-1]


def _same(one: Exchange, other: Exchange) -> bool:
    return (one.status, one.body) == (other.status, other.body)


def ways_at(site: Site, answer: Exchange, path: str, username: str) -> Iterator[Way]:
    """Yield the usual bodies for a login at an address that answered."""
    names = ("email", "username") if "@" in username else ("username", "email")
    hinted = sorted(names, key=lambda one: one not in answer.text)
    form_first = _wants_form(answer)
    for is_json in (not form_first, form_first):
        for name in (*hinted, *(("name", "login") if is_json != form_first else ())):
            fields = {name: "{username}", "password": "{password}"}
            request = _body(ActionRequest("POST", path, NOWHERE), fields, is_json)
            way = Way((request,), f"a usual address, {path}", proven=False)
            yield way
            yield from _with_cookie_token(site, way)


def _wants_form(answer: Exchange) -> bool:
    return "html" in (answer.header("Content-Type") or "") or answer.status == 415


def _with_cookie_token(site: Site, way: Way) -> Iterator[Way]:
    page = site.visit(way.last.path)
    for header, reading in outer_tokens(page, page):
        if reading.source == "from cookie":
            ahead = replace(asked("GET", page.path), readings=(reading,))
            yield replace(way, requests=(ahead, replace(way.last, headers={header: "{csrf}"})))


def _body(request: ActionRequest, fields: Mapping[str, str], is_json: bool) -> ActionRequest:
    data: dict[str, Plain] = dict(fields)
    return replace(request, json=data) if is_json else replace(request, form=dict(fields))


def way_as_told(line: str, fields: Mapping[str, str], *, is_json: bool) -> Way:
    """Return the way that the user names, such as `POST /auth/login`."""
    method, path = line.split(None, 1)
    request = _body(ActionRequest(method.upper(), path_of(path), NOWHERE), fields, is_json)
    return Way((request,), "the command line")
