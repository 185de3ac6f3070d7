"""The list that every verb registers in, and what several verbs share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

from conformance.model import Exchange
from conformance.setcookie import SetCookie, parse_set_cookie
from conformance.stage import KeptSession, Seat, Seen, Stage
from conformance.words import Words

Verb: TypeAlias = Callable[[Stage, Seat, Any], Seen]

verbs: Words[Verb] = Words("verb")

_LARGE = 4000  # characters of a value
ON_ACTION = ("answer", "action", "cookie")
ON_PAGE = ("answer", "page")


def session_cookies_in(stage: Stage, exchanges: tuple[Exchange, ...]) -> tuple[SetCookie, ...]:
    """Return the session cookies that these responses set."""
    lines = [line for exchange in exchanges for line in exchange.header_values("Set-Cookie")]
    parsed = [cookie for cookie in map(_parsed, lines) if cookie]
    return tuple(cookie for cookie in parsed if is_session_cookie(stage, cookie.name))


def _parsed(line: str) -> SetCookie | None:
    """Return the cookie of a Set-Cookie header; also one that browsers ignore for its size."""
    pair, _, attributes = line.partition(";")
    name, _, value = pair.partition("=")
    if len(value) < _LARGE:
        return parse_set_cookie(line)
    shortened = parse_set_cookie(f"{name}=x;{attributes}")
    return replace(shortened, value=value.strip()) if shortened else None


def is_session_cookie(stage: Stage, name: str) -> bool:
    """Say whether the profile calls the cookie of this name a session cookie."""
    return stage.profile.is_session_cookie(name)


def held_cookies(stage: Stage, seat: Seat) -> tuple[tuple[str, str], ...]:
    """Return the session cookies that the browser would send to the protected page."""
    pairs = seat.browser.cookies_for(stage.profile.protected_page.request.path)
    return tuple((name, value) for name, value in pairs if is_session_cookie(stage, name))


def kept_sessions(stage: Stage, name: str) -> list[KeptSession]:
    """Return what was kept under a name."""
    return stage.kept[name]  # that the name is kept before is checked when the file is read
