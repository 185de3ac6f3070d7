"""What a variant does about passwords that are guessed."""

from __future__ import annotations

from collections.abc import Callable

from .store import Failures, Store


class Attempts:
    """After some failures in a row a name has to wait, whether it is known or not.

    `tells` is whether the answer says so (429 with Retry-After) or looks like any other refusal.
    """

    limit = 10
    pause = 60.0  # seconds
    tells = True

    def __init__(self, store: Store, now: Callable[[], float]) -> None:
        self.store, self.now = store, now

    def wait(self, name: str) -> int:
        """Count an attempt; return for how many seconds no more of them are looked at, or 0."""
        failures = self.store.failures.setdefault(name, Failures())
        left = failures.last + self.pause - self.now()
        if left <= 0:
            failures.count = 0
        if failures.count >= self.limit:
            return int(left) + 1
        failures.count, failures.last = failures.count + 1, self.now()
        return 0

    def succeeded(self, name: str) -> None:
        self.store.failures.pop(name, None)
