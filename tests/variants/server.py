"""A small site with a login, made of parts that a variant chooses and a mutant replaces."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, ClassVar
from urllib.parse import urlsplit

from mutants.clock import Clock
from werkzeug.wrappers import Request, Response

from conformance.model import Profile

from .account import AccountPages
from .answers import Html, Json
from .attempts import Attempts
from .cookies import Cookies
from .guards import Origins
from .sessions import Sessions
from .store import Session, Store

BEGINNING = 1_800_000_000.0  # seconds since 1970, when the clock shows 0
SAFE = ("GET", "HEAD", "OPTIONS")


@dataclass
class Visit:
    """A request, the live session it presents, and the session that its answer gives or ends."""

    request: Request
    fields: dict[str, str]
    session: Session | None
    given: Session | None = None
    dropped: bool = False

    @property
    def user_session(self) -> Session | None:
        """The session, if somebody is signed in with it."""
        return self.session if self.session and self.session.user else None


class Server(AccountPages):
    """Answers one request at a time; all that it keeps is in the store.

    The attributes are what variants change: whether a cookie that opens nothing is removed
    (`drops_dead_cookies`), whether a new account is logged in at once (`welcomes`), and whether
    who is signed in is led to the page whatever the login says (`ignores_logins`).
    """

    drops_dead_cookies = False
    welcomes = False
    ignores_logins = False

    routes: ClassVar[dict[tuple[str, str], str]] = {
        ("GET", "/login"): "login_form",
        ("POST", "/login"): "log_in",
        ("POST", "/logout"): "log_out",
        ("GET", "/home"): "page",
        ("POST", "/register"): "register",
    }

    def __init__(
        self,
        store: Store,
        clock: Clock,
        profile: Profile,
        *,
        sessions: type[Sessions],
        answers: type[Html] | type[Json],
        guard: type[Origins],
        cookies: type[Cookies],
        attempts: type[Attempts],
    ) -> None:
        self.store, self.clock = store, clock
        self.prefix = urlsplit(profile.base_url.replace("{port}", "1")).path
        self.sessions = sessions(store, self.now, profile.timeouts, profile.session_limit)
        self.answers, self.cookies = answers(self.prefix), cookies(self.prefix)
        self.guard, self.attempts = guard(store), attempts(store, self.now)
        self.lock = threading.RLock()

    def now(self) -> float:
        return BEGINNING + self.clock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with self.lock:
            response = self.respond(Request(environ))
        return response(environ, start_response)

    def respond(self, request: Request) -> Response:
        visit = Visit(request, self.answers.fields(request), self.session_of(request))
        response = self.handle(visit)
        self.finish(visit, response)
        return response

    def session_of(self, request: Request) -> Session | None:
        """Return the live session that the request presents."""
        return self.sessions.find(request.cookies)

    def handle(self, visit: Visit) -> Response:
        path, method = visit.request.path.removeprefix(self.prefix), visit.request.method
        name = {**self.routes, **self.account_routes}.get((method, path))
        if name is None or not visit.request.path.startswith(f"{self.prefix}/"):
            return self.answers.refused(404, "There is no such page.")
        if method not in SAFE and self.guard.refuses(visit):
            return self.answers.refused(403, "This request comes from elsewhere.")
        if (method, path) not in self.account_routes:
            response: Response = getattr(self, name)(visit)
        elif visit.user_session:
            response = getattr(self, name)(visit, visit.user_session)
        else:
            response = self.stranger(visit)
        return response

    def finish(self, visit: Visit, response: Response) -> None:
        """Set and remove cookies, and say that nothing of this is for caches."""
        for line in self.cookies.before:
            response.headers.add("Set-Cookie", line)
        alive = visit.given or (None if visit.dropped else visit.session)
        if alive is None and self.sessions.greets:
            visit.given = self.sessions.start(None)
        if alive and not visit.given and self.sessions.resends:
            self.sessions.refresh(alive)
            visit.given = alive
        if visit.given:
            values = self.sessions.cookies(visit.given)
            self.cookies.give(response, values, self.sessions.lifetime(visit.given))
        elif visit.dropped or (alive is None and self.drops_dead_cookies):
            self.cookies.drop(response, self.sessions.names)
        self.guard.finish(visit, response)
        for line in self.cookies.after:
            response.headers.add("Set-Cookie", line)
        if visit.request.scheme == "https":
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        response.date = datetime.fromtimestamp(self.now(), timezone.utc)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Vary"] = "Cookie"

    # --- pages ---------------------------------------------------------------------------------

    def page(self, visit: Visit) -> Response:
        session = visit.user_session
        if session is None:
            return self.stranger(visit)
        return self.answers.page(session, self.guard.token(visit))

    def stranger(self, visit: Visit) -> Response:
        return self.answers.stranger(self.guard.token(visit))

    def login_form(self, visit: Visit) -> Response:
        if self.guard.binds and visit.session is None:
            visit.given = self.sessions.start(None)
        return self.answers.login_form(self.guard.token(visit))

    def log_in(self, visit: Visit) -> Response:
        if self.ignores_logins and visit.user_session:
            return self.answers.logged_in(visit.user_session)
        name, password = visit.fields.get("username", ""), visit.fields.get("password", "")
        seconds = self.attempts.wait(name)
        if seconds and self.attempts.tells:
            return self.answers.throttled(seconds, self.guard.token(visit))
        account = self.store.checked(name, password)
        if seconds or account is None:
            return self.answers.login_refused(self.guard.token(visit))
        self.attempts.succeeded(name)
        if visit.session:
            self.sessions.end(visit.session)
        if self.sessions.is_full(account):
            visit.dropped = True
            return self.answers.refused(409, "There are too many sessions of yours.")
        visit.given = self.sessions.start(account)
        return self.answers.logged_in(visit.given)

    def log_out(self, visit: Visit) -> Response:
        visit.dropped = True
        if visit.session:
            self.sessions.end(visit.session)
        return self.answers.logged_out() if visit.user_session else self.answers.nobody_logged_out()

    def register(self, visit: Visit) -> Response:
        name, password = visit.fields.get("username", ""), visit.fields.get("password", "")
        if not name or not password:
            return self.answers.refused(400, "A name and a password are needed.")
        if not self.store.add_account(name, password):
            return self.answers.refused(409, "That name is taken.")
        if self.welcomes:
            visit.given = self.sessions.start(self.store.accounts[name])
        return self.answers.done()


class WithETags(Server):
    """The page has an ETag; whoever may see it is told whether it is still the same."""

    def page(self, visit: Visit) -> Response:
        response = super().page(visit)
        if visit.user_session:
            response.set_etag(visit.user_session.handle)
            response.make_conditional(visit.request)
        return response
