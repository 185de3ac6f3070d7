"""Request bodies: text fields from a form or a JSON object, and nothing else."""

import json
from collections.abc import Iterable
from urllib.parse import parse_qsl

from flask import Request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

MAX_BODY = 16 * 1024  # bytes
MAX_FIELDS = 100
FORM = "application/x-www-form-urlencoded"


def text_fields(request: Request, *names: str) -> list[str]:
    """Return the values of the named fields of the body, never of the query string.

    Raises BadRequest (400) if the body is malformed, a field is missing, empty, given twice or
    not a text; UnsupportedMediaType (415) for other bodies; and RequestEntityTooLarge (413).
    """
    fields = _fields(request)
    return [_text(fields, name) for name in names]


def _fields(request: Request) -> dict[str, object]:
    body = request.get_data()
    if len(body) > MAX_BODY:
        raise RequestEntityTooLarge
    kind = request.mimetype or ("" if body else FORM)
    if kind not in {FORM, "application/json"}:
        raise UnsupportedMediaType("a form or a JSON object is needed")
    try:
        # Strict decoding: replacing what is not UTF-8 would make different passwords equal.
        text = body.decode("utf-8")
        if kind == FORM:
            pairs = parse_qsl(text, True, errors="strict", max_num_fields=MAX_FIELDS)
            return _unique(pairs)
        fields = json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise BadRequest("malformed body") from None
    if not isinstance(fields, dict):
        raise BadRequest("a JSON object is needed")
    return fields


def _unique(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    # With two fields of a name, a filter in front might judge one and the server use the other.
    pairs = list(pairs)
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a field is given twice")
    return fields


def _text(fields: dict[str, object], name: str) -> str:
    value = fields.get(name)
    if (value is None and name not in fields) or value == "":
        raise BadRequest(f"{name} missing")
    if not isinstance(value, str):
        raise BadRequest(f"{name} must be a text")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:  # JSON can spell half a character: "\ud800"
        raise BadRequest(f"{name} must be a text") from None
    return value
