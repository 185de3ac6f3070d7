"""Reads one answer from a connection: until a deadline, and without a parser of e-mails.

A socket's own timeout starts again with every byte, so a server that drips would never be late.
"""

from __future__ import annotations

import http.client
import io
import re
import socket
import time
from http import HTTPStatus
from typing import IO, Any, NamedTuple, cast

import urllib3

Pairs = tuple[tuple[str, str], ...]

LARGEST_BODY = 1024 * 1024  # bytes; no page that a sign looks at is larger
_LONGEST_LINE = 65536  # bytes; what the standard library takes, as for the number of lines
_MOST_LINES = 100
_LAST_LINES = (b"\r\n", b"\n", b"")
_PLAIN_LINE = re.compile(r"^([!-9;-~]+):[ \t]*([^\r\n]*)\r\n", re.MULTILINE)
_FOLD = re.compile(r"[ \t]*\r\n[ \t]+")
_WITHOUT_BODY = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


class Answer(NamedTuple):
    """A response, its headers in order and with repetition."""

    status: int
    headers: Pairs
    body: bytes


class Response(http.client.HTTPResponse):
    """An answer whose bytes are read until a reading of `time.monotonic()`."""

    def __init__(self, sock: socket.socket, ends: float, method: str) -> None:
        super().__init__(cast("socket.socket", _UntilDeadline(sock, ends)), method=method)
        self._method = method
        self.fields: Pairs = ()

    def begin(self) -> None:
        """Read status and headers, and see where the body ends, as the base class does."""
        read_status = self._read_status  # type: ignore[attr-defined]
        version, self.status, self.reason = read_status()
        while self.status == HTTPStatus.CONTINUE:
            read_fields(self.fp)
            version, self.status, self.reason = read_status()
        if not version.startswith(("HTTP/1.", "HTTP/0.9")):
            raise http.client.UnknownProtocol(version)
        self.version = 10 if version in ("HTTP/1.0", "HTTP/0.9") else 11
        self.fields = read_fields(self.fp)
        self.headers = self.msg = cast("Any", _first_of_each(self.fields))
        self.chunked = self.headers.get("transfer-encoding", "").lower() == "chunked"
        self.chunk_left = None
        self.length = None if self.chunked else self._stated_length()
        has_end = self.chunked or self.length is not None
        self.will_close = self._check_close() or not has_end  # type: ignore[attr-defined]

    def _stated_length(self) -> int | None:
        is_without = self.status in _WITHOUT_BODY or self.status < HTTPStatus.OK
        if is_without or self._method == "HEAD":
            return 0
        if len(self.fields) > len(self.headers) and len(_lengths(self.fields)) > 1:
            raise http.client.HTTPException("the body has several lengths")
        try:
            length = int(self.headers.get("content-length", ""))
        except ValueError:
            return None
        return length if length >= 0 else None

    def whole(self) -> Answer:
        """Read the body, of a very large one the beginning, and return the answer."""
        source = self._decoded() if "content-encoding" in self.headers else self
        body = source.read(LARGEST_BODY + 1)
        if self.length and len(body) <= LARGEST_BODY:
            raise http.client.IncompleteRead(body, self.length)
        return Answer(self.status, self.fields, body[:LARGEST_BODY])

    def _decoded(self) -> urllib3.HTTPResponse:
        fields = urllib3.HTTPHeaderDict(self.fields)
        return urllib3.HTTPResponse(
            self, fields, preload_content=False, request_method=self._method
        )

    @property
    def leaves_connection_open(self) -> bool:
        """Whether all was read and the server takes another request."""
        return self.isclosed() and not self.will_close


class _UntilDeadline(io.RawIOBase):
    """The bytes of a socket."""

    def __init__(self, sock: socket.socket, ends: float) -> None:
        self._sock = sock
        self._raw = socket.SocketIO(sock, "r")
        self._ends = ends

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Return what reads them, as the base class asks a socket for it."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)
        return self._raw.readinto(buffer)


def _first_of_each(fields: Pairs) -> dict[str, str]:
    """Return the value of each header, of a repeated one the first; names in small letters."""
    return {name.lower(): value for name, value in reversed(fields)}


def _lengths(fields: Pairs) -> set[str]:
    return {value for name, value in fields if name.lower() == "content-length"}


def read_fields(file: IO[bytes]) -> Pairs:
    """Read header lines and the empty line after them; return names and values.

    What is unusual, or too much, is left to the standard library.
    """
    lines: list[bytes] = []
    while (line := file.readline(_LONGEST_LINE + 1)) not in _LAST_LINES:
        lines.append(line)
        if len(line) > _LONGEST_LINE or len(lines) > _MOST_LINES:
            break
    block = b"".join(lines)
    plain = _PLAIN_LINE.findall(block.decode("latin-1"))
    if len(plain) == len(lines) <= _MOST_LINES:
        return tuple(plain)
    message = http.client.parse_headers(io.BytesIO(block))
    return tuple((name, _FOLD.sub(" ", value)) for name, value in message.items())
