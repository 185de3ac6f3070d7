"""A browser that does each thing at any of several nodes, as behind a load balancer."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

from conformance.baseurl import BaseUrl
from conformance.browser import Browser
from conformance.model import Exchange
from conformance.wire import Wire


class Roaming(Browser):
    """One user agent; `nodes` are base URLs, of which the first is where cookies are kept for.

    `exchanges` holds what was answered since somebody last emptied it.
    """

    def __init__(self, nodes: Sequence[str], wire: Wire) -> None:
        self.exchanges: list[Exchange] = []
        self._nodes = nodes
        self._node = nodes[0]
        super().__init__(
            nodes[0],
            wire=wire,
            clock=time.monotonic,
            record=self.exchanges.append,
            elsewhere=lambda: self._node,
        )

    def move(self) -> None:
        """Go to any of the nodes for what is sent from now on."""
        self._node = random.choice(self._nodes)  # noqa: S311 (no secret)


def node_of(exchange: Exchange) -> str:
    """Return scheme, host and port of the node that answered."""
    return BaseUrl(exchange.url).origin
