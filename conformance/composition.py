"""Makes HTTP requests of what a profile says: placeholders are filled and bodies encoded."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from urllib.parse import urlencode

from conformance.model import ActionRequest, Plain, Request
from conformance.signs import fill, placeholders

FORM = ("Content-Type", "application/x-www-form-urlencoded")
JSON = ("Content-Type", "application/json")


def compose(
    request: ActionRequest, values: Mapping[str, str | None], *, in_query: bool = False
) -> Request:
    """Return the request with its placeholders filled.

    A value of None leaves out the fields and headers that would hold it. `in_query` moves the
    fields that hold credentials from the body to the query string.
    """
    filled = {name: value for name, value in values.items() if value is not None}
    absent = {name for name, value in values.items() if value is None}
    query: dict[str, Plain] = {}
    body, data = _without(request.form, absent), _without(request.json, absent)
    if in_query:
        body, query = _split_credentials(body)
        data, more = _split_credentials(data)
        query |= more
    kept = _without(dict(request.headers), absent) or {}
    headers = [(name, _filled(value, filled)) for name, value in kept.items()]
    content = b""
    if isinstance(body, dict):
        headers.append(FORM)
        content = urlencode({name: _filled(v, filled) for name, v in body.items()}).encode()
    elif data is not None:
        headers.append(JSON)
        content = json.dumps(fill(data, filled)).encode()
    return Request(
        request.method,
        with_query(_filled(request.path, filled), fill(query, filled)),
        tuple(headers),
        content,
    )


def with_query(path: str, query: Plain) -> str:
    """Return the path with these fields added to its query string."""
    if not isinstance(query, dict) or not query:
        return path
    return f"{path}{'&' if '?' in path else '?'}{urlencode(query)}"


def carrying(request: ActionRequest, fields: Mapping[str, Plain], carrier: str) -> ActionRequest:
    """Return the request with more fields: in its "query string", or else in its form or JSON."""
    if carrier == "query string":
        return replace(request, path=with_query(request.path, dict(fields)))
    if isinstance(request.json, dict):
        return replace(request, json={**request.json, **fields})
    texts = {name: str(value) for name, value in fields.items()}
    return replace(request, form={**(request.form or {}), **texts})


def without_headers(request: Request, names: Collection[str]) -> Request:
    """Return the request without the headers of these names, given in small letters."""
    kept = tuple(item for item in request.headers if item[0].lower() not in names)
    return replace(request, headers=kept)


def used_placeholders(request: ActionRequest) -> set[str]:
    """Return the names of all placeholders in path, headers and body."""
    return placeholders(
        [request.path, dict(request.headers), dict(request.form or {}), request.json]
    )


def _filled(text: Plain, values: Mapping[str, str]) -> str:
    return str(fill(text, values))


def _without(fields: object, absent: set[str]) -> dict[str, Plain] | None:
    """Return the fields except those that would hold a value that is to be left out."""
    if not isinstance(fields, dict):
        return None
    return {name: value for name, value in fields.items() if not placeholders(value) & absent}


def _split_credentials(
    fields: dict[str, Plain] | None,
) -> tuple[dict[str, Plain] | None, dict[str, Plain]]:
    """Return the fields without those that hold credentials, and those."""
    if fields is None:
        return None, {}
    query = {
        name: value
        for name, value in fields.items()
        if placeholders(value) & {"username", "password"}
    }
    return {name: value for name, value in fields.items() if name not in query}, query
