from __future__ import annotations

import gzip
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import responses
import trustme

from conformance import __version__
from conformance.answers import LARGEST_BODY
from conformance.browser import Browser
from conformance.errors import Closed, TargetError, Unreachable
from conformance.model import Exchange, Request
from conformance.wire import Wire

START = datetime(2026, 3, 1, 12, 0, 0, tzinfo=timezone.utc)
SECRET = "secret-token-value"  # planted to see that no message shows it
SITE = "http://app.example.com"

Script = Callable[[socket.socket], None]


class Clock:
    """A clock that moves when told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)


class Server:
    """A server on 127.0.0.1 that plays one script per connection, the last one again and again."""

    def __init__(self, *answers: bytes | Script, tls: ssl.SSLContext | None = None) -> None:
        self._scripts = [self._always(one) if isinstance(one, bytes) else one for one in answers]
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.requests: list[bytes] = []
        self.connections = 0
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _always(self, answer: bytes) -> Script:
        def script(connection: socket.socket) -> None:
            while self.read(connection):
                connection.sendall(answer)

        return script

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                script = self._scripts.pop(0) if len(self._scripts) > 1 else self._scripts[0]
                threading.Thread(target=self._play, args=(script, connection), daemon=True).start()

    def _play(self, script: Script, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            if not self._tls:
                script(connection)
                return
            with self._tls.wrap_socket(connection, server_side=True) as wrapped:
                script(wrapped)

    def read(self, connection: socket.socket) -> bool:
        """Read one request (small ones come in one piece); False at the connection's end."""
        data = b""
        while b"\r\n\r\n" not in data:
            piece = connection.recv(65536)
            if not piece:
                return False
            data += piece
        self.requests.append(data)
        return True

    def close(self) -> None:
        # Closing alone would leave the thread waiting in accept().
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(*answers: bytes | Script, tls: ssl.SSLContext | None = None) -> Server:
        """Start a server; bytes answer every request of a connection and keep it open."""
        servers.append(Server(*answers, tls=tls))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def browse(clock: Clock) -> Iterator[Callable[..., Browser]]:
    wires: list[Wire] = []

    def start(
        url: str,
        *,
        ca_file: str = "",
        timeout: float = 3.0,
        record: Callable[[Exchange], None] | None = None,
    ) -> Browser:
        wires.append(Wire(ca_file=ca_file, timeout=timeout))
        given = {"record": record} if record else {}
        return Browser(url, clock=clock, now=clock.now, wire=wires[-1], **given)

    yield start
    for wire in wires:
        wire.drop_connections()


@pytest.fixture
def mocked() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def get(target: str, *headers: tuple[str, str]) -> Request:
    return Request("GET", target, headers)


def sent_headers(mock: responses.RequestsMock, index: int = -1) -> Mapping[str, str]:
    headers: Mapping[str, str] = mock.calls[index].request.headers
    return headers


