"""Sends requests and reads their answers; the only module that knows requests.

Nothing is taken from the environment (proxies, .netrc, CA bundles), and no redirect is followed.
"""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from conformance.baseurl import host_and_port
from conformance.connections import POOLS, StaleConnection, causes, explain, was_closed
from conformance.errors import Closed, TargetError, Unreachable
from conformance.pace import Pace

Pairs = tuple[tuple[str, str], ...]

LARGEST_BODY = 1024 * 1024  # bytes; no page that a sign looks at is larger
_PIECE = 64 * 1024
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_NOT_IN_A_URL = re.compile(r"[\x00-\x20\x7f]")
# What requests and the libraries below it raise; anything else is a defect of ours.
_FAILURES = (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError)


class Answer(NamedTuple):
    """A response, its headers in order and with repetition."""

    status: int
    headers: Pairs
    body: bytes


class _Adapter(HTTPAdapter):
    """An adapter that asks for paths as they are given, over connections with a deadline."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._pools: dict[str, Any] = {}
        super().__init__(*args, **kwargs)

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:
        """Return the connections to the host of a URL, which requests would look up each time."""
        origin = "/".join(str(request.url).split("/", 3)[:3])
        pool = self._pools.get(origin)
        if pool is None:
            pool = super().get_connection_with_tls_context(request, verify, proxies, cert)
            self._pools[origin] = pool
        return pool

    def close(self) -> None:
        self._pools.clear()
        super().close()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def request_url(self, request: requests.PreparedRequest, proxies: Any) -> str:  # noqa: ARG002
        # Left alone: "..", "//", an empty query. Not in our hands: urllib3 writes %2f as %2F and
        # percent-encodes what a URL can't hold (non-ASCII letters, a "%" without two digits).
        return "/" + str(request.url).split("/", 3)[3]

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        # Without the cookie jar of requests, which warns of a bug of its own at unusual cookies,
        # and without its copy of the headers: `_headers` takes them from the raw answer.
        response = requests.Response()
        response.request, response.raw, response.status_code = req, resp, resp.status
        return response


class Wire:
    """Connections that any number of browsers, in any number of threads, may share.

    `timeout` is for a whole exchange, however slowly its bytes come; `ca_file` replaces the
    certificate authorities that are trusted; `pace` says how fast requests may follow each other.
    """

    def __init__(self, ca_file: str = "", timeout: float = 10.0, pace: Pace | None = None) -> None:
        if ca_file and not Path(ca_file).exists():
            raise TargetError(f"there is no file of certificate authorities at {ca_file}")
        self.timeout = timeout
        self.pace = pace or Pace()
        self._verify: bool | str = ca_file or True
        self._adapter = _Adapter(pool_connections=16, pool_maxsize=128)

    def send(self, method: str, url: str, headers: Pairs, body: bytes = b"") -> Answer:
        """Send one request and read its answer; Unreachable when there is none."""
        prepared = _prepare(method, url, headers, body)
        try:
            if _NOT_IN_A_URL.search(url):
                raise ValueError  # urllib would drop some of them in silence
            return self._send_twice_if_stale(prepared)
        except _FAILURES as error:
            reason = explain(error, host_and_port(url), self.timeout)
            kind = Closed if was_closed(error) else Unreachable
            raise kind(f"{method} {urlsplit(url).path}: {reason}") from None

    def drop_connections(self) -> None:
        """Close idle connections; those in use are closed after their exchange."""
        self._adapter.close()

    def _send_twice_if_stale(self, prepared: requests.PreparedRequest) -> Answer:
        ends = time.monotonic() + self.timeout
        try:
            return self._exchange(prepared, ends)
        except _FAILURES as error:
            if not _may_repeat(error, prepared.method):
                raise
        self.drop_connections()
        return self._exchange(prepared, ends)

    def _exchange(self, prepared: requests.PreparedRequest, ends: float) -> Answer:
        left = max(ends - time.monotonic(), 0.001)
        # Handed through to urllib3; a number would count for connecting and for reading each.
        limit: Any = urllib3.Timeout(total=left)
        response = self._adapter.send(prepared, stream=True, timeout=limit, verify=self._verify)
        try:
            return Answer(response.status_code, _headers(response), _body(response))
        finally:
            response.close()  # gives the connection back if all was read, else closes it


def _may_repeat(error: BaseException, method: str | None) -> bool:
    """Tell whether a request can be sent again without acting twice.

    It can when it never left (another thread dropped the connections at that moment), and when a
    safe method met a connection that the server had closed while it was idle. After any other
    method nobody knows whether the server acted before it closed.
    """
    found = tuple(causes(error))
    if any(isinstance(cause, urllib3.exceptions.ClosedPoolError) for cause in found):
        return True
    is_stale = any(isinstance(cause, StaleConnection) for cause in found)
    return is_stale and method in _SAFE_METHODS


def _prepare(method: str, url: str, headers: Pairs, body: bytes) -> requests.PreparedRequest:
    """Make a request without the preparation of requests, which would rewrite URL and headers."""
    prepared = requests.PreparedRequest()
    prepared.method, prepared.url, prepared.body = method, url, body or None
    # A mapping that keeps repeated headers apart, with all that the adapter asks of its own.
    fields = urllib3.HTTPHeaderDict()
    for name, value in headers:
        fields.add(name, value)
    if body and "Content-Length" not in fields:
        fields.add("Content-Length", str(len(body)))
    prepared.headers = cast("Any", fields)
    return prepared


def _headers(response: requests.Response) -> Pairs:
    raw = getattr(response.raw, "headers", None)
    if isinstance(raw, urllib3.HTTPHeaderDict):
        return tuple(raw.items())
    return tuple(response.headers.items())  # a mock; repeated headers are joined here


def _body(response: requests.Response) -> bytes:
    body = b""
    while len(body) <= LARGEST_BODY:
        piece = response.raw.read(_PIECE, decode_content=True)
        if not piece:
            return body
        body += piece
    return body[:LARGEST_BODY]
