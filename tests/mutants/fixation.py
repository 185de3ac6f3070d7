"""Logins that leave something of the session before, or end what they should leave."""

from __future__ import annotations

from typing import Any

from reference_impl.auth.auth import Auth, WrongCredentials
from reference_impl.auth.session_auth import hash_token
from reference_impl.auth.session_db_auth import SessionDBAuth
from reference_impl.models.session import Session
from reference_impl.models.user import User, normalise_email

from .harness import mutant


@mutant("FIX-4", "the session that came with the login lives on")
class LivesOn(SessionDBAuth):
    def add(self, session: Session, ended: bytes | None) -> bool:  # noqa: ARG002
        return super().add(session, None)


@mutant(
    "FIX-4",
    "only a session of the same user ends with the login",
    also=["fixation/another-users-login-ends-the-old-session"],
)
class EndsOwnOnly(SessionDBAuth):
    def start(self, user: User, user_agent: str, presented: str | None) -> str:
        old = self.load(hash_token(presented)) if presented else None
        is_own = old is not None and old.user.id == user.id
        return super().start(user, user_agent, presented if is_own else None)


@mutant("FIX-5", "the new session keeps the user of the one before")
class KeepsTheUser(SessionDBAuth):
    def start(self, user: User, user_agent: str, presented: str | None) -> str:
        old = self.load(hash_token(presented)) if presented else None
        return super().start(old.user if old else user, user_agent, presented)


class Failing(Auth):
    """Does something to the session when a login fails."""

    def login(self, email: str, password: str, request: Any) -> tuple[User, str]:
        try:
            return super().login(email, password, request)
        except WrongCredentials:
            self.failed(normalise_email(email), request)
            raise

    def failed(self, account: str, request: Any) -> None:
        raise NotImplementedError


@mutant("FIX-6", "a failed login ends the session that came with it")
class EndsTheSession(Failing):
    def failed(self, account: str, request: Any) -> None:  # noqa: ARG002
        self._keeper.remove(hash_token(self.presented(request) or ""))


@mutant("FIX-6", "a failed login writes its name into the session")
class BindsTheName(Failing):
    def failed(self, account: str, request: Any) -> None:
        user = self._users.by_email(account)
        token = hash_token(self.presented(request) or "")
        with self._keeper._database.transaction() as connection:
            bind = "UPDATE sessions SET user_id = ? WHERE token_hash = ?"
            connection.exec_driver_sql(bind, (user.id.hex, token)) if user else None
