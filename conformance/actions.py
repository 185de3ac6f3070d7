"""Performs a profile's actions in a browser and recognises what came of them by its signs."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlencode

from conformance.browser import Browser
from conformance.model import (
    Action,
    ActionRequest,
    Exchange,
    Plain,
    Profile,
    Request,
    Sign,
    User,
)
from conformance.readings import read
from conformance.signs import fill, holds, json_body, placeholders

Answer = Literal["accepted", "refused", "unrecognised"]

_FORM = ("Content-Type", "application/x-www-form-urlencoded")
_JSON = ("Content-Type", "application/json")
_CLIENT_ERRORS = range(400, 500)
_SERVER_ERROR = 500


@dataclass(frozen=True)
class Performer:
    """Performs actions in one browser; `in_query` sends credentials in the query string.

    A value of None in `values` leaves its field out of the request.
    """

    profile: Profile
    browser: Browser
    values: Mapping[str, str | None] = field(repr=False)
    in_query: bool = False

    def perform(self, action: Action) -> tuple[Answer, tuple[Exchange, ...]]:
        """Send the requests of the action; return what the last response means, and all of them.

        Raises Unreachable without a response, Unrecognised when a value to be read is missing.
        """
        values = dict(self.values)
        exchanges = []
        for request in self._requests(action):
            exchange = self.browser.send(self._request(request, values))
            exchanges.append(exchange)
            values |= {reading.name: read(reading, exchange) for reading in request.readings}
        filled = {name: value for name, value in values.items() if value is not None}
        return answer(action, exchanges[-1], filled), tuple(exchanges)

    def _requests(self, action: Action) -> Sequence[ActionRequest]:
        uses_csrf = any("csrf" in _placeholders(request) for request in action.requests)
        first = [self.profile.csrf] if self.profile.csrf and uses_csrf else []
        return [*first, *action.requests]

    def _request(self, request: ActionRequest, values: Mapping[str, str | None]) -> Request:
        filled = {name: value for name, value in values.items() if value is not None}
        absent = {name for name, value in values.items() if value is None}
        query: dict[str, Plain] = {}
        body, data = _without(request.form, absent), _without(request.json, absent)
        if self.in_query:
            body, query = _split_credentials(body)
            data, more = _split_credentials(data)
            query |= more
        headers = [(name, _filled(value, filled)) for name, value in request.headers.items()]
        content = b""
        if isinstance(body, dict):
            headers.append(_FORM)
            content = urlencode({name: _filled(v, filled) for name, v in body.items()}).encode()
        elif data is not None:
            headers.append(_JSON)
            content = json.dumps(fill(data, filled)).encode()
        return Request(
            request.method,
            with_query(_filled(request.path, filled), fill(query, filled)),
            tuple(headers),
            content,
        )


def answer(action: Action, exchange: Exchange, values: Mapping[str, str]) -> Answer:
    """Return what a response means by the action's signs; both or neither is unrecognised.

    Where the profile declares no sign of refusal, any status 4xx is one. A server error means
    something only to a sign that names its status.
    """

    def shows(sign: Sign) -> bool:
        is_meant = exchange.status < _SERVER_ERROR or "status" in sign.conditions
        return is_meant and holds(sign, exchange, values)

    accepted = any(map(shows, action.success))
    refused = any(map(shows, action.refused))
    if not action.refused and not accepted:
        refused = exchange.status in _CLIENT_ERRORS
    if accepted == refused:
        return "unrecognised"
    return "accepted" if accepted else "refused"


@dataclass(frozen=True)
class Shown:
    """What the protected page shows; `role` is "" when the page names nobody."""

    state: Literal["signed in", "signed out", "unrecognised"]
    role: str = ""


SOMEBODY_ELSE = "somebody else"


def recognise(profile: Profile, exchange: Exchange, users: Mapping[str, User]) -> Shown:
    """Say what a response of the protected page shows, by its signs and the users' names.

    A server error shows neither, whatever the signs say.
    """
    if exchange.status >= _SERVER_ERROR:
        return Shown("unrecognised")
    page = profile.protected_page
    out = any(holds(sign, exchange, {}) for sign in page.signed_out)
    role = _named_role(page.signed_in, exchange, users)
    if out == (role is not None):
        return Shown("unrecognised")
    return Shown("signed out") if role is None else Shown("signed in", role)


def _named_role(signs: Sequence[Sign], exchange: Exchange, users: Mapping[str, User]) -> str | None:
    """Return the role whose name the page shows, or None when no sign of being signed in holds."""
    longest_first = sorted(users.items(), key=lambda item: len(item[1].username), reverse=True)
    for sign in signs:
        if "username" not in placeholders(dict(sign.conditions)):
            if holds(sign, exchange, {}):
                return ""
            continue
        for role, user in longest_first:
            if holds(sign, exchange, {"username": user.username}):
                return role
        if any(holds(sign, exchange, {"username": name}) for name in _names(sign, exchange)):
            return SOMEBODY_ELSE
    return None


def _names(sign: Sign, exchange: Exchange) -> list[str]:
    """Return the names that the page may show where the sign has `{username}`."""
    names = []
    found, value = json_body(exchange)
    wanted = sign.conditions.get("json")
    if found and isinstance(value, dict) and isinstance(wanted, dict):
        names += [str(value.get(key) or "") for key, text in wanted.items() if text == "{username}"]
    texts = sign.conditions.get("body contains") or []
    for text in [texts] if isinstance(texts, str) else texts:
        before, _, after = str(text).partition("{username}")
        if before.strip() or after.strip():
            pattern = re.escape(before) + r"([^<>\s]+)" + re.escape(after)
            names += re.findall(pattern, exchange.text)
    return [name for name in names if name]


def with_query(path: str, query: Plain) -> str:
    """Return the path with these fields added to its query string."""
    if not isinstance(query, dict) or not query:
        return path
    return f"{path}{'&' if '?' in path else '?'}{urlencode(query)}"


def _placeholders(request: ActionRequest) -> set[str]:
    return placeholders(
        [request.path, dict(request.headers), dict(request.form or {}), request.json]
    )


def _filled(text: Plain, values: Mapping[str, str]) -> str:
    return str(fill(text, values))


def _without(fields: object, absent: set[str]) -> dict[str, Plain] | None:
    """Return the fields except those that would hold a value that is to be left out."""
    if not isinstance(fields, dict):
        return None
    return {name: value for name, value in fields.items() if not placeholders(value) & absent}


def _split_credentials(
    fields: dict[str, Plain] | None,
) -> tuple[dict[str, Plain] | None, dict[str, Plain]]:
    """Return the fields without those that hold credentials, and those."""
    if fields is None:
        return None, {}
    query = {
        name: value
        for name, value in fields.items()
        if placeholders(value) & {"username", "password"}
    }
    return {name: value for name, value in fields.items() if name not in query}, query
