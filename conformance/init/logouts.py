"""Finds the logout: what pages offer, what documents say, usual addresses; all by its effect."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from conformance.errors import Unrecognised
from conformance.init import forms
from conformance.init.logins import Way, outer_tokens
from conformance.init.markup import Form, Link
from conformance.init.sessions import Account, Session
from conformance.init.site import asked, page_of
from conformance.init.telling import NOWHERE
from conformance.model import ActionRequest, Exchange, Reading
from conformance.signs import fill

ADDRESSES = (
    "/logout",
    "/api/logout",
    "/auth/logout",
    "/api/auth/logout",
    "/accounts/logout/",
    "/users/sign_out",
    "/signout",
    "/logout/",
    "/logout.php",
)
_FORBIDDEN = frozenset({400, 401, 403, 415, 419, 422})
_MISSING = frozenset({404, 410})
_MOST_TRIES = 40


@dataclass(frozen=True)
class Exit:
    """A logout that was seen to work: its requests, its last answer and where it was found."""

    requests: tuple[ActionRequest, ...]
    answer: Exchange
    found: str


@dataclass(frozen=True)
class Places:
    """Where to look for a logout: pages, one that was recorded, and an OpenAPI document."""

    pages: tuple[str, ...]
    recorded: tuple[ActionRequest, ...]
    described: Mapping[str, Any]


def logout(
    account: Account, session: Session, places: Places, is_out: Callable[[Session], bool]
) -> Exit | None:
    """Return the first logout after which the browser is signed out; it costs the session."""
    tries = 0
    missing: set[str] = set()
    for requests, found in _candidates(account, session, places):
        path = requests[-1].path
        if path in missing:
            continue
        tries += 1
        answer = _tried(account, session, requests)
        if answer is not None and is_out(session):
            return Exit(requests, answer, found)
        if answer is not None and answer.status in _MISSING:
            missing.add(path)
        if tries >= _MOST_TRIES:
            break
    return None


def _tried(
    account: Account, session: Session, requests: tuple[ActionRequest, ...]
) -> Exchange | None:
    try:
        return account.site.perform(requests, session.browser, account.values)[-1]
    except Unrecognised:
        return None


def _candidates(
    account: Account, session: Session, places: Places
) -> Iterator[tuple[tuple[ActionRequest, ...], str]]:
    way = account.way
    if places.recorded:
        yield from ((one, "the recorded logout") for one in with_common(way, places.recorded))
    for path in dict.fromkeys(places.pages):
        page = account.site.visit(path, session.browser)
        yield from _on_page(account, page)
    for method, path in _documented(places.described):
        yield from ((one, "the server's OpenAPI document") for one in _ways_to(way, method, path))
    for path in dict.fromkeys([*_derived(way.login_path), *ADDRESSES]):
        methods = ("POST", "DELETE", "GET")
        for method in methods:
            found = f"a usual address, {path}"
            yield from ((one, found) for one in _ways_to(way, method, path))


def _on_page(account: Account, page: Exchange) -> Iterator[tuple[tuple[ActionRequest, ...], str]]:
    found, site = page_of(page), account.site
    where = page.path.partition("?")[0]
    for form in found.forms:
        if forms.means_logout(f"{form.words} {form.action}") and site.path_here(form.action):
            for requests in _by_form(account.way, form, page):
                yield requests, f"the form on {where}"
    for link in found.links:
        path = site.path_here(link.url)
        if path and forms.means_logout(f"{link.words} {path}"):
            for requests in _by_link(account, link, path, page):
                yield requests, f"the link on {where}"


def _by_link(
    account: Account, link: Link, path: str, page: Exchange
) -> Iterator[tuple[ActionRequest, ...]]:
    """Yield what a click sends; a script may make another method of it, with a token."""
    words = link.words.split()
    method = next((one.upper() for one in ("delete", "post") if one in words), "GET")
    yield from _ways_to(account.way, method, path)
    for header, reading in outer_tokens(page, account.site.visit(page.path)):
        ahead = replace(asked("GET", page.path), readings=(reading,))
        yield ahead, replace(asked(method, path), headers={header: "{csrf}"})


def _by_form(way: Way, form: Form, page: Exchange) -> Iterator[tuple[ActionRequest, ...]]:
    """Yield the form as sent with the login's own token, if it has the same, and with its own."""
    filled = forms.filled(form, None, with_name=False)
    send = ActionRequest(form.method, form.path, NOWHERE, form=dict(filled.fields) or None)
    if form.method == "GET":
        send = replace(send, form=None)
    if not filled.tokens:
        yield (send,)
        return
    ahead = common_token(way)
    if ahead is not None and ahead.readings[0].key == filled.tokens[0] and len(filled.tokens) == 1:
        yield ahead, send
    name = "csrf" if ahead is None else "logout_token"
    readings = tuple(
        Reading(name if at == 0 else forms.token_name(at + 1), "from field", one, NOWHERE)
        for at, one in enumerate(filled.tokens)
    )
    fields = {
        key: f"{{{name}}}" if text == "{csrf}" else text for key, text in filled.fields.items()
    }
    yield replace(asked("GET", page.path), readings=readings), replace(send, form=fields)


