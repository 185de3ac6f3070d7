"""Verbs that log in and out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from conformance.changes import Credentials, credential_changes
from conformance.composition import carrying
from conformance.model import Action, Plain, User
from conformance.stage import Life, NotTried, Seat, Seen, Stage
from conformance.verbs.acting import is_forged, own_values, perform
from conformance.verbs.registry import ON_ACTION, held_cookies, session_cookies_in, verbs
from conformance.verbs.tokens import presented


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
    them in the URL. `from` names the page that sends the login, `csrf token` another CSRF token;
    after these the browser's page is expected to be that of the user before.
    `name as` and `password as` send those in another shape, `sent` sends the request in another
    way, and `return to` asks to be led to an address afterwards, by all parameters that are known.
    `session` is a kept one whose token goes along where `session in` says: in the query string or
    in the form body, as a field that is called like the cookie.
    """
    credentials = _altered(stage, wanted)
    if credentials[1]:
        stage.secrets.add(credentials[1])
    return _log_in(stage, seat, wanted["user"], credentials, wanted)


def _with_sessions(stage: Stage, wanted: Mapping[str, str]) -> Action:
    """Return the login whose last request carries the tokens of kept sessions, if any, as well."""
    action = stage.profile.log_in
    if "session" not in wanted:
        return action
    what = {key: value for key, value in wanted.items() if key in ("session", "session change")}
    if "session change" in what:
        what["change"] = what.pop("session change")
    fields: dict[str, Plain] = {}
    for session in presented(stage, what):
        fields |= dict(session.cookies)
    last = carrying(action.requests[-1], fields, wanted["session in"])
    return replace(action, requests=(*action.requests[:-1], last))


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
    seat.tried = role
    values = dict(zip(("username", "password"), credentials, strict=True))
    answer, exchanges = perform(stage, seat, _with_sessions(stage, wanted), values, wanted)
    cookies = session_cookies_in(stage, exchanges)
    if answer == "accepted" and not is_forged(wanted):
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
    return Seen(exchanges, answer=answer, cookies=cookies, life=seat.life, still_held=still_held)
