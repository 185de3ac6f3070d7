from __future__ import annotations

import random

import pytest

from conformance.durations import durations
from conformance.model import Timeouts

# Idle, absolute, allowance; then what each duration comes to.
SECONDS = {
    "an instant": [(10, 60, 1, 0.05), (None, None, 1, 0.05)],
    "a moment": [(10, 60, 1, 1.1), (None, None, 1, 1.1)],
    "half the idle timeout": [(10, 60, 1, 5), (2, None, 1, 1)],
    "most of the idle timeout": [(10, 60, 1, 8), (10, 60, 4, 5), (2, None, 1, 1), (4, 1, 1, 2)],
    "longer than the idle timeout": [(10, 60, 1, 11), (2, 8, 0.5, 2.5)],
    "longer than the idle timeout on any node": [(10, 60, 1, 11), (2, 8, 0.5, 2.5)],
    "half the absolute timeout": [(10, 60, 1, 30), (None, 8, 0.5, 4)],
    "most of the absolute timeout": [(10, 60, 1, 58), (None, 8, 3, 4), (None, 8, 2, 4)],
    "longer than the absolute timeout": [(10, 60, 1, 61), (None, 8, 0.5, 8.5)],
    "longer than either timeout": [
        (10, 60, 1, 11),
        (60, 10, 1, 11),
        (None, 8, 0.5, 8.5),
        (2, None, 0.5, 2.5),
        (0, 8, 0.5, 8.5),
        (None, None, 0.5, 0.5),
    ],
}
ROWS = [(word, *row) for word, rows in SECONDS.items() for row in rows]


@pytest.mark.parametrize(("word", "idle", "absolute", "allowance", "seconds"), ROWS)
def test_a_duration_follows_the_declared_timeouts(
    word: str, idle: float | None, absolute: float | None, allowance: float, seconds: float
) -> None:
    timeouts = Timeouts(idle=idle, absolute=absolute, allowance=allowance)
    assert durations[word](timeouts) == pytest.approx(seconds)


def test_throttling_lasts_as_long_as_it_says() -> None:
    timeouts = Timeouts(allowance=2, throttling=60)
    assert durations["longer than the throttling"](timeouts) == 62


def test_nodes_need_their_staleness_and_what_their_clocks_are_apart() -> None:
    timeouts = Timeouts(idle=10, allowance=1, staleness=3, skew=5)
    assert durations["the staleness of nodes"](timeouts) == 3
    assert durations["longer than the idle timeout on any node"](timeouts) == 16


def test_every_duration_is_tried() -> None:
    others = {"longer than the throttling", "the staleness of nodes"}
    assert {*SECONDS, *others} == {*durations.words}


@pytest.mark.parametrize("word", [word for word in durations.words if "timeout" in word])
def test_a_duration_needs_the_timeout_that_it_names(word: str) -> None:
    needed = {"idle": "idle timeout", "absolute": "absolute timeout", "either": "any timeout"}
    expected = next(need for name, need in needed.items() if name in word)
    assert durations.words[word].needs == (expected,)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("kind", ["idle", "absolute"])
def test_a_session_lives_through_most_of_its_timeout_and_not_longer(kind: str, seed: int) -> None:
    chance = random.Random(seed)
    limit = chance.uniform(1, 10_000)
    allowance = chance.uniform(0, limit / 2)
    timeouts = Timeouts(idle=limit, absolute=limit, allowance=allowance)
    half = durations[f"half the {kind} timeout"](timeouts)
    most = durations[f"most of the {kind} timeout"](timeouts)
    longer = durations[f"longer than the {kind} timeout"](timeouts)
    assert half <= most < limit < longer
    assert most <= max(half, limit - 2 * allowance)
