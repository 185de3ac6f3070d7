"""The verbs of the vocabulary: what a step does, as one small function each."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias
from urllib.parse import urlencode

from conformance.actions import Performer, recognise, with_query
from conformance.changes import Credentials, credential_changes, token_changes
from conformance.durations import durations
from conformance.errors import Unrecognised
from conformance.model import Exchange, Plain, Request, User
from conformance.setcookie import SetCookie, parse_set_cookie
from conformance.signs import fill
from conformance.stage import KeptSession, Life, NotTried, Page, Seat, Seen, Server, Stage
from conformance.words import Words

Verb: TypeAlias = Callable[[Stage, Seat, Any], Seen]

verbs: Words[Verb] = Words("verb")

_ACTION = ("answer", "action", "cookie")
_LEAVING = (*_ACTION, "removal")
_PAGE = ("answer", "page")
_VISITS_PER_IDLE_TIMEOUT = 2
_VISITS_PER_STAY = 10  # where the target declares no idle timeout


# --- logging in and out ------------------------------------------------------------------------


@verbs("log in", takes="user", shows=_ACTION, default="accepted")
def log_in(stage: Stage, seat: Seat, role: str) -> Seen:
    """Log in as this user with the right name and password."""
    user = stage.user(role)
    return _log_in(stage, seat, role, (user.username, user.password))


@verbs("log in with", takes="credentials", shows=_ACTION)
def log_in_with(stage: Stage, seat: Seat, wanted: Mapping[str, str]) -> Seen:
    """Log in with a user's credentials, altered in a stated way.

    `user` is whose they are. `change` spoils them (see the list of changes), `name` and `password`
    replace them by a text, `password of` by another user's password, and `in: query string` sends
    them in the URL.
    """
    credentials = _altered(stage, wanted)
    if credentials[1]:
        stage.secrets.add(credentials[1])
    in_query = wanted.get("in") == "query string"
    return _log_in(stage, seat, wanted["user"], credentials, in_query=in_query)


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
    stage: Stage, seat: Seat, role: str, credentials: Credentials, *, in_query: bool = False
) -> Seen:
    started = stage.clock()
    values = dict(zip(("username", "password"), credentials, strict=True))
    performer = Performer(stage.profile, seat.browser, values, in_query)
    answer, exchanges = performer.perform(stage.profile.log_in)
    cookies = _session_cookies(stage, exchanges)
    if answer == "accepted":
        seat.role, seat.life = role, Life(started, started)
    seat.cookies = cookies or seat.cookies
    return Seen(exchanges, answer=answer, cookies=cookies)


@verbs("log out", shows=_LEAVING, default="accepted")
def log_out(stage: Stage, seat: Seat, _: None) -> Seen:
    """Log out in this browser."""
    before = _held(stage, seat)
    performer = Performer(stage.profile, seat.browser, _values_of(stage, seat))
    answer, exchanges = performer.perform(stage.profile.log_out)
    after = _held(stage, seat)
    cookies = _session_cookies(stage, exchanges)
    still_held = tuple(name for name, value in before if (name, value) in after)
    return Seen(exchanges, answer=answer, cookies=cookies, still_held=still_held)


def _held(stage: Stage, seat: Seat) -> tuple[tuple[str, str], ...]:
    """Return the session cookies that the browser would send to the protected page."""
    pairs = seat.browser.cookies_for(stage.profile.protected_page.request.path)
    return tuple((name, value) for name, value in pairs if is_session_cookie(stage, name))


def _values_of(stage: Stage, seat: Seat) -> dict[str, str | None]:
    user = stage.users.get(seat.role)
    return {"username": user.username, "password": user.password} if user else {}


def _session_cookies(stage: Stage, exchanges: tuple[Exchange, ...]) -> tuple[SetCookie, ...]:
    """Return the session cookies that these responses set."""
    lines = [line for exchange in exchanges for line in exchange.header_values("Set-Cookie")]
    parsed = [cookie for cookie in map(parse_set_cookie, lines) if cookie]
    return tuple(cookie for cookie in parsed if is_session_cookie(stage, cookie.name))


def is_session_cookie(stage: Stage, name: str) -> bool:
    """Say whether the profile calls the cookie of this name a session cookie."""
    if stage.profile.cookie_patterns:
        return any(re.fullmatch(pattern, name) for pattern in stage.profile.session_cookies)
    return name in stage.profile.session_cookies


# --- seeing whether a session is alive ---------------------------------------------------------


@verbs("visit", takes="page", shows=_PAGE)
def visit(stage: Stage, seat: Seat, _: str) -> Seen:
    """Visit the protected page with the cookies that a browser would still send."""
    exchange = seat.browser.send(_page_request(stage))
    return Seen((exchange,), pages=(_page(stage, exchange, seat.role, seat.life),))


@verbs("present", takes="session", shows=_PAGE)
def present(stage: Stage, _: Seat, wanted: Mapping[str, str]) -> Seen:
    """Visit the protected page from elsewhere with kept session cookies, whatever their lifetime.

    The object is the name under which a session was kept. As a mapping: `session` (a kept one) or
    `token` (a text for every session cookie), `change` (see the list of changes), and `in` (where
    to put the token instead of the cookie).
    """
    sessions = _presented(stage, wanted)
    pages = [_present(stage, session, wanted.get("in", "cookie")) for session in sessions]
    return Seen(tuple(page.exchange for page in pages), pages=tuple(pages))


def _presented(stage: Stage, wanted: Mapping[str, str]) -> list[KeptSession]:
    if "token" in wanted:
        cookies = tuple((name, wanted["token"]) for name in _cookie_names(stage))
        return [KeptSession(cookies, "", Life(0.0, 0.0))]
    sessions = _kept(stage, wanted["session"])
    change = wanted.get("change")
    return [_spoiled(session, change) for session in sessions] if change else sessions


def _spoiled(session: KeptSession, change: str) -> KeptSession:
    cookies = tuple((name, token_changes[change](value)) for name, value in session.cookies)
    if cookies == session.cookies:
        raise NotTried(f"'{change}' leaves this token as it is")
    return KeptSession(cookies, session.role, session.life)


def _present(stage: Stage, session: KeptSession, carrier: str) -> Page:
    browser = stage.new_browser()
    stage.secrets.update(value for _, value in session.cookies)
    if carrier == "cookie":
        exchange = browser.send(_page_request(stage), cookies=session.cookies)
    else:
        exchange = browser.send(_carrying(_page_request(stage), session, carrier), cookies=())
    return _page(stage, exchange, session.role, session.life)


def _carrying(request: Request, session: KeptSession, carrier: str) -> Request:
    if carrier == "query string":
        query: Plain = dict(session.cookies)
        return Request(request.method, with_query(request.target, query), request.headers)
    token = session.cookies[0][1]
    bearer = ("Authorization", f"Bearer {token}")
    return Request(request.method, request.target, (*request.headers, bearer))


def _page_request(stage: Stage) -> Request:
    request = stage.profile.protected_page.request
    return Request(request.method, request.path, tuple(request.headers.items()))


def _page(stage: Stage, exchange: Exchange, owner: str, life: Life) -> Page:
    shown = recognise(stage.profile, exchange, stage.users)
    if shown.state == "signed in":
        life.active = max(life.active, exchange.started)
    return Page(exchange, shown, owner, life)


# --- keeping and comparing tokens --------------------------------------------------------------


@verbs("keep session as", takes="name")
def keep_session(stage: Stage, seat: Seat, name: str) -> Seen:
    """Keep a copy of this browser's session cookies under a name; a name may collect several."""
    cookies = _held(stage, seat)
    if not cookies:
        wanted = " or ".join(stage.profile.session_cookies)
        raise Unrecognised(f"the browser holds no session cookie ({wanted}) to keep")
    stage.kept.setdefault(name, []).append(KeptSession(cookies, seat.role, seat.life))
    return Seen()


