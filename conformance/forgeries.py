"""How a page of another origin would send a request of ours, in the shapes that browsers let it."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, urlencode

from conformance.composition import FORM, JSON, with_query, without_headers
from conformance.model import Request
from conformance.origins import Page, is_plain_header, needs_preflight

_TEXT = ("Content-Type", "text/plain")
_CONTENT_TYPE = frozenset({"content-type"})


def foreign_requests(request: Request, page: Page) -> tuple[Request, ...]:
    """Return the requests that the page would try in place of this one, the easiest first.

    A link makes a GET request with all fields in its query. Other pages send a form; a body that is
    JSON goes as text and as a form, and a method that forms don't have stands in the field
    `_method`. What is left needs a preflight, and goes as it is.
    """
    if page.follows:
        return (_link(request),)
    if not needs_preflight(request):
        return (request,)
    shapes = [_form(request), _text(request), _overridden(request)]
    plain = [one for one in shapes if one and not needs_preflight(one)]
    return (*plain, request)


def _link(request: Request) -> Request:
    headers = without_headers(_bare(request), _CONTENT_TYPE).headers
    return Request("GET", with_query(request.target, dict(_fields(request))), headers)


def _form(request: Request) -> Request:
    """Return the request with its fields as a form, and no header that forms don't have."""
    body = urlencode(_fields(request)).encode()
    headers = without_headers(_bare(request), _CONTENT_TYPE).headers
    return Request(request.method, request.target, (*headers, FORM) if body else headers, body)


def _text(request: Request) -> Request | None:
    """Return the request with its JSON under another name, or None where it has none."""
    if not _is_json(request):
        return None
    headers = without_headers(_bare(request), _CONTENT_TYPE).headers
    return Request(request.method, request.target, (*headers, _TEXT), request.body)


def _overridden(request: Request) -> Request | None:
    if request.method == "POST":
        return None
    fields = {**_fields(request), "_method": request.method}
    headers = without_headers(_bare(request), _CONTENT_TYPE).headers
    target = with_query(request.target, {"_method": request.method})
    return Request("POST", target, (*headers, FORM), urlencode(fields).encode())


def _bare(request: Request) -> Request:
    """Return the request without headers that only scripts can set."""
    kept = tuple(item for item in request.headers if is_plain_header(*item))
    return Request(request.method, request.target, kept, request.body)


def _fields(request: Request) -> dict[str, str]:
    """Return the texts of a form or of a JSON object."""
    if not _is_json(request):
        return dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
    data = json.loads(request.body)
    pairs = data.items() if isinstance(data, dict) else ()
    return {name: value for name, value in pairs if isinstance(value, str)}


def _is_json(request: Request) -> bool:
    return JSON in request.headers
