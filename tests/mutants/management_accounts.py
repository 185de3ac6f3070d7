"""Accounts that end without their sessions, and what administrators can and others not."""

from __future__ import annotations

from typing import Any

from flask import Response, g, jsonify, request
from variants.server import Server
from variants.sessions import Sessions
from variants.store import Account
from variants.store import Session as VariantSession

from reference_impl.auth.administration import Administration, current_administration
from reference_impl.auth.session_auth import SignedIn
from reference_impl.auth.session_db_auth import SessionDBAuth
from reference_impl.models.user import User

from .harness import WSGI, ReferenceSite, mutant
from .planting import before, crash_if

# --- removed accounts ----------------------------------------------------------------------------


@mutant("MANAGE-7", "the account is closed for logins, and its sessions go on", on="html")
class SessionsGoOn(Server):
    def remove(self, user: Account) -> None:
        self.store.accounts.pop(user.name, None)


@mutant("MANAGE-7", "the session of a removed account ends in a server error", on="sqlite")
class EndsInAnError(SessionDBAuth):
    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.dangling: set[bytes] = set()

    def close_account(self, signed_in: SignedIn) -> None:
        self.dangling |= {one.token_hash for one in self.load_all(signed_in.user.id)}
        super().close_account(signed_in)

    def load(self, token_hash: bytes) -> SignedIn | None:
        crash_if(token_hash in self.dangling)
        return super().load(token_hash)


@mutant(
    "MANAGE-7",
    "an administrator's removal of an account leaves its sessions",
    on="html",
    also=["management/account-removed-by-administrator"],
)
class LeavesSessions(Server):
    def remove_account_of(self, visit: Any, session: VariantSession) -> Any:
        subject = self.subject(visit, session)
        if subject:
            self.store.accounts.pop(subject.name)
        return self.done()


@mutant("MANAGE-7", "a removed account takes everybody's sessions along", on="html")
class TakesAllAlong(Server):
    def remove(self, user: Account) -> None:
        super().remove(user)
        self.store.sessions.clear()


@mutant("MANAGE-16", "a removed account loses its sessions and nothing else")
class LosesSessions(SessionDBAuth):
    def close_account(self, signed_in: SignedIn) -> None:
        self.revoke_all(signed_in.user)

    def remove_account(self, user: User) -> bool:
        self.revoke_all(user)
        return True


@mutant("MANAGE-14", "sessions belong to a name, whoever has it now", on="html")
def belong_to_a_name(site: Any) -> WSGI:
    class ByName(Sessions):
        def load(self, id_: str) -> VariantSession | None:
            session = super().load(id_)
            if session and session.user:
                account = self.store.accounts.get(session.user.name)
                session.user = account or session.user
                return session if account else None
            return session

    app: WSGI = site.app(sessions=ByName, server=SessionsGoOn)
    return app


# --- administrators ------------------------------------------------------------------------------


@mutant("MANAGE-9", "an administrator's end of sessions is for the next login to notice")
class NoticedLater(Administration):
    def end_sessions(self, email: str) -> bool:
        return self._account(email) is not None


@mutant("MANAGE-9", "an administrator ends one of the sessions")
class EndsOne(Administration):
    def end_sessions(self, email: str) -> bool:
        user = self._account(email)
        if user:
            self._keeper.remove(self._keeper.load_all(user.id)[0].token_hash)
        return user is not None


@mutant("MANAGE-9", "an administrator who ends sessions ends everybody's", on="html")
class EndsEverybodys(Server):
    def end_sessions_of(self, visit: Any, session: VariantSession) -> Any:
        response = super().end_sessions_of(visit, session)
        self.store.sessions = {session.id: session}
        return response


@mutant("MANAGE-15", "every user may do what administrators may")
class EveryUserMay(Administration):
    def check(self, signed_in: SignedIn) -> None:
        """Let everybody pass."""


@mutant(
    "MANAGE-15",
    "the administrators' actions ask for no session",
    also=["management/sessions-ended-by-a-stranger"],
)
def ask_for_no_session(site: ReferenceSite) -> WSGI:
    def hook() -> Response | None:
        if g.auth.find(request):
            return None
        current_administration().end_sessions((request.view_args or {})["email"])
        return jsonify({})

    return before(site.app(), "administration.end_sessions", hook)
