"""Makes HTTP requests of what a profile says: placeholders are filled and bodies encoded."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any, TypeAlias
from urllib.parse import urlencode, urlsplit

from conformance.model import ActionRequest, JsonWord, Plain, Profile, Request
from conformance.signs import fill, placeholders

FORM = ("Content-Type", "application/x-www-form-urlencoded")
JSON = ("Content-Type", "application/json")
_RAW_BYTE = re.compile("[\udc80-\udcff]")


# Gets the placeholders of a field's text, the field's name and its filled text; returns the fields
# to send instead.
Shaping: TypeAlias = Callable[[Collection[str], str, str], "list[tuple[str, Any]]"]


def as_text(_: Collection[str], name: str, text: str) -> list[tuple[str, Any]]:
    """Send the field as it is."""
    return [(name, text)]


def compose(
    request: ActionRequest,
    values: Mapping[str, str | None],
    *,
    in_query: bool = False,
    shaping: Shaping = as_text,
) -> Request:
    """Return the request with its placeholders filled.

    A value of None leaves out the fields and headers that would hold it. `in_query` moves the
    fields that hold credentials from the body to the query string. `shaping` may send a field of
    the body in another shape than as a text.
    """
    filled = {name: value for name, value in values.items() if value is not None}
    absent = {name for name, value in values.items() if value is None}
    query: dict[str, Plain] = {}
    body = _without(request.form if request.multipart is None else request.multipart, absent)
    data = _without(request.json, absent) if isinstance(request.json, dict) else request.json
    if in_query:
        body, query = _split_credentials(body)
        if isinstance(data, dict):
            data, more = _split_credentials(data)
            query |= more
    kept = _without(dict(request.headers), absent) or {}
    headers = [(name, _filled(value, filled)) for name, value in kept.items()]
    content = b""
    if body is not None:
        pairs = _pairs(body, filled, shaping)
        kind, content = (_form if request.multipart is None else _multipart)(pairs)
        headers.append(kind)
    elif data is not None:
        headers.append(JSON)
        content = encoded(_json(data, filled, shaping))
    return Request(
        request.method,
        with_query(_filled(request.path, filled), fill(query, filled)),
        tuple(headers),
        content,
    )


def surroundings(profile: Profile, base_url: str = "") -> dict[str, str]:
    """Return the values of the placeholders that every request of a profile may have.

    `base_url` is that of the node that is asked, where it is not the profile's own.
    """
    base_url = base_url or profile.base_url
    parts = urlsplit(base_url)
    origin = f"{parts.scheme}://{parts.netloc}"
    return {"base_url": base_url, "origin": origin, **profile.secrets}


def _pairs(
    body: Mapping[str, Plain], values: Mapping[str, str], shaping: Shaping
) -> list[tuple[str, Any]]:
    return [
        pair
        for name, text in body.items()
        for pair in shaping(placeholders(text), name, _filled(text, values))
    ]


def _form(pairs: list[tuple[str, Any]]) -> tuple[tuple[str, str], bytes]:
    return FORM, urlencode(pairs, errors="surrogateescape").encode()


def _multipart(pairs: list[tuple[str, Any]]) -> tuple[tuple[str, str], bytes]:
    """Return Content-Type and body of fields as multipart/form-data (RFC 7578)."""
    fields = [(encoded(name), encoded(str(value))) for name, value in pairs]
    boundary = b"conformance"
    while any(boundary in value for _, value in fields):
        boundary += b"-x"
    parts = [
        b'--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
        % (boundary, _in_quotes(name), value)
        for name, value in fields
    ]
    kind = ("Content-Type", f"multipart/form-data; boundary={boundary.decode()}")
    return kind, b"".join(parts) + b"--%s--\r\n" % boundary


def _in_quotes(name: bytes) -> bytes:
    """Return a field's name as browsers write it there (HTML standard, multipart form data)."""
    return name.replace(b"\r", b"%0D").replace(b"\n", b"%0A").replace(b'"', b"%22")


def _json(data: Plain, values: Mapping[str, str], shaping: Shaping) -> str:
    """Return JSON of filled data; written by hand, as an object may hold a name twice."""
    if isinstance(data, list):
        return f"[{', '.join(_json(one, values, shaping) for one in data)}]"
    if not isinstance(data, dict):
        return _dumped(fill(data, values))
    pairs: list[str] = []
    for name, value in data.items():
        if isinstance(value, str) and not isinstance(value, JsonWord):
            shaped = shaping(placeholders(value), name, _filled(value, values))
            pairs += [f"{_dumped(key)}: {_dumped(one)}" for key, one in shaped]
        else:
            pairs.append(f"{_dumped(name)}: {_json(value, values, shaping)}")
    return "{" + ", ".join(pairs) + "}"


def _dumped(value: Any) -> str:
    """Return a value as JSON; bytes that are no text (as `surrogateescape` has them) stay so."""
    if isinstance(value, JsonWord):
        return str(value)
    text = json.dumps(value, ensure_ascii=False)
    return text if _RAW_BYTE.search(text) else json.dumps(value)


def encoded(text: str) -> bytes:
    """Return the bytes of a text; those that are no text come back as they were."""
    return text.encode("utf-8", "surrogateescape")


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
    if request.multipart is not None:
        return replace(request, multipart={**request.multipart, **texts})
    return replace(request, form={**(request.form or {}), **texts})


def without_headers(request: Request, names: Collection[str]) -> Request:
    """Return the request without the headers of these names, given in small letters."""
    kept = tuple(item for item in request.headers if item[0].lower() not in names)
    return replace(request, headers=kept)


def used_placeholders(request: ActionRequest) -> set[str]:
    """Return the names of all placeholders in path, headers and body."""
    return placeholders(
        [
            request.path,
            dict(request.headers),
            dict(request.form or {}),
            dict(request.multipart or {}),
            request.json,
        ]
    )


def _filled(text: Plain, values: Mapping[str, str]) -> str:
    return str(fill(text, values))


def _without(fields: object, absent: set[str]) -> dict[str, Plain] | None:
    """Return the fields except those that would hold a value that is to be left out."""
    if not isinstance(fields, dict):
        return None
    if not absent:
        return fields
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