def ok(*headers: str, body: bytes = b"ok") -> bytes:
    lines = ["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


# --- cookies -------------------------------------------------------------------------------------


def test_cookies_of_an_answer_are_sent_back_as_a_browser_would(
    browse: Callable[..., Browser], clock: Clock, mocked: responses.RequestsMock
) -> None:
    mocked.get(f"{SITE}/login", headers={"Set-Cookie": 'sid="a=b"; Path=/; Max-Age=5'})
    mocked.get(f"{SITE}/me")
    browser = browse(SITE)
    assert browser.send(get("/login")).sent_cookies == ()
    assert browser.send(get("/me")).sent_cookies == (("sid", '"a=b"'),)
    assert sent_headers(mocked)["Cookie"] == 'sid="a=b"'
    clock.seconds = 5
    assert browser.send(get("/me")).sent_cookies == ()
    assert "Cookie" not in sent_headers(mocked)


def test_given_cookies_replace_the_browsers_own_and_change_nothing(
    browse: Callable[..., Browser], mocked: responses.RequestsMock
) -> None:
    mocked.get(f"{SITE}/me", headers={"Set-Cookie": "sid=new"})
    browser = browse(SITE)
    browser.plant_cookie("sid", "own")
    exchange = browser.send(get("/me"), cookies=[("sid", "kept"), ("sid", "twice"), ("", "odd")])
    assert sent_headers(mocked)["Cookie"] == "sid=kept; sid=twice; odd"
    assert exchange.sent_cookies == (("sid", "kept"), ("sid", "twice"), ("", "odd"))
    assert browser.cookies_for("/") == (("sid", "own"),)


def test_an_empty_sequence_of_cookies_sends_no_cookie_header(
    browse: Callable[..., Browser], mocked: responses.RequestsMock
) -> None:
    mocked.get(f"{SITE}/me")
    browser = browse(SITE)
    browser.plant_cookie("sid", "own")
    assert browser.send(get("/me"), cookies=()).sent_cookies == ()
    assert "Cookie" not in sent_headers(mocked)


def test_a_cookie_header_of_the_request_goes_as_it_is(
    browse: Callable[..., Browser], mocked: responses.RequestsMock
) -> None:
    mocked.get(f"{SITE}/me")
    browser = browse(SITE)
    browser.plant_cookie("sid", "own")
    exchange = browser.send(get("/me", ("cookie", "sid=x;;  flag; a=b=c")))
    assert sent_headers(mocked)["Cookie"] == "sid=x;;  flag; a=b=c"
    assert exchange.sent_cookies == (("sid", "x"), ("", ""), ("", "flag"), ("a", "b=c"))


def test_cookies_can_be_planted_seen_and_cleared(browse: Callable[..., Browser]) -> None:
    browser = browse(f"{SITE}/app/")
    browser.plant_cookie("sid", "made up")
    assert browser.cookies_for("/x") == (("sid", "made up"),)
    assert [(cookie.name, cookie.path) for cookie in browser.cookies] == [("sid", "/")]
    browser.clear_cookies()
    assert browser.cookies == ()


def test_a_cookie_is_planted_for_a_path_below_the_base_url(
    browse: Callable[..., Browser],
) -> None:
    browser = browse(f"{SITE}/app/")
    browser.plant_cookie("sid", "made up", path="/login")
    assert browser.cookies_for("/login") == (("sid", "made up"),)
    assert browser.cookies_for("/me") == ()


def test_two_set_cookie_headers_are_two_cookies(
    serve: Callable[..., Server], browse: Callable[..., Browser]
) -> None:
    first = "Set-Cookie: a=1; Expires=Thu, 01 Jan 2099 00:00:00 GMT; Path=/"
    server = serve(ok(first, "set-cookie: b=2; Path=/", "Set-Cookie: a=3; Path=/deep"))
    browser = browse(server.url)
    exchange = browser.send(get("/"))
    assert len(exchange.header_values("Set-Cookie")) == 3
    assert browser.cookies_for("/") == (("a", "1"), ("b", "2"))
    assert browser.cookies_for("/deep/x") == (("a", "3"), ("a", "1"), ("b", "2"))


def test_an_unusual_cookie_is_no_reason_to_warn(
    serve: Callable[..., Server], browse: Callable[..., Browser]
) -> None:
    server = serve(ok("Set-Cookie: sid=a; Version"))  # the standard library's jar trips over it
    browser = browse(server.url)
    browser.send(get("/"))
    assert browser.cookies_for("/") == (("sid", "a"),)


def test_a_secure_cookie_of_a_server_on_this_machine_is_sent_back(
    serve: Callable[..., Server], browse: Callable[..., Browser]
) -> None:
    server = serve(ok("Set-Cookie: sid=a; Secure; HttpOnly"))
    browser = browse(server.url)
    browser.send(get("/"))
    browser.send(get("/"))
    assert b"\r\nCookie: sid=a\r\n" in server.requests[1]


def test_cookie_bytes_come_back_as_they_came(
    serve: Callable[..., Server], browse: Callable[..., Browser]
) -> None:
    server = serve(ok("Set-Cookie: sid=" + "h\u00e9\u2713".encode().decode("latin-1")))
    browser = browse(server.url)
    browser.send(get("/"))
    browser.send(get("/"))
    browser.send(get("/"), cookies=[("a", "\u00e9"), ("b", "\u2713"), ("c", "x y,\\")])
    assert b"Cookie: sid=h\xc3\xa9\xe2\x9c\x93\r\n" in server.requests[1]
    assert b"Cookie: a=\xe9; b=\xe2\x9c\x93; c=x y,\\\r\n" in server.requests[2]


# --- requests ------------------------------------------------------------------------------------


def test_headers_have_defaults_that_a_request_can_replace(
    serve: Callable[..., Server], browse: Callable[..., Browser]
) -> None:
    server = serve(ok())
    headers = (("user-agent", "mine"), ("X-Twice", "1"), ("X-Twice", "2"))
    browse(server.url).send(Request("POST", "/", headers, b"a=1"))
    lines = server.requests[0].split(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    host = server.url.removeprefix("http://")
    assert sorted(lines) == [
        "Accept-Encoding: identity",
        "Accept: */*",
        "Content-Length: 3",
        f"Host: {host}",
        "X-Twice: 1",
        "X-Twice: 2",
        "user-agent: mine",
    ]


def test_the_user_agent_names_the_suite_and_its_version(
    browse: Callable[..., Browser], mocked: responses.RequestsMock
) -> None:
    mocked.get(f"{SITE}/")
    browse(SITE).send(get("/"))
    assert sent_headers(mocked)["User-Agent"] == f"session-conformance/{__version__}"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/a/../b",
        "//a//b/",
        "/./x",
        "/x?",
        "/x?a=1&a=2;c",
        "/%2Fa%20b",
        "/%2f",
        "/%zz%",
        "/~a/(b)'*!$;=,:@",
    ],
)
def test_paths_are_asked_for_as_they_are_written(
    serve: Callable[..., Server], browse: Callable[..., Browser], path: str
) -> None:
    server = serve(ok())
    exchange = browse(server.url).send(get(path))
    assert server.requests[0].split(b" ")[1].decode() == path
    assert exchange.url == server.url + path


