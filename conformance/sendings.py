"""Other ways to send a request than the profile says."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from conformance.model import Request
from conformance.words import Words

Sending: TypeAlias = Callable[[Request], Request]

sendings: Words[Sending] = Words("way of sending")

_KILOBYTE = 1024
_HEADER = "x" * (60 * _KILOBYTE)
_BODY = b" " * (2 * _KILOBYTE * _KILOBYTE)
_DEPTH = 20_000

# Ways to send so much that a server may close the connection instead of answering.
OVERSIZE = frozenset({"with a long header", "with a long URL", "with a long body"})


@sendings("by GET")
def _get(request: Request) -> Request:
    """By GET, with the same body."""
    return replace(request, method="GET")


@sendings("by PUT")
def _put(request: Request) -> Request:
    """By PUT."""
    return replace(request, method="PUT")


@sendings("by PATCH")
def _patch(request: Request) -> Request:
    """By PATCH."""
    return replace(request, method="PATCH")


@sendings("by DELETE")
def _delete(request: Request) -> Request:
    """By DELETE, with the same body."""
    return replace(request, method="DELETE")


@sendings("as plain text")
def _plain_text(request: Request) -> Request:
    """With the content type `text/plain`, which pages of other sites may send as well."""
    return _labelled(request, "text/plain")


@sendings("as XML")
def _xml(request: Request) -> Request:
    """With the content type `application/xml`."""
    return _labelled(request, "application/xml")


@sendings("without a content type")
def _unlabelled(request: Request) -> Request:
    """Without a content type."""
    return _labelled(request, "")


@sendings("cut off in the middle")
def _cut(request: Request) -> Request:
    """With the first half of the body."""
    return replace(request, body=request.body[: len(request.body) // 2])


@sendings("with an empty body")
def _empty(request: Request) -> Request:
    """With no body at all."""
    return replace(request, body=b"")


@sendings("deeply nested")
def _nested(request: Request) -> Request:
    """With a body of 20 000 opening brackets."""
    return replace(request, body=b"[" * _DEPTH)


@sendings("with a long header")
def _long_header(request: Request) -> Request:
    """With a header of 60 kilobytes."""
    return replace(request, headers=(*request.headers, ("X-Long", _HEADER)))


@sendings("with a long URL")
def _long_url(request: Request) -> Request:
    """With a query of 60 kilobytes in the URL."""
    joint = "&" if "?" in request.target else "?"
    return replace(request, target=f"{request.target}{joint}long={_HEADER}")


@sendings("with a long body")
def _long_body(request: Request) -> Request:
    """With 2 megabytes of spaces behind the body."""
    return replace(request, body=request.body + _BODY)


def _labelled(request: Request, kind: str) -> Request:
    """Return the request with another content type, or with none."""
    kept = [pair for pair in request.headers if not re.fullmatch("content-type", pair[0], re.I)]
    labels = [("Content-Type", kind)] if kind else []
    return replace(request, headers=(*kept, *labels))