@verbs("compare", takes="names", shows=("tokens",))
def compare(stage: Stage, _: Seat, names: list[str]) -> Seen:
    """Lay the tokens of kept sessions side by side."""
    sessions = [session for name in names for session in _kept(stage, name)]
    return Seen(tokens=tuple(_token(session) for session in sessions))


def _token(session: KeptSession) -> str:
    """Return what identifies the session: the values of all its cookies."""
    return "\n".join(value for _, value in sorted(session.cookies))


def _kept(stage: Stage, name: str) -> list[KeptSession]:
    return stage.kept[name]  # that the name is kept before is checked when the file is read


@verbs("look at", takes="look", shows=("answer", "cookie"))
def look_at(stage: Stage, seat: Seat, what: str) -> Seen:
    """Look at the session cookie as this browser was given it last, or at every answer so far."""
    if what == "session cookie":
        return Seen(cookies=seat.cookies)
    return Seen(tuple(stage.exchanges))


# --- cookies of the browser --------------------------------------------------------------------


@verbs("clear cookies")
def clear_cookies(_: Stage, seat: Seat, __: None) -> Seen:
    """Delete all cookies of this browser, as a user can."""
    seat.browser.clear_cookies()
    return Seen()


@verbs("plant session", takes="session")
def plant_session(stage: Stage, seat: Seat, wanted: Mapping[str, str]) -> Seen:
    """Put kept session cookies, or a made-up token, into this browser, as an attacker would."""
    for session in _presented(stage, wanted):
        for name, value in session.cookies:
            seat.browser.plant_cookie(name, value)
    return Seen()


