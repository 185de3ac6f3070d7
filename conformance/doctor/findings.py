"""What the doctor finds, as data: how bad it is, where in the profile, and what to change."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from conformance.model import Outcome, Place


class Grade(str, Enum):
    """How bad a finding is: a warning leaves a part unproved, a wrong profile judges wrongly."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """One thing that was tried: what was seen, and for what is not ok where and what to change.

    `subject` is the part of the profile, such as `log in`. No text holds a secret.
    """

    grade: Grade
    subject: str
    seen: str
    place: Place | None = None
    change: str = ""


@dataclass(frozen=True)
class Lacking:
    """So many scenarios that this profile leaves out, for one reason, and what to declare.

    There is nothing to declare where it is not for the profile to change.
    """

    need: str
    outcome: Outcome
    reason: str
    scenarios: int
    declare: str


@dataclass(frozen=True)
class Coverage:
    """How many scenarios of the specification can be tried with a profile; the others by need."""

    applicable: int
    lacking: tuple[Lacking, ...]

    @property
    def total(self) -> int:
        """All scenarios of the specification."""
        return self.applicable + sum(one.scenarios for one in self.lacking)


@dataclass(frozen=True)
class Diagnosis:
    """All that the doctor says about a profile."""

    profile: str
    path: str
    url: str
    findings: tuple[Finding, ...]
    coverage: Coverage

    def graded(self, grade: Grade) -> tuple[Finding, ...]:
        """Return the findings of one grade, in the order in which they were made."""
        return tuple(one for one in self.findings if one.grade is grade)

    @property
    def is_wrong(self) -> bool:
        """Whether something has to be changed before the profile can be trusted."""
        return bool(self.graded(Grade.WRONG))