def test_targets_lie_below_the_path_of_the_base_url(browse: Callable[..., Browser]) -> None:
    browser = browse("HTTP://user:pw@App.example.com:80/app/?x#y")
    assert browser.url_of("/login?next=/a") == f"{SITE}/app/login?next=/a"
    assert browser.url_of("login#top") == f"{SITE}/app/login"
    assert browser.url_of("//login") == f"{SITE}/app//login"
    assert browser.url_of(f"{SITE}:80/other?a=1") == f"{SITE}/other?a=1"
    assert browser.url_of(SITE) == f"{SITE}/"


@pytest.mark.parametrize(
    "url", ["http://evil.example.com/", "https://app.example.com/", "http://app.example.com:81/"]
)
def test_a_url_on_another_server_is_refused(browse: Callable[..., Browser], url: str) -> None:
    with pytest.raises(TargetError, match=r"is another server than http://app\.example\.com$"):
        browse(SITE).send(get(url))


@pytest.mark.parametrize("url", ["", "example.com", "ftp://example.com", "http://", "http://h:x"])
def test_a_base_url_is_a_whole_http_url(browse: Callable[..., Browser], url: str) -> None:
    with pytest.raises(TargetError, match="a target's URL"):
        browse(url)


def test_redirects_are_not_followed(
    browse: Callable[..., Browser], mocked: responses.RequestsMock
) -> None:
    mocked.get(f"{SITE}/old", status=302, headers={"Location": "/new"})
    exchange = browse(SITE).send(get("/old"))
    assert (exchange.status, exchange.header("location")) == (302, "/new")


