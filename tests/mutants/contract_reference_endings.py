"""Endings of the reference that end too little, too much, or for whoever asks."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, g, jsonify, request
from sqlalchemy import delete

from reference_impl.auth.administration import Administration
from reference_impl.auth.attempts import Attempt
from reference_impl.auth.auth import Auth, WrongCredentials
from reference_impl.auth.session_auth import SignedIn
from reference_impl.auth.session_db_auth import SessionDBAuth
from reference_impl.models.session import sessions
from reference_impl.models.user import users

from .contract_reference_planting import changed, fields, with_status
from .harness import ReferenceSite, mutant
from .planting import before, text_in

END_OTHERS = "sessions.end_others"
REMOVE = "users.remove"
ADMIN_ENDS = "administration.end_sessions"
ADMIN_REMOVES = "administration.remove"

HSTS = "Strict-Transport-Security"
NO_HASH = "removed"  # no password has this hash


mutant("CONTRACT-24", "logout of the others answers 204")(with_status(END_OTHERS, 200, 204))


@mutant("CONTRACT-24", "logout of the others ends this session too")
class EndsThisToo(SessionDBAuth):
    def revoke_others(self, signed_in: SignedIn) -> None:
        self.revoke_all(signed_in.user)


@mutant("CONTRACT-24", "logout of the others ends none")
class EndsNone(SessionDBAuth):
    def revoke_others(self, signed_in: SignedIn) -> None:
        """Do nothing."""


@mutant("CONTRACT-24", "logout of the others ends the latest of them")
class EndsTheLatest(SessionDBAuth):
    def revoke_others(self, signed_in: SignedIn) -> None:
        others = [one for one in self.load_all(signed_in.user.id) if one != signed_in.session]
        self.remove(others[0].token_hash)


@mutant("CONTRACT-24", "logout of the others ends all but this, whosever they are")
class EndsStrangers(SessionDBAuth):
    def revoke_others(self, signed_in: SignedIn) -> None:
        own = signed_in.session.token_hash
        self._database.change(delete(sessions).where(sessions.c.token_hash != own), {})


mutant("CONTRACT-25", "removal of the account answers 204")(with_status(REMOVE, 200, 204))


@mutant("CONTRACT-25", "removal of the account leaves the cookie")
class LeavesTheCookie(Auth):
    def clear_cookie(self, response: Response) -> None:
        """Do nothing."""


@mutant("CONTRACT-25", "removal of the account is a logout")
class LogsOutInstead(SessionDBAuth):
    def close_account(self, signed_in: SignedIn) -> None:
        self.revoke_all(signed_in.user)


@mutant("CONTRACT-25", "a removed account can't log in, and its sessions go on")
class KeepsSessionsOfTheRemoved(SessionDBAuth):
    def close_account(self, signed_in: SignedIn) -> None:
        self._users.rehash(signed_in.user, NO_HASH)


@mutant("CONTRACT-25", "removal of the account ends this session alone")
class KeepsOtherSessionsOfTheRemoved(SessionDBAuth):
    def close_account(self, signed_in: SignedIn) -> None:
        self._users.rehash(signed_in.user, NO_HASH)
        self.revoke(signed_in)


@mutant("CONTRACT-25", "removal of an account removes all")
class RemovesEverybody(SessionDBAuth):
    def close_account(self, _: SignedIn) -> None:
        self._database.change(delete(users), {})


mutant("CONTRACT-26", "a refused removal answers 401")(with_status(REMOVE, 400, 401))


@mutant("CONTRACT-26", "any password removes the account")
class TakesAnyPassword(Auth):
    def _confirm(self, signed_in: SignedIn, _: str, address: str) -> Attempt:
        return self._attempts.count(signed_in.user.email, address)


@mutant("CONTRACT-26", "a password is only looked at where there is one")
def looks_where_there_is_one(site: ReferenceSite) -> Flask:
    def hook() -> Response | None:
        if text_in(fields(), "current_password"):
            return None
        found = g.auth.find(request)
        g.auth._keeper.close_account(found)
        return jsonify({})

    return before(site.app(), REMOVE, hook)


@mutant("CONTRACT-26", "a wrong password at the removal signs out")
class SignsOut(Auth):
    def remove_account(self, signed_in: SignedIn, current: str, address: str) -> None:
        try:
            super().remove_account(signed_in, current, address)
        except WrongCredentials:
            self.logout(signed_in)
            raise


mutant("CONTRACT-27", "an administrator's logout answers 204")(with_status(ADMIN_ENDS, 200, 204))
mutant("CONTRACT-28", "an administrator's removal answers 204")(
    with_status(ADMIN_REMOVES, 200, 204)
)


@mutant("CONTRACT-27", "an administrator who ends sessions ends none")
class AdministratorEndsNone(Administration):
    def end_sessions(self, email: str) -> bool:
        return self._account(email) is not None


@mutant("CONTRACT-27", "an administrator ends the latest session alone")
class AdministratorEndsTheLatest(Administration):
    def end_sessions(self, email: str) -> bool:
        user = self._account(email)
        latest = self._keeper.load_all(user.id)[:1] if user else []
        return any(self._keeper.remove(one.token_hash) for one in latest)


@mutant("CONTRACT-27", "an administrator ends the sessions of everybody")
class AdministratorEndsAll(Administration):
    def end_sessions(self, _: str) -> bool:
        self._keeper._database.change(delete(sessions), {})
        return True


@mutant("CONTRACT-27", "an administrator who ends sessions removes the account")
class AdministratorRemovesInstead(Administration):
    def end_sessions(self, email: str) -> bool:
        return self.remove_account(email)


@mutant("CONTRACT-28", "an administrator's removal ends sessions alone")
class AdministratorEndsInstead(Administration):
    def remove_account(self, email: str) -> bool:
        return self.end_sessions(email)


@mutant("CONTRACT-28", "sessions of an account that an administrator removed go on")
class AdministratorKeepsSessions(Administration):
    def remove_account(self, email: str) -> bool:
        user = self._account(email)
        if user:
            self._users.rehash(user, NO_HASH)
        return user is not None


@mutant("CONTRACT-29", "everybody is an administrator")
class EverybodyAdministers(Administration):
    def check(self, signed_in: SignedIn) -> None:
        """Do nothing."""


@mutant("CONTRACT-29", "who may not is told after it was done")
class ChecksTooLate(Administration):
    def check(self, signed_in: SignedIn) -> None:
        self.signed_in = signed_in

    def end_sessions(self, email: str) -> bool:
        found = super().end_sessions(email)
        super().check(self.signed_in)
        return found

    def remove_account(self, email: str) -> bool:
        found = super().remove_account(email)
        super().check(self.signed_in)
        return found


@mutant("CONTRACT-29", "who may not learns which accounts exist")
class ChecksAfterTheLookUp(Administration):
    def check(self, signed_in: SignedIn) -> None:
        if self._account(str((request.view_args or {})["email"])):
            super().check(signed_in)


mutant("CONTRACT-30", "ending the sessions of nobody works")(with_status(ADMIN_ENDS, 404, 200))
mutant("CONTRACT-30", "removing nobody works")(with_status(ADMIN_REMOVES, 404, 200))


@mutant("CONTRACT-31", "the framework answers preflights")
def automatic_options(site: ReferenceSite) -> Flask:
    app = site.app()
    app.before_request_funcs[None].insert(0, lambda: Response() if is_preflight() else None)
    return app


@mutant("CONTRACT-31", "preflights are refused and say who might ask")
@changed
def names_an_origin(response: Response) -> Response:
    if is_preflight():
        response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
    return response


def is_preflight() -> bool:
    """Say whether a browser asks what it may send."""
    return request.method == "OPTIONS"


@mutant("CONTRACT-32", "nothing asks for https", on="https")
@changed
def no_hsts(response: Response) -> Response:
    response.headers.pop(HSTS, None)
    return response


@mutant("CONTRACT-32", "https is asked for a day", on="https")
@changed
def short_hsts(response: Response) -> Response:
    response.headers[HSTS] = "max-age=86400"
    return response


class UncountedGuesses(Auth):
    """Checks the password without counting, where the path is the one it forgot."""

    forgotten = ""

    def _confirm(self, signed_in: SignedIn, password: str, address: str) -> Any:
        if not request.path.endswith(self.forgotten):
            return super()._confirm(signed_in, password, address)
        if not self._hasher.verify(signed_in.user.password_hash, password):
            raise WrongCredentials
        return Attempt(b"", b"", None)


@mutant("CONTRACT-33", "the password change counts no guesses")
class ChangeUncounted(UncountedGuesses):
    forgotten = "/users/me/password"


@mutant("CONTRACT-33", "the removal of the account counts no guesses")
class RemovalUncounted(UncountedGuesses):
    forgotten = "/users/me"
