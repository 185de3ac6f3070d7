"""One user agent: sends requests, keeps cookies as browsers do, and follows no redirect.

The cookies are our own: the jar of requests joins Set-Cookie headers and keeps Secure cookies from
a server on 127.0.0.1.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from conformance import __version__
from conformance.baseurl import BaseUrl
from conformance.cookiestore import (
    CookieStore,
    StoredCookie,
    cookie_header,
    on_the_wire,
    read_cookie_header,
)
from conformance.errors import TargetError
from conformance.model import Exchange, Pairs, Request, SessionToken
from conformance.readings import token_in
from conformance.setcookie import set_cookies_in

if TYPE_CHECKING:  # whoever only reads what a browser would do needs no connections
    from conformance.wire import Wire


_DEFAULT_HEADERS = (
    ("User-Agent", f"session-conformance/{__version__}"),
    ("Accept", "*/*"),
    ("Accept-Encoding", "identity"),
)


def ignore(_exchange: Exchange) -> None:
    """Record nothing."""


def utc_now() -> datetime:
    """Return what time it is."""
    return datetime.now(timezone.utc)


def nowhere() -> str:
    """Let the base URL be the only one."""
    return ""


class Browser:
    """One user agent with its own cookies; may be used by several threads at once.

    `clock` gives seconds that never go back, `now` an aware time for what cookies say; `record`
    gets every exchange, in the thread that made it. `elsewhere` is asked before each request
    for the base URL of another node that is to answer it, or an empty text.
    """

    def __init__(
        self,
        base_url: str,
        *,
        clock: Callable[[], float],
        now: Callable[[], datetime] = utc_now,
        wire: Wire | None = None,
        record: Callable[[Exchange], None] = ignore,
        elsewhere: Callable[[], str] = nowhere,
        token: SessionToken | None = None,
    ) -> None:
        self._base = BaseUrl(base_url)
        self._elsewhere = elsewhere
        self._clock = clock
        self._now = now
        self._wire = wire or _own_wire()
        self._record = record
        self._store = CookieStore()
        self._carrier, self._token = token, ""  # of a session, in a header
        self._lock = threading.Lock()

    def send(
        self,
        request: Request,
        *,
        cookies: Sequence[tuple[str, str]] | None = None,
        own_page: bool = True,
    ) -> Exchange:
        """Send a request and return what came; no redirect is followed.

        Without `cookies` it goes as a browser sends it, and the cookies of the answer are kept.
        With `cookies` exactly these go, legal or not, and the store is neither read nor changed.
        A Cookie header of the request itself goes as it is, instead of either. A session token
        that goes in a header is among the cookies, by its own name; only the target's `own_page`
        knows it.
        """
        url = self.url_of(request.target)
        held = self._cookies_for(url) if own_page else self._stored(url)
        pairs = self._going(request.headers, held if cookies is None else cookies)
        own = [value for name, value in request.headers if name.lower() == "cookie"]
        sent = read_cookie_header("; ".join(own)) if own else pairs
        headers = _complete(*self._headers(request.headers, () if own else pairs))
        self._wire.pace.keep()
        started = self._clock()
        asked = self._at_node(url)
        answer = self._wire.send(request.method, asked, headers, request.body)
        seconds = self._clock() - started
        path = self._base.path
        exchange = Exchange(request.method, asked, sent, *answer, started, seconds, path)
        if cookies is None:
            self.keep(exchange)
        self._record(exchange)
        return exchange

    def url_of(self, target: str) -> str:
        """Return the whole URL of a path below the base URL, or of a URL on the same origin.

        A URL at the node that is asked now is one of the same site: nodes have one name for users.
        """
        return self._base.url_of(self._at_home(target))

    def asked_url(self, target: str) -> str:
        """Return the whole URL at which a path is asked for: at another node, if one answers."""
        return self._at_node(self.url_of(target))

    def _at_node(self, url: str) -> str:
        """Return the URL at the node that is to answer, where that is another one."""
        node = self._elsewhere()
        return BaseUrl(node).origin + url[len(self._base.origin) :] if node else url

    def _at_home(self, target: str) -> str:
        """Return the URL as it is at the base URL, for which cookies are kept."""
        node = self._elsewhere()
        origin = BaseUrl(node).origin if node else ""
        if node and target.startswith(f"{origin}/"):
            return self._base.origin + target[len(origin) :]
        return target

    def is_at_home(self, url: str) -> bool:
        """Say whether a whole URL is on the target's own origin."""
        try:
            return bool(self.url_of(url))
        except TargetError:
            return False

    @property
    def cookies(self) -> tuple[StoredCookie, ...]:
        """What the browser keeps, in order of creation."""
        with self._lock:
            return self._store.cookies

    def cookies_for(self, target: str) -> Pairs:
        """Return the names and values that would go to `target` now."""
        return self._cookies_for(self.url_of(target))

    def _cookies_for(self, url: str) -> Pairs:
        if self._carrier is None or not self._token:
            return self._stored(url)
        return (*self._stored(url), (self._carrier.name, self._token))

    def _stored(self, url: str) -> Pairs:
        with self._lock:
            return self._store.header_for(url, self._now())

    def _going(self, headers: Pairs, pairs: Sequence[tuple[str, str]]) -> Pairs:
        """Return what goes along: no session token where the request says its header itself."""
        carrier = self._carrier
        if carrier is None or carrier.header.lower() not in {name.lower() for name, _ in headers}:
            return tuple(pairs)
        return tuple(pair for pair in pairs if pair[0] != carrier.name)

    def _headers(self, headers: Pairs, pairs: Pairs) -> tuple[Pairs, Pairs]:
        """Return the headers, with that of the session token if it goes along, and the cookies."""
        carrier = self._carrier
        if carrier is None:
            return headers, pairs
        tokens = [value for name, value in pairs if name == carrier.name]
        said = tuple((carrier.header, carrier.text.replace("{token}", one)) for one in tokens)
        return (*headers, *said), tuple(pair for pair in pairs if pair[0] != carrier.name)

    def plant_cookie(
        self, name: str, value: str, *, path: str = "", host_only: bool = True
    ) -> None:
        """Plant a cookie by hand: for all paths of the host, or for one below the base URL.

        Without `host_only` it is a cookie of a domain that the host belongs to.
        """
        if self._carrier and name == self._carrier.name:
            self._token = value
            return
        whole = urlsplit(self.url_of(path)).path if path else "/"
        with self._lock:
            self._store.set(name, value, self._base.origin, path=whole, host_only=host_only)

    def clear_cookies(self) -> None:
        """Forget every cookie, and the token that is sent in a header."""
        self.forget_token()
        with self._lock:
            self._store.clear()

    def forget_token(self) -> None:
        """Forget the session token that is sent in a header, as a page does at a logout."""
        self._token = ""

    def drop_connections(self) -> None:
        """Close idle connections, which a server may have closed after a wait or a restart."""
        self._wire.drop_connections()

    def keep(self, exchange: Exchange) -> None:
        """Keep the cookies of an answer, as if this browser had asked for it."""
        self._token = token_in(self._carrier, exchange) or self._token
        received = set_cookies_in(exchange.headers)
        with self._lock:
            for set_cookie in received:
                self._store.store(set_cookie, self._at_home(exchange.url), self._now())


def _own_wire() -> Wire:
    from conformance.wire import Wire  # only now: see above

    return Wire()


def _complete(headers: Pairs, cookies: Pairs) -> Pairs:
    """Add the default headers that are not given, and one Cookie header if there are cookies."""
    given = {name.lower() for name, _ in headers}
    missing = tuple(item for item in _DEFAULT_HEADERS if item[0].lower() not in given)
    encoded = tuple((name, on_the_wire(value)) for name, value in headers)
    carried = (("Cookie", cookie_header(cookies)),) if cookies else ()
    return (*missing, *encoded, *carried)
