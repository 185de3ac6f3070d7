"""The list that every verb registers in, and what several verbs share."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeAlias

from conformance.model import Exchange
from conformance.setcookie import SetCookie, parse_set_cookie
from conformance.stage import KeptSession, Seat, Seen, Stage
from conformance.words import Words

Verb: TypeAlias = Callable[[Stage, Seat, Any], Seen]

verbs: Words[Verb] = Words("verb")

ON_ACTION = ("answer", "action", "cookie")
ON_PAGE = ("answer", "page")


def session_cookies_in(stage: Stage, exchanges: tuple[Exchange, ...]) -> tuple[SetCookie, ...]:
    """Return the session cookies that these responses set."""
    lines = [line for exchange in exchanges for line in exchange.header_values("Set-Cookie")]
    parsed = [cookie for cookie in map(parse_set_cookie, lines) if cookie]
    return tuple(cookie for cookie in parsed if is_session_cookie(stage, cookie.name))


def is_session_cookie(stage: Stage, name: str) -> bool:
    """Say whether the profile calls the cookie of this name a session cookie."""
    if stage.profile.cookie_patterns:
        return any(re.fullmatch(pattern, name) for pattern in stage.profile.session_cookies)
    return name in stage.profile.session_cookies


def held_cookies(stage: Stage, seat: Seat) -> tuple[tuple[str, str], ...]:
    """Return the session cookies that the browser would send to the protected page."""
    pairs = seat.browser.cookies_for(stage.profile.protected_page.request.path)
    return tuple((name, value) for name, value in pairs if is_session_cookie(stage, name))


def kept_sessions(stage: Stage, name: str) -> list[KeptSession]:
    """Return what was kept under a name."""
    return stage.kept[name]  # that the name is kept before is checked when the file is read
