"""Sends requests and reads their answers; the only module that knows requests.

Nothing is taken from the environment (proxies, .netrc, CA bundles), and no redirect is followed.
"""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from conformance.answers import Answer, Pairs
from conformance.baseurl import host_and_port
from conformance.connections import LEAST_TIMEOUT, POOLS, StaleConnection
from conformance.errors import Closed, TargetError, Unreachable
from conformance.mishaps import causes, explain, was_closed
from conformance.pace import Pace

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_NOT_IN_A_URL = re.compile(r"[\x00-\x20\x7f]")
# What requests and the libraries below it raise; anything else is a defect of ours.
_FAILURES = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    OSError,
    ValueError,
)


class _Headers(Mapping[str, str]):
    """The headers of a request, which may be repeated, as what requests takes for headers."""

    def __init__(self, pairs: Pairs) -> None:
        self.pairs = pairs

    def __getitem__(self, name: str) -> str:
        for key, value in self.pairs:
            if key.lower() == name.lower():
                return value
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self.pairs)

    def __len__(self) -> int:
        return len(self.pairs)


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
        # Left alone: "..", "//", an empty query, "%2f" and a "%" without two digits.
        return "/" + str(request.url).split("/", 3)[3]

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> Any:
        # As it comes from our pools: a response of requests begins with a jar for its cookies.
        return resp if isinstance(resp, Answer) else super().build_response(req, resp)


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
        self._limit = urllib3.Timeout(total=timeout)
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
            return self._exchange(prepared, self._limit)
        except _FAILURES as error:
            if not _may_repeat(error, prepared.method):
                raise
        self.drop_connections()
        left = max(ends - time.monotonic(), LEAST_TIMEOUT)
        return self._exchange(prepared, urllib3.Timeout(total=left))

    def _exchange(self, prepared: requests.PreparedRequest, limit: urllib3.Timeout) -> Answer:
        # Handed through to our pools; a number would count for connecting and for reading each.
        timeout: Any = limit
        answer: Any = self._adapter.send(prepared, timeout=timeout, verify=self._verify)
        return answer if isinstance(answer, Answer) else _of_a_mock(answer)


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
    prepared.headers = cast("Any", _Headers(headers))
    return prepared


def _of_a_mock(response: requests.Response) -> Answer:
    """Return the answer of one who stands in for the adapter; repeated headers may be joined."""
    headers = getattr(response.raw, "headers", response.headers)
    return Answer(response.status_code, tuple(headers.items()), response.content)
