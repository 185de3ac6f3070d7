"""The nodes of a target that the suite has started, and how they are killed during a run."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

_DOWN = 1.0  # seconds for which a killed node stays away


class Node(Protocol):
    """A server that the suite has started."""

    def kill(self) -> None:
        """Kill it, without a chance to finish anything."""

    def start(self) -> None:
        """Start it and return when it listens."""


@dataclass(frozen=True)
class Kill:
    """A node that was killed, and when it listened again: seconds since the start."""

    node: str
    at: float
    back_at: float | None


@dataclass
class Killer:
    """Kills one node after the other, at times spread evenly over `seconds`.

    `nodes` are those that can be killed, with their URLs.
    """

    nodes: Sequence[tuple[str, Node]]
    times: int
    seconds: float
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    kills: list[Kill] = field(default_factory=list)

    def run(self) -> None:
        """Kill and start nodes until all is done; raises ServerProcessError."""
        began = self.clock()
        for number in range(self.times):
            due = began + self.seconds * (number + 1) / (self.times + 1)
            self.sleep(max(0.0, due - self.clock()))
            url, node = self.nodes[number % len(self.nodes)]
            at = round(self.clock() - began, 3)
            self.kills.append(Kill(url, at, None))
            node.kill()
            self.sleep(_DOWN)
            node.start()
            self.kills[-1] = Kill(url, at, round(self.clock() - began, 3))
