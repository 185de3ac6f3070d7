"""What is open to everybody: whether the server runs, and how to talk to it."""

from flask import Blueprint, Response, jsonify

from reference_impl.auth.auth import current_auth
from reference_impl.openapi import document

views = Blueprint("status", __name__)


@views.get("/status")
def show() -> Response:
    """Answer 200 as long as the process runs, with or without its database."""
    return jsonify(status="OK")


@views.get("/openapi.json")
def openapi() -> Response:
    """Answer the description of this interface (OpenAPI 3.1)."""
    return jsonify(document(current_auth().cookie_name))
