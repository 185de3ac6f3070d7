"""Whether answers can be told apart by the time they take."""

from __future__ import annotations

from conformance.expectations.registry import expectations
from conformance.stage import Seen, Stage, TooNoisy


@expectations("the same time", about="timing")
def same_time(seen: Seen, _: Stage) -> str | None:
    """Both kinds of refused logins take the same time.

    It passes if the median difference is less than 5 ms, or a fifth of the usual time, at 99 %
    confidence, and fails if it is more at 99.9999 %. Between the two nothing is proved, and the
    scenario is tried again.
    """
    timing = seen.timing
    if timing is None or timing.verdict == "same":
        return None
    milliseconds = f"{timing.difference * 1000:+.1f} ms of {len(timing.pairs)} pairs"
    bound = f"the bound is {timing.effect * 1000:.1f} ms"
    if timing.verdict == "unclear":
        raise TooNoisy(f"the times vary too much: median difference {milliseconds}, {bound}")
    slower = "a wrong password" if timing.difference > 0 else "an unknown name"
    return f"{slower} takes longer: median difference {milliseconds}, {bound}"
