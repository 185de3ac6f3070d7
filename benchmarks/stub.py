"""A server that is as fast as one in Python gets, so that its clients are what is measured.

`python benchmarks/stub.py [IDLE]` prints its port and serves until its standard input ends, so it
never outlives whoever started it. Sessions end after IDLE seconds without use (0: never).
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable

_JSON = b"Content-Type: application/json\r\n"
_USER = b'{"user":"alice"}'
_CREDENTIALS = b"username=alice&password=secret-of-alice"
_COOKIE, _TOKEN_LENGTH = b"sid=", 32


class Site:
    """Who is signed in, and how many requests have been answered; `idle` is in seconds."""

    def __init__(self, idle: float = 0.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._idle = idle
        self._clock = clock
        self._used: dict[bytes, float] = {}  # when each session was used last, by its token
        self._answered = 0

    def answer(self, head: bytes, body: bytes) -> bytes:
        """Return the whole response to a request, of which `head` ends before the empty line."""
        request_line = head.split(b"\r\n", 1)[0].rpartition(b" ")[0]
        if request_line == b"GET /answered":
            return _response(b"200 OK", str(self._answered).encode())
        self._answered += 1
        if request_line == b"POST /login":
            return self._log_in(body)
        if request_line == b"GET /me":
            return self._page(_token(head))
        if request_line == b"POST /logout":
            self._used.pop(_token(head), None)
            return _response(b"200 OK", b"{}", _JSON + b"Set-Cookie: sid=; Max-Age=0; Path=/\r\n")
        return _response(b"404 Not Found")

    def _log_in(self, body: bytes) -> bytes:
        if body != _CREDENTIALS:
            return _response(b"401 Unauthorized")
        token = os.urandom(_TOKEN_LENGTH // 2).hex().encode()
        self._used[token] = self._clock()
        set_cookie = b"Set-Cookie: sid=%b; Path=/; HttpOnly; SameSite=Lax\r\n" % token
        return _response(b"200 OK", _USER, _JSON + set_cookie)

    def _page(self, token: bytes) -> bytes:
        now, used = self._clock(), self._used.get(token)
        if used is None or (self._idle and now - used >= self._idle):
            return _response(b"401 Unauthorized")
        self._used[token] = now
        return _response(b"200 OK", _USER, _JSON)


def _response(status: bytes, body: bytes = b"", headers: bytes = b"") -> bytes:
    length = b"Content-Length: %d\r\n" % len(body)
    return b"HTTP/1.1 " + status + b"\r\n" + headers + length + b"\r\n" + body


def _token(head: bytes) -> bytes:
    """Return the session cookie of a request, or nothing."""
    start = head.find(_COOKIE)
    return head[start + len(_COOKIE) :][:_TOKEN_LENGTH] if start >= 0 else b""


class _Connection(asyncio.Protocol):
    """One connection: answers each request once all of it is there."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        while b"\r\n\r\n" in self._read:
            head, _, rest = self._read.partition(b"\r\n\r\n")
            length = _content_length(head)
            if len(rest) < length:
                return
            self._read = rest[length:]
            self._transport.write(self._site.answer(head, rest[:length]))


def _content_length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0


async def _serve(site: Site) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(site), "127.0.0.1", 0, backlog=1024)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(_serve(Site(float(sys.argv[1]) if sys.argv[1:] else 0.0)))
