"""Sessions: log in, log out, see where one is logged in and end that."""

import uuid

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import NotFound

from reference_impl.auth.auth import current_auth, current_session, unauthorized
from reference_impl.auth.session_auth import StaleUser
from reference_impl.views.answers import signed_out
from reference_impl.views.body import text_fields
from reference_impl.views.users import user_json

views = Blueprint("sessions", __name__)


@views.post("/auth_session/login")
def login() -> Response:
    """Start a session: 200 with the user and the cookie, 400, 401, 413, 415 or 429."""
    email, password = text_fields(request, "email", "password")
    auth = current_auth()
    user, token = auth.login(email, password, request)
    response = jsonify(user_json(user))
    auth.set_cookie(response, token)
    return response


@views.delete("/auth_session/logout")
def logout() -> Response:
    """End the session: 200, or 401 if a logout beside this one has won."""
    auth = current_auth()
    if not auth.logout(current_session()):
        raise unauthorized("unauthorized")
    return signed_out()


@views.get("/sessions")
def index() -> Response:
    """Answer the user's live sessions, newest first; handles only, never a token."""
    signed_in = current_session()
    listed = [
        {
            "id": str(session.public_id),
            "created_at": session.created_at.isoformat(),
            "last_seen_at": session.last_seen_at.isoformat(),
            "user_agent": session.user_agent,
            "current": session.public_id == signed_in.session.public_id,
        }
        for session in current_auth().sessions(signed_in)
    ]
    return jsonify(listed)


@views.delete("/sessions/<uuid:public_id>")
def end_one(public_id: uuid.UUID) -> Response:
    """End one of the user's own sessions: 200, or 404 for any other handle."""
    signed_in = current_session()
    if not current_auth().logout_one(signed_in, public_id):
        raise NotFound
    if public_id == signed_in.session.public_id:
        return signed_out()
    return jsonify({})


@views.delete("/sessions/others")
def end_others() -> Response:
    """End all sessions of the user but this one: 200, or 401 if this one has ended meanwhile."""
    try:
        current_auth().logout_others(current_session())
    except StaleUser:
        raise unauthorized("unauthorized") from None
    return jsonify({})


@views.delete("/sessions")
def end_all() -> Response:
    """End all sessions of the user, this one included."""
    current_auth().logout_everywhere(current_session())
    return signed_out()
