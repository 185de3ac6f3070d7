"""Performs a profile's actions in a browser and recognises what came of them by its signs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal
from urllib.parse import urlencode

from conformance.browser import Browser
from conformance.composition import (
    Shaping,
    as_text,
    compose,
    used_placeholders,
    with_query,
    without_headers,
)
from conformance.forgeries import foreign_requests
from conformance.model import Action, ActionRequest, Exchange, Profile, Request, Sign, User
from conformance.origins import (
    Page,
    is_granted,
    needs_preflight,
    origins,
    preflight,
)
from conformance.readings import read
from conformance.signs import holds, json_body, placeholders

Answer = Literal["accepted", "refused", "unrecognised"]

_CLIENT_ERRORS = range(400, 500)
_SERVER_ERROR = 500
_SAID_BY_PAGES = frozenset({"origin", "referer"})


@dataclass(frozen=True)
class Manner:
    """How the requests of an action are sent, where not as the target's own pages would.

    `in_query` puts credentials into the query string, `origin` names the page that sends (a word
    of `origins`), and `csrf` gets the CSRF token and returns another, or None to leave it out.
    `shaping` shapes the fields of the body, `sending` changes the last request as a whole, and
    `parameters` go along with every request, in the query and in a form.
    """

    in_query: bool = False
    origin: str = ""
    csrf: Callable[[str], str | None] | None = None
    shaping: Shaping = as_text
    sending: Callable[[Request], Request] | None = None
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Performer:
    """Performs actions in one browser.

    A value of None in `values` leaves its field out of the request.
    """

    profile: Profile
    browser: Browser
    values: Mapping[str, str | None] = field(repr=False)
    manner: Manner = Manner()

    def perform(self, action: Action) -> tuple[Answer, tuple[Exchange, ...]]:
        """Send the requests of the action; return what the last response means, and all of them.

        Raises Unreachable without a response, Unrecognised when a value to be read is missing.
        """
        if self.manner.origin:
            return self._from_elsewhere(action)
        values = dict(self.values)
        exchanges = []
        for request in self._requests(action):
            composed = self._composed(request, values)
            if self.manner.sending and request is action.requests[-1]:
                composed = self.manner.sending(composed)
            exchange = self.browser.send(composed)
            exchanges.append(exchange)
            readings = {reading.name: read(reading, exchange) for reading in request.readings}
            values |= readings
            if self.manner.csrf and "csrf" in readings:
                values["csrf"] = self.manner.csrf(readings["csrf"])
        filled = {name: value for name, value in values.items() if value is not None}
        return answer(action, exchanges[-1], filled), tuple(exchanges)

    def _composed(self, request: ActionRequest, values: Mapping[str, str | None]) -> Request:
        manner = self.manner
        composed = compose(request, values, in_query=manner.in_query, shaping=manner.shaping)
        if not manner.parameters:
            return composed
        target = with_query(composed.target, dict(manner.parameters))
        more = [
            (name, text) for name, text in manner.parameters if name not in (request.form or {})
        ]
        body = composed.body + b"&" + urlencode(more).encode() if request.form else composed.body
        return replace(composed, target=target, body=body)

    def _requests(self, action: Action) -> Sequence[ActionRequest]:
        if self.profile.csrf is None:
            return action.requests
        uses_csrf = any("csrf" in used_placeholders(request) for request in action.requests)
        return [self.profile.csrf, *action.requests] if uses_csrf else action.requests

    def _from_elsewhere(self, action: Action) -> tuple[Answer, tuple[Exchange, ...]]:
        """Send the last request as a foreign page can, which knows nothing that is read first.

        It is tried in every shape, as a refusal may look like a success to whom nobody asked.
        Whatever is not the sign of success is a refusal, as a foreign page may be told so in any
        way; only a server error is not.
        """
        page = origins[self.manner.origin](self.browser.url_of("/"))
        request = action.requests[-1]
        values: dict[str, str | None] = dict.fromkeys(used_placeholders(request), None)
        filled = {name: value for name, value in self.values.items() if value is not None}
        exchanges: list[Exchange] = []
        meant: list[Answer] = []
        composed = without_headers(compose(request, values | dict(self.values)), _SAID_BY_PAGES)
        for one in foreign_requests(composed, page):
            if self._asked_and_refused(page, one, exchanges):
                continue
            said = page.headers(one.method, "cors" if needs_preflight(one) else "navigate")
            exchanges.append(self.browser.send(replace(one, headers=(*one.headers, *said))))
            meant.append(answer(action, exchanges[-1], filled))
            if exchanges[-1].status >= _SERVER_ERROR:
                return meant[-1], tuple(exchanges)
        return "accepted" if "accepted" in meant else "refused", tuple(exchanges)

    def _asked_and_refused(self, page: Page, request: Request, exchanges: list[Exchange]) -> bool:
        """Ask by a preflight, where browsers do, and tell whether the request must not go."""
        if not needs_preflight(request):
            return False
        exchanges.append(self.browser.send(preflight(request, page), cookies=()))
        return not is_granted(request, page, exchanges[-1])


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
