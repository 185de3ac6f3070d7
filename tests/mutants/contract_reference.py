"""Logins of the reference that read too much, check too little or say the wrong thing."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, abort, request
from werkzeug.exceptions import BadRequest

from reference_impl.auth.attempts import Attempt, Attempts, TooManyAttempts
from reference_impl.auth.auth import Auth
from reference_impl.models.user import User, Users, normalise_email
from reference_impl.views.body import FORM, MAX_BODY

from .contract_reference_planting import (
    JSON,
    as_if,
    as_if_json,
    fields,
    moved_to,
    with_json,
    with_status,
    without_header,
)
from .harness import ReferenceSite, mutant
from .planting import LOGIN, after, before, credentials, text_in, user_called


@mutant("CONTRACT-2", "login sends the browser to the start page")
def login_redirects(site: ReferenceSite) -> Flask:
    def hook(response: Response) -> Response:
        if response.status_code != 200:
            return response
        moved = moved_to("/")
        moved.headers["Set-Cookie"] = response.headers["Set-Cookie"]
        return moved

    return after(site.app(), LOGIN, hook)


@mutant("CONTRACT-2", "login takes JSON alone")
def no_forms(site: ReferenceSite) -> Flask:
    return before(site.app(), LOGIN, lambda: abort(415) if request.mimetype == FORM else None)


@mutant("CONTRACT-2", "login takes a form alone")
def no_json(site: ReferenceSite) -> Flask:
    return before(site.app(), LOGIN, lambda: abort(415) if request.mimetype == JSON else None)


mutant("CONTRACT-3", "a missing field answers 422")(with_status(LOGIN, 400, 422))


@mutant("CONTRACT-3", "login looks for the password first")
def password_first(site: ReferenceSite) -> Flask:
    def hook() -> None:
        if not text_in(fields(), "password"):
            raise BadRequest("password missing")

    return before(site.app(), LOGIN, hook)


@mutant("CONTRACT-3", "an empty field is looked up like any other")
def empty_is_wrong(site: ReferenceSite) -> Flask:
    def hook() -> None:
        if "" in fields().values():
            as_if_json({name: value or " " for name, value in fields().items()})

    return before(site.app(), LOGIN, hook)


mutant("CONTRACT-4", "a refused login has no challenge")(without_header("WWW-Authenticate"))


@mutant("CONTRACT-4", "login says which of the two was wrong")
def names_the_wrong_one(site: ReferenceSite) -> Flask:
    def hook(response: Response) -> Response:
        if response.status_code != 401:
            return response
        known = user_called(credentials()["email"])
        return with_json(response, {"error": "wrong password" if known else "no such user"})

    return after(site.app(), LOGIN, hook)


@mutant("CONTRACT-4", "login answers 404 to unknown emails")
def unknown_is_not_found(site: ReferenceSite) -> Flask:
    def hook(response: Response) -> Response:
        if response.status_code == 401 and not user_called(credentials()["email"]):
            response.status_code = 404
        return response

    return after(site.app(), LOGIN, hook)


@mutant("CONTRACT-5", "login reads the query string where there is no body")
def reads_the_query(site: ReferenceSite) -> Flask:
    def hook() -> None:
        if not request.get_data():
            as_if(request.query_string, FORM)

    return before(site.app(), LOGIN, hook)


@mutant("CONTRACT-6", "what is too long is cut off without a word")
def cut_off(site: ReferenceSite) -> Flask:
    app = site.app()
    app.config["MAX_CONTENT_LENGTH"] = None
    return before(app, LOGIN, lambda: as_if(request.get_data()[:MAX_BODY], request.mimetype))


@mutant("CONTRACT-6", "every body that is no form is taken for JSON")
def anything_is_json(site: ReferenceSite) -> Flask:
    def hook() -> None:
        if request.mimetype != FORM:
            as_if(request.get_data(), JSON)

    return before(site.app(), LOGIN, hook)


@mutant("CONTRACT-7", "login does not say what is wrong")
def just_bad(site: ReferenceSite) -> Flask:
    def hook(response: Response) -> Response:
        is_bad = response.status_code == 400
        return with_json(response, {"error": "bad request"}) if is_bad else response

    return after(site.app(), LOGIN, hook)


@mutant("CONTRACT-7", "the type of a field is not looked at")
def untyped_fields_crash(site: ReferenceSite) -> Flask:
    def hook() -> None:
        found = request.get_json(silent=True)
        if found is not None:
            assert found["email"].lower() + found["password"].encode().hex()

    return before(site.app(), LOGIN, hook)


@mutant("CONTRACT-7", "fields that are no texts are made texts")
def made_texts(site: ReferenceSite) -> Flask:
    def hook() -> None:
        found = request.get_json(silent=True)
        if isinstance(found, dict):
            as_if_json({name: str(value) for name, value in found.items()})

    return before(site.app(), LOGIN, hook)


@mutant("CONTRACT-7", "the last of two fields in JSON counts")
def last_field_counts(site: ReferenceSite) -> Flask:
    def hook() -> None:
        found = request.get_json(silent=True)
        if found is not None:
            as_if_json(found)

    return before(site.app(), LOGIN, hook)


@mutant("CONTRACT-7", "no body is an object without fields")
def nothing_is_an_object(site: ReferenceSite) -> Flask:
    return before(site.app(), LOGIN, lambda: None if request.get_data() else as_if_json({}))


@mutant("CONTRACT-7", "the first of two fields in a form counts, and what is no text is replaced")
def form_of_the_framework(site: ReferenceSite) -> Flask:
    def hook() -> None:
        if request.mimetype == FORM:
            as_if(urlencode(request.form.to_dict()).encode(), FORM)

    return before(site.app(), LOGIN, hook)


@mutant("CONTRACT-8", "any number of passwords may be tried")
def no_limit(site: ReferenceSite) -> Flask:
    return site.app({"LOGIN_PER_ADDRESS_AND_ACCOUNT": "0", "LOGIN_PER_ACCOUNT": "0"})


mutant("CONTRACT-8", "the limit is said by 401")(with_status(LOGIN, 429, 401))


@mutant("CONTRACT-8", "only known accounts are throttled")
class CountsKnownAccounts(Attempts):
    def count(self, account: str, address: str) -> Attempt:
        if not Users(self._database).by_email(account):
            return Attempt(b"", b"", None)
        return super().count(account, address)


class AtTheLimit(Auth):
    """Does something of its own when there were too many attempts."""

    def login(self, email: str, password: str, request: Any) -> tuple[User, str]:
        try:
            return super().login(email, password, request)
        except TooManyAttempts:
            user = self._users.by_email(normalise_email(email))
            if user and self.reached(user, password):
                return user, self._keeper.start(user, "", None)
            raise

    def reached(self, user: User, password: str) -> bool:
        """Say whether the login goes on nevertheless."""
        raise NotImplementedError


@mutant("CONTRACT-8", "the right password gets past the limit")
class RightOnesPass(AtTheLimit):
    def reached(self, user: User, password: str) -> bool:
        return self._hasher.verify(user.password_hash, password)


@mutant("CONTRACT-8", "the limit signs the user out")
class SignsOutAtTheLimit(AtTheLimit):
    def reached(self, user: User, _: str) -> bool:
        self._keeper.revoke_all(user)
        return False
