"""Threads that the main thread can wait for without losing them when somebody presses Ctrl-C."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread


class Task:
    """Work in a thread of its own, which the interpreter does not leave behind at its end.

    `wait` is no `Thread.join`: up to Python 3.12 a join that an exception ends takes the thread
    for ended, and nobody waits for it any more; a server that it was stopping would go on.
    """

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._ended = Event()
        Thread(target=self._run).start()

    def wait(self) -> None:
        """Return when the work has ended."""
        self._ended.wait()

    def _run(self) -> None:
        try:
            self._work()
        finally:
            self._ended.set()
