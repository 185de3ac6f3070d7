"""Logins that let the wrong ones in, or the right ones not."""

from __future__ import annotations

from itertools import cycle
from typing import Any

from flask import Flask, Response, g, jsonify, request

from reference_impl.auth.auth import Auth, WrongCredentials
from reference_impl.auth.session_auth import SignedIn
from reference_impl.auth.session_db_auth import SessionDBAuth
from reference_impl.models.session import Session
from reference_impl.models.user import User
from reference_impl.passwords import Hasher
from reference_impl.views.errors import wrong_credentials

from .harness import ReferenceSite, mutant
from .planting import (
    LOGIN,
    RememberingAuth,
    after,
    anybody,
    before,
    credentials,
    everybody,
    login_accepts,
    signed_in_as,
    text_in,
    user_called,
)


@mutant("LOGIN-1", "login answers success and its cookie is then refused")
class StoresNothing(SessionDBAuth):
    def add(self, session: Session, ended: bytes | None) -> bool:  # noqa: ARG002
        return True


@mutant("LOGIN-1", "one session in five is stored too late", also=["login/works-at-once"])
class StoresLate(SessionDBAuth):
    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.turns = cycle((False, False, True, False, False))

    def add(self, session: Session, ended: bytes | None) -> bool:
        return next(self.turns) or super().add(session, ended)


@mutant("LOGIN-1", "one wrong password locks the account", also=["login/after-a-mistake"])
class LocksAtOnce(Hasher):
    locked: set[str]

    def __init__(self, method: str) -> None:
        self.locked = set()
        super().__init__(method)

    def verify(self, stored: str | None, password: str) -> bool:
        if stored in self.locked or not super().verify(stored, password):
            self.locked.add(stored or "")
            return False
        return True


@mutant("LOGIN-1", "the session needs a second cookie", also=["login/correct-password"])
def needs_another_cookie(site: ReferenceSite) -> Flask:
    class InTwoCookies(Auth):
        def presented(self, request: object) -> str | None:
            return super().presented(request) if request.cookies.get("helper") else None

    def help_out(response: Response) -> Response:
        response.set_cookie("helper", "1")
        return response

    return after(site.app(auth=InTwoCookies), LOGIN, help_out)


@mutant("LOGIN-2", "the cookie of a refused login is signed in")
def session_before_password(site: ReferenceSite) -> Flask:
    def hook() -> Response | None:
        fields = credentials()
        user = user_called(fields.get("email"))
        if not user or g.auth._hasher.verify(user.password_hash, text_in(fields, "password")):
            return None
        refused = wrong_credentials(WrongCredentials())
        g.auth.set_cookie(refused, g.auth._keeper.start(user, "", None))
        return refused

    return before(site.app(), LOGIN, hook)


@mutant("LOGIN-2", "any password will do")
class AnyPassword(Hasher):
    def verify(self, stored: str | None, password: str) -> bool:  # noqa: ARG002
        return stored is not None


@mutant(
    "LOGIN-2", "the password of the last user counts too", also=["login/password-of-another-user"]
)
class LastPasswordCounts(Hasher):
    passwords: set[str]

    def __init__(self, method: str) -> None:
        self.passwords = set()
        super().__init__(method)

    def verify(self, stored: str | None, password: str) -> bool:
        right = super().verify(stored, password)
        if right:
            self.passwords.add(password)
        return right or (stored is not None and password in self.passwords)


@mutant("LOGIN-2", "users are found by their password", also=["login/password-of-another-user"])
@mutant("LOGIN-3", "users are found by their password")
def found_by_password(site: ReferenceSite) -> Flask:
    def judge(fields: dict[str, object]) -> User | None:
        password = text_in(fields, "password")
        return next((one for one in everybody() if one_has(one, password)), None)

    def one_has(user: User, password: str) -> bool:
        return bool(g.auth._hasher.verify(user.password_hash, password))

    return login_accepts(site.app(), judge)


