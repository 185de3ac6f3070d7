"""From the results of scenarios to the outcome of each requirement and the verdicts of a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit

from conformance.model import ConformanceClass, Level, Outcome, Requirement, Result, Verdict

UNPROVED = frozenset({Outcome.INCONCLUSIVE, Outcome.ERROR})
UNTRIED = frozenset({Outcome.NOT_TESTED, Outcome.NOT_APPLICABLE})

_WORST_FIRST = (
    Outcome.FAILED,
    Outcome.ERROR,
    Outcome.INCONCLUSIVE,
    Outcome.KNOWN_FAILURE,
    Outcome.NOT_TESTED,
    Outcome.PASSED,
    Outcome.NOT_APPLICABLE,
)
_EXIT_CODES = {Verdict.CONFORMANT: 0, Verdict.NOT_CONFORMANT: 1, Verdict.INCOMPLETE: 2}


@dataclass(frozen=True)
class RequirementOutcome:
    """What became of one requirement, and the results that say so."""

    requirement: Requirement
    outcome: Outcome
    results: tuple[Result, ...]


@dataclass(frozen=True)
class ClassOutcome:
    """What became of one class; `verdict` is None where nothing of it was tried."""

    conformance_class: ConformanceClass
    verdict: Verdict | None
    requirements: tuple[RequirementOutcome, ...]

    @property
    def results(self) -> tuple[Result, ...]:
        """The results that verify something in this class, each once, by name."""
        return by_name(result for each in self.requirements for result in each.results)


@dataclass(frozen=True)
class Run:
    """Everything that a report may say of a run.

    `results` are in the order of their names, `requirements` in the order of the specification;
    `counts` are of scenarios and name every outcome.
    """

    suite_version: str
    scenarios_sha256: str
    target_name: str
    target_url: str
    started: datetime
    seconds: float
    strict: bool
    results: tuple[Result, ...]
    requirements: tuple[RequirementOutcome, ...]
    classes: tuple[ClassOutcome, ...]
    verdict: Verdict
    counts: Mapping[Outcome, int]
    target_version: str = ""  # where the profile tells it


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """Return the outcome that speaks for all of `outcomes`, of which there must be one at least.

    From worst: failed, error, inconclusive, known failure, not tested, passed, not applicable.
    A defect that was shown comes before one that may hide behind an error. What was not tested
    comes before what passed, since the part that was not tried is not proved; what does not apply
    comes last, since it leaves nothing to prove: with one that passed, the whole has passed.
    """
    return min(outcomes, key=_WORST_FIRST.index)


def requirement_outcomes(
    requirements: Iterable[Requirement], results: Iterable[Result]
) -> tuple[RequirementOutcome, ...]:
    """Judge each testable requirement by its scenarios; those without a scenario are left out.

    A result that verifies none of the requirements would be lost without a word: ValueError.
    """
    ordered = by_name(results)
    testable = {each.id: each for each in requirements if not each.untestable}
    for result in ordered:
        if not any(name in testable for name in result.verifies):
            raise ValueError(f"{result.name} verifies no testable requirement of this run")
    return tuple(
        RequirementOutcome(requirement, worst(each.outcome for each in own), own)
        for requirement in testable.values()
        if (own := tuple(each for each in ordered if requirement.id in each.verifies))
    )


def verdict_of(requirements: Sequence[RequirementOutcome], *, strict: bool = False) -> Verdict:
    """Judge a set of requirements as a whole; with `strict` a should counts as a must.

    Not conformant when a must failed. Incomplete when a must was inconclusive or in error, and
    when not one scenario passed: a run in which nothing was seen to work proves nothing. Known
    failures alone stop nobody from being conformant, but they prove nothing either.
    """
    levels = {Level.MUST, Level.SHOULD} if strict else {Level.MUST}
    binding = {each.outcome for each in requirements if each.requirement.level in levels}
    if Outcome.FAILED in binding:
        return Verdict.NOT_CONFORMANT
    seen = {result.outcome for each in requirements for result in each.results}
    if Outcome.PASSED not in seen or binding & UNPROVED:
        return Verdict.INCOMPLETE
    return Verdict.CONFORMANT


def class_outcomes(
    requirements: Iterable[RequirementOutcome], *, strict: bool = False
) -> tuple[ClassOutcome, ...]:
    """Judge each class that has a requirement in the run, as if it were alone.

    A class of which nothing was tried (all not tested or not applicable) has no verdict.
    """
    everything = tuple(requirements)
    outcomes = []
    for name in ConformanceClass:
        own = tuple(each for each in everything if each.requirement.conformance_class is name)
        if own:
            untried = all(result.outcome in UNTRIED for each in own for result in each.results)
            outcomes.append(
                ClassOutcome(name, None if untried else verdict_of(own, strict=strict), own)
            )
    return tuple(outcomes)


def exit_code(verdict: Verdict) -> int:
    """Return the exit code of a run with this verdict."""
    return _EXIT_CODES[verdict]


def count(outcomes: Iterable[Outcome]) -> dict[Outcome, int]:
    """Return how often each outcome occurs, with 0 for those that don't."""
    counts = dict.fromkeys(Outcome, 0)
    for outcome in outcomes:
        counts[outcome] += 1
    return counts


def by_name(results: Iterable[Result]) -> tuple[Result, ...]:
    """Return the results in the order of their names, each name once."""
    named = {result.name: result for result in results}
    return tuple(named[name] for name in sorted(named))


def summarise(
    requirements: Iterable[Requirement],
    results: Iterable[Result],
    *,
    suite_version: str,
    scenarios_sha256: str,
    target_name: str,
    target_url: str,
    started: datetime,
    seconds: float,
    strict: bool = False,
    target_version: str = "",
) -> Run:
    """Judge all results; `started` is an aware time, a password in `target_url` is left out."""
    if started.tzinfo is None:
        raise ValueError("the time at which a run started needs a time zone")
    ordered = by_name(results)
    judged = requirement_outcomes(requirements, ordered)
    return Run(
        suite_version=suite_version,
        scenarios_sha256=scenarios_sha256,
        target_name=target_name,
        target_url=_without_user(target_url),
        started=started,
        seconds=seconds,
        strict=strict,
        results=ordered,
        requirements=judged,
        classes=class_outcomes(judged, strict=strict),
        verdict=verdict_of(judged, strict=strict),
        counts=count(result.outcome for result in ordered),
        target_version=target_version,
    )


def _without_user(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
