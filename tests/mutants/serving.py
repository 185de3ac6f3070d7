"""Serves a WSGI app on a port of 127.0.0.1, in threads of this process, until it is stopped."""

from __future__ import annotations

import io
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import unquote_to_bytes

import trustme

WSGI: TypeAlias = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_BODILESS = frozenset({204, 304})


class NoAnswer(Exception):
    """Raised by an app that closes the connection instead of answering.

    With `hang` it waits until the other side, or the end of the server, has closed it.
    """

    def __init__(self, *, hang: bool) -> None:
        super().__init__()
        self.hang = hang


class Handler(BaseHTTPRequestHandler):
    """Hands each request to the app; connections stay open, as those of real servers do."""

    server: Listener
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def setup(self) -> None:
        if self.server.tls:
            self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        self.server.connections.add(self.request)
        super().setup()

    def finish(self) -> None:
        super().finish()
        self.server.connections.discard(self.request)
        self.request.close()

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):  # any method: which are allowed is for the app to say
            return self.answer
        raise AttributeError(name)

    def answer(self) -> None:
        started: list[Any] = ["500 Internal Server Error", []]

        def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
            started[:] = [status, headers]

        try:
            chunks = self.server.app(self._environ(), start_response)
        except NoAnswer as silence:
            self._say_nothing(silence.hang)
            return
        try:
            body = b"".join(chunks)
        finally:
            getattr(chunks, "close", lambda: None)()
        self._send(*started, body)

    def _say_nothing(self, hang: bool) -> None:
        self.close_connection = True
        with suppress(OSError):
            while hang and self.request.recv(1024):
                """Whatever else comes is for nobody."""

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _send(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        code, _, reason = status.partition(" ")
        self.send_response_only(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        bodiless = code in _BODILESS or self.command == "HEAD"
        if code not in _BODILESS and not any(
            name.lower() == "content-length" for name, _ in headers
        ):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if not bodiless:
            self.write_body(body)

    def write_body(self, body: bytes) -> None:
        self.wfile.write(body)

    def _environ(self) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "RAW_URI": self.requestline.split()[1],
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": str(self.server.server_port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https" if self.server.tls else "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            key = name.upper().replace("-", "_")
            key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
            joint = "; " if key == "HTTP_COOKIE" else ", "
            environ[key] = f"{environ[key]}{joint}{value}" if key in environ else value
        return environ


class LowerCaseHandler(Handler):
    """Writes the names of headers as HTTP/2 does."""

    def send_header(self, keyword: str, value: str) -> None:
        super().send_header(keyword.lower(), value)


class ChunkedHandler(Handler):
    """Does not say how long an answer is; it comes in pieces."""

    def send_header(self, keyword: str, value: str) -> None:
        if keyword == "Content-Length":
            keyword, value = "Transfer-Encoding", "chunked"
        super().send_header(keyword, value)

    def write_body(self, body: bytes) -> None:
        for start in range(0, len(body), 16):
            piece = body[start : start + 16]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")


class ClosingHandler(Handler):
    """Speaks HTTP/1.0: no connection is used twice, and its end is the end of the answer."""

    protocol_version = "HTTP/1.0"

    def send_header(self, keyword: str, value: str) -> None:
        if keyword != "Content-Length":
            super().send_header(keyword, value)

    def end_headers(self) -> None:
        super().send_header("Connection", "close")
        super().end_headers()


class Listener(ThreadingHTTPServer):
    """Listens from the moment it is made; `port` 0 takes a free one."""

    daemon_threads = False  # they are waited for at the end
    request_queue_size = 128

    def __init__(
        self,
        app: WSGI,
        port: int,
        tls: ssl.SSLContext | None = None,
        handler: type[Handler] = Handler,
    ) -> None:
        super().__init__(("127.0.0.1", port), handler)
        self.app, self.tls = app, tls
        self.connections: set[socket.socket] = set()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def stop(self) -> None:
        """Close the port and every connection, and return when all threads have ended."""
        self.shutdown()
        self._thread.join()
        for connection in list(self.connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:  # closed by the other side just now
                continue
        self.server_close()


@cache
def certificate_authority() -> trustme.CA:
    """Return a certificate authority that nobody else trusts."""
    return trustme.CA()


@cache
def tls_context() -> ssl.SSLContext:
    """Return the TLS of a server at 127.0.0.1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate_authority().issue_cert("127.0.0.1", "localhost").configure_cert(context)
    return context


def write_authority(folder: Path) -> str:
    """Write the certificate that clients have to trust and return the file's name."""
    file = folder / "ca.pem"
    certificate_authority().cert_pem.write_to_path(str(file))
    return str(file)
