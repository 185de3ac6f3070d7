"""The clock that makes waiting free must not let time pass while anybody still works."""

import time

from .clock import Clock, Pool


def pool_of(clock: Clock, size: int) -> Pool:
    pool = Pool(size)
    pool.clock = clock
    return pool


def test_sleeping_takes_no_time_and_moves_the_clock() -> None:
    clock, began = Clock(), time.monotonic()
    clock.sleep(3600)
    clock.sleep(0)
    assert clock() == 3600
    assert time.monotonic() - began < 60


def test_threads_wake_in_the_order_of_their_hours() -> None:
    clock, seen = Clock(), []

    def often() -> None:
        for _ in range(6):
            clock.sleep(1)
            seen.append(("often", clock()))

    def once() -> None:
        clock.sleep(2.5)
        time.sleep(0.02)  # a slow answer: nobody else's time goes on meanwhile
        seen.append(("once", clock()))

    with pool_of(clock, 2) as pool:
        pool.submit(often)
        pool.submit(once)
    assert seen == [
        *[("often", n) for n in (1, 2)],
        ("once", 2.5),
        *[("often", n) for n in (3, 4, 5, 6)],
    ]


def test_time_goes_on_for_the_rest_when_a_thread_ends() -> None:
    clock = Clock()
    with pool_of(clock, 2) as pool:
        pool.submit(clock.sleep, 1)
        pool.submit(clock.sleep, 5)
    clock.sleep(1)
    assert clock() == 6
