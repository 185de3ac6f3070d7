"""The classic session exercise, written from its HTTP contract and from nothing else.

    AUTH_TYPE=session_db_auth SESSION_NAME=_my_session_id SESSION_DURATION=60 python server.py
    python server.py add-user bob@example.com < password

What the contract asks for is done as it asks: the cookie has no attributes, login tells an unknown
email from a wrong password, and any user may delete any other. None of that is a model to follow.
"""

import argparse
import os
import re
import signal
import sqlite3
import sys
from dataclasses import dataclass
from typing import Any, NoReturn

from flask import Blueprint, Flask, abort, current_app, g, jsonify, make_response, request
from gunicorn.app.base import BaseApplication
from stores import Database, DatabaseSessions, MemorySessions, Users
from werkzeug.exceptions import HTTPException
from werkzeug.security import check_password_hash, generate_password_hash

AUTH_TYPES = ("auth", "basic_auth", "session_auth", "session_exp_auth", "session_db_auth")
PREFIX = "/api/v1"
OPEN_PATHS = [
    f"{PREFIX}/{name}" for name in ("status", "unauthorized", "forbidden", "auth_session/login")
]
PUBLIC = ("id", "email", "first_name", "last_name", "created_at", "updated_at")

api = Blueprint("api", __name__, url_prefix=PREFIX)


@dataclass
class State:
    """What the views work with; `auth_type` None is the contract's open server."""

    auth_type: str | None
    session_name: str
    users: Users
    sessions: MemorySessions | None


def state() -> State:
    return current_app.extensions["classic"]


def create_app() -> Flask:
    auth_type = os.environ.get("AUTH_TYPE")
    if auth_type not in (None, *AUTH_TYPES):  # a misspelt word must not open the server
        sys.exit(f"AUTH_TYPE must be unset or one of: {', '.join(AUTH_TYPES)}")
    session_name = os.environ.get("SESSION_NAME", "_my_session_id")
    if not re.fullmatch(r"[\w!#$%&'*+.^`|~-]+", session_name, re.ASCII):
        sys.exit("SESSION_NAME can't be the name of a cookie")

    database = Database(os.environ.get("DATABASE", "users.db"))
    sessions: MemorySessions | None = None
    if auth_type == "session_db_auth":
        sessions = DatabaseSessions(duration(), database)
    elif auth_type in ("session_auth", "session_exp_auth"):
        sessions = MemorySessions(duration() if auth_type == "session_exp_auth" else 0)

    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    app.url_map.strict_slashes = False
    app.extensions["classic"] = State(auth_type, session_name, Users(database), sessions)
    app.before_request(authenticate)
    app.register_error_handler(HTTPException, http_error)
    app.register_blueprint(api)
    return app


def duration() -> int:
    try:
        return int(os.environ.get("SESSION_DURATION", ""))
    except ValueError:
        return 0


# Who asks


def authenticate() -> None:
    """Answer 401 to who presents nothing and 403 to who presents something that is not good."""
    g.user = None
    if state().auth_type is None or request.path.removesuffix("/") in OPEN_PATHS:
        return
    if presented_token() is None and "Authorization" not in request.headers:
        abort(401)
    g.user = basic_user() if state().auth_type == "basic_auth" else session_user()
    if g.user is None:
        abort(403)


def presented_token() -> str | None:
    return request.cookies.get(state().session_name)


def session_user() -> sqlite3.Row | None:
    sessions, token = state().sessions, presented_token()
    user_id = sessions.user_id(token) if sessions and token else None
    return state().users.get(user_id) if user_id else None


def basic_user() -> sqlite3.Row | None:
    given = request.authorization
    if given is None or given.type != "basic":
        return None
    user = state().users.with_email(given.username or "")
    right = user is not None and check_password_hash(user["password_hash"], given.password or "")
    return user if right else None


# Errors, all of them JSON


def refuse(status: int, text: str) -> NoReturn:
    abort(make_response(jsonify(error=text), status))


def http_error(error: HTTPException) -> Any:
    answer = error.get_response()  # kept for its headers, such as Allow
    answer.data = jsonify(error=error.name).data
    answer.content_type = "application/json"
    return answer


# Views


@api.get("/status")
def status() -> Any:
    return {"status": "OK"}


@api.get("/unauthorized")
def unauthorized() -> Any:
    abort(401)


@api.get("/forbidden")
def forbidden() -> Any:
    abort(403)


