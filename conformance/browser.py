"""One user agent: sends requests, keeps cookies as browsers do, and follows no redirect.

Nothing is taken from the environment (proxies, .netrc, CA bundles), and the cookies are our own:
the jar of requests joins Set-Cookie headers and keeps Secure cookies from a server on 127.0.0.1.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from conformance import __version__
from conformance.baseurl import BaseUrl, host_and_port
from conformance.connections import POOLS, StaleConnection, causes, explain, was_closed
from conformance.cookiestore import (
    CookieStore,
    StoredCookie,
    cookie_header,
    on_the_wire,
    read_cookie_header,
)
from conformance.errors import Closed, TargetError, Unreachable
from conformance.model import Exchange, Request
from conformance.pace import Pace
from conformance.setcookie import parse_set_cookie

Pairs = tuple[tuple[str, str], ...]

LARGEST_BODY = 1024 * 1024  # bytes; no page that a sign looks at is larger
_PIECE = 64 * 1024
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_NOT_IN_A_URL = re.compile(r"[\x00-\x20\x7f]")
_DEFAULT_HEADERS = (
    ("User-Agent", f"session-conformance/{__version__}"),
    ("Accept", "*/*"),
    ("Accept-Encoding", "identity"),
)
# What requests and the libraries below it raise; anything else is a defect of ours.
_FAILURES = (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError)


def ignore(_exchange: Exchange) -> None:
    """Record nothing."""


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


class Browser:
    """One user agent with its own cookies; may be used by several threads at once.

    `clock` gives seconds that never go back, `now` an aware time for what cookies say; `record`
    gets every exchange, in the thread that made it.
    """

    def __init__(
        self,
        base_url: str,
        *,
        clock: Callable[[], float],
        now: Callable[[], datetime],
        wire: Wire | None = None,
        record: Callable[[Exchange], None] = ignore,
    ) -> None:
        self._base = BaseUrl(base_url)
        self._clock = clock
        self._now = now
        self._wire = wire or Wire()
        self._record = record
        self._store = CookieStore()
        self._lock = threading.Lock()

    def send(
        self, request: Request, *, cookies: Sequence[tuple[str, str]] | None = None
    ) -> Exchange:
        """Send a request and return what came; no redirect is followed.

        Without `cookies` it goes as a browser sends it, and the cookies of the answer are kept.
        With `cookies` exactly these go, legal or not, and the store is neither read nor changed.
        A Cookie header of the request itself goes as it is, instead of either.
        """
        url = self.url_of(request.target)
        pairs = self._cookies_for(url) if cookies is None else tuple(cookies)
        own = [value for name, value in request.headers if name.lower() == "cookie"]
        sent = read_cookie_header("; ".join(own)) if own else pairs
        headers = _complete(request.headers, () if own else pairs)
        self._wire.pace.keep()
        started = self._clock()
        answer = self._wire.send(request.method, url, headers, request.body)
        seconds = self._clock() - started
        exchange = Exchange(request.method, url, sent, *answer, started, seconds)
        if cookies is None:
            self.keep(exchange)
        self._record(exchange)
        return exchange

    def url_of(self, target: str) -> str:
        """Return the whole URL of a path below the base URL, or of a URL on the same origin."""
        return self._base.url_of(target)

    @property
    def cookies(self) -> tuple[StoredCookie, ...]:
        """What the browser keeps, in order of creation."""
        with self._lock:
            return self._store.cookies

    def cookies_for(self, target: str) -> Pairs:
        """Return the names and values that would go to `target` now."""
        return self._cookies_for(self.url_of(target))

    def _cookies_for(self, url: str) -> Pairs:
        with self._lock:
            return self._store.header_for(url, self._now())

    def plant_cookie(
        self, name: str, value: str, *, path: str = "", host_only: bool = True
    ) -> None:
        """Plant a cookie by hand: for all paths of the host, or for one below the base URL.

        Without `host_only` it is a cookie of a domain that the host belongs to.
        """
        whole = urlsplit(self.url_of(path)).path if path else "/"
        with self._lock:
            self._store.set(name, value, self._base.origin, path=whole, host_only=host_only)

    def clear_cookies(self) -> None:
        """Forget every cookie."""
        with self._lock:
            self._store.clear()

    def drop_connections(self) -> None:
        """Close idle connections, which a server may have closed after a wait or a restart."""
        self._wire.drop_connections()

    def keep(self, exchange: Exchange) -> None:
        """Keep the cookies of an answer, as if this browser had asked for it."""
        received = map(parse_set_cookie, exchange.header_values("Set-Cookie"))
        with self._lock:
            for set_cookie in received:
                if set_cookie:
                    self._store.store(set_cookie, exchange.url, self._now())


def _complete(headers: Pairs, cookies: Pairs) -> Pairs:
    """Add the default headers that are not given, and one Cookie header if there are cookies."""
    given = {name.lower() for name, _ in headers}
    missing = tuple(item for item in _DEFAULT_HEADERS if item[0].lower() not in given)
    encoded = tuple((name, on_the_wire(value)) for name, value in headers)
    carried = (("Cookie", cookie_header(cookies)),) if cookies else ()
    return (*missing, *encoded, *carried)
