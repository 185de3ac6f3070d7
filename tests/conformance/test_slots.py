from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from conformance.slots import Slots


@pytest.fixture
def start() -> Callable[[Callable[[], object]], threading.Thread]:
    def started(work: Callable[[], object]) -> threading.Thread:
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        return thread

    return started


class Order:
    """Notes who comes when, and lets the test wait for it."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.changed = threading.Condition()

    def note(self, name: str) -> None:
        with self.changed:
            self.names.append(name)
            self.changed.notify_all()

    def until(self, *names: str) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: self.names == list(names), timeout=5)


def queued(slots: Slots, many: int) -> bool:
    """Wait until so many threads want a place."""
    for _ in range(5000):
        if len(slots._queue) == many:
            return True
        threading.Event().wait(0.001)
    return False


Start = Callable[[Callable[[], object]], threading.Thread]


def test_places_are_given_in_the_order_in_which_they_are_asked_for(start: Start) -> None:
    slots, order = Slots(1), Order()

    def work(name: str) -> None:
        with slots.taken():
            order.note(name)

    with slots.taken():
        for number, name in enumerate("abc", 1):
            start(lambda name=name: work(name))
            assert queued(slots, number)
        assert order.names == []
    assert order.until("a", "b", "c")


def test_who_lends_a_place_gets_it_back_before_anybody_new(start: Start) -> None:
    slots, order = Slots(1), Order()
    asleep, may_go_on, may_end = threading.Event(), threading.Event(), threading.Event()

    def sleeper() -> None:
        with slots.taken():
            with slots.lent():
                asleep.set()
                may_go_on.wait(5)
            order.note("sleeper")

    def worker(name: str) -> None:
        with slots.taken():
            order.note(name)
            may_end.wait(5)

    start(sleeper)
    assert asleep.wait(5)
    start(lambda: worker("first"))
    assert order.until("first")
    start(lambda: worker("second"))
    assert queued(slots, 1)
    may_go_on.set()
    assert queued(slots, 2)
    may_end.set()
    assert order.until("first", "sleeper", "second")


def test_a_thread_without_a_place_has_none_to_lend() -> None:
    slots = Slots(1)
    with slots.lent():
        pass
    assert slots._free == 1


def test_a_place_is_free_again_after_an_error() -> None:
    slots = Slots(1)
    with pytest.raises(ZeroDivisionError), slots.taken():
        raise ZeroDivisionError
    with pytest.raises(ZeroDivisionError), slots.taken(), slots.lent():
        raise ZeroDivisionError
    assert slots._free == 1