def _cookie_names(stage: Stage) -> tuple[str, ...]:
    if not stage.profile.cookie_patterns:
        return stage.profile.session_cookies
    names = {name for seat in stage.seats.values() for name, _ in seat.browser.cookies_for("/")}
    return tuple(name for name in sorted(names) if is_session_cookie(stage, name))


# --- time --------------------------------------------------------------------------------------


@verbs("wait", takes="duration")
def wait(stage: Stage, _: Seat, duration: str) -> Seen:
    """Wait without sending anything."""
    stage.sleep(durations[duration](stage.profile.timeouts))
    return Seen()


@verbs("keep visiting", takes="duration", shows=_PAGE)
def keep_visiting(stage: Stage, seat: Seat, duration: str) -> Seen:
    """Visit the protected page again and again for so long, twice in every idle timeout."""
    timeouts = stage.profile.timeouts
    seconds = durations[duration](timeouts)
    pause = seconds / _VISITS_PER_STAY
    if timeouts.idle:
        pause = min(seconds, timeouts.idle / _VISITS_PER_IDLE_TIMEOUT)
    until = stage.clock() + seconds
    pages: list[Page] = []
    while (left := until - stage.clock()) > 0:
        stage.sleep(min(pause, left))
        pages += visit(stage, seat, "protected page").pages
    return Seen(tuple(page.exchange for page in pages), pages=tuple(pages))


# --- the server --------------------------------------------------------------------------------


@verbs("restart the server", needs=("restart",))
def restart_server(stage: Stage, seat: Seat, _: None) -> Seen:
    """Stop the target and start it again on the data it left."""
    stop_server(stage, seat, None)
    return start_server(stage, seat, None)


@verbs("stop the server", needs=("restart",))
def stop_server(stage: Stage, _: Seat, __: None) -> Seen:
    """Stop the target."""
    _server(stage).stop()
    stage.wire.drop_connections()
    return Seen()


@verbs("start the server", needs=("restart",))
def start_server(stage: Stage, _: Seat, __: None) -> Seen:
    """Start the target again on the data it left."""
    _server(stage).start()
    return Seen()


def _server(stage: Stage) -> Server:
    if stage.server is None:
        raise NotTried("this run can't restart the server")
    return stage.server


# --- steps of steps ----------------------------------------------------------------------------


@verbs("at once", takes="steps")
@verbs("in turn", takes="steps")
def _steps(*_: object) -> Seen:
    """Run the steps below: `in turn` one after the other, `at once` all together."""
    raise AssertionError("the engine runs nested steps itself")


# --- exact HTTP --------------------------------------------------------------------------------


@verbs("send", takes="request", shows=("answer", "response"))
def send(stage: Stage, seat: Seat, wanted: Mapping[str, Any]) -> Seen:
    """Send exactly this request with this browser's cookies; in contracts only.

    The object is `METHOD /path`, or a mapping: `request`, `headers`, and one of `form`, `json` or
    `body`. A `json` that is one text is sent as it stands. `{alice.username}`, `{alice.password}`
    and the same for bob stand for the users' credentials.
    """
    filled: Any = fill(dict(wanted), credentials_of(stage))
    method, _, target = filled["request"].partition(" ")
    headers = list(filled.get("headers", {}).items())
    content_type, body = _body(filled)
    if content_type and not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", content_type))
    exchange = seat.browser.send(Request(method, target, tuple(headers), body))
    cookies = _session_cookies(stage, (exchange,))
    seat.cookies = cookies or seat.cookies
    return Seen((exchange,), cookies=cookies)


def _body(wanted: Mapping[str, Any]) -> tuple[str, bytes]:
    if "form" in wanted:
        return "application/x-www-form-urlencoded", urlencode(wanted["form"]).encode()
    if "json" in wanted:
        data = wanted["json"]
        text = data if isinstance(data, str) else json.dumps(data)
        return "application/json", text.encode()
    return "", str(wanted.get("body", "")).encode()


def credentials_of(stage: Stage) -> dict[str, str]:
    """Return the values of `{alice.username}` and the like."""
    values: dict[str, str] = {}
    for role, user in stage.users.items():
        values |= {f"{role}.username": user.username, f"{role}.password": user.password}
    return values
