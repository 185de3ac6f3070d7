"""A browser that does each thing at any of several nodes, as behind a load balancer."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timezone
from urllib.parse import urlsplit

from conformance.baseurl import BaseUrl
from conformance.browser import Browser, Pairs
from conformance.model import Exchange
from conformance.wire import Wire


class Roaming(Browser):
    """One user agent; its cookies are those of the first node's host, wherever requests go.

    `exchanges` holds what was answered since somebody last emptied it.
    """

    def __init__(self, nodes: Sequence[str], wire: Wire) -> None:
        self.exchanges: list[Exchange] = []
        super().__init__(
            nodes[0],
            wire=wire,
            clock=time.monotonic,
            now=lambda: datetime.now(timezone.utc),
            record=self.exchanges.append,
        )
        self._home = self._base
        self._nodes = [(url, BaseUrl(url)) for url in nodes]

    def move(self) -> str:
        """Go to any of the nodes for what is sent from now on; return its base URL."""
        url, self._base = random.choice(self._nodes)  # noqa: S311 (no secret)
        return url

    def _stored(self, url: str) -> Pairs:
        return super()._stored(self._at_home(url))

    def keep(self, exchange: Exchange) -> None:
        """Keep the cookies of an answer, of whatever node."""
        super().keep(replace(exchange, url=self._at_home(exchange.url)))

    def _at_home(self, url: str) -> str:
        parts = urlsplit(url)
        query = f"?{parts.query}" if parts.query else ""
        return f"{self._home.origin}{parts.path}{query}"


def node_of(exchange: Exchange) -> str:
    """Return scheme, host and port of the node that answered."""
    return BaseUrl(exchange.url).origin
