"""Connections that keep a deadline for the whole answer, and plain words for how they fail.

A socket's own timeout starts again with every byte, so a server that drips would never be late.
"""

from __future__ import annotations

import http.client
import io
import math
import socket
import ssl
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import urllib3.exceptions
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

if TYPE_CHECKING:
    from urllib3.response import HTTPResponse


class StaleConnection(http.client.RemoteDisconnected):
    """A kept-alive connection turned out to be closed before it brought an answer."""


class _UntilDeadline(io.RawIOBase):
    """A socket's bytes, for as long as the socket's timeout says now."""

    def __init__(self, sock: socket.socket, raw: io.RawIOBase) -> None:
        self._sock = sock
        self._raw = raw
        self._deadline = time.monotonic() + (sock.gettimeout() or math.inf)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if left < math.inf:
            self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        super().close()
        self._raw.close()


class _Readable(NamedTuple):
    """As much of a socket as an answer wants to have."""

    sock: Any

    def makefile(self, mode: str) -> io.BufferedReader:
        """Return what reads the socket's bytes until the deadline, from the first to the last."""
        raw = self.sock.makefile(mode, buffering=0)
        return io.BufferedReader(_UntilDeadline(self.sock, raw))


class _Answer(http.client.HTTPResponse):
    """An answer that is read until the deadline."""

    def __init__(self, sock: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(cast("socket.socket", _Readable(sock)), *args, **kwargs)


class _Connection(HTTPConnection):
    """A connection that knows whether it has brought an answer before."""

    response_class = _Answer
    _has_answered = False

    def connect(self) -> None:
        self._has_answered = False
        super().connect()

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3's own
        try:
            response = super().getresponse()
        except ConnectionError:
            if self._has_answered:
                raise StaleConnection("closed while it was idle") from None
            raise
        self._has_answered = True
        return response


class _TlsConnection(_Connection, HTTPSConnection):
    """The same over TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


POOLS = {"http": _Pool, "https": _TlsPool}


# The first kind that is among an error's causes says what happened; `detail` is the cause's own.
_CLAUSES: tuple[tuple[type[BaseException], str], ...] = (
    (TimeoutError, "no complete response from {where} within {seconds:g} s"),
    (ConnectionRefusedError, "nothing listens at {where} (connection refused)"),
    (socket.gaierror, "the host of {where} has no address ({detail})"),
    (ssl.SSLCertVerificationError, "TLS: certificate not trusted ({detail})"),
    (ssl.SSLError, "TLS: no secure connection to {where} ({detail})"),
    (http.client.RemoteDisconnected, "{where} closed the connection without an answer"),
    (ConnectionError, "{where} broke the connection off ({detail})"),
    (http.client.IncompleteRead, "the answer of {where} is cut off or badly chunked"),
    (urllib3.exceptions.DecodeError, "the answer of {where} is not encoded as it says"),
    (http.client.HTTPException, "the answer of {where} is not HTTP"),
    (ValueError, "HTTP has no way to send such a URL, method or header"),
    (OSError, "no connection to {where} ({detail})"),
    # Late in the list, as urllib3 counts a refused connection among its timeouts.
    (urllib3.exceptions.TimeoutError, "no complete response from {where} within {seconds:g} s"),
)


def explain(error: BaseException, where: str, seconds: float) -> str:
    """Say in one clause why no answer came from `where`, without a value that was sent."""
    found = tuple(causes(error))
    for kind, clause in _CLAUSES:
        for cause in found:
            if isinstance(cause, kind):
                return clause.format(where=where, seconds=seconds, detail=_detail(cause))
    return f"no response from {where} ({type(error).__name__})"


def was_closed(error: BaseException) -> bool:
    """Say whether the other side closed a connection that it had taken."""
    found = tuple(causes(error))
    ended = (ConnectionResetError, BrokenPipeError, http.client.RemoteDisconnected)
    return any(isinstance(cause, ended) for cause in found)


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and those inside it: the libraries wrap the real one several times."""
    yield error
    for inner in (*error.args, getattr(error, "reason", None), error.__cause__):
        if isinstance(inner, BaseException):
            yield from causes(inner)


def _detail(cause: BaseException) -> str:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return str(cause.verify_message).rstrip(".")
    if isinstance(cause, ssl.SSLError):
        return str(cause.reason or "no handshake").lower().replace("_", " ")
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror.lower()
    return type(cause).__name__
