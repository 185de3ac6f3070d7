"""A server that is looked at: pages are fetched, and logins tried, as a browser would do it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from conformance.baseurl import BaseUrl
from conformance.browser import Browser
from conformance.composition import compose
from conformance.errors import TargetError
from conformance.init.markup import Document, document, path_of
from conformance.init.telling import NOWHERE
from conformance.model import REDIRECTS, ActionRequest, Exchange, Request
from conformance.origins import as_from, own_page
from conformance.readings import read
from conformance.wire import Wire

_MOST_REDIRECTS = 5
_MOST_REQUESTS = 400


@dataclass
class Site:
    """A server at `url`; no path that is asked for leaves its origin. Counts what it is asked."""

    url: str
    wire: Wire
    origin: str = field(init=False)
    requests: int = 0
    logins: int = 0

    def __post_init__(self) -> None:
        self.origin = BaseUrl(self.url).origin

    def new_browser(self) -> Browser:
        """Return a browser without cookies."""
        return Browser(
            self.origin,
            clock=time.monotonic,
            wire=self.wire,
            record=self._count,
        )

    def _count(self, _: Exchange) -> None:
        self.requests += 1
        if self.requests > _MOST_REQUESTS:
            raise TargetError(f"{_MOST_REQUESTS} requests did not show how to log in to {self.url}")

    def get(self, target: str, browser: Browser | None = None) -> Exchange:
        """Ask for a page, and for nothing that it leads to."""
        return (browser or self.new_browser()).send(Request("GET", target))

    def visit(self, target: str, browser: Browser | None = None) -> Exchange:
        """Ask for a page and follow where it leads, within the site."""
        own = browser or self.new_browser()
        exchange = self.get(target, own)
        for _ in range(_MOST_REDIRECTS):
            to = self.led_to(exchange)
            if not to:
                break
            exchange = self.get(to, own)
        return exchange

    def led_to(self, exchange: Exchange) -> str:
        """Return the path on this site that a redirect leads to, or nothing."""
        header = exchange.header("Location")
        if exchange.status not in REDIRECTS or header is None:
            return ""
        return self.path_here(urljoin(exchange.url, header))

    def path_here(self, url: str) -> str:
        """Return path and query of a whole URL, or nothing where that is another server."""
        try:
            parts = urlsplit(url)
            here = BaseUrl(url).origin == self.origin
        except (ValueError, TargetError):
            return ""
        return path_of(url) if here and parts.scheme in ("http", "https") else ""

    def perform(
        self, requests: Sequence[ActionRequest], browser: Browser, values: Mapping[str, str | None]
    ) -> tuple[Exchange, ...]:
        """Send requests one after the other; raises Unrecognised when a reading is not there."""
        known: dict[str, str | None] = dict(values)
        exchanges = []
        for request in requests:
            composed = as_from(own_page(self.origin), compose(request, known))
            exchange = browser.send(composed)
            exchanges.append(exchange)
            known |= {one.name: read(one, exchange) for one in request.readings}
        return tuple(exchanges)


def page_of(exchange: Exchange) -> Document:
    """Return the page in an answer; what is no page has nothing in it."""
    kind = (exchange.header("Content-Type") or "html").lower()
    return document(exchange.text if "html" in kind else "", exchange.url)


def asked(method: str, path: str) -> ActionRequest:
    """Return a request without fields."""
    return ActionRequest(method, path, NOWHERE)
