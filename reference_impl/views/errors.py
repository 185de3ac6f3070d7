"""Every refusal as JSON: ``{"error": "..."}``, with the headers its status asks for."""

import logging

from flask import Flask, Response, jsonify
from werkzeug.exceptions import HTTPException, InternalServerError

from reference_impl.auth.attempts import TooManyAttempts
from reference_impl.auth.auth import WrongCredentials, unauthorized
from reference_impl.models.database import DatabaseUnavailable

KEPT_HEADERS = frozenset({"Allow", "WWW-Authenticate", "Location"})

log = logging.getLogger(__name__)


def register(app: Flask) -> None:
    """Make ``app`` answer all errors through the handlers of this module."""
    app.register_error_handler(HTTPException, refusal)
    app.register_error_handler(WrongCredentials, wrong_credentials)
    app.register_error_handler(TooManyAttempts, too_many_attempts)
    app.register_error_handler(DatabaseUnavailable, database_unavailable)


def refusal(error: HTTPException) -> Response:
    """Answer with the status of ``error``; its text is ours or else the name of the status."""
    ours = error.description if error.description != type(error).description else None
    if isinstance(error, InternalServerError):
        ours = None  # what went wrong is in the log, never in the answer (ASVS 5.0.0 16.5.1)
    response = _answer(error.code or 500, ours or error.name.lower())
    for name, value in error.get_headers():
        if name in KEPT_HEADERS:
            response.headers.add(name, value)
    return response


def wrong_credentials(_error: WrongCredentials) -> Response:
    """Answer 401 in the same words for unknown names and wrong passwords."""
    return refusal(unauthorized("invalid email or password"))


def too_many_attempts(error: TooManyAttempts) -> Response:
    """Answer 429 and say when to come back (RFC 6585, section 4)."""
    response = _answer(429, "too many attempts")
    response.headers["Retry-After"] = str(error.retry_after)
    return response


def database_unavailable(error: DatabaseUnavailable) -> Response:
    """Answer 503 and leave the cookie alone: nobody was signed in, and nobody signed out."""
    log.error("the database is away: %s", error)
    response = _answer(503, "try again later")
    response.headers["Retry-After"] = "1"
    return response


def _answer(status: int, message: str) -> Response:
    response = jsonify(error=message)
    response.status_code = status
    return response
