"""Administration: end the sessions of an account, or the account itself."""

from flask import Blueprint, Response, jsonify
from werkzeug.exceptions import NotFound
from werkzeug.routing import BaseConverter

from reference_impl.auth.administration import current_administration
from reference_impl.auth.auth import current_session

views = Blueprint("administration", __name__)


class Address(BaseConverter):
    """An email address as a part of a path; ``/users/me`` and the like are none."""

    regex = "[^@/]+@[^@/]+"


@views.before_request
def administrators_only() -> None:
    """Answer 403 to all other users, for every view of this module that there will ever be."""
    current_administration().check(current_session())


@views.delete("/users/<address:email>/sessions")
def end_sessions(email: str) -> Response:
    """End all sessions of an account: 200, or 404 if there is none."""
    if not current_administration().end_sessions(email):
        raise NotFound
    return jsonify({})


@views.delete("/users/<address:email>")
def remove(email: str) -> Response:
    """Remove an account and its sessions: 200, or 404 if there is none."""
    if not current_administration().remove_account(email):
        raise NotFound
    return jsonify({})
