"""Sessions that nobody can see or end, and some that the wrong people can."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from flask import Response, g, jsonify, request
from sqlalchemy import delete
from variants.server import Server, Visit
from variants.sessions import Sessions
from variants.store import Account
from variants.store import Session as VariantSession

from reference_impl.auth.auth import Auth
from reference_impl.auth.session_auth import SignedIn
from reference_impl.auth.session_db_auth import SessionDBAuth
from reference_impl.models.session import Session, sessions
from reference_impl.models.user import User

from .harness import WSGI, ReferenceSite, mutant
from .planting import AnyToken, after, before

END_ONE, LIST = "sessions.end_one", "sessions.index"


class Recording(SessionDBAuth):
    """Remembers all sessions that were ever started, in their order."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.started: list[Session] = []

    def add(self, session: Session, ended: bytes | None) -> bool:
        self.started.append(session)
        return super().add(session, ended)


# --- the list ------------------------------------------------------------------------------------


@mutant("MANAGE-2", "the list shows the session at hand alone")
class ThisOneAlone(Auth):
    def sessions(self, signed_in: SignedIn) -> list[Session]:
        return [signed_in.session]


@mutant("MANAGE-12", "the list is that of all logins, ended or not")
class AllLogins(Recording):
    def sessions_of(self, user: User) -> list[Session]:
        return [one for one in self.started if one.user_id == user.id]


@mutant("MANAGE-12", "the list shows expired sessions until they are cleared away")
class UntilClearedAway(SessionDBAuth):
    def sessions_of(self, user: User) -> list[Session]:
        return self.load_all(user.id)


@mutant("MANAGE-4", "the list shows everybody's sessions")
class Everybodys(Recording):
    def sessions_of(self, user: User) -> list[Session]:
        alive = (self.load(one.token_hash) for one in self.started)
        everybodys = [found.session for found in alive if found and found.user.id != user.id]
        return super().sessions_of(user) + everybodys


@mutant("MANAGE-5", "the list shows tokens beside the handles")
def shows_tokens(site: ReferenceSite) -> WSGI:
    given: list[str] = site.kept.setdefault("given", [])

    class Showing(SessionDBAuth):
        def new_token(self) -> str:
            given.append(super().new_token())
            return given[-1]

    def hook(response: Response) -> Response:
        response.set_data(json.dumps([{**one, "tokens": given} for one in response.json or []]))
        return response

    return after(site.app(keeper=Showing), LIST, hook)


@mutant("MANAGE-5", "a handle opens the session that it stands for")
class HandlesOpen(Recording, AnyToken):
    def find(self, token: str | None) -> SignedIn | None:
        named = (one for one in self.started if str(one.public_id) == token)
        session = next(named, None)
        return self.load(session.token_hash) if session else super().find(token)


# --- ending one ----------------------------------------------------------------------------------


@mutant("MANAGE-3", "ending a session takes it off the list and no more")
class TakesItOffTheList(SessionDBAuth):
    def revoke_one(self, user: User, public_id: UUID) -> bool:  # noqa: ARG002
        return True


@mutant("MANAGE-3", "ending one session ends them all")
class EndsThemAll(SessionDBAuth):
    def revoke_one(self, user: User, public_id: UUID) -> bool:  # noqa: ARG002
        self.revoke_all(user)
        return True


@mutant("MANAGE-3", "the session at hand can't be ended by its handle")
class NotThisOne(Auth):
    def logout_one(self, signed_in: SignedIn, public_id: UUID) -> bool:
        if public_id == signed_in.session.public_id:
            return True
        return super().logout_one(signed_in, public_id)


def end_whosever(keeper: SessionDBAuth, public_id: UUID) -> bool:
    """End the session with this handle, whose it may be."""
    with keeper._database.transaction() as connection:
        found = connection.execute(delete(sessions).where(sessions.c.public_id == public_id))
        return found.rowcount == 1


@mutant("MANAGE-4", "a handle ends anybody's session")
class EndsAnybodys(SessionDBAuth):
    def revoke_one(self, user: User, public_id: UUID) -> bool:  # noqa: ARG002
        return end_whosever(self, public_id)


@mutant(
    "MANAGE-4",
    "nobody is asked for a session before one is ended",
    also=["management/session-ended-by-a-stranger"],
)
def open_to_strangers(site: ReferenceSite) -> WSGI:
    def hook() -> Response | None:
        if g.auth.find(request):
            return None
        end_whosever(g.auth._keeper, (request.view_args or {})["public_id"])
        return jsonify({})

    return before(site.app(), END_ONE, hook)


# --- ending all ----------------------------------------------------------------------------------


@mutant("MANAGE-6", "logging out everywhere leaves one session")
class LeavesOne(SessionDBAuth):
    def revoke_all(self, user: User) -> None:
        for session in self.load_all(user.id)[1:]:
            self.remove(session.token_hash)


@mutant(
    "MANAGE-6",
    "logging out everywhere ends everybody's sessions",
    also=["management/log-out-everywhere-leaves-other-users"],
)
class EndsEverybodys(SessionDBAuth):
    def revoke_all(self, user: User) -> None:  # noqa: ARG002
        with self._database.transaction() as connection:
            connection.execute(delete(sessions))


@mutant("MANAGE-6", "a login wakes the sessions that ended everywhere", on="html")
class Wakes(Server):
    def log_out_everywhere(self, visit: Visit, session: VariantSession) -> Any:
        asleep = self.sessions.of(session.user)
        response = super().log_out_everywhere(visit, session)
        self.asleep = [*getattr(self, "asleep", []), *asleep]
        return response

    def log_in(self, visit: Visit) -> Any:
        response = super().log_in(visit)
        self.store.sessions |= {one.id: one for one in getattr(self, "asleep", [])}
        return response


@mutant("MANAGE-13", "logging out the others ends nothing")
class EndsNoOthers(SessionDBAuth):
    def revoke_others(self, signed_in: SignedIn) -> None:
        """Say that all is done."""


@mutant("MANAGE-13", "logging out the others ends this session too")
class EndsThisToo(SessionDBAuth):
    def revoke_others(self, signed_in: SignedIn) -> None:
        self.revoke_all(signed_in.user)


@mutant("MANAGE-13", "logging out the others ends everybody's but this one", on="html")
class EndsAllOthers(Sessions):
    def end_all(self, user: Account, but: VariantSession | None = None) -> None:  # noqa: ARG002
        self.store.sessions = {but.id: but} if but else {}
