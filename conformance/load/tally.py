"""The sum of all that was judged: of one user, of one process, of many machines."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from conformance.load.judgement import RIGHT, WRONG, Finding

MOST_EXAMPLES = 20
_SECTIONS = ("answers", "doubts", "events", "odd")


@dataclass(frozen=True)
class Example:
    """A wrong answer, without any secret: `at` is in seconds since the start."""

    finding: str
    at: float
    node: str
    request: str
    status: int
    story: str


@dataclass
class Tally:
    """What was counted.

    `answers` by finding, `doubts` by the reason why either answer was right, `events` such as
    logins by what came of them, and `odd` are answers that no sign recognised.
    """

    answers: Counter[str] = field(default_factory=Counter)
    doubts: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    odd: Counter[str] = field(default_factory=Counter)
    examples: list[Example] = field(default_factory=list)

    def count(self, finding: Finding, why: str = "") -> None:
        """Count an answer."""
        self.answers[finding.value] += 1
        if finding is Finding.EITHER:
            self.doubts[why] += 1

    def example(self, example: Example) -> None:
        """Keep an example, if there are few of its kind."""
        alike = sum(1 for one in self.examples if one.finding == example.finding)
        if alike < MOST_EXAMPLES // len(WRONG):
            self.examples.append(example)

    def of(self, *findings: Finding) -> int:
        """Return how many answers came to one of these."""
        return sum(self.answers[one.value] for one in findings)

    @property
    def wrong(self) -> int:
        """How many answers were wrong."""
        return self.of(*WRONG)

    @property
    def right(self) -> int:
        """How many answers were judged right."""
        return self.of(*RIGHT)

    def add(self, other: Tally) -> None:
        """Add what somebody else has counted."""
        for name in _SECTIONS:
            getattr(self, name).update(getattr(other, name))
        for example in other.examples:
            self.example(example)

    def as_data(self) -> dict[str, Any]:
        """Return everything as plain data, to be sent to another process."""
        sections = {name: dict(getattr(self, name)) for name in _SECTIONS}
        return {**sections, "examples": [vars(one) for one in self.examples]}

    def taken(self) -> dict[str, Any]:
        """Return everything as plain data and begin anew."""
        data = self.as_data()
        for name in _SECTIONS:
            getattr(self, name).clear()
        self.examples.clear()
        return data

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Tally:
        """Return what `as_data` was made from."""
        counters = {name: Counter(data.get(name, {})) for name in _SECTIONS}
        return cls(**counters, examples=[Example(**one) for one in data.get("examples", [])])
