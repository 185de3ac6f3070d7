"""A tiny server with sessions for the suite to be tried on; a test spoils one answer of it.

In a test it runs in a thread and on the test's clock. `python toyserver.py PORT` runs it by itself.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

PASSWORDS = {"alice": "correct horse/battery", "bob": "Tr0ub4dor & 3 'Zebras'"}
ATTRIBUTES = "HttpOnly; SameSite=Lax; Path=/"


@dataclass
class Asked:
    """A request as an answer needs it."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    cookies: dict[str, str]

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass
class Reply:
    """An answer: JSON, unless it has a body of its own."""

    status: int = 200
    data: Any = field(default_factory=dict)
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes | None = None


class Toy:
    """The server; replace what `routes` say to make it wrong in one respect."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        idle: float = 10.0,
        absolute: float = 60.0,
        store: Path | None = None,
    ) -> None:
        self.clock, self.idle, self.absolute, self.store = clock, idle, absolute, store
        self.attributes = ATTRIBUTES
        self.passwords = dict(PASSWORDS)
        self.sessions: dict[str, list[Any]] = {}  # token: user, created, last used
        self.asked: list[Asked] = []
        self.url = ""
        self.routes: dict[str, Callable[[Asked], Reply]] = {
            "POST /login": self.login,
            "POST /logout": self.logout,
            "GET /me": self.me,
            "POST /register": self.register,
            "POST /echo": self.echo,
        }
        if store and store.exists():
            self.sessions = json.loads(store.read_text())

    def answer(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        route = self.routes.get(f"{asked.method} {asked.path}")
        reply = route(asked) if route else Reply(404)
        if self.store:
            self.store.write_text(json.dumps(self.sessions))
        return reply

    def login(self, asked: Asked) -> Reply:
        name = asked.form.get("username", "")
        if not name or self.passwords.get(name) != asked.form.get("password"):
            return Reply(401)
        return self.welcome(name, secrets.token_hex(16))

    def welcome(self, name: str, token: str) -> Reply:
        self.sessions[token] = [name, self.clock(), self.clock()]
        cookie = f"sid={token}; {self.attributes}"
        return Reply(200, {"user": name}, [("Set-Cookie", cookie)])

    def logout(self, asked: Asked) -> Reply:
        if not self.user(asked):
            return Reply(401)
        del self.sessions[asked.cookies["sid"]]
        return Reply(headers=[("Set-Cookie", "sid=; Max-Age=0; Path=/")])

    def me(self, asked: Asked) -> Reply:
        name = self.user(asked)
        return Reply(200, {"user": name}) if name else Reply(401)

    def register(self, asked: Asked) -> Reply:
        name = asked.form["username"]
        if name in self.passwords:
            return Reply(409)
        self.passwords[name] = asked.form["password"]
        return Reply(201)

    def echo(self, asked: Asked) -> Reply:
        return Reply(200, {"type": asked.headers.get("Content-Type"), "body": asked.body.decode()})

    def user(self, asked: Asked) -> str:
        session = self.sessions.get(asked.cookies.get("sid", ""))
        now = self.clock()
        if session is None or now - session[1] >= self.absolute or now - session[2] >= self.idle:
            return ""
        session[2] = now
        return str(session[0])

    @contextmanager
    def serving(self, port: int = 0) -> Iterator[Toy]:
        with _Server(("127.0.0.1", port), self) as server:
            self.url = f"http://127.0.0.1:{server.server_address[1]}"
            thread = threading.Thread(target=server.serve_forever, args=(0.01,))
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], toy: Toy) -> None:
        super().__init__(address, _Handler)
        self.toy = toy


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet
    server: _Server

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        cookies = SimpleCookie(self.headers.get("Cookie", ""))
        reply = self.server.toy.answer(
            Asked(
                self.command,
                parts.path,
                dict(parse_qsl(parts.query)),
                dict(self.headers.items()),
                body,
                {name: cookie.value for name, cookie in cookies.items()},
            )
        )
        content = json.dumps(reply.data).encode() if reply.body is None else reply.body
        self.send_response(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = _answer  # noqa: N815 (the names that the library calls)

    def log_message(self, *_: object) -> None:
        pass


# --- by itself --------------------------------------------------------------------------------


def _no_revocation(toy: Toy) -> None:
    toy.routes["POST /logout"] = lambda asked: Reply(200 if toy.user(asked) else 401)


def _server_error(toy: Toy) -> None:
    toy.routes["GET /me"] = lambda _: Reply(500)


def _death(toy: Toy) -> None:
    """Let the server die at the third login."""
    logins: list[Asked] = []

    def login(asked: Asked) -> Reply:
        logins.append(asked)
        if len(logins) > 2:
            os._exit(3)
        return toy.login(asked)

    toy.routes["POST /login"] = login


FAULTS: dict[str, Callable[[Toy], None]] = {
    "logout revokes nothing": _no_revocation,
    "server error": _server_error,
    "dies": _death,
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("--fault", choices=FAULTS)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--pids", type=Path, help="a file that gets the ids of all processes")
    parser.add_argument("--child", action="store_true", help="have a child that ignores SIGTERM")
    options = parser.parse_args()
    toy = Toy(store=options.store)
    if options.fault:
        FAULTS[options.fault](toy)
    pids = [os.getpid()]
    if options.child:
        code = "import signal, time; signal.signal(15, signal.SIG_IGN); print(flush=True);"
        child = subprocess.Popen(
            [sys.executable, "-c", f"{code} time.sleep(600)"], stdout=subprocess.PIPE
        )
        assert child.stdout
        child.stdout.readline()
        pids.append(child.pid)
    if options.pids:
        with options.pids.open("a") as file:
            file.write("".join(f"{pid}\n" for pid in pids))
    with toy.serving(options.port):
        threading.Event().wait()


if __name__ == "__main__":
    main()
