"""Logins that leave something of the session before, or end what they should leave."""

from __future__ import annotations

from typing import Any

from variants.server import Server, Visit
from variants.store import Session as VariantSession

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


# --- tokens from before the login ----------------------------------------------------------------


@mutant(
    "FIX-1",
    "a login writes the user into the session of the stranger",
    on="anonymous-session",
    also=["fixation/strangers-token-is-replaced"],
)
@mutant("FIX-3", "a login signs the stranger's session in", on="anonymous-session")
class SignsTheStrangerIn(Server):
    def log_in(self, visit: Visit) -> Any:
        before, given = visit.session, super().log_in(visit)
        if visit.given and before:
            before.user = visit.given.user
            self.store.sessions[before.id] = visit.given = before
        return given


class Binding(Server):
    """Signs in sessions that a login, or a page, should leave as they are."""

    def bind(self, visit: Visit, tokens: list[str]) -> None:
        """Let all these tokens stand for sessions of the user who is signed in."""
        session = visit.given or visit.user_session
        for token in tokens if session and session.user else []:
            known = self.store.sessions.setdefault(
                token, VariantSession(token, None, self.now(), self.now())
            )
            known.user = session.user if session else None

    def in_cookies(self, visit: Visit) -> list[str]:
        """Return the tokens in all session cookies."""
        return visit.request.cookies.getlist(self.sessions.name)


@mutant("FIX-3", "the token that came with the login is signed in as well", on="html")
@mutant(
    "FIX-2",
    "an unknown token that came with the login is signed in as well",
    on="html",
    also=["fixation/forged-token-in-a-cookie"],
)
class BindsAtLogin(Binding):
    def log_in(self, visit: Visit) -> Any:
        response = super().log_in(visit)
        if visit.given:
            self.bind(visit, self.in_cookies(visit))
        return response


CROWD = "for the protected page alone"


@mutant(
    "FIX-3",
    "of two session cookies the last is believed, and the first is signed in with it",
    on="html",
    also=[f"fixation/attackers-session-in-a-cookie[{CROWD}]"],
)
@mutant(
    "FIX-2",
    "of two session cookies the last is believed, and the first is taken along",
    on="html",
    also=[f"fixation/forged-token-in-a-cookie[{CROWD}]"],
)
class BindsOnPages(Binding):
    def page(self, visit: Visit) -> Any:
        tokens = self.in_cookies(visit)
        if len(tokens) > 1:
            visit.session = self.sessions.find({self.sessions.name: tokens[-1]})
            self.bind(visit, tokens[:-1])
        return super().page(visit)


@mutant(
    "FIX-3",
    "a token in the URL or the body of a login is signed in",
    on="html",
    also=["fixation/attackers-session-in-the-request"],
)
@mutant(
    "FIX-2",
    "an unknown token in the URL or the body of a login is signed in",
    on="html",
    also=["fixation/forged-token-in-the-request"],
)
class BindsFromTheRequest(Binding):
    def log_in(self, visit: Visit) -> Any:
        response = super().log_in(visit)
        name = self.sessions.name
        if visit.given:
            self.bind(visit, visit.request.values.getlist(name))
        return response
