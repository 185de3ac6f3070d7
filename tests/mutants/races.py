"""Servers that are right for one request at a time, and wrong when two meet.

They let time go by between looking and acting. Time moves only when everybody waits, so that the
other request is sure to come in between.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

from flask import Flask, Response, g, request
from sqlalchemy.exc import IntegrityError

from reference_impl.auth.auth import Auth
from reference_impl.auth.session_auth import SignedIn, StaleUser, hash_token
from reference_impl.auth.session_db_auth import SessionDBAuth
from reference_impl.models.user import User

from .harness import ReferenceSite, mutant
from .planting import ME, after, crash_if

LONG = 0.3  # seconds; more than an instant, less than the idle timeout


@mutant(
    "RACE-1",
    "a session is saved at the end of a request",
    also=["races/visits-beside-a-logout"],
)
def saves_at_the_end(site: ReferenceSite) -> Flask:
    class Saving(SessionDBAuth):
        def find(self, token: str | None) -> SignedIn | None:
            found = super().find(token)
            if found and request.endpoint == ME:
                site.clock.sleep(LONG)
                with suppress(IntegrityError):  # it is there
                    self.add(found.session, None)
            return found

    return site.app(keeper=Saving)


@mutant(
    "RACE-1",
    "a login saves the session that it was sent with",
    also=["races/login-beside-a-logout"],
)
def login_saves_the_old_session(site: ReferenceSite) -> Flask:
    class Saving(SessionDBAuth):
        def add(self, session: Any, ended: bytes | None) -> bool:
            old = self.load(ended) if ended else None
            if old:
                site.clock.sleep(LONG)
            done = super().add(session, ended)
            if old and not self.load(old.session.token_hash):
                super().add(old.session, None)
            return done

    return site.app(keeper=Saving)


@mutant("RACE-2", "the second of two logouts finds nothing to delete and breaks")
def second_logout_breaks(site: ReferenceSite) -> Flask:
    class Breaking(Auth):
        def logout(self, signed_in: SignedIn) -> bool:
            site.clock.sleep(LONG)
            crash_if(not super().logout(signed_in))
            return True

    return site.app(auth=Breaking)


@mutant("RACE-3", "a login writes the list of sessions that it read before")
def overwrites_the_list(site: ReferenceSite) -> Flask:
    class Overwriting(SessionDBAuth):
        def start(self, user: User, user_agent: str, presented: str | None) -> str:
            known = {session.public_id for session in self.sessions_of(user)}
            site.clock.sleep(LONG)
            token = super().start(user, user_agent, presented)
            found = self.find(token)
            assert found
            for other in self.sessions_of(user):
                if other.public_id not in {*known, found.session.public_id}:
                    self.remove(other.token_hash)
            return token

    return site.app(keeper=Overwriting)


@mutant("RACE-4", "users are kept by the first letter of their token")
class ShortKey(SessionDBAuth):
    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.kept: dict[str, SignedIn] = {}

    def find(self, token: str | None) -> SignedIn | None:
        found = super().find(token)
        return self.kept.setdefault((token or "")[:1], found) if found else None


@mutant("RACE-5", "a login checks the password before the change and starts the session after it")
def checked_before_started_after(site: ReferenceSite) -> Flask:
    class Late(SessionDBAuth):
        def start(self, user: User, user_agent: str, presented: str | None) -> str:
            site.clock.sleep(LONG)
            try:
                return super().start(user, user_agent, presented)
            except StaleUser:
                fresh = replace(user, auth_version=user.auth_version + 1)
                return super().start(fresh, user_agent, presented)

    return site.app(keeper=Late)


@mutant("RACE-7", "a late answer sets the cookie of a new session")
def late_cookie(site: ReferenceSite) -> Flask:
    class Renewing(Auth):
        def find(self, request: Any) -> SignedIn | None:
            found = super().find(request)
            if found and request.endpoint == ME:
                site.clock.sleep(LONG)
            return found

    def hook(response: Response) -> Response:
        if response.status_code == 200:
            signed_in = g.signed_in
            g.auth.set_cookie(response, g.auth._keeper.start(signed_in.user, "", None))
        return response

    return after(site.app(auth=Renewing), ME, hook)


@mutant(
    "EXPIRY-5",
    "the first request finds the session expired, and notes that it was used",
    also=["races/expired-session-visited-at-once"],
)
def notes_a_use_of_the_expired(site: ReferenceSite) -> Flask:
    class Noting(SessionDBAuth):
        def find(self, token: str | None) -> SignedIn | None:
            found = super().find(token)
            if found is None and token and (stored := self.load_by(token)):
                now = self._clock()
                until = self.expires_at(now, now)
                again = replace(stored.session, created_at=now, last_seen_at=now, expires_at=until)
                self.remove(stored.session.token_hash)
                self.add(again, None)
            return found

        def load_by(self, token: str) -> SignedIn | None:
            return self.load(hash_token(token))

    return site.app(keeper=Noting)
