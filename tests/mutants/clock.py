"""Time that passes only while everybody sleeps, so that hours take no time and order is certain."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any


class Clock:
    """A clock for several threads: it moves to the next waking hour when all of them sleep.

    The thread that makes it counts as the first; the threads of a `Pool` report themselves.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._now = 0.0
        self._awake = 1
        self._waking: list[float] = []

    def __call__(self) -> float:
        """Return the seconds that have passed."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Return once so many seconds have passed, however few that takes."""
        with self._changed:
            until = self._now + seconds
            if until <= self._now:
                return
            self._waking.append(until)
            self._leave()
            self._changed.wait_for(lambda: self._now >= until)

    def join(self) -> None:
        """Count one more thread: time stands still until it sleeps or leaves."""
        with self._changed:
            self._awake += 1

    def leave(self) -> None:
        """Count one thread less."""
        with self._changed:
            self._leave()

    def _leave(self) -> None:
        self._awake -= 1
        if self._awake == 0 and self._waking:
            self._now = min(self._waking)
            # Whoever wakes now is awake from this moment on, before its thread gets to run.
            self._awake = self._waking.count(self._now)
            self._waking = [hour for hour in self._waking if hour > self._now]
            self._changed.notify_all()


class Pool(ThreadPoolExecutor):
    """The engine's pool of threads, each of which the clock has to wait for."""

    clock: Clock

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run the call in a thread that counts until it ends."""

        def counted() -> Any:
            try:
                return fn(*args, **kwargs)
            finally:
                self.clock.leave()

        self.clock.join()
        return super().submit(counted)

    def __exit__(self, *error: object) -> bool | None:
        self.clock.leave()  # this thread does nothing but wait for the others
        try:
            return super().__exit__(*error)  # type: ignore[arg-type]
        finally:
            self.clock.join()
