from __future__ import annotations

from toysuite import Clock

from conformance.pace import Pace


def started(pace: Pace, clock: Clock, many: int) -> list[float]:
    times = []
    for _ in range(many):
        pace.keep()
        times.append(clock() - 1000.0)
    return times


def test_without_a_limit_nobody_waits(clock: Clock) -> None:
    assert started(Pace(0, clock, clock.sleep), clock, 3) == [0, 0, 0]


def test_requests_start_so_many_a_second(clock: Clock) -> None:
    assert started(Pace(4, clock, clock.sleep), clock, 4) == [0, 0.25, 0.5, 0.75]


def test_time_that_nobody_used_is_not_made_up_for(clock: Clock) -> None:
    pace = Pace(2, clock, clock.sleep)
    pace.keep()
    clock.sleep(10)
    assert started(pace, clock, 2) == [10, 10.5]


def test_nothing_starts_during_a_pause(clock: Clock) -> None:
    pace = Pace(0, clock, clock.sleep)
    pace.pause(3)
    pace.pause(1)
    assert started(pace, clock, 2) == [3, 3]
