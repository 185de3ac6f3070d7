"""What a response means by the signs of a profile: how an action went, and whom a page shows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from conformance.model import Action, Exchange, Plain, Profile, Sign, User
from conformance.signs import holds, json_body, placeholders

Answer = Literal["accepted", "refused", "unrecognised"]

_CLIENT_ERRORS = range(400, 500)
_SERVER_ERROR = 500


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
    names = [*_named_in(sign.conditions.get("json"), json_body(exchange)[1])]
    texts = sign.conditions.get("body contains") or []
    for text in [texts] if isinstance(texts, str) else texts:
        before, _, after = str(text).partition("{username}")
        if before.strip() or after.strip():
            pattern = re.escape(before) + r"([^<>\s]+)" + re.escape(after)
            names += re.findall(pattern, exchange.text)
    return [name for name in names if name]


def _named_in(wanted: Plain, value: object) -> Iterator[str]:
    """Yield what JSON has where the sign has `{username}`."""
    if wanted == "{username}" and isinstance(value, (str, int)) and not isinstance(value, bool):
        yield str(value)
    elif isinstance(wanted, dict) and isinstance(value, dict):
        for key, inner in wanted.items():
            yield from _named_in(inner, value.get(key))
