"""Verbs whose object is steps; the engine runs those itself."""

from __future__ import annotations

from conformance.stage import Seen
from conformance.verbs.registry import verbs


@verbs("at once", takes="steps")
@verbs("in turn", takes="steps")
def _steps(*_: object) -> Seen:
    """Run the steps below: `in turn` one after the other, `at once` all together."""
    raise AssertionError("the engine runs nested steps itself")
