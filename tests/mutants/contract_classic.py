"""The classic exercise with the mistakes that learners make, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from flask import Flask, Response, abort, g, jsonify, redirect, request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import NotFound

from .harness import WSGI, ClassicSite, mutant

PREFIX = "/api/v1"
LOGIN, LOGOUT, ME, STATS, USERS = "api.login", "api.logout", "api.me", "api.stats", "api.list_users"

Build = Callable[[ClassicSite], WSGI]

classic = partial(mutant, on="classic")


# --- what mutants are made of -------------------------------------------------------------------


def answers(endpoint: str, change: Callable[[Response], None]) -> Build:
    """Return a server that changes what one view answers when all went well."""

    def build(site: ClassicSite) -> Flask:
        app = site.app()

        @app.after_request
        def called(response: Response) -> Response:
            if request.endpoint == endpoint and response.status_code == 200:
                change(response)
            return response

        return app

    return build


def says(endpoint: str, change: Callable[[Any], Any]) -> Build:
    """Return a server one view of which answers other JSON."""
    return answers(endpoint, lambda got: got.set_data(jsonify(change(got.get_json())).data))


def status(endpoint: str, code: int) -> Build:
    """Return a server one view of which answers another status."""
    return answers(endpoint, lambda got: setattr(got, "status_code", code))


def aborts(instead: dict[int, int]) -> Build:
    """Return a server that takes one status for another where it aborts."""

    def build(site: ClassicSite) -> Flask:
        site.server.abort = lambda what: abort(instead.get(what, what))
        return site.app()

    return build


def guarded(path: str) -> Build:
    """Return a server one open path of which needs authentication."""

    def build(site: ClassicSite) -> Flask:
        site.server.OPEN_PATHS.remove(PREFIX + path)
        return site.app()

    return build


def unguarded(forgotten: Callable[[], bool]) -> Build:
    """Return a server whose guard lets some requests in."""

    def build(site: ClassicSite) -> Flask:
        guard = site.server.authenticate

        def authenticate() -> None:
            g.user = None
            if not forgotten():
                guard()

        site.server.authenticate = authenticate
        return site.app()

    return build


def with_view(site: ClassicSite, endpoint: str, view: Callable[..., Any]) -> Flask:
    """Return the control's app with another view."""
    app = site.app()
    app.view_functions[endpoint] = view
    return app


def refusals(change: Callable[[int, str], tuple[int, str]]) -> Build:
    """Return a server that refuses with another status and text."""

    def build(site: ClassicSite) -> Flask:
        refuse = site.server.refuse
        site.server.refuse = lambda code, text: refuse(*change(code, text))
        return site.app()

    return build


def login_first(hook: Callable[[ClassicSite], None]) -> Build:
    """Return a server whose login looks at the request otherwise, before it goes on."""

    def build(site: ClassicSite) -> Flask:
        def view() -> Any:
            hook(site)
            return site.server.login()

        return with_view(site, LOGIN, view)

    return build


def login_reads(source: Callable[[], Any]) -> Build:
    """Return a server whose login takes other fields for those of the form."""

    def hook(_: ClassicSite) -> None:
        request.form = ImmutableMultiDict(source())

    return login_first(hook)


def without(name: str) -> bool:
    """Say whether a field of the form is missing or empty."""
    return not request.form.get(name)


# --- status and errors --------------------------------------------------------------------------

classic("CLASSIC-1", "the status needs authentication")(guarded("/status"))
classic("CLASSIC-1", "the status is text")(answers("api.status", lambda got: got.set_data("OK")))

classic("CLASSIC-2", "/unauthorized answers 200 with its error")(
    lambda site: with_view(site, "api.unauthorized", lambda: {"error": "Unauthorized"})
)
classic("CLASSIC-2", "/forbidden needs authentication")(guarded("/forbidden"))


@classic("CLASSIC-2", "errors are Flask's own pages")
@classic("CLASSIC-3", "errors are Flask's own pages")
@classic("CLASSIC-4", "errors are Flask's own pages")
def pages_of_errors(site: ClassicSite) -> Flask:
    site.server.http_error = lambda error: error
    return site.app()


# --- the guard ----------------------------------------------------------------------------------

classic("CLASSIC-3", "who presents nothing gets 403")(aborts({401: 403}))
classic("CLASSIC-3", "the guard looks at GET alone")(unguarded(lambda: request.method != "GET"))
classic("CLASSIC-3", "anybody may add a user")(
    unguarded(lambda: (request.method, request.path) == ("POST", f"{PREFIX}/users"))
)


@classic("CLASSIC-3", "the guard is the blueprint's and not asked where there is no view")
@classic("CLASSIC-4", "the guard is the blueprint's and not asked where there is no view")
def guards_the_blueprint(site: ClassicSite) -> Flask:
    app = site.app()
    app.before_request_funcs["api"] = app.before_request_funcs.pop(None)
    return app


classic("CLASSIC-4", "a session that is not good gets 401")(aborts({403: 401}))
classic("CLASSIC-4", "the guard lets any Authorization header in")(
    unguarded(lambda: "Authorization" in request.headers)
)


