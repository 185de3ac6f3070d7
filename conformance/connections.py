"""Connections that send a whole request at once and keep a deadline for the whole answer."""

from __future__ import annotations

import http.client
import re
import ssl
import time
from contextlib import suppress
from functools import cached_property
from typing import Any
from urllib.parse import quote

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from conformance.answers import Answer, Pairs, Response

LEAST_TIMEOUT = 0.001  # seconds; a timeout of 0 would mean that nothing waits
_WITHOUT_BODY = frozenset({"GET", "HEAD", "DELETE", "TRACE", "OPTIONS", "CONNECT"})
_FRAMING = ("content-length", "transfer-encoding")
_METHOD = re.compile(r"[-!#$%&'*+.^_`|~0-9A-Za-z]+")
_HEADER_LINE = re.compile(r"[!-9;-~][\t -9;-~]*: [^\r\n]*")
_SENT_AS_THEY_ARE = "%!$&'()*+,;=:@/?~"  # in a path with its query, beside letters and digits


class StaleConnection(http.client.RemoteDisconnected):
    """A kept-alive connection turned out to be closed before it brought an answer."""


class _Connection(HTTPConnection):
    """A connection that knows whether it has brought an answer before."""

    _has_answered = False

    def connect(self) -> None:
        self._has_answered = False
        super().connect()

    def exchange(self, method: str, request: bytes, ends: float) -> Answer:
        """Send a whole request and return the whole answer, before time.monotonic() is `ends`."""
        self.timeout = max(ends - time.monotonic(), LEAST_TIMEOUT)
        if self.sock is None:
            self.connect()
        self.sock.settimeout(max(ends - time.monotonic(), LEAST_TIMEOUT))
        # A server may answer, and close, before it has read everything.
        with suppress(BrokenPipeError, ConnectionResetError, ssl.SSLEOFError):
            self.send(request)
        response = Response(self.sock, ends, method)
        try:
            response.begin()
        except (ConnectionError, ssl.SSLEOFError):
            if self._has_answered:
                raise StaleConnection("closed while it was idle") from None
            raise
        self._has_answered = True
        answer = response.whole()
        if not response.leaves_connection_open:
            self.close()
        return answer


class _TlsConnection(_Connection, HTTPSConnection):
    """The same over TLS."""


class _Pool(HTTPConnectionPool):
    """Connections to one server, without what the suite has no use for: retries and redirects."""

    ConnectionCls = _Connection

    def urlopen(  # type: ignore[override]
        self,
        method: str,
        url: str,
        body: bytes | None,
        headers: Any,
        *,
        timeout: Any,
        **_: Any,
    ) -> Answer:
        """Send a request for `url`, a path with its query, and return the whole answer.

        `timeout` is a urllib3.Timeout of which the total counts; `headers` has its `pairs`.
        """
        ends = time.monotonic() + timeout.total
        request = _request(method, url, self._authority, headers.pairs, body or b"")
        connection: Any = self._get_conn()
        try:
            answer: Answer = connection.exchange(method, request, ends)
        except BaseException:
            connection.close()
            raise
        finally:
            self._put_conn(connection)
        return answer

    @cached_property
    def _authority(self) -> str:
        """The server's name as the Host header has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host.encode("idna").decode("ascii")
        is_default = self.port in (None, self.ConnectionCls.default_port)
        return host if is_default else f"{host}:{self.port}"


class _TlsPool(_Pool, HTTPSConnectionPool):
    """The same over TLS."""

    ConnectionCls = _TlsConnection


POOLS = {"http": _Pool, "https": _TlsPool}


def _request(method: str, path: str, authority: str, headers: Pairs, body: bytes) -> bytes:
    """Return the bytes of a request; raises ValueError for what HTTP has no way to send."""
    given = {name.lower() for name, _ in headers}
    lines = [f"{name}: {value}" for name, value in headers]
    if "host" not in given:
        lines.insert(0, f"Host: {authority}")
    if (body or method not in _WITHOUT_BODY) and given.isdisjoint(_FRAMING):
        lines.append(f"Content-Length: {len(body)}")
    if not _METHOD.fullmatch(method) or not all(map(_HEADER_LINE.fullmatch, lines)):
        raise ValueError("a method or a header can't be sent")
    target = quote(path, safe=_SENT_AS_THEY_ARE, errors="surrogatepass")
    head = "\r\n".join((f"{method} {target} HTTP/1.1", *lines, "", ""))
    return head.encode("latin-1") + body
