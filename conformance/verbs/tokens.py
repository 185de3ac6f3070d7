"""Verbs that keep, compare, plant and delete what browsers present."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypedDict
from urllib.parse import urlsplit

from conformance.errors import Unrecognised
from conformance.jwtchanges import token_changes
from conformance.model import Profile
from conformance.stage import KeptSession, Life, NotTried, Seat, Seen, Stage
from conformance.verbs.registry import held_cookies, is_session_cookie, kept_sessions, verbs


class _Place(TypedDict, total=False):
    """Where a planted cookie goes, as browsers decide it."""

    path: str
    host_only: bool


@verbs("keep session as", takes="name")
def keep_session(stage: Stage, seat: Seat, name: str) -> Seen:
    """Keep a copy of this browser's session cookies under a name; a name may collect several.

    If the browser refused the cookies of its login, they are kept as the server sent them.
    """
    cookies = held_cookies(stage, seat) or seat.not_kept
    if not cookies:
        wanted = " or ".join(stage.profile.session_names)
        raise Unrecognised(f"the browser holds no session cookie ({wanted}) to keep")
    stage.kept.setdefault(name, []).append(KeptSession(cookies, seat.role, seat.life))
    return Seen()


@verbs("compare", takes="names", shows=("tokens",))
def compare(stage: Stage, _: Seat, names: list[str]) -> Seen:
    """Lay the tokens of kept sessions side by side."""
    sessions = [session for name in names for session in kept_sessions(stage, name)]
    return Seen(tokens=tuple(_token(session) for session in sessions))


def _token(session: KeptSession) -> str:
    """Return what identifies the session: the values of all its cookies."""
    return "\n".join(value for _, value in sorted(session.cookies))


@verbs("look at", takes="look", shows=("answer", "cookie"))
def look_at(stage: Stage, seat: Seat, what: str) -> Seen:
    """Look at the session cookie as this browser was given it last, or at every answer so far."""
    if what == "session cookie":
        return Seen(cookies=seat.cookies)
    return Seen(tuple(stage.exchanges))


@verbs("clear cookies")
def clear_cookies(_: Stage, seat: Seat, __: None) -> Seen:
    """Delete all cookies of this browser, as a user can."""
    seat.browser.clear_cookies()
    return Seen()


@verbs("plant session", takes="planting", needs=("session cookie",))
def plant_session(stage: Stage, seat: Seat, wanted: Mapping[str, str]) -> Seen:
    """Put kept session cookies, or a made-up token, into this browser, as an attacker would.

    `for` says for which requests: `all pages` (as it is without it), `the login` or `the protected
    page` alone, by the path of the cookie, so that browsers send it before the server's own; or
    `the whole domain`, as a server next door can, so that both are sent.
    """
    where = _PLACES[wanted.get("for", "all pages")](stage.profile)
    for session in presented(stage, wanted):
        for name, value in session.cookies:
            seat.browser.plant_cookie(name, value, **where)
        seat.role, seat.life = session.role, session.life
    return Seen()


_PLACES: Mapping[str, Callable[[Profile], _Place]] = {
    "all pages": lambda _: {},
    "the login": lambda profile: {"path": urlsplit(profile.log_in.requests[-1].path).path},
    "the protected page": lambda profile: {
        "path": urlsplit(profile.protected_page.request.path).path
    },
    "the whole domain": lambda _: {"host_only": False},
}


def presented(stage: Stage, wanted: Mapping[str, str]) -> list[KeptSession]:
    """Return what a mapping names: kept sessions, spoiled if it says so, or a text as token."""
    if "token" in wanted:
        cookies = tuple((name, wanted["token"]) for name in _cookie_names(stage))
        return [KeptSession(cookies, "", Life(0.0, 0.0))]
    if "handle" in wanted:
        return presented(stage, {"token": stage.handles[wanted["handle"]]})
    sessions = kept_sessions(stage, wanted["session"])
    if "beside" in wanted:
        beside = kept_sessions(stage, wanted["beside"])[0].cookies
        sessions = [replace(one, cookies=one.cookies + beside, earlier=()) for one in sessions]
    change = wanted.get("change")
    return [_spoiled(session, change) for session in sessions] if change else sessions


def _spoiled(session: KeptSession, change: str) -> KeptSession:
    cookies = tuple((name, token_changes[change](value)) for name, value in session.cookies)
    if cookies == session.cookies:
        raise NotTried(f"'{change}' leaves this token as it is")
    return KeptSession(cookies, session.role, session.life)


def _cookie_names(stage: Stage) -> tuple[str, ...]:
    if not stage.profile.cookie_patterns:
        return stage.profile.session_names
    names = {name for seat in stage.seats.values() for name, _ in seat.browser.cookies_for("/")}
    return tuple(name for name in sorted(names) if is_session_cookie(stage, name))
