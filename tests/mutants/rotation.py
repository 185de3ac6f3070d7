"""Sessions that keep their token when they should get another, or the old one beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

from flask import Response, g, jsonify, request
from variants.server import Server, Visit
from variants.sessions import Rotating, Sessions
from variants.store import Session as VariantSession

from reference_impl.auth.auth import Auth, WrongCredentials
from reference_impl.auth.session_auth import SignedIn
from reference_impl.auth.session_db_auth import SessionDBAuth
from reference_impl.models.session import Session
from reference_impl.views.users import user_json

from .harness import WSGI, ReferenceSite, mutant
from .planting import Credentials, before, credentials

CHANGE = "users.change_password"


class SameToken(SessionDBAuth):
    def exchange(self, signed_in: SignedIn, rotated: Session, password_hash: str) -> bool:
        kept = replace(rotated, token_hash=signed_in.session.token_hash)
        return super().exchange(signed_in, kept, password_hash)


class SaysTheSame(Auth):
    def change_password(self, signed_in: SignedIn, current: str, new: str, address: str) -> str:
        super().change_password(signed_in, current, new, address)
        return self.presented(request) or ""


@mutant("ROT-1", "a password change leaves the session its token")
@mutant("ROT-2", "there is no new token after a password change")
def same_token(site: ReferenceSite) -> WSGI:
    return site.app(keeper=SameToken, auth=SaysTheSame)


@mutant("ROT-2", "the token from before a password change is good as well")
class BothTokens(SessionDBAuth):
    def exchange(self, signed_in: SignedIn, rotated: Session, password_hash: str) -> bool:
        done = super().exchange(signed_in, rotated, password_hash)
        old = replace(signed_in.session, public_id=uuid4(), auth_version=rotated.auth_version)
        return done and self.add(old, None)


@mutant("ROT-2", "tokens in their time of grace outlive a password change", on="rotation")
class GraceGoesOn(Rotating):
    def rotate(self, session: VariantSession) -> None:
        past = dict(self.store.past)
        super().rotate(session)
        self.store.past.update(past)


# --- the current password ------------------------------------------------------------------------


def unasked(site: ReferenceSite, spares: Callable[[Credentials], bool]) -> WSGI:
    """Change the password without a question where the fields are like that."""

    def hook() -> Response | None:
        fields, signed_in = credentials(), g.auth.find(request)
        if signed_in is None or not spares(fields):
            return None
        digest = g.auth._hasher.hash(fields["new_password"])
        response = jsonify(user_json(signed_in.user))
        g.auth.set_cookie(response, g.auth._keeper.rotate(signed_in, digest))
        return response

    return before(site.app(), CHANGE, hook)


@mutant("ROT-3", "the current password is not looked at")
def not_looked_at(site: ReferenceSite) -> WSGI:
    return unasked(site, lambda _: True)


@mutant("ROT-3", "the current password is looked at if it comes along")
def if_it_comes_along(site: ReferenceSite) -> WSGI:
    return unasked(site, lambda fields: "current_password" not in fields)


@mutant("ROT-3", "an empty text does for the current password")
def empty_does(site: ReferenceSite) -> WSGI:
    return unasked(site, lambda fields: fields.get("current_password") == "")


@mutant("ROT-3", "the password is changed although the answer says that it is not")
class ChangesAllTheSame(Auth):
    def change_password(self, signed_in: SignedIn, current: str, new: str, address: str) -> str:
        try:
            return super().change_password(signed_in, current, new, address)
        except WrongCredentials:
            self._users.change_password(signed_in.user, self._hasher.hash(new))
            raise


# --- proving once more ---------------------------------------------------------------------------


@mutant("ROT-4", "who proves once more who it is gets a mark and keeps the token", on="html")
class Marks(Server):
    def rotated(self, visit: Visit, session: VariantSession) -> Any:
        visit.given = session
        return self.done()


@mutant("ROT-4", "the token from before a step up is good as well", on="html")
@mutant("ROT-2", "the token from before a step up goes on", on="html")
class OldGoesOn(Sessions):
    def rotate(self, session: VariantSession) -> None:
        old = session.id
        super().rotate(session)
        self.store.sessions[old] = session


# --- who it is -----------------------------------------------------------------------------------


@mutant("ROT-5", "a session with a new token is somebody else's", on="html")
class SomebodyElses(Sessions):
    def rotate(self, session: VariantSession) -> None:
        super().rotate(session)
        known = self.store.accounts.values()
        session.user = next(one for one in known if one is not session.user)


@mutant(
    "ROT-5",
    "a new token ends the sessions of everybody else",
    on="html",
    also=["rotation/step-up-keeps-the-user"],
)
class EndsEverybodyElses(Sessions):
    def rotate(self, session: VariantSession) -> None:
        super().rotate(session)
        self.store.sessions = {session.id: session}