@mutant("LOGIN-3", "unknown users are signed in as the first user")
def first_user_instead(site: ReferenceSite) -> Flask:
    return login_accepts(
        site.app(), lambda fields: None if user_called(fields.get("email")) else anybody()
    )


@mutant("LOGIN-3", "the answer to unknown users says no and their cookie says yes")
def cookie_for_unknown_users(site: ReferenceSite) -> Flask:
    def hook(response: Response) -> Response:
        if not user_called(credentials().get("email")):
            g.auth.set_cookie(response, g.auth._keeper.start(anybody(), "", None))
        return response

    return after(site.app(), LOGIN, hook)


@mutant("LOGIN-4", "a missing password skips the check")
def without_password(site: ReferenceSite) -> Flask:
    def judge(fields: dict[str, object]) -> User | None:
        return None if "password" in fields else user_called(fields.get("email"))

    return login_accepts(site.app(), judge)


@mutant("LOGIN-4", "without a name the password finds the user")
def without_name(site: ReferenceSite) -> Flask:
    return login_accepts(site.app(), lambda fields: None if fields.get("email") else anybody())


@mutant("LOGIN-4", "a missing field is an error of the server")
def missing_field_crashes(site: ReferenceSite) -> Flask:
    def hook() -> None:
        assert credentials()["email"] + credentials()["password"]

    return before(site.app(), LOGIN, hook)


@mutant("LOGIN-5", "an empty password matches")
def empty_password(site: ReferenceSite) -> Flask:
    def judge(fields: dict[str, object]) -> User | None:
        return user_called(fields.get("email")) if fields.get("password") == "" else None

    return login_accepts(site.app(), judge)


@mutant("LOGIN-5", "a blank password matches")
class BlankMatches(Hasher):
    def verify(self, stored: str | None, password: str) -> bool:
        return super().verify(stored, password) or (stored is not None and not password.strip())


@mutant("LOGIN-6", "login reads the query string")
def reads_the_query(site: ReferenceSite) -> Flask:
    def hook() -> Response | None:
        user = user_called(request.args.get("email"))
        right = user and g.auth._hasher.verify(user.password_hash, request.args["password"])
        return signed_in_as(user) if right else None

    return before(site.app(), LOGIN, hook)


@mutant("LOGIN-7", "the user is answered whole, with the password")
def whole_record(site: ReferenceSite) -> Flask:
    def hook(response: Response) -> Response:
        if response.status_code == 200:
            response.data = jsonify({**response.get_json(), **credentials()}).data
        return response

    return after(site.app(), LOGIN, hook)


@mutant("LOGIN-7", "the form of a refused login comes back filled in")
def form_filled_in(site: ReferenceSite) -> Flask:
    def hook(response: Response) -> Response:
        if response.status_code == 401:
            response.data = jsonify({**response.get_json(), "form": credentials()}).data
        return response

    return after(site.app(), LOGIN, hook)


@mutant("LOGIN-8", "the current user is kept in a global")
@mutant("ACCESS-7", "the current user is kept in a global")
class OneUserForAll(RememberingAuth):
    def login(self, *details: object) -> tuple[User, str]:
        user, token = super().login(*details)
        self.last = self._keeper.find(token)
        return user, token

    def find(self, request: object) -> SignedIn | None:
        return self.last if Auth.find(self, request) else None


class Spelled(Hasher):
    """Takes two spellings of a password for one."""

    def hash(self, password: str) -> str:
        return super().hash(self.spelt(password))

    def verify(self, stored: str | None, password: str) -> bool:
        return super().verify(stored, self.spelt(password))

    def spelt(self, password: str) -> str:
        raise NotImplementedError


@mutant("LOGIN-10", "passwords are compared without case")
class WithoutCase(Spelled):
    def spelt(self, password: str) -> str:
        return password.lower()


@mutant("LOGIN-10", "only the first 8 characters of a password are compared")
class FirstEight(Spelled):
    def spelt(self, password: str) -> str:
        return password[:8]


@mutant("LOGIN-10", "spaces around a password are dropped")
class Stripped(Spelled):
    def spelt(self, password: str) -> str:
        return password.strip()
