"""Tells the person before the screen what a run that has gone quiet is waiting for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from threading import Event, Thread

_QUIET = 10.0  # seconds without a result after which something is said


class Notices:
    """Says who still sleeps whenever there was no result for a while."""

    def __init__(
        self,
        waking: Callable[[], Sequence[float]],
        say: Callable[[str], object],
        quiet: float = _QUIET,
    ) -> None:
        self._waking, self._say, self._quiet = waking, say, quiet
        self._news, self._ended = Event(), False

    def result(self) -> None:
        """Note that there was a result just now."""
        self._news.set()

    @contextmanager
    def watching(self) -> Iterator[Notices]:
        """Watch until the block ends."""
        thread = Thread(target=self._watch)
        thread.start()
        try:
            yield self
        finally:
            self._ended = True
            self._news.set()
            thread.join()

    def _watch(self) -> None:
        while not self._ended:
            was_quiet = not self._news.wait(self._quiet)
            self._news.clear()
            waking = self._waking()
            if was_quiet and waking:
                self._say(notice(waking))


def notice(waking: Sequence[float]) -> str:
    """Say how many waits go on and until when; the times are as `time.time()` counts, in order."""
    first, last = (
        datetime.fromtimestamp(one).strftime("%H:%M:%S") for one in (waking[0], waking[-1])
    )
    if len(waking) == 1:
        return f"waiting: 1 wait goes on until {last}"
    return f"waiting: {len(waking)} waits go on, the first until {first}, the last until {last}"