@classic("CLASSIC-4", "an Authorization header counts as nothing")
def deaf_to_headers(site: ClassicSite) -> WSGI:
    app = site.app()

    def without_header(environ: dict[str, Any], start: Any) -> Any:
        environ.pop("HTTP_AUTHORIZATION", None)
        return app(environ, start)

    return without_header


@classic("CLASSIC-4", "the guard lets any cookie in, whatever it says")
@classic("CLASSIC-15", "the guard lets any cookie in, whatever it says")
def any_cookie_will_do(site: ClassicSite) -> Flask:
    find = site.server.session_user
    site.server.session_user = lambda: find() or {}
    return site.app()


@classic("CLASSIC-4", "a session that is not found crashes")
def crashes(site: ClassicSite) -> Flask:
    find = site.server.session_user
    site.server.session_user = lambda: find() or abort(500)
    return site.app()


# --- users --------------------------------------------------------------------------------------


@classic("CLASSIC-5", "the guard looks for an Authorization header alone")
def deaf_to_cookies(site: ClassicSite) -> Flask:
    site.server.presented_token = lambda: None
    return site.app()


@classic("CLASSIC-5", "the current user is whoever logged in last")
def last_one_in(site: ClassicSite) -> Flask:
    users = site.stores.Users
    find = users.with_email

    def remember(self: Any, email: str) -> Any:
        site.kept["last"] = find(self, email)
        return site.kept["last"]

    users.with_email = remember
    return with_view(site, ME, lambda: site.server.public(site.kept["last"]))


@classic("CLASSIC-5", "'me' is looked up as an id")
def me_is_an_id(site: ClassicSite) -> Flask:
    return with_view(site, ME, lambda: site.server.get_user("me"))


classic("CLASSIC-6", "the stats count before anything is loaded")(
    says(STATS, lambda _: {"users": 0})
)
classic("CLASSIC-6", "the stats have another name")(
    says(STATS, lambda stats: {"count": stats["users"]})
)
classic("CLASSIC-7", "the list of users is wrapped")(says(USERS, lambda users: {"users": users}))
classic("CLASSIC-7", "the list of users is one of ids")(
    says(USERS, lambda users: [user["id"] for user in users])
)


@classic("CLASSIC-8", "'me' is renamed, too")
def renames_me(site: ClassicSite) -> Flask:
    rename = site.server.rename_user
    return with_view(
        site,
        "api.rename_user",
        lambda user_id: rename(g.user["id"] if user_id == "me" else user_id),
    )


# --- login --------------------------------------------------------------------------------------


@classic("CLASSIC-9", "login looks for the password first")
@login_first
def password_first(site: ClassicSite) -> None:
    if without("password"):
        site.server.refuse(400, "password missing")


@classic("CLASSIC-9", "a missing field is a bad request to Flask")
@login_first
def subscripts(_: ClassicSite) -> None:
    request.form["email"], request.form["password"]


@classic("CLASSIC-9", "an empty field is not missing")
@login_first
def empty_is_there(site: ClassicSite) -> None:
    if request.form.get("email") == "":
        site.server.refuse(404, "no user found for this email")
    if not without("email") and request.form.get("password") == "":
        site.server.refuse(401, "wrong password")


@classic("CLASSIC-9", "login looks for the user before it looks for the password")
@login_first
def user_first(site: ClassicSite) -> None:
    if not without("email") and not site.server.state().users.with_email(request.form["email"]):
        site.server.refuse(404, "no user found for this email")


classic("CLASSIC-9", "what is missing answers 401")(
    refusals(lambda code, text: (401 if code == 400 else code, text))
)
classic("CLASSIC-10", "an unknown email is answered as a wrong password")(
    refusals(lambda code, text: (401, "wrong password") if code == 404 else (code, text))
)
classic("CLASSIC-10", "an unknown email answers the 404 of everything else")(
    refusals(lambda code, text: (code, "Not Found" if code == 404 else text))
)
classic("CLASSIC-11", "a wrong password answers 403")(
    refusals(lambda code, text: (403 if code == 401 else code, text))
)
classic("CLASSIC-11", "a wrong password is told as every 401")(
    refusals(lambda code, text: (code, "Unauthorized" if code == 401 else text))
)


@classic("CLASSIC-11", "any password will do")
def any_password(site: ClassicSite) -> Flask:
    site.server.check_password_hash = lambda *_: True
    return site.app()


classic("CLASSIC-12", "login answers 201")(status(LOGIN, 201))
classic("CLASSIC-12", "login answers the id and the email alone")(
    says(LOGIN, lambda user: {name: user[name] for name in ("id", "email")})
)
classic("CLASSIC-12", "login forgets the cookie")(
    answers(LOGIN, lambda got: got.headers.remove("Set-Cookie"))
)


@classic("CLASSIC-7", "users are shown as they are stored, with their password")
@classic("CLASSIC-12", "users are shown as they are stored, with their password")
def shows_the_password(site: ClassicSite) -> Flask:
    public = site.server.public
    site.server.public = lambda user: {**public(user), "_password": user["password_hash"]}
    return site.app()


