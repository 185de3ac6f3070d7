"""What several mutants are made of: the reference with one seam left open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, abort, g, jsonify, request
from sqlalchemy import select, text
from werkzeug.wrappers import Request

from reference_impl.auth.auth import Auth
from reference_impl.auth.origins import Origins
from reference_impl.auth.session_auth import SignedIn, hash_token
from reference_impl.auth.session_db_auth import SessionDBAuth
from reference_impl.models.user import User, normalise_email, user_from_row, users
from reference_impl.views.users import user_json

LOGIN = "sessions.login"
LOGOUT = "sessions.logout"
ME = "users.me"

Credentials = dict[str, Any]


class Unguarded(Origins):
    """Lets requests come from anywhere."""

    def check(self, request: Request) -> None:
        """Do nothing."""


class AnyToken(SessionDBAuth):
    """Looks up whatever is presented, without looking at its form first."""

    def find(self, token: str | None) -> SignedIn | None:
        if token is None:
            return None
        found, now = self.load(hash_token(token)), self._clock()
        if found is None or not self.is_alive(found, now):
            return None
        self._see(found.session, now)
        return found


class Lenient(SessionDBAuth):
    """Takes a presented token for one that it gave out, if the two are the `same`."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.given: list[str] = []

    def new_token(self) -> str:
        self.given.append(super().new_token())
        return self.given[-1]

    def find(self, token: str | None) -> SignedIn | None:
        meant = (known for known in self.given if token is not None and self.same(known, token))
        return super().find(next(meant, token))

    def same(self, known: str, presented: str) -> bool:
        raise NotImplementedError


class RememberingAuth(Auth):
    """Remembers the session that was found last, for those who confuse users with each other."""

    last: SignedIn | None = None

    def find(self, request: Request) -> SignedIn | None:
        found = super().find(request)
        self.last = found or self.last
        return found


def credentials() -> Credentials:
    """Return the fields of a login's body."""
    return request.get_json(silent=True) or dict(request.form)


def user_called(email: object) -> User | None:
    """Return the account of this name."""
    return g.auth._users.by_email(normalise_email(str(email)))


def anybody() -> User:
    """Return the account that was made first."""
    user = user_called("alice@example.com")
    assert user
    return user


def everybody() -> list[User]:
    """Return all accounts, the newest first."""
    rows = g.auth._users._database.all(select(users).order_by(text("rowid DESC")), {})
    return [user_from_row(row) for row in rows]


def signed_in_as(user: User) -> Response:
    """Answer as a login that went well."""
    response = jsonify(user_json(user))
    g.auth.set_cookie(response, g.auth._keeper.start(user, "", g.auth.presented(request)))
    return response


def before(app: Flask, endpoint: str, hook: Callable[[], Response | None]) -> Flask:
    """Let the hook answer requests of one view before anything else looks at them."""

    def called() -> Response | None:
        g.auth = app.extensions["auth"]
        return hook() if request.endpoint == endpoint else None

    app.before_request_funcs.setdefault(None, []).insert(0, called)
    return app


def after(app: Flask, endpoint: str, hook: Callable[[Response], Response]) -> Flask:
    """Let the hook change the answers of one view."""

    def called(response: Response) -> Response:
        g.auth = app.extensions["auth"]
        return hook(response) if request.endpoint == endpoint else response

    app.after_request_funcs.setdefault(None, []).insert(0, called)  # the first is called last
    return app


def login_accepts(app: Flask, judge: Callable[[Credentials], User | None]) -> Flask:
    """Sign in whom the judge names, and leave every other login as it is."""

    def hook() -> Response | None:
        user = judge(credentials())
        return signed_in_as(user) if user else None

    return before(app, LOGIN, hook)


def crash_if(condition: object) -> None:
    """Answer 500 as a server does that ran into a defect."""
    if condition:
        abort(500)


def text_in(fields: Credentials, name: str) -> str:
    """Return a field's text, or an empty one."""
    return str(fields.get(name) or "")
