"""Sessions of the reference that are listed, ended or kept alive wrongly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, g, jsonify, request
from sqlalchemy import delete, select

from reference_impl.auth.auth import Auth
from reference_impl.auth.session_auth import SignedIn
from reference_impl.auth.session_db_auth import SessionDBAuth
from reference_impl.models.session import Session, session_from_row, sessions
from reference_impl.models.user import User

from .contract_reference_planting import (
    END_ALL,
    END_ONE,
    PASSWORD,
    SESSIONS,
    changed,
    every,
    moved_to,
    with_json,
    with_status,
    without_header,
)
from .harness import ReferenceSite, mutant
from .planting import LOGOUT, ME, after

mutant("CONTRACT-9", "logout answers 204")(with_status(LOGOUT, 200, 204))


@mutant("CONTRACT-9", "logout leaves the cookie")
@mutant("CONTRACT-18", "logout everywhere leaves the cookie")
class LeavesTheCookie(Auth):
    def clear_cookie(self, response: Response) -> None:
        """Do nothing."""


@mutant("CONTRACT-9", "logout clears the cookie and nothing else")
class KeepsSession(SessionDBAuth):
    def revoke(self, _: SignedIn) -> bool:
        return True


mutant("CONTRACT-11", "a refusal has no challenge")(without_header("WWW-Authenticate", 401))


@mutant("CONTRACT-11", "visitors are sent to the login page")
@changed
def to_the_login_page(response: Response) -> Response:
    return moved_to("/login") if response.status_code == 401 else response


@mutant("CONTRACT-11", "logout says yes to everybody")
def always_logged_out(site: ReferenceSite) -> Flask:
    return after(site.app(), LOGOUT, lambda _: jsonify({}))


@mutant("CONTRACT-11", "somebody forgot to guard the new password")
class ForgottenGuard(Auth):
    def is_open(self, method: str, endpoint: str) -> bool:
        return endpoint == PASSWORD or super().is_open(method, endpoint)


@mutant("CONTRACT-11", "HEAD is open")
class OpenToHead(Auth):
    def is_open(self, method: str, endpoint: str) -> bool:
        return (method, endpoint) == ("HEAD", ME) or super().is_open(method, endpoint)


@mutant("CONTRACT-16", "the list shows sessions that have ended")
class ListsTheEnded(SessionDBAuth):
    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.ended: list[Session] = []

    def revoke(self, signed_in: SignedIn) -> bool:
        self.ended.append(signed_in.session)
        return super().revoke(signed_in)

    def sessions_of(self, user: User) -> list[Session]:
        return super().sessions_of(user) + self.ended


@mutant("CONTRACT-16", "the list shows all that is stored")
class ListsTheExpired(SessionDBAuth):
    def sessions_of(self, user: User) -> list[Session]:
        return self.load_all(user.id)


@mutant("CONTRACT-16", "the list shows the sessions of everybody")
class ListsEverybody(SessionDBAuth):
    def sessions_of(self, _: User) -> list[Session]:
        return [session_from_row(row) for row in self._database.all(select(sessions), {})]


@mutant("CONTRACT-16", "the list shows the present session alone")
class ListsThisAlone(Auth):
    def sessions(self, signed_in: SignedIn) -> list[Session]:
        return [signed_in.session]


def listing(site: ReferenceSite, more: Callable[[], dict[str, object]]) -> Flask:
    """Return the app whose list says more, or something else, of every session."""

    def hook(response: Response) -> Response:
        if response.status_code != 200:
            return response
        return with_json(response, [{**one, **more()} for one in response.get_json()])

    return after(site.app(), SESSIONS, hook)


@mutant("CONTRACT-16", "the list shows the token")
def lists_the_token(site: ReferenceSite) -> Flask:
    return listing(site, lambda: {"token": g.auth.presented(request)})


@mutant("CONTRACT-16", "the list does not say which session is current")
def none_is_current(site: ReferenceSite) -> Flask:
    return listing(site, lambda: {"current": False})


@mutant("CONTRACT-16", "the list does not say where its sessions are")
class ForgetsAgents(SessionDBAuth):
    def start(self, user: User, _: str, presented: str | None) -> str:
        return super().start(user, "", presented)


@mutant("CONTRACT-17", "any id ends a session, it says")
class AnyIdWillDo(SessionDBAuth):
    def revoke_one(self, *_: object) -> bool:
        return True


@mutant("CONTRACT-17", "an id that is not found ends the session that asks")
class EndsThisInstead(Auth):
    def logout_one(self, signed_in: SignedIn, public_id: Any) -> bool:
        if not super().logout_one(signed_in, public_id):
            self.logout(signed_in)
            return False
        return True


mutant("CONTRACT-17", "the session of another, or of nobody, answers 403")(
    with_status(END_ONE, 404, 403)
)


@mutant("CONTRACT-17", "'current' stands for the session that asks")
def current_is_an_id(site: ReferenceSite) -> Flask:
    app = site.app()
    app.add_url_rule(
        "/api/v1/sessions/current", LOGOUT, app.view_functions[LOGOUT], methods=["DELETE"]
    )
    return app


mutant("CONTRACT-18", "logout everywhere answers 204")(with_status(END_ALL, 200, 204))


@mutant("CONTRACT-18", "logout everywhere ends this session alone")
class EndsThisAlone(SessionDBAuth):
    def revoke_all(self, user: User) -> None:
        self.remove_one(user.id, g.signed_in.session.public_id)


@mutant("CONTRACT-18", "logout everywhere ends the other sessions alone")
class EndsTheOthers(SessionDBAuth):
    def revoke_all(self, user: User) -> None:
        for one in self.load_all(user.id):
            if one != g.signed_in.session:
                self.remove(one.token_hash)


@mutant("CONTRACT-18", "logout everywhere ends the sessions of everybody")
class EndsEverybodys(SessionDBAuth):
    def revoke_all(self, _: User) -> None:
        self._database.change(delete(sessions), {})


@mutant("CONTRACT-20", "every request with the cookie counts as use")
def all_count(site: ReferenceSite) -> Flask:
    app = site.app()
    app.before_request(lambda: app.extensions["auth"].find(request) and None)
    return app


@mutant("CONTRACT-20", "pages of errors show who is signed in, which counts as use")
def errors_count(site: ReferenceSite) -> Flask:
    app = site.app()

    def hook(response: Response) -> Response:
        if response.status_code >= 400:
            app.extensions["auth"].find(request)
        return response

    return every(app, hook)