def common_token(way: Way) -> ActionRequest | None:
    """Return the request that reads the login's token, where a profile can say it as `csrf`."""
    first = way.requests[0]
    is_plain = first.method == "GET" and first.form is None and first.json is None
    names = [one.name for one in first.readings]
    return first if is_plain and names == ["csrf"] and len(way.requests) > 1 else None


def with_common(
    way: Way, requests: tuple[ActionRequest, ...]
) -> Iterator[tuple[ActionRequest, ...]]:
    """Yield the requests with the login's token, where they read the same; and as they are."""
    ahead = common_token(way)
    read = [one for request in requests for one in request.readings]
    if ahead is not None and len(read) == 1:
        token = ahead.readings[0]
        if (token.source, token.key) == (read[0].source, read[0].key):
            yield ahead, _renamed(requests[-1], read[0].name)
    yield requests


def _renamed(request: ActionRequest, name: str) -> ActionRequest:
    """Return the request with the placeholder `csrf` in the place of this one."""
    values = {name: "{csrf}"}
    form = {key: str(fill(text, values)) for key, text in (request.form or {}).items()}
    return replace(
        request,
        form=None if request.form is None else form,
        headers={key: str(fill(text, values)) for key, text in request.headers.items()},
        json=None if request.json is None else fill(request.json, values),
    )


def _ways_to(way: Way, method: str, path: str) -> Iterator[tuple[ActionRequest, ...]]:
    """Yield a request as it is, and with the token that the login needs."""
    is_json = way.last.json is not None
    bare = asked(method, path)
    if is_json and method == "POST":
        bare = replace(bare, json={})
    ahead = common_token(way)
    if method != "GET" and ahead is not None:
        if way.last.headers:
            yield ahead, replace(bare, headers=dict(way.last.headers))
        else:
            name = ahead.readings[0].key
            yield ahead, replace(bare, json=None, form={name: "{csrf}"})
    yield (bare,)


def _documented(described: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for path, operations in described.get("paths", {}).items():
        if not isinstance(operations, dict):
            continue
        for method, operation in operations.items():
            said = operation.get("operationId", "") if isinstance(operation, dict) else ""
            is_one = "{" not in path and forms.means_logout(f"{path} {said}")
            if is_one and method in ("post", "delete", "get", "put"):
                yield method.upper(), path


def _derived(path: str) -> Iterator[str]:
    """Yield what a logout beside this login may be called."""
    for before, after in (
        (r"log([-_]?)in", r"log\1out"),
        (r"sign([-_]?)in(/[a-z]+)?", r"sign\1out"),
        (r"Log([-_]?)in", r"Log\1out"),
    ):
        changed = re.sub(before, after, path)
        if changed != path:
            yield changed
    if path.rstrip("/").endswith(("session", "sessions")):
        yield path
    yield path.rpartition("/")[0] + "/logout"
