"""Answers that several views give."""

from flask import Response, jsonify

from reference_impl.auth.auth import current_auth


def signed_out() -> Response:
    """Answer 200 and make the browser forget the session: its cookie and what pages have kept."""
    response = jsonify({})
    current_auth().clear_cookie(response)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'  # ASVS 5.0.0 14.3.1; https only
    return response