def test_nothing_is_taken_from_the_environment(
    serve: Callable[..., Server],
    browse: Callable[..., Browser],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password pw")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    server = serve(ok())
    assert browse(server.url).send(get("/")).status == 200
    assert b"authorization" not in server.requests[0].lower()


# --- exchanges -----------------------------------------------------------------------------------


def test_an_exchange_is_recorded_with_its_times(clock: Clock, serve: Callable[..., Server]) -> None:
    server = serve(ok("X-Seen: yes", body="\u2713".encode()))
    readings = iter([7.0, 7.5])
    recorded: list[Exchange] = []
    wire = Wire()
    browser = Browser(
        server.url, clock=lambda: next(readings), now=clock.now, wire=wire, record=recorded.append
    )
    exchange = browser.send(get("/me?x=1"))
    browser.drop_connections()
    assert recorded == [exchange]
    assert (exchange.started, exchange.seconds) == (7.0, 0.5)
    assert (exchange.method, exchange.path, exchange.status) == ("GET", "/me?x=1", 200)
    assert (exchange.header("x-seen"), exchange.text) == ("yes", "\u2713")


def test_a_large_body_is_cut_and_its_connection_closed(
    serve: Callable[..., Server], browse: Callable[..., Browser]
) -> None:
    server = serve(ok(body=b"x" * (LARGEST_BODY + 200_000)))
    browser = browse(server.url)
    assert len(browser.send(get("/")).body) == LARGEST_BODY
    assert len(browser.send(get("/")).body) == LARGEST_BODY
    assert server.connections == 2


def test_a_body_is_decoded_even_where_no_encoding_was_asked_for(
    serve: Callable[..., Server], browse: Callable[..., Browser]
) -> None:
    server = serve(ok("Content-Encoding: gzip", body=gzip.compress(b"hello")))
    assert browse(server.url).send(get("/")).body == b"hello"


def test_chunked_and_closing_servers_are_understood(
    serve: Callable[..., Server], browse: Callable[..., Browser]
) -> None:
    def old(connection: socket.socket) -> None:
        server.read(connection)
        connection.sendall(b"HTTP/1.0 200 OK\r\nSet-Cookie: a=1\r\n\r\nold")

    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nnew\r\n0\r\n\r\n"
    server = serve(old, chunked)
    browser = browse(server.url)
    assert [browser.send(get("/")).body for _ in range(3)] == [b"old", b"new", b"new"]
    assert server.connections == 2


def test_answers_without_a_body_leave_the_connection_usable(
    serve: Callable[..., Server], browse: Callable[..., Browser]
) -> None:
    server = serve(b"HTTP/1.1 204 No Content\r\n\r\n")
    browser = browse(server.url)
    assert [browser.send(Request("DELETE", "/")).body for _ in range(2)] == [b"", b""]
    assert browser.send(Request("HEAD", "/")).status == 204
    assert server.connections == 1


# --- connections ---------------------------------------------------------------------------------


def test_browsers_on_one_wire_share_connections_but_no_cookies(
    serve: Callable[..., Server], clock: Clock
) -> None:
    server = serve(ok("Set-Cookie: sid=a"))
    wire = Wire()
    alice, bob = (Browser(server.url, clock=clock, now=clock.now, wire=wire) for _ in range(2))
    alice.send(get("/"))
    assert bob.send(get("/")).sent_cookies == ()
    assert alice.send(get("/")).sent_cookies == (("sid", "a"),)
    assert server.connections == 1
    alice.drop_connections()
    bob.send(get("/"))
    assert server.connections == 2
    wire.drop_connections()


def test_a_safe_request_on_a_stale_connection_is_sent_again(
    serve: Callable[..., Server], browse: Callable[..., Browser]
) -> None:
    def script(connection: socket.socket) -> None:
        server.read(connection)
        connection.sendall(ok())
        server.read(connection)  # and hangs up without an answer

    server = serve(script, ok())
    browser = browse(server.url)
    assert [browser.send(get("/")).status for _ in range(2)] == [200, 200]
    assert len(server.requests) == 3


def test_an_unsafe_request_is_never_sent_twice(
    serve: Callable[..., Server], browse: Callable[..., Browser]
) -> None:
    def script(connection: socket.socket) -> None:
        server.read(connection)
        connection.sendall(ok())
        server.read(connection)  # and hangs up without an answer

    server = serve(script, ok())
    browser = browse(server.url)
    browser.send(get("/"))
    with pytest.raises(Unreachable, match=r"POST /logout: .* closed the connection without an"):
        browser.send(Request("POST", "/logout"))
    assert len(server.requests) == 2


def test_a_fresh_connection_without_an_answer_is_not_tried_again(
    serve: Callable[..., Server], browse: Callable[..., Browser]
) -> None:
    def script(connection: socket.socket) -> None:
        server.read(connection)

    server = serve(script)
    with pytest.raises(Unreachable, match="closed the connection without an answer"):
        browse(server.url).send(get("/"))
    assert len(server.requests) == 1


def test_a_connection_that_the_server_closed_while_idle_is_replaced(
    serve: Callable[..., Server], browse: Callable[..., Browser]
) -> None:
    closed = threading.Event()

    def once(connection: socket.socket) -> None:
        server.read(connection)
        connection.sendall(ok())
        connection.shutdown(socket.SHUT_RDWR)
        closed.set()

    server = serve(once, ok())
    browser = browse(server.url)
    browser.send(get("/"))
    assert closed.wait(1)
    assert browser.send(Request("POST", "/")).status == 200


def test_one_browser_serves_several_threads_while_connections_are_dropped(
    serve: Callable[..., Server], browse: Callable[..., Browser]
) -> None:
    server = serve(ok("Set-Cookie: sid=a; Path=/"))
    browser = browse(server.url)

    def visit(number: int) -> int:
        if number % 5 == 0:
            browser.drop_connections()
        return browser.send(get(f"/{number}")).status

    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(visit, range(50))) == {200}
    assert browser.cookies_for("/") == (("sid", "a"),)


