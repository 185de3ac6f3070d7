"""How fast requests may follow each other, and pauses that a target has asked for."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock


class Pace:
    """Lets at most `most` requests a second start (0: any number), and none during a pause.

    `clock` and `sleep` are in seconds.
    """

    def __init__(
        self,
        most: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._gap = 1 / most if most else 0.0
        self._clock = clock
        self._sleep = sleep
        self._lock = Lock()
        self._next = 0.0  # when the next request may start

    def keep(self) -> None:
        """Wait until a request may start."""
        if not self._gap and not self._next:
            return
        with self._lock:
            now = self._clock()
            start = max(now, self._next)
            self._next = start + self._gap
        if start > now:
            self._sleep(start - now)

    def pause(self, seconds: float) -> None:
        """Let no request start for so long."""
        with self._lock:
            self._next = max(self._next, self._clock() + seconds)
