"""Accounts: register, look at one's own, change its password, remove it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import BadRequest, Conflict

from reference_impl.auth.auth import (
    WrongCredentials,
    current_auth,
    current_session,
    unauthorized,
)
from reference_impl.auth.session_auth import StaleUser
from reference_impl.models.user import EmailTaken, User, is_email, normalise_email
from reference_impl.passwords import password_problem
from reference_impl.views.answers import signed_out
from reference_impl.views.body import text_fields

views = Blueprint("users", __name__)


def user_json(user: User) -> dict[str, Any]:
    """Return what may be told about a user, field by field: never the record as a whole."""
    return {"id": str(user.id), "email": user.email, "created_at": user.created_at.isoformat()}


@views.post("/users")
def register() -> tuple[Response, int]:
    """Add an account: 201, 400 or 409.

    The 409 tells that an address has an account. A server that must keep this to itself answers
    every registration alike and goes on by mail, which this one does not send.
    """
    email, password = text_fields(request, "email", "password")
    problem = password_problem(password)
    if not is_email(normalise_email(email)):
        problem = "email is not an address"
    if problem:
        raise BadRequest(problem)
    try:
        user = current_auth().register(email, password)
    except EmailTaken:
        raise Conflict("email is taken") from None
    return jsonify(user_json(user)), 201


@views.get("/users/me")
def me() -> Response:
    """Answer the user of the session."""
    return jsonify(user_json(current_session().user))


@views.delete("/users/me")
def remove() -> Response:
    """Remove the account: 200, 400, 401 or 429; all its sessions end."""
    (current,) = text_fields(request, "current_password")
    with _wrong_password_is_a_400():
        current_auth().remove_account(current_session(), current, request.remote_addr or "")
    return signed_out()


@views.put("/users/me/password")
def change_password() -> Response:
    """Change the password: 200 with a new token, 400, 401 or 429; other sessions end."""
    current, new = text_fields(request, "current_password", "new_password")
    problem = password_problem(new)
    if problem:
        raise BadRequest(problem)
    auth, signed_in = current_auth(), current_session()
    with _wrong_password_is_a_400():
        token = auth.change_password(signed_in, current, new, request.remote_addr or "")
    response = jsonify(user_json(signed_in.user))
    auth.set_cookie(response, token)
    return response


@contextmanager
def _wrong_password_is_a_400() -> Iterator[None]:
    # 401 would say that the session is no good; that is true only if it has ended meanwhile.
    try:
        yield
    except WrongCredentials:
        raise BadRequest("current_password is wrong") from None
    except StaleUser:
        raise unauthorized("unauthorized") from None
