"""What the mutants of the reference's contract are made of."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, jsonify, request

from .harness import WSGI, ReferenceSite
from .planting import Credentials, after, credentials

REGISTER = "users.register"
PASSWORD = "users.change_password"
SESSIONS = "sessions.index"
END_ONE = "sessions.end_one"
END_ALL = "sessions.end_all"

JSON = "application/json"

Change = Callable[[Response], Response]


def every(app: Flask, hook: Change) -> Flask:
    """Let the hook change every answer, errors included."""
    app.after_request_funcs.setdefault(None, []).insert(0, hook)  # the first is called last
    return app


def changed(change: Change) -> Callable[[ReferenceSite], WSGI]:
    """Return a mutant that changes every answer."""
    return lambda site: every(site.app(), change)


def with_status(endpoint: str, status: int, other: int) -> Callable[[ReferenceSite], WSGI]:
    """Return a mutant one view of which says something by another status."""

    def hook(response: Response) -> Response:
        response.status_code = other if response.status_code == status else response.status_code
        return response

    return lambda site: after(site.app(), endpoint, hook)


def without_header(name: str, *statuses: int) -> Callable[[ReferenceSite], WSGI]:
    """Return a mutant whose answers with these statuses, or all, lack a header."""

    def hook(response: Response) -> Response:
        if not statuses or response.status_code in statuses:
            response.headers.pop(name, None)
        return response

    return changed(hook)


def moved_to(path: str) -> Response:
    """Answer as servers do that talk to people."""
    response = Response(status=302)
    response.headers["Location"] = path
    return response


def with_json(response: Response, value: Any) -> Response:
    """Return the response with another body."""
    response.data = jsonify(value).data
    return response


def fields() -> Credentials:
    """Return the fields of a login's body and leave the body to be read again."""
    request.get_data()
    return credentials()


def as_if(body: bytes, kind: str) -> None:
    """Let the request go on as if this were its body."""
    request.environ["CONTENT_TYPE"] = kind
    vars(request).pop("_parsed_content_type", None)
    request._cached_data = body  # what Werkzeug has read, or believes so


def as_if_json(fields: object) -> None:
    """Let the request go on as if these were the fields of its body."""
    as_if(json.dumps(fields).encode(), JSON)
