"""The schemas of what the verbs of scenarios take as their objects."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.model import Vocabulary
from conformance.schemas.parts import (
    EMPTY,
    FILLED,
    REQUEST_LINE,
    TEXT,
    Schema,
    at_most_one_of_keys,
    choice,
    either,
    listed,
    mapping,
    meanings,
    one_of_keys,
    one_or_list,
    ref,
    said,
    whole_number,
)
from conformance.steps import (
    CARRIED_IN,
    FEWEST,
    LOOKS,
    METHODS,
    MOST,
    PAGES,
    PLACES,
    ROLES,
    USERS,
)

# What stands in a step for the cell of a row of examples.
COLUMN: Schema = {"type": "string", "pattern": "<[a-z][a-z0-9 ]*>"}

_LINE: Schema = either({"type": "string", "pattern": REQUEST_LINE}, COLUMN)


def objects() -> Mapping[str, Schema]:
    """Return the schema of each kind of object that a verb may take."""
    return {
        "nothing": EMPTY,
        "user": ref("role"),
        "page": either(ref("page"), _fields("page", "from", "method", "path", "claim", least=2)),
        "manner": either(EMPTY, _fields("from", "csrf token", needs_first=False)),
        "password change": either(
            EMPTY, _fields("current", "from", "csrf token", needs_first=False)
        ),
        "handle": said(FILLED, "The name of a handle that was kept."),
        "look": choice(LOOKS, COLUMN),
        "newcomer": ref("newcomer"),
        "count": either(whole_number(FEWEST, MOST, r"^\s*0*([2-9]|[1-9][0-9]|100)\s*$"), COLUMN),
        "duration": ref("duration"),
        "name": said(FILLED, "Any name; later steps refer to it."),
        "names": one_or_list(FILLED),
        "credentials": {**_credentials(), "minProperties": 2},
        "session": either(FILLED, _session("session", "token", "handle", "change", "in", "beside")),
        "planting": either(FILLED, _session("session", "token", "change", "for")),
        "logins": _fields("user", "keep as", required=("user", "keep as")),
        "guesses": _fields("user", "change", "disguised by"),
        "subject": either(ref("user"), _fields("user", "by", required=("user", "by"))),
        "steps": listed(ref("step")),
        "request": either(_LINE, _request()),
    }


def object_definitions(words: Vocabulary) -> dict[str, Schema]:
    """Return the definition of each closed list of words that objects have fields for."""
    lists = {
        "duration": words.durations,
        "change-of-credentials": words.credential_changes,
        "change-of-token": words.token_changes,
        "carrier": words.carriers,
        "change-of-csrf-token": words.csrf_changes,
        "origin": words.origins,
        "spelling-of-path": words.path_spellings,
        "claim": words.claims,
        "newcomer": words.newcomers,
        "shape": words.shapes,
        "sending": words.sendings,
        "address": words.addresses,
        "disguise": words.disguises,
    }
    closed = {"user": USERS, "role": ROLES, "page": PAGES}
    return {
        **{name: choice(meanings(one.values()), COLUMN) for name, one in lists.items()},
        **{name: choice(one, COLUMN) for name, one in closed.items()},
    }


_FIELDS: dict[str, Schema] = {
    "user": said(ref("user"), "Whose they are."),
    "name": said(TEXT, "Another name than the user's."),
    "password": said(TEXT, "Another password than the user's."),
    "password of": said(ref("user"), "Whose password is sent."),
    "current": said(ref("change-of-credentials"), "What spoils the current password."),
    "name as": said(ref("shape"), "In what shape the name is sent."),
    "password as": said(ref("shape"), "In what shape the password is sent."),
    "sent": said(ref("sending"), "In what other way the request is sent."),
    "return to": said(ref("address"), "Where the login is asked to lead."),
    "session": said(FILLED, "The name of a kept session."),
    "session change": said(ref("change-of-token"), "What spoils the session that is sent along."),
    "session in": said(choice(CARRIED_IN, COLUMN), "Where the session is sent along."),
    "from": said(ref("origin"), "The page that sends the request."),
    "csrf token": said(ref("change-of-csrf-token"), "What becomes of the CSRF token."),
    "page": ref("page"),
    "method": said(choice(METHODS, COLUMN), "The method that asks for the page."),
    "path": said(ref("spelling-of-path"), "Another spelling of the page's path."),
    "claim": said(ref("claim"), "What the request claims of itself."),
    "token": said(TEXT, "A token that was never issued."),
    "handle": said(FILLED, "The name of a kept handle, sent as if it were a token."),
    "change": said(ref("change-of-token"), "What spoils the token."),
    "in": said(ref("carrier"), "Where it is sent."),
    "beside": said(FILLED, "The name of a kept session that is sent behind the first."),
    "for": said(choice(PLACES, COLUMN), "For which requests it is planted."),
    "keep as": said(FILLED, "The name under which the sessions are kept."),
    "disguised by": said(ref("disguise"), "How the guesses are disguised."),
    "by": said(choice(("this browser",), COLUMN), "Who tries it, instead of the administrator."),
}
_SPOILS: Schema = said(ref("change-of-credentials"), "What spoils the credentials.")


def _fields(
    *keys: str, required: tuple[str, ...] = (), needs_first: bool = True, least: int = 1
) -> Schema:
    """Return a mapping of these fields, of which the first is required unless it is said."""
    required = required or (keys[:1] if needs_first else ())
    fields = {key: _FIELDS[key] for key in keys}
    if "user" in keys and "change" in keys:
        fields["change"] = _SPOILS
    return mapping(fields, required, minProperties=least)


def _credentials() -> Schema:
    keys = (
        *("user", "name", "password", "password of", "change", "in", "name as", "password as"),
        *("sent", "return to", "session", "session change", "session in", "from", "csrf token"),
    )
    together = {"session": ["session in"], "session in": ["session"]}
    return {**_fields(*keys, least=2), "dependentRequired": together}


def _session(*keys: str) -> Schema:
    kinds = [key for key in ("session", "token", "handle") if key in keys]
    return {**_fields(*keys, needs_first=False), **one_of_keys(*kinds)}


def _request() -> Schema:
    texts: Schema = {"type": "object", "additionalProperties": TEXT}
    fields = {
        "request": said(_LINE, "Such as `POST /login`."),
        "headers": texts,
        "form": said(texts, "The fields of a form, sent URL-encoded."),
        "json": said({}, "A JSON value; a text is sent as it stands."),
        "body": said(TEXT, "The body as it is sent."),
    }
    return mapping(fields, ("request",), **at_most_one_of_keys("form", "json", "body"))
