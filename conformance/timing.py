"""Whether two kinds of requests take the same time, told from measurements that lie side by side.

The measurements come in pairs, one of each kind, in an order drawn by lot for each pair: whatever
slows a machine down hits both alike. Judged is the median of the differences within the pairs,
by a confidence interval from the sign test (order statistics, no distribution is assumed).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb
from statistics import median
from typing import Literal

LEAST_PAIRS, MOST_PAIRS = 24, 60
SURE_OF_SAME = 0.99  # confidence at which a difference is called too small to matter
SURE_OF_DIFFERENCE = 1 - 1e-6  # confidence at which a server is blamed
_LEAST_EFFECT = 0.005  # seconds; less is lost in the noise of a network
_SHARE = 0.2  # of the median time
_BUDGET = 8.0  # seconds that the pairs may take, unless the fewest take longer

Verdict = Literal["same", "different", "unclear"]


@dataclass(frozen=True)
class Timing:
    """Seconds that each pair took: the first kind, the second kind."""

    pairs: tuple[tuple[float, float], ...]

    @property
    def effect(self) -> float:
        """The difference that matters: 5 ms, or a fifth of the usual time if that is more."""
        return max(_LEAST_EFFECT, _SHARE * median(one for pair in self.pairs for one in pair))

    @property
    def difference(self) -> float:
        """The median of the differences."""
        return median(self._differences)

    @property
    def verdict(self) -> Verdict:
        """What the measurements prove about the difference.

        "same": its interval of 99 % confidence lies within the effect. "different": that of
        99.9999 % lies beyond it. So a server whose two kinds take the same time is blamed once in
        a million runs at most, however noisy the machine is.
        """
        low, high = interval(self._differences, SURE_OF_SAME)
        if -self.effect < low and high < self.effect:
            return "same"
        low, high = interval(self._differences, SURE_OF_DIFFERENCE)
        return "different" if low > self.effect or high < -self.effect else "unclear"

    @property
    def _differences(self) -> list[float]:
        return [first - second for first, second in self.pairs]


def interval(values: Sequence[float], confidence: float) -> tuple[float, float]:
    """Return between which two of the values their median lies, at this confidence or more.

    Of so many values below the median there are k or fewer with a binomial probability; with too
    few values the interval is without end.
    """
    ordered, number = sorted(values), len(values)
    outside, k = 0.0, 0
    while k < number // 2:
        outside += comb(number, k) / 2**number
        if 2 * outside > 1 - confidence:
            break
        k += 1
    if k == 0:
        return float("-inf"), float("inf")
    return ordered[k - 1], ordered[number - k]


def pairs_within(seconds: float) -> int:
    """Return how many pairs to measure where one takes so many seconds."""
    fitting = int(_BUDGET / seconds) if seconds > 0 else MOST_PAIRS
    return max(LEAST_PAIRS, min(MOST_PAIRS, fitting))
