"""Places for what is busy: many scenarios may wait at once, while only a few of them work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from heapq import heappop, heappush
from itertools import count
from threading import Event, Lock, local


class Slots:
    """So many threads at work at once, first come first served; who was away comes first of all."""

    def __init__(self, free: int) -> None:
        self._free = free
        self._lock = Lock()
        self._queue: list[tuple[bool, int, Event]] = []
        self._numbers = count()
        self._own = local()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Have a place as soon as one is free."""
        self._take(is_new=True)
        try:
            yield
        finally:
            self._give()

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Let somebody else have this thread's place meanwhile; without one nothing happens."""
        if not getattr(self._own, "holds", False):
            yield
            return
        self._give()
        try:
            yield
        finally:
            # Who was asleep comes first: how long it slept is what its scenario is about.
            self._take(is_new=False)

    def _take(self, *, is_new: bool) -> None:
        turn = Event()
        with self._lock:
            if self._free:
                self._free -= 1
                turn.set()
            else:
                heappush(self._queue, (is_new, next(self._numbers), turn))
        turn.wait()
        self._own.holds = True

    def _give(self) -> None:
        self._own.holds = False
        with self._lock:
            if self._queue:
                heappop(self._queue)[-1].set()  # it has the place that was this thread's
            else:
                self._free += 1