@classic("CLASSIC-12", "the cookie is for the paths of login and logout")
def narrow_cookie(site: ClassicSite) -> WSGI:
    def narrow(got: Response) -> None:
        line = got.headers["Set-Cookie"]
        got.headers["Set-Cookie"] = line.replace("Path=/", f"Path={PREFIX}/auth_session")

    return answers(LOGIN, narrow)(site)


@classic("CLASSIC-12", "the cookie's name is not the one that was set")
def named_at_will(site: ClassicSite) -> Flask:
    return site.app({"SESSION_NAME": "session_id"})


classic("CLASSIC-13", "login reads JSON, too")(
    login_reads(lambda: request.get_json(silent=True) or request.form)
)
classic("CLASSIC-13", "login reads the query string, too")(login_reads(lambda: request.values))


@classic("CLASSIC-13", "login answers a form to GET")
def login_page(site: ClassicSite) -> Flask:
    app = site.app()
    app.add_url_rule(f"{PREFIX}/auth_session/login", "page", lambda: "<form>", methods=["GET"])
    return app


# --- logout and sessions ------------------------------------------------------------------------

classic("CLASSIC-14", "logout answers 204")(status(LOGOUT, 204))
classic("CLASSIC-14", "logout says that it went well")(says(LOGOUT, lambda _: {"status": "OK"}))
classic("CLASSIC-14", "logout deletes the cookie")(
    answers(LOGOUT, lambda got: got.delete_cookie("_my_session_id"))
)


@classic("CLASSIC-4", "logout keeps the session")
@classic("CLASSIC-14", "logout keeps the session")
@classic("CLASSIC-15", "logout keeps the session")
def keeps_the_session(site: ClassicSite) -> Flask:
    site.stores.DatabaseSessions.end = lambda *_: True
    return site.app()


classic("CLASSIC-15", "logout answers 404, as its text says, to whom the guard should refuse")(
    unguarded(lambda: request.method == "DELETE")
)


@classic("CLASSIC-15", "logout says yes to everybody")
def always_logged_out(site: ClassicSite) -> Flask:
    site.server.OPEN_PATHS.append(f"{PREFIX}/auth_session/logout")

    def logout() -> Any:
        with suppress(NotFound):
            site.server.logout()
        return {}

    return with_view(site, LOGOUT, logout)


def end_all(site: ClassicSite, user_id: str) -> None:
    """End the sessions of a user."""
    with site.server.state().sessions.database.connect() as db:
        db.execute("DELETE FROM sessions WHERE user_id = ?", (user_id,))


@classic("CLASSIC-16", "a new login ends the user's other sessions")
def one_at_a_time(site: ClassicSite) -> Flask:
    start = site.stores.DatabaseSessions.start

    def start_alone(self: Any, user_id: str) -> str:
        end_all(site, user_id)
        return str(start(self, user_id))

    site.stores.DatabaseSessions.start = start_alone
    return site.app()


@classic("CLASSIC-16", "logout ends all sessions of the user")
def ends_all(site: ClassicSite) -> WSGI:
    return answers(LOGOUT, lambda _: end_all(site, g.user["id"]))(site)


@classic("CLASSIC-17", "a session in use does not end")
def slides(site: ClassicSite) -> WSGI:
    def touch(_: Response) -> None:
        with site.server.state().sessions.database.connect() as db:
            now = site.stores.time.time()
            db.execute("UPDATE sessions SET created_at = ? WHERE user_id = ?", (now, g.user["id"]))

    return answers(ME, touch)(site)


classic("CLASSIC-17", "the duration is not read")(lambda site: site.app({"SESSION_DURATION": ""}))
classic("CLASSIC-17", "the duration is taken for minutes")(
    lambda site: site.app({"SESSION_DURATION": "180"})
)


@classic("CLASSIC-17", "an expired session counts as none")
def expired_is_none(site: ClassicSite) -> Flask:
    sessions = site.stores.DatabaseSessions
    find = sessions.user_id

    def user_id(self: Any, token: str) -> Any:
        endless = sessions(0, self.database)
        return find(self, token) or (find(endless, token) and abort(401))

    sessions.user_id = user_id
    return site.app()


# --- a slash at the end -------------------------------------------------------------------------


def with_slashes(answer: Callable[[], Any]) -> Build:
    """Return a server that answers paths with a slash at the end otherwise."""

    def build(site: ClassicSite) -> Flask:
        app = site.app()
        app.before_request_funcs[None].insert(
            0, lambda: answer() if request.path.endswith("/") else None
        )
        return app

    return build


classic("CLASSIC-18", "a slash at the end makes another path")(with_slashes(lambda: abort(404)))
classic("CLASSIC-18", "a slash at the end redirects")(
    with_slashes(lambda: redirect(request.path.rstrip("/"), 308))
)


@classic("CLASSIC-18", "the open paths are open without a slash at the end alone")
def literally_open(site: ClassicSite) -> WSGI:
    def refuse() -> None:
        if site.server.presented_token() is None:
            abort(401)

    return with_slashes(refuse)(site)
