"""The statistics of ENUM-2: whom they blame, whom they let pass, and when they say nothing."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from toyserver import Asked, Reply
from toysuite import Suite

from conformance.model import Outcome
from conformance.timing import LEAST_PAIRS, MOST_PAIRS, Timing, interval, pairs_within

Noise = Callable[[random.Random], float]


def quiet(chance: random.Random) -> float:
    return chance.uniform(0, 0.001)


def jittery(chance: random.Random) -> float:
    return chance.expovariate(1 / 0.004)


def bursts(chance: random.Random) -> float:
    """A machine with something else to do: one request in three waits for up to 100 ms."""
    return chance.uniform(0, 0.1) if chance.random() < 0.33 else chance.uniform(0, 0.003)


NOISES: list[Noise] = [quiet, jittery, bursts]


def measured(
    seed: int, noise: Noise, known: float, unknown: float, pairs: int = MOST_PAIRS
) -> Timing:
    chance = random.Random(seed)
    return Timing(tuple((known + noise(chance), unknown + noise(chance)) for _ in range(pairs)))


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("seconds", [0.0, 0.002, 0.07, 0.5])
@pytest.mark.parametrize("pairs", [LEAST_PAIRS, MOST_PAIRS])
def test_the_same_cost_is_never_blamed(noise: Noise, seconds: float, pairs: int) -> None:
    verdicts = {measured(seed, noise, seconds, seconds, pairs).verdict for seed in range(100)}
    assert "different" not in verdicts


@pytest.mark.parametrize("noise", [quiet, jittery])
def test_the_same_cost_passes_where_times_are_steady(noise: Noise) -> None:
    passed = [measured(seed, noise, 0.07, 0.07).verdict == "same" for seed in range(50)]
    assert sum(passed) >= 45


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize(("known", "unknown"), [(0.4, 0.001), (0.001, 0.4)])
def test_a_missing_hash_is_blamed_even_beside_noise(
    noise: Noise, known: float, unknown: float
) -> None:
    assert {measured(seed, noise, known, unknown).verdict for seed in range(20)} == {"different"}


def test_a_small_difference_does_not_matter() -> None:
    assert measured(1, quiet, 0.012, 0.010).verdict == "same"
    assert measured(1, quiet, 1.05, 1.0).verdict == "same"


def test_a_difference_at_the_bound_is_unclear() -> None:
    timing = Timing(tuple((0.01 + n % 9 / 1000, 0.01) for n in range(MOST_PAIRS)))
    assert timing.verdict in ("same", "unclear")
    assert Timing(((0.1, 0.0),) * 3).verdict == "unclear"


def test_the_effect_is_a_share_of_what_is_usual_and_never_tiny() -> None:
    assert Timing(((0.001, 0.001),)).effect == 0.005
    assert Timing(((1.0, 1.0),)).effect == pytest.approx(0.2)


@pytest.mark.parametrize(("number", "confidence", "k"), [(60, 0.99, 20), (60, 1 - 1e-6, 12)])
def test_an_interval_leaves_out_as_many_values_as_chance_allows(
    number: int, confidence: float, k: int
) -> None:
    low, high = interval([*map(float, range(number))], confidence)
    assert (low, high) == (number - 1 - high, number - 1 - low)
    assert low == pytest.approx(k - 1, abs=1)


def test_too_few_values_have_no_interval() -> None:
    assert interval([1.0, 2.0], 0.99) == (float("-inf"), float("inf"))


def test_slow_logins_are_measured_less_often() -> None:
    assert pairs_within(0.0) == pairs_within(0.01) == MOST_PAIRS
    assert pairs_within(0.2) == 40
    assert pairs_within(5) == LEAST_PAIRS


# --- the verb ------------------------------------------------------------------------------------

TIMED = "then:\n  - time refused logins of: alice\n    expect: the same time\n"


def slow_for(suite: Suite, slow: Callable[[str], bool], seconds: float = 0.08) -> None:
    """Let the server's answer take time on the suite's clock."""
    own = suite.toy.routes["POST /login"]

    def route(asked: Asked) -> Reply:
        if slow(asked.form["username"]):
            suite.clock.sleep(seconds)
        return own(asked)

    suite.toy.routes["POST /login"] = route


def test_a_server_that_hashes_always_passes(suite: Suite) -> None:
    slow_for(suite, lambda _: True)
    assert suite.run(TIMED).outcome is Outcome.PASSED


def test_pairs_and_right_logins_alternate(suite: Suite) -> None:
    suite.run(TIMED)
    names = [asked.form["username"] for asked in suite.toy.asked]
    unknown = [name for name in names if name.startswith("nobody-")]
    assert len(unknown) == len(set(unknown)) == MOST_PAIRS
    assert names.count("alice") == 1 + MOST_PAIRS + MOST_PAIRS // 2


@pytest.mark.parametrize(
    ("unknown_is_slow", "said"), [(False, "a wrong password"), (True, "an unknown name")]
)
def test_a_difference_is_told(suite: Suite, unknown_is_slow: bool, said: str) -> None:
    slow_for(suite, lambda name: name.startswith("nobody") is unknown_is_slow)
    result = suite.run(TIMED)
    assert result.outcome is Outcome.FAILED
    assert result.observed.startswith(f"{said} takes longer: median difference")


def test_a_noisy_server_is_tried_again(suite: Suite) -> None:
    chance = random.Random(1)
    own = suite.toy.routes["POST /login"]

    def route(asked: Asked) -> Reply:
        suite.clock.sleep(chance.choice([0.0, 1.0]) * chance.random())
        return own(asked)

    suite.toy.routes["POST /login"] = route
    result = suite.run(TIMED)
    assert result.outcome is Outcome.INCONCLUSIVE
    assert result.too_slow
    assert "vary too much" in result.reason


@pytest.mark.parametrize("after", [5, 20])
def test_a_server_that_throttles_first_is_not_tested(suite: Suite, after: int) -> None:
    own = suite.toy.routes["POST /login"]
    suite.toy.routes["POST /login"] = lambda asked: (
        own(asked) if len(suite.toy.asked) <= after else Reply(429)
    )
    result = suite.run(TIMED)
    assert result.outcome is Outcome.NOT_TESTED
    assert "throttles before enough logins could be timed" in result.reason
