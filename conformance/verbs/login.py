"""Verbs that log in and out."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.changes import Credentials, credential_changes
from conformance.model import User
from conformance.stage import Life, NotTried, Seat, Seen, Stage
from conformance.verbs.acting import own_values, perform
from conformance.verbs.registry import ON_ACTION, held_cookies, session_cookies_in, verbs


@verbs("log in", takes="user", shows=ON_ACTION, default="accepted")
def log_in(stage: Stage, seat: Seat, role: str) -> Seen:
    """Log in as this user with the right name and password."""
    user = stage.user(role)
    return _log_in(stage, seat, role, (user.username, user.password), {})


@verbs("log in with", takes="credentials", shows=ON_ACTION)
def log_in_with(stage: Stage, seat: Seat, wanted: Mapping[str, str]) -> Seen:
    """Log in with a user's credentials, altered in a stated way.

    `user` is whose they are. `change` spoils them (see the list of changes), `name` and `password`
    replace them by a text, `password of` by another user's password, and `in: query string` sends
    them in the URL. `from` names the page that sends the login, `csrf token` another CSRF token.
    """
    credentials = _altered(stage, wanted)
    if credentials[1]:
        stage.secrets.add(credentials[1])
    return _log_in(stage, seat, wanted["user"], credentials, wanted)


def _altered(stage: Stage, wanted: Mapping[str, str]) -> Credentials:
    user = stage.user(wanted["user"])
    name, password = _changed(user, wanted["change"]) if "change" in wanted else _right(user)
    if "password of" in wanted:
        password = stage.user(wanted["password of"]).password
    return wanted.get("name", name), wanted.get("password", password)


def _right(user: User) -> Credentials:
    return user.username, user.password


def _changed(user: User, change: str) -> Credentials:
    changed = credential_changes[change](user)
    if changed == _right(user):
        raise NotTried(f"'{change}' leaves this user's credentials as they are")
    return changed


def _log_in(
    stage: Stage, seat: Seat, role: str, credentials: Credentials, wanted: Mapping[str, str]
) -> Seen:
    started = stage.clock()
    values = dict(zip(("username", "password"), credentials, strict=True))
    answer, exchanges = perform(stage, seat, stage.profile.log_in, values, wanted)
    cookies = session_cookies_in(stage, exchanges)
    if answer == "accepted":
        seat.role, seat.life = role, Life(started, started)
    seat.cookies = cookies or seat.cookies
    held = held_cookies(stage, seat)
    given = ((cookie.name, cookie.value) for cookie in cookies if cookie.value)
    seat.not_kept = tuple(pair for pair in given if pair not in held)
    return Seen(exchanges, answer=answer, cookies=cookies)


@verbs("log out", takes="manner", shows=(*ON_ACTION, "removal"), default="accepted")
def log_out(stage: Stage, seat: Seat, wanted: Mapping[str, str]) -> Seen:
    """Log out in this browser."""
    before = held_cookies(stage, seat)
    values = own_values(stage, seat)
    answer, exchanges = perform(stage, seat, stage.profile.log_out, values, wanted)
    after = held_cookies(stage, seat)
    seat.not_kept = ()
    cookies = session_cookies_in(stage, exchanges)
    still_held = tuple(name for name, value in before if (name, value) in after)
    return Seen(exchanges, answer=answer, cookies=cookies, still_held=still_held)