@api.get("/stats")
def stats() -> Any:
    return {"users": len(state().users.all())}


@api.post("/auth_session/login")
def login() -> Any:
    sessions = state().sessions or abort(404)
    email, password = request.form.get("email"), request.form.get("password")
    if not email:
        refuse(400, "email missing")
    if not password:
        refuse(400, "password missing")
    user = state().users.with_email(email) or refuse(404, "no user found for this email")
    if not check_password_hash(user["password_hash"], password):
        refuse(401, "wrong password")
    answer = jsonify(public(user))
    answer.set_cookie(state().session_name, sessions.start(user["id"]))
    return answer


@api.delete("/auth_session/logout")
def logout() -> Any:
    sessions, token = state().sessions, presented_token()
    if not sessions or not token or not sessions.end(token):
        abort(404)
    return {}


@api.get("/users")
def list_users() -> Any:
    return [public(user) for user in state().users.all()]


@api.post("/users")
def add_user() -> Any:
    body = json_body()
    email, password = text(body, "email"), text(body, "password")
    if not email or not email.strip():
        refuse(400, "email missing")
    if not password:
        refuse(400, "password missing")
    names = text(body, "first_name"), text(body, "last_name")
    user_id = state().users.add(email, hashed(password), *names)
    if user_id is None:
        refuse(409, "email is taken")
    return public(find(user_id)), 201


@api.get("/users/me")
def me() -> Any:
    return public(g.user or abort(404))


@api.get("/users/<user_id>")
def get_user(user_id: str) -> Any:
    return public(find(user_id))


@api.put("/users/<user_id>")
def rename_user(user_id: str) -> Any:
    names = {**find(user_id), **json_body()}
    state().users.rename(user_id, text(names, "first_name"), text(names, "last_name"))
    return public(find(user_id))


@api.delete("/users/<user_id>")
def delete_user(user_id: str) -> Any:
    if not state().users.delete(user_id):
        abort(404)
    return {}


def find(user_id: str) -> sqlite3.Row:
    return state().users.get(user_id) or abort(404)


def public(user: sqlite3.Row) -> dict[str, Any]:
    return {field: user[field] for field in PUBLIC}


def json_body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    return body if isinstance(body, dict) else refuse(400, "Wrong format")


def text(body: dict[str, Any], field: str) -> str | None:
    """Return a field that is absent or text; JSON can spell characters that no database keeps."""
    value = body.get(field)
    if value is not None and (not isinstance(value, str) or re.search("[\ud800-\udfff]", value)):
        refuse(400, "Wrong format")
    return value


# The command line


def end_at_sigterm(worker: Any) -> None:
    """Answer what is being answered, and don't wait for connections that are only held open."""
    signal.signal(signal.SIGTERM, worker.handle_quit)


class Server(BaseApplication):
    """The app under gunicorn, in one process, because `session_auth` keeps sessions in memory."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        super().__init__()

    def load_config(self) -> None:
        host = os.environ.get("API_HOST", "0.0.0.0")  # noqa: S104 - the contract's default
        port = os.environ.get("API_PORT", "5000")
        options = {
            "bind": f"{host}:{port}",
            "worker_class": "gthread",
            "threads": 8,
            "keepalive": 60,  # longer than any wait of a test, so none meets a closing connection
            "graceful_timeout": 5,
            "post_worker_init": end_at_sigterm,
            "loglevel": "error",  # warnings may quote what a client sent
            "control_socket_disable": True,  # it would be a file; gunicorn before 25 has none
        }
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.app


def hashed(password: str) -> str:
    return generate_password_hash(password, os.environ.get("PASSWORD_METHOD", "scrypt"))


def add_user_from_stdin(email: str) -> None:
    password = sys.stdin.read().removesuffix("\n")
    if not password:
        sys.exit("no password on standard input")
    users = Users(Database(os.environ.get("DATABASE", "users.db")))
    if users.add(email, hashed(password), None, None) is None:
        sys.exit(f"{email} is taken")


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve the API, or add a user to its database.")
    commands = parser.add_subparsers(dest="command")
    adding = commands.add_parser("add-user", help="add a user; the password is read from stdin")
    adding.add_argument("email")
    arguments = parser.parse_args()
    if arguments.command == "add-user":
        add_user_from_stdin(arguments.email)
    else:
        Server(create_app()).run()


if __name__ == "__main__":
    main()
