"""Sessions that end too late, too early, or come back after their end."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Flask, Response, request

from reference_impl.auth.auth import Auth
from reference_impl.auth.session_auth import SignedIn, hash_token
from reference_impl.auth.session_db_auth import SessionDBAuth
from reference_impl.clock import to_millis
from reference_impl.models.session import Session
from reference_impl.models.user import User

from .harness import ReferenceSite, mutant
from .planting import LOGOUT, RememberingAuth, before, crash_if

PROLONG = (
    "UPDATE sessions SET last_seen_at = :now, expires_at = min(created_at + :absolute, :until)"
)


class Prolonging(SessionDBAuth):
    """Can give sessions that are stored, live or not, their idle time anew."""

    def prolong(self, **of: Any) -> None:
        now = self._clock()
        values = {
            "now": to_millis(now),
            "absolute": self._absolute.total_seconds() * 1000,
            "until": to_millis(now + self._idle),
        }
        with self._database.transaction() as connection:
            [(column, value)] = of.items()
            where = f"{PROLONG} WHERE {column} = :value"
            connection.exec_driver_sql(where, {**values, "value": value})

    def _make_room(self, *_: Any) -> None:
        """Keep what has expired."""


@mutant("EXPIRY-1", "no idle timeout is kept")
def no_idle_timeout(site: ReferenceSite) -> Flask:
    return site.app({"SESSION_IDLE_TIMEOUT": "0"})


@mutant("EXPIRY-1", "only the cookie has a lifetime", also=["expiry/cookie-kept-past-its-lifetime"])
@mutant("EXPIRY-11", "only the cookie has a lifetime")
def only_max_age(site: ReferenceSite) -> Flask:
    class Lifetime(Auth):
        def set_cookie(self, response: Response, token: str) -> None:
            attributes = self.cookie_attributes()
            response.set_cookie(self.cookie_name, token, max_age=2, **attributes)

    forever = {"SESSION_IDLE_TIMEOUT": "0", "SESSION_DURATION": "0"}
    return site.app(forever, auth=Lifetime)


@mutant("EXPIRY-2", "the idle timeout counts from the login")
class IdleFromLogin(SessionDBAuth):
    def expires_at(self, created_at: datetime, now: datetime) -> datetime:  # noqa: ARG002
        return super().expires_at(created_at, created_at)


@mutant("EXPIRY-3", "no absolute timeout is kept")
def no_absolute_timeout(site: ReferenceSite) -> Flask:
    return site.app({"SESSION_DURATION": "0"})


@mutant("EXPIRY-3", "use puts off the absolute timeout by a little each time")
class Postponed(SessionDBAuth):
    def find(self, token: str | None) -> SignedIn | None:
        found = super().find(token)
        if found:
            with self._database.transaction() as connection:
                later = "UPDATE sessions SET created_at = created_at + 500 WHERE token_hash = ?"
                connection.exec_driver_sql(later, (found.session.token_hash,))
        return found


@mutant("EXPIRY-4", "the idle timeout is half as long as it says")
def half_the_idle_timeout(site: ReferenceSite) -> Flask:
    return site.app({"SESSION_IDLE_TIMEOUT": "0.9"})


@mutant("EXPIRY-4", "the absolute timeout is half as long as it says")
def half_the_absolute_timeout(site: ReferenceSite) -> Flask:
    return site.app({"SESSION_DURATION": "3"})


@mutant("EXPIRY-5", "the use is noted before the time is checked")
@mutant("EXPIRY-6", "the use is noted before the time is checked")
class NotedFirst(Prolonging):
    def find(self, token: str | None) -> SignedIn | None:
        found = super().find(token)
        if token and not found:
            self.prolong(token_hash=hash_token(token))
        return found


@mutant(
    "EXPIRY-5",
    "a login gives all sessions of the user their time anew",
    also=["expiry/new-login-does-not-revive-an-expired-session"],
)
class LoginProlongsAll(Prolonging):
    def add(self, session: Session, ended: bytes | None) -> bool:
        self.prolong(user_id=session.user_id.hex)
        return super().add(session, ended)


@mutant("EXPIRY-9", "the last use is kept with the user")
class LastUseOfUser(Prolonging):
    def find(self, token: str | None) -> SignedIn | None:
        found = super().find(token)
        if found:
            self.prolong(user_id=found.user.id.hex)
        return found


@mutant(
    "EXPIRY-9",
    "the time of the login is kept with the user",
    also=["expiry/login-does-not-prolong-another-session"],
)
class LoginOfUser(SessionDBAuth):
    def add(self, session: Session, ended: bytes | None) -> bool:
        with self._database.transaction() as connection:
            anew = "UPDATE sessions SET created_at = ? WHERE user_id = ?"
            values = (to_millis(session.created_at), session.user_id.hex)
            connection.exec_driver_sql(anew, values)
        return super().add(session, ended)


@mutant("EXPIRY-10", "logging out an expired session is an error of the server")
def crashes_on_expired(site: ReferenceSite) -> Flask:
    app = site.app()
    auth = app.extensions["auth"]

    def hook() -> None:
        token = auth.presented(request)
        stored = auth._keeper.load(hash_token(token)) if token else None
        crash_if(stored and not auth.find(request))

    return before(app, LOGOUT, hook)


@mutant("EXPIRY-10", "logging out an expired session revives it")
class LogoutRevives(RememberingAuth):
    def find(self, request: Any) -> SignedIn | None:
        if request.endpoint == LOGOUT and self.last:
            now = self._clock()
            self._keeper.remove(self.last.session.token_hash)
            until = self._keeper.expires_at(now, now)
            anew = replace(self.last.session, created_at=now, last_seen_at=now, expires_at=until)
            self._keeper.add(anew, None)
            return None
        return super().find(request)


@mutant("EXPIRY-11", "an expired cookie that is sent all the same is renewed")
class Renewing(Prolonging):
    def is_alive(self, found: SignedIn, now: datetime) -> bool:  # noqa: ARG002
        self.prolong(token_hash=found.session.token_hash)
        return True


class Inheriting(SessionDBAuth):
    """Gives a new session a time of the one that came with the login."""

    def start(self, user: User, user_agent: str, presented: str | None) -> str:
        old = self.load(hash_token(presented)) if presented else None
        token = super().start(user, user_agent, presented)
        if old:
            created_at, expires_at = self.inherited(old.session)
            with self._database.transaction() as connection:
                inherit = "UPDATE sessions SET created_at = ?, expires_at = ? WHERE token_hash = ?"
                values = to_millis(created_at), to_millis(expires_at), hash_token(token)
                connection.exec_driver_sql(inherit, values)
        return token

    def inherited(self, old: Session) -> tuple[datetime, datetime]:
        raise NotImplementedError


@mutant("EXPIRY-12", "a new session inherits the beginning of the one before")
class InheritsBeginning(Inheriting):
    def inherited(self, old: Session) -> tuple[datetime, datetime]:
        return old.created_at, self.expires_at(old.created_at, self._clock())


@mutant("EXPIRY-12", "a new session inherits the end of the one before")
class InheritsEnd(Inheriting):
    def inherited(self, old: Session) -> tuple[datetime, datetime]:
        return self._clock(), old.expires_at
