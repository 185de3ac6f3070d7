"""Sessions and passwords that outlive a change of the password."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from variants.server import Server, Visit
from variants.sessions import Remembering, Sessions
from variants.store import Account
from variants.store import Session as VariantSession

from reference_impl.auth.auth import Auth
from reference_impl.auth.session_auth import SignedIn
from reference_impl.auth.session_db_auth import SessionDBAuth
from reference_impl.models.session import Session

from .harness import mutant
from .management import Recording


class Sparing(Recording):
    """Lets some of the other sessions live on."""

    def exchange(self, signed_in: SignedIn, rotated: Session, password_hash: str) -> bool:
        this, held = signed_in.session, self.load_all(rotated.user_id)
        known = {one.token_hash for one in held} - {this.token_hash}
        others = [one for one in self.started if one.token_hash in known]
        place = [one.public_id for one in self.started].index(this.public_id)
        done = super().exchange(signed_in, rotated, password_hash)
        for one in others:
            if self.spares(is_younger=self.started.index(one) > place):
                self.add(replace(one, auth_version=rotated.auth_version), None)
        return done

    def spares(self, *, is_younger: bool) -> bool:  # noqa: ARG002
        return True


@mutant("MANAGE-1", "a password change writes the hash and leaves the sessions alone")
class LeavesSessionsAlone(Sparing):
    """Spares them all."""


@mutant("MANAGE-1", "a password change ends sessions that are older than this one alone")
class SparesYounger(Sparing):
    def spares(self, *, is_younger: bool) -> bool:
        return is_younger


@mutant("MANAGE-1", "the user's number is compared with a text, so no session is found", on="html")
class NumberAndText(Sessions):
    def end_all(self, user: Account, but: VariantSession | None = None) -> None:
        wanted: Any = str(self.number(user))
        for session in list(self.store.sessions.values()):
            if session is not but and session.user and self.number(session.user) == wanted:
                self.end(session)

    def number(self, user: Account) -> int:
        return list(self.store.accounts).index(user.name)


@mutant("MANAGE-1", "sessions end with the password until somebody logs in again", on="html")
class UntilTheNextLogin(Server):
    def change_password(self, visit: Visit, session: VariantSession) -> Any:
        others = [one for one in self.sessions.of(session.user) if one is not session]
        response = super().change_password(visit, session)
        self.asleep = [*getattr(self, "asleep", []), *others]
        return response

    def log_in(self, visit: Visit) -> Any:
        response = super().log_in(visit)
        self.store.sessions |= {one.id: one for one in getattr(self, "asleep", [])}
        return response


@mutant("LOGOUT-1", "the cookie that remembers the login outlives the logout", on="remember-me")
@mutant("MANAGE-1", "the cookie that remembers the login outlives the password", on="remember-me")
@mutant("MANAGE-6", "the cookie that remembers the login is good everywhere", on="remember-me")
class RemembersForEver(Remembering):
    def remembered(self, session: VariantSession) -> str:
        name = session.user.name if session.user else ""
        return f"{name}.{self.store.signature(name).hex()}"

    def find(self, cookies: Mapping[str, str]) -> VariantSession | None:
        found = super().find(cookies)
        name, _, signature = cookies.get(self.remember, "").rpartition(".")
        is_ours = bool(name) and signature == self.store.signature(name).hex()
        account = self.store.accounts.get(name) if is_ours and not found else None
        return self.start(account) if account else found


@mutant(
    "MANAGE-1", "the end of the others is offered and does not come", on="password-change-offers"
)
class DoesNotCome(Server):
    after_password = "offered"

    def log_out_others(self, visit: Visit, session: VariantSession) -> Any:
        visit.given = session
        return self.done()


@mutant("MANAGE-11", "a password change changes no password")
class ChangesNone(SessionDBAuth):
    def exchange(self, signed_in: SignedIn, rotated: Session, password_hash: str) -> bool:  # noqa: ARG002
        return super().exchange(signed_in, rotated, signed_in.user.password_hash)


@mutant("MANAGE-11", "the old password is good as well as the new one")
class BothPasswords(Auth):
    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.changed: dict[tuple[str, str], str] = {}

    def change_password(self, signed_in: SignedIn, current: str, new: str, address: str) -> str:
        self.changed[signed_in.user.email, current] = new
        return super().change_password(signed_in, current, new, address)

    def login(self, email: str, password: str, request: Any) -> Any:
        return super().login(email, self.changed.get((email, password), password), request)
