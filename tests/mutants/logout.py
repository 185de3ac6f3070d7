"""Logouts that end too little, too much, or nothing at all."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request

from reference_impl.auth.auth import Auth
from reference_impl.auth.session_auth import SignedIn, hash_token
from reference_impl.auth.session_db_auth import SessionDBAuth
from reference_impl.models.session import Session

from .harness import ReferenceSite, mutant
from .planting import LOGOUT, RememberingAuth, before, crash_if


@mutant("LOGOUT-1", "logout deletes the cookie and keeps the session")
@mutant("LOGOUT-6", "logout says that it worked and keeps the session")
class KeepsSession(SessionDBAuth):
    def revoke(self, _: SignedIn) -> bool:
        return True


class Reviving(SessionDBAuth):
    """Keeps what it ended within reach."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.ended: dict[bytes, Session] = {}

    def revoke(self, signed_in: SignedIn) -> bool:
        self.ended[signed_in.session.token_hash] = signed_in.session
        return super().revoke(signed_in)

    def revive(self, token_hash: bytes) -> None:
        session = self.ended.pop(token_hash, None)
        if session:
            super().add(session, None)


@mutant(
    "LOGOUT-1",
    "a refused request stores the ended session again when it is over",
    also=["logout/stays-revoked", "logout/twice", "logout/with-an-ended-session"],
)
class SavedAtTheEnd(Reviving):
    """What rack-session did with requests in flight (CVE-2025-46336), but every time."""

    def find(self, token: str | None) -> SignedIn | None:
        found = super().find(token)
        if token and not found:
            self.revive(hash_token(token))
        return found


@mutant("LOGOUT-2", "logout sets no cookie")
class LeavesTheCookie(Auth):
    def clear_cookie(self, response: Response) -> None:
        """Do nothing."""


@mutant("LOGOUT-2", "logout clears the cookie of another path")
class ClearsAnotherPath(Auth):
    def clear_cookie(self, response: Response) -> None:
        response.set_cookie(self.cookie_name, "", max_age=0, path="/api/v1/auth_session")


@mutant("LOGOUT-3", "logout ends all sessions of the user")
class EndsAll(SessionDBAuth):
    def revoke(self, signed_in: SignedIn) -> bool:
        self.revoke_all(signed_in.user)
        return True


@mutant("LOGOUT-4", "logout empties the store")
class EmptiesTheStore(SessionDBAuth):
    def revoke(self, signed_in: SignedIn) -> bool:
        with self._database.transaction() as connection:
            connection.exec_driver_sql("DELETE FROM sessions")
        return bool(signed_in)


@mutant("LOGOUT-5", "a logout without a live session is an error of the server")
def crashes_without_session(site: ReferenceSite) -> Flask:
    app = site.app()
    return before(app, LOGOUT, lambda: crash_if(app.extensions["auth"].find(request) is None))


@mutant("LOGOUT-5", "a stranger's logout ends the session that was used last")
class EndsTheLast(RememberingAuth):
    def find(self, request: Any) -> SignedIn | None:
        found = super().find(request)
        if found or request.endpoint != LOGOUT or not self.last:
            return found
        self._keeper.revoke(self.last)
        return None


@mutant(
    "LOGOUT-5",
    "a second logout takes back the first",
    also=["logout/twice", "logout/with-an-ended-session"],
)
class Toggles(Auth):
    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.ended: list[SignedIn] = []

    def logout(self, signed_in: SignedIn) -> bool:
        self.ended.append(signed_in)
        return super().logout(signed_in)

    def find(self, request: Any) -> SignedIn | None:
        found = super().find(request)
        if not found and request.endpoint == LOGOUT and self.ended:
            self._keeper.add(self.ended.pop().session, None)
        return found

    def clear_cookie(self, response: Response) -> None:
        """Do nothing, or the browser would not show it."""


@mutant("LOGOUT-6", "logout ends the session and says that it did not")
class SaysNo(SessionDBAuth):
    def revoke(self, signed_in: SignedIn) -> bool:
        super().revoke(signed_in)
        return False


@mutant("LOGOUT-10", "a login forgets which sessions of the user were ended")
class MarkPerUser(Reviving):
    def add(self, session: Session, ended: bytes | None) -> bool:
        for one in [one for one in self.ended.values() if one.user_id == session.user_id]:
            self.revive(one.token_hash)
        return super().add(session, ended)


@mutant("LOGOUT-10", "after a logout the old token is given again")
class SameTokenAgain(SessionDBAuth):
    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.given: list[str] = []

    def new_token(self) -> str:
        free = (one for one in self.given if not self.load(hash_token(one)))
        token = next(free, None) or super().new_token()
        self.given.append(token)
        return token
