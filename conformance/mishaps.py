"""Plain words for how a connection or an answer failed."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator

import urllib3.exceptions

# The first kind that is among an error's causes says what happened; `detail` is the cause's own.
_CLAUSES: tuple[tuple[type[BaseException], str], ...] = (
    (TimeoutError, "no complete response from {where} within {seconds:g} s"),
    (ConnectionRefusedError, "nothing listens at {where} (connection refused)"),
    (socket.gaierror, "the host of {where} has no address ({detail})"),
    (ssl.SSLCertVerificationError, "TLS: certificate not trusted ({detail})"),
    (ssl.SSLEOFError, "{where} broke the connection off ({detail})"),
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
    ended = (
        ConnectionResetError,
        BrokenPipeError,
        http.client.RemoteDisconnected,
        ssl.SSLEOFError,  # the same over TLS
    )
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
    if isinstance(cause, ssl.SSLEOFError):
        return "an end within TLS"
    if isinstance(cause, ssl.SSLError):
        return str(cause.reason or "no handshake").lower().replace("_", " ")
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror.lower()
    return type(cause).__name__