# --- failures ------------------------------------------------------------------------------------


def failure(browser: Browser, target: str = f"/private/?token={SECRET}") -> str:
    """Return why a request fails, without the host and port."""
    browser.plant_cookie("sid", SECRET)
    with pytest.raises(Unreachable) as caught:
        browser.send(get(target))
    text = str(caught.value)
    assert SECRET not in text
    assert "urllib3" not in text
    assert caught.value.__suppress_context__
    return text.replace(browser.url_of("/").split("/")[2], "HOST")


def test_a_port_without_a_server_is_said_in_words(browse: Callable[..., Browser]) -> None:
    with socket.socket() as bound:  # bound, not listening: nobody else can take the port
        bound.bind(("127.0.0.1", 0))
        browser = browse(f"http://127.0.0.1:{bound.getsockname()[1]}/app")
        expected = "GET /app/private/: nothing listens at HOST (connection refused)"
        assert failure(browser) == expected


def test_a_host_without_an_address_is_said_in_words(browse: Callable[..., Browser]) -> None:
    text = failure(browse("http://no-such-host.invalid"))
    assert text.startswith("GET /private/: the host of HOST:80 has no address (")


def silent(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.recv(65536)  # until the browser hangs up


def dripping(start: bytes) -> Script:
    def script(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(start)
        while True:
            connection.sendall(b"x")
            time.sleep(0.02)

    return script


@pytest.mark.parametrize(
    "script",
    [
        silent,
        dripping(b"HTTP/1.1 200 OK\r\nX-Drip: "),
        dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"),
    ],
    ids=["silence", "dripping headers", "dripping body"],
)
def test_the_timeout_is_for_the_whole_exchange(
    serve: Callable[..., Server], browse: Callable[..., Browser], script: Script
) -> None:
    browser = browse(serve(script).url, timeout=0.3)
    started = time.monotonic()
    expected = "GET /private/: no complete response from HOST within 0.3 s"
    assert failure(browser) == expected
    assert 0.25 < time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"220 mail.example.com ESMTP\r\n", "the answer of HOST is not HTTP"),
        (b"\x00\xff" * 50_000, "the answer of HOST is not HTTP"),
        (b"", "HOST closed the connection without an answer"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
            "the answer of HOST is cut off or badly chunked",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx",
            "the answer of HOST is cut off or badly chunked",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nnot gzip",
            "the answer of HOST is not encoded as it says",
        ),
    ],
    ids=["another protocol", "garbage", "nothing", "cut off", "bad chunks", "bad encoding"],
)
def test_an_answer_that_is_not_whole_http_is_said_in_words(
    serve: Callable[..., Server], browse: Callable[..., Browser], answer: bytes, reason: str
) -> None:
    def script(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(answer)

    assert failure(browse(serve(script).url)) == f"GET /private/: {reason}"


def test_a_reset_connection_is_said_in_words(
    serve: Callable[..., Server], browse: Callable[..., Browser]
) -> None:
    def script(connection: socket.socket) -> None:
        connection.recv(65536)
        linger = struct.pack("ii", 1, 0)  # close with RST instead of FIN
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    text = failure(browse(serve(script).url))
    assert text == "GET /private/: HOST broke the connection off (connection reset by peer)"


@pytest.mark.parametrize("target", ["/a b", "/a\r\nX-Injected: 1", "/\x00"])
def test_a_path_that_no_url_can_hold_is_not_sent(
    serve: Callable[..., Server], browse: Callable[..., Browser], target: str
) -> None:
    server = serve(ok())
    assert "HTTP has no way to send such a URL" in failure(browse(server.url), target)
    assert server.requests == []


def test_a_header_that_no_request_can_hold_is_not_sent(
    serve: Callable[..., Server], browse: Callable[..., Browser]
) -> None:
    server = serve(ok())
    browser = browse(server.url)
    with pytest.raises(Unreachable, match="HTTP has no way to send such") as caught:
        browser.send(get("/"), cookies=[("sid", f"{SECRET}\r\nX-Injected: 1")])
    assert SECRET not in str(caught.value)
    assert server.requests == []
    assert browser.send(get("/")).status == 200


def test_an_exchange_that_failed_is_not_recorded(
    serve: Callable[..., Server], browse: Callable[..., Browser]
) -> None:
    recorded: list[Exchange] = []
    server = serve(silent)
    failure(browse(server.url, timeout=0.2, record=recorded.append))
    assert recorded == []


# --- TLS -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def tls_context(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


def test_a_certificate_of_a_trusted_authority_is_accepted(
    serve: Callable[..., Server],
    browse: Callable[..., Browser],
    authority: trustme.CA,
    ca_file: str,
) -> None:
    server = serve(
        ok("Set-Cookie: __Host-sid=a; Secure; Path=/"), tls=tls_context(authority, "127.0.0.1")
    )
    browser = browse(server.url, ca_file=ca_file)
    browser.send(get("/"))
    assert browser.send(get("/")).sent_cookies == (("__Host-sid", "a"),)
    assert server.connections == 1


def test_a_certificate_of_an_unknown_authority_is_refused(
    serve: Callable[..., Server],
    browse: Callable[..., Browser],
    authority: trustme.CA,
    monkeypatch: pytest.MonkeyPatch,
    ca_file: str,
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", ca_file)
    server = serve(ok(), tls=tls_context(authority, "127.0.0.1"))
    text = failure(browse(server.url))
    assert text.startswith("GET /private/: TLS: certificate not trusted (")
    assert "unable to get local issuer certificate" in text
    assert server.requests == []


def test_a_certificate_for_another_name_is_refused(
    serve: Callable[..., Server],
    browse: Callable[..., Browser],
    authority: trustme.CA,
    ca_file: str,
) -> None:
    server = serve(ok(), tls=tls_context(authority, "other.example.com"))
    text = failure(browse(server.url, ca_file=ca_file))
    assert text.startswith("GET /private/: TLS: certificate not trusted (")
    assert "127.0.0.1" in text


def test_a_server_without_tls_is_said_in_words(
    serve: Callable[..., Server], browse: Callable[..., Browser]
) -> None:
    server = serve(lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    text = failure(browse(server.url.replace("http:", "https:")))
    assert text.startswith("GET /private/: TLS: no secure connection to HOST (")


def test_a_server_that_breaks_off_a_long_request_over_tls_has_closed_it(
    serve: Callable[..., Server],
    browse: Callable[..., Browser],
    authority: trustme.CA,
    ca_file: str,
) -> None:
    def break_off(connection: socket.socket) -> None:
        connection.recv(10)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    server = serve(break_off, tls=tls_context(authority, "127.0.0.1"))
    browser = browse(server.url, ca_file=ca_file)
    with pytest.raises(Closed):
        browser.send(Request("POST", "/", (), b"x" * 9_000_000))


def test_a_dripping_answer_over_tls_is_late_too(
    serve: Callable[..., Server],
    browse: Callable[..., Browser],
    authority: trustme.CA,
    ca_file: str,
) -> None:
    script = dripping(b"HTTP/1.1 200 OK\r\n\r\n")
    server = serve(script, tls=tls_context(authority, "127.0.0.1"))
    text = failure(browse(server.url, ca_file=ca_file, timeout=0.5))
    assert text == "GET /private/: no complete response from HOST within 0.5 s"


def test_a_ca_file_that_is_not_there_is_said_at_once(browse: Callable[..., Browser]) -> None:
    with pytest.raises(TargetError, match="no file of certificate authorities at /no/such"):
        browse(SITE, ca_file="/no/such")
