"""The interface as an OpenAPI 3.1 document; a test holds it against the routes and answers."""

from typing import Any

from reference_impl.passwords import MIN_CHARACTERS

Json = dict[str, Any]

NO_STORE: Json = {
    "Cache-Control": {"schema": {"const": "no-store"}},
    "Vary": {"schema": {"const": "Cookie"}},
}
REASONS = {
    400: "A field is missing, empty or not allowed, or the body is malformed.",
    401: "There is no live session: absent, malformed, expired and revoked tokens look alike.",
    403: "The request comes from a foreign page, or from a user who may not do this.",
    404: "There is no such session of the user, or no such account.",
    409: "Another account has this email address.",
    413: "The body is larger than 16 KiB.",
    415: "The body is neither a form nor JSON.",
    429: "Too many attempts; Retry-After says in how many seconds to come back.",
    503: "The database is away; sessions are kept, Retry-After says when to try again.",
}
EXTRA_HEADERS: dict[int, Json] = {
    401: {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}},
    429: {"Retry-After": {"required": True, "schema": {"type": "integer", "minimum": 1}}},
    503: {"Retry-After": {"required": True, "schema": {"type": "integer", "minimum": 1}}},
}
BODY = (400, 413, 415)


def document(cookie_name: str) -> Json:
    """Return the document for a server whose session cookie has the given name."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "session-conformance reference", "version": "1"},
        "paths": {f"/api/v1{path}": operations for path, operations in _paths().items()},
        "components": {
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": cookie_name}},
            "schemas": _schemas(),
        },
    }


def _paths() -> dict[str, Json]:
    status = {"type": "object", "properties": {"status": {"const": "OK"}}, "required": ["status"]}
    handle = {"name": "public_id", "in": "path", "required": True, "schema": _text("uuid")}
    return {
        "/status": {"get": _operation("show", "Tell that the server runs", 200, status)},
        "/openapi.json": {"get": _operation("openapi", "This document", 200, {"type": "object"})},
        "/auth_session/login": {
            "post": _operation("login", "Log in", 200, "User", *BODY, 401, 403, 429, 503)
            | _body(email=_text(), password=_text())
        },
        "/auth_session/logout": {"delete": _protected("logout", "Log out", 200, "Empty", 403)},
        "/users": {
            "post": _operation("register", "Register", 201, "User", *BODY, 403, 409, 503)
            | _body(email=_text(), password=_text() | {"minLength": MIN_CHARACTERS})
        },
        "/users/me": {
            "get": _protected("me", "The user of the session", 200, "User"),
            "delete": _protected("close", "Remove the account", 200, "Empty", *BODY, 403, 429)
            | _body(current_password=_text()),
        },
        "/users/me/password": {
            "put": _protected("change_password", "New password", 200, "User", *BODY, 403, 429)
            | _body(current_password=_text(), new_password=_text() | {"minLength": MIN_CHARACTERS})
        },
        "/sessions": {
            "get": _protected("index", "The user's live sessions", 200, "Sessions"),
            "delete": _protected("end_all", "Log out everywhere", 200, "Empty", 403),
        },
        "/sessions/others": {
            "delete": _protected("end_others", "Log out the other sessions", 200, "Empty", 403)
        },
        "/sessions/{public_id}": {
            "delete": _protected("end_one", "End one session", 200, "Empty", 403, 404)
            | {"parameters": [handle]}
        },
        "/users/{email}/sessions": {
            "delete": _administrative("end_sessions", "End the sessions of an account")
        },
        "/users/{email}": {"delete": _administrative("remove", "Remove an account")},
    }


def _schemas() -> Json:
    return {
        "Error": _object(error={"type": "string"}),
        "Empty": {"type": "object", "maxProperties": 0},
        "User": _object(id=_text("uuid"), email={"type": "string"}, created_at=_text("date-time")),
        "Session": _object(
            id=_text("uuid"),
            created_at=_text("date-time"),
            last_seen_at=_text("date-time"),
            user_agent={"type": "string"},
            current={"type": "boolean"},
        ),
        "Sessions": {"type": "array", "items": _reference("Session")},
    }


def _operation(name: str, summary: str, code: int, schema: Json | str, *refusals: int) -> Json:
    content = _reference(schema) if isinstance(schema, str) else schema
    private = name not in {"show", "openapi"}
    answers = {str(code): _answer(summary + ".", content, NO_STORE if private else {})}
    for refusal in sorted(refusals):
        headers = NO_STORE | EXTRA_HEADERS.get(refusal, {})
        answers[str(refusal)] = _answer(REASONS[refusal], _reference("Error"), headers)
    return {"operationId": name, "summary": summary, "responses": answers}


def _protected(name: str, summary: str, code: int, schema: str, *refusals: int) -> Json:
    operation = _operation(name, summary, code, schema, 401, 503, *refusals)
    return operation | {"security": [{"session": []}]}


def _administrative(name: str, summary: str) -> Json:
    account = {"name": "email", "in": "path", "required": True, "schema": _text()}
    operation = _protected(name, f"As administrator: {summary}", 200, "Empty", 403, 404)
    return operation | {"parameters": [account]}


def _answer(description: str, schema: Json, headers: Json) -> Json:
    content = {"application/json": {"schema": schema}}
    return {"description": description, "headers": headers, "content": content}


def _body(**fields: Json) -> Json:
    kinds = ("application/json", "application/x-www-form-urlencoded")
    schema = _object(**fields) | {"additionalProperties": True}
    content = {kind: {"schema": schema} for kind in kinds}
    return {"requestBody": {"required": True, "content": content}}


def _object(**properties: Json) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _text(kind: str | None = None) -> Json:
    return {"type": "string", "format": kind} if kind else {"type": "string", "minLength": 1}


def _reference(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}
