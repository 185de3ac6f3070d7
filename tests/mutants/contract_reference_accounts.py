"""Accounts of the reference that are told, made or changed wrongly."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from flask import Flask, Response, g, jsonify, request

from reference_impl.auth.auth import Auth, current_auth, current_session
from reference_impl.auth.session_auth import SignedIn
from reference_impl.auth.session_db_auth import SessionDBAuth
from reference_impl.models.user import EmailTaken, User, normalise_email
from reference_impl.views.body import text_fields
from reference_impl.views.users import user_json

from .contract_reference_planting import PASSWORD, REGISTER, with_json, with_status
from .harness import ReferenceSite, mutant
from .planting import ME, after, before, credentials, text_in, user_called


@mutant("CONTRACT-10", "the user is answered with the hash of the password")
def with_the_hash(site: ReferenceSite) -> Flask:
    def hook(response: Response) -> Response:
        if response.status_code != 200:
            return response
        secret = current_session().user.password_hash
        return with_json(response, {**response.get_json(), "password_hash": secret})

    return after(site.app(), ME, hook)


@mutant("CONTRACT-10", "users are numbered")
def numbered(site: ReferenceSite) -> Flask:
    def hook(response: Response) -> Response:
        if response.status_code != 200:
            return response
        return with_json(response, {**response.get_json(), "id": 1})

    return after(site.app(), ME, hook)


@mutant("CONTRACT-12", "registration says that it worked and not what was made")
def says_nothing_of_the_user(site: ReferenceSite) -> Flask:
    def hook(response: Response) -> Response:
        return with_json(response, {}) if response.status_code == 201 else response

    return after(site.app(), REGISTER, hook)


@mutant("CONTRACT-12", "registration signs in")
def signs_in(site: ReferenceSite) -> Flask:
    def hook(response: Response) -> Response:
        if response.status_code == 201:
            user = user_called(response.get_json()["email"])
            g.auth.set_cookie(response, g.auth._keeper.start(user, "", None))
        return response

    return after(site.app(), REGISTER, hook)


@mutant("CONTRACT-12", "new accounts wait for a mail that nobody sends")
class Unconfirmed(Auth):
    def register(self, email: str, _: str) -> User:
        return self._users.add(normalise_email(email), "unconfirmed", self._clock())


mutant("CONTRACT-13", "a field that is not allowed answers 422")(with_status(REGISTER, 400, 422))
mutant("CONTRACT-13", "a taken email answers 400")(with_status(REGISTER, 409, 400))


@mutant("CONTRACT-13", "registration does not look at what it is given")
def registers_anything(site: ReferenceSite) -> Flask:
    def hook() -> tuple[Response, int]:
        fields = credentials()
        user = g.auth.register(text_in(fields, "email"), text_in(fields, "password"))
        return jsonify(user_json(user)), 201

    return before(site.app(), REGISTER, hook)


@mutant("CONTRACT-13", "a second registration sets the password of the first")
class TakesOver(Auth):
    def register(self, email: str, password: str) -> User:
        try:
            return super().register(email, password)
        except EmailTaken:
            user = self._users.by_email(normalise_email(email))
            assert user
            self._users.rehash(user, self._hasher.hash(password))
            return user


@mutant("CONTRACT-14", "a password change leaves the other sessions")
class LeavesOthers(SessionDBAuth):
    def rotate(self, signed_in: SignedIn, password_hash: str) -> str:
        self._users.rehash(signed_in.user, password_hash)
        self.revoke(signed_in)
        return self.start(signed_in.user, signed_in.session.user_agent, None)


@mutant("CONTRACT-14", "the token from before a password change goes on")
class LeavesTheOldToken(Auth):
    def change_password(self, signed_in: SignedIn, *details: str) -> str:
        token = super().change_password(signed_in, *details)
        version = signed_in.user.auth_version + 1
        old = replace(signed_in.session, auth_version=version, public_id=uuid4())
        self._keeper.add(old, None)
        return token


@mutant("CONTRACT-14", "a password change ends this session as well")
class EndsThisToo(Auth):
    def change_password(self, signed_in: SignedIn, *details: str) -> str:
        token = super().change_password(signed_in, *details)
        self._keeper.revoke_all(signed_in.user)
        return token


@mutant("CONTRACT-14", "a password change says that it worked and stores nothing")
class StoresNoPassword(SessionDBAuth):
    def rotate(self, signed_in: SignedIn, _: str) -> str:
        return super().rotate(signed_in, signed_in.user.password_hash)


@mutant("CONTRACT-14", "a password change leaves a password that nobody has")
class LosesThePassword(SessionDBAuth):
    def rotate(self, signed_in: SignedIn, _: str) -> str:
        return super().rotate(signed_in, "not a hash")


mutant("CONTRACT-15", "a refused password change answers 401")(with_status(PASSWORD, 400, 401))


@mutant("CONTRACT-15", "nobody asks for the current password")
def current_is_not_asked_for(site: ReferenceSite) -> Flask:
    app = site.app()

    def change() -> Response:
        (new,) = text_fields(request, "new_password")
        auth, signed_in = current_auth(), current_session()
        response = jsonify(user_json(signed_in.user))
        auth.set_cookie(response, auth._keeper.rotate(signed_in, auth._hasher.hash(new)))
        return response

    app.view_functions[PASSWORD] = change
    return app


@mutant("CONTRACT-15", "a refused password change signs out")
def signs_out(site: ReferenceSite) -> Flask:
    def hook(response: Response) -> Response:
        if response.status_code == 400:
            g.auth.logout(current_session())
        return response

    return after(site.app(), PASSWORD, hook)


@mutant("CONTRACT-15", "the new password is stored before it is judged")
def stored_before_judged(site: ReferenceSite) -> Flask:
    def hook(response: Response) -> Response:
        if response.status_code == 400:
            new = text_in(request.get_json(), "new_password")
            g.auth._users.rehash(current_session().user, g.auth._hasher.hash(new))
        return response

    return after(site.app(), PASSWORD, hook)
