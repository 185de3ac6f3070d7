"""What the evidence says: which mutants were caught, and who was blamed or believed wrongly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from mutants.harness import Mutant

from conformance.model import Level, Outcome, Requirement, Scenario
from conformance.outcomes import worst
from conformance.specification import Specification

from .trials import CRASH, Evidence, Seen, Trial

FINE = frozenset({Outcome.PASSED.value, Outcome.NOT_APPLICABLE.value})
BLAMES = frozenset({Outcome.FAILED.value, Outcome.ERROR.value, Outcome.INCONCLUSIVE.value, CRASH})


@dataclass(frozen=True)
class Fate:
    """What became of a mutant.

    `catchers` are scenarios of its requirement that failed, and that its control passes (or that
    do not apply there, where the mutant does something that the control does not do at all);
    `others` are those of other requirements that it was made for. `seen` is all it went through.
    """

    mutant: Mutant
    level: Level
    catchers: tuple[str, ...]
    others: tuple[str, ...]
    seen: tuple[Seen, ...]

    @property
    def caught(self) -> bool:
        """Whether a scenario that verifies its requirement failed."""
        return bool(self.catchers)


@dataclass(frozen=True)
class Blame:
    """A right server and what was not passed there although it applies."""

    server: str
    variant: bool
    passed: int
    alarms: tuple[Seen, ...]

    @property
    def justified(self) -> bool:
        """Whether nothing speaks against the scenarios: no alarm, and something to judge."""
        return not self.alarms and self.passed > 0


@dataclass(frozen=True)
class Grant:
    """A null target taken for one profile, what it passed, and the musts that it was granted."""

    name: str
    profile: str
    passed: tuple[str, ...]
    musts: tuple[str, ...]
    crashed: tuple[Seen, ...] = ()


@dataclass(frozen=True)
class Findings:
    """Everything that the page says.

    `idle` are scenarios that catch no mutant, `unpassed` those that no right server passes, and
    `unplanted` the testable requirements without any mutant.
    """

    specification: Specification
    fates: tuple[Fate, ...]
    blames: tuple[Blame, ...]
    grants: tuple[Grant, ...]
    idle: tuple[str, ...]
    unpassed: tuple[str, ...]
    unplanted: tuple[Requirement, ...]

    def fates_of(self, requirement: str) -> tuple[Fate, ...]:
        """Return the fates of the mutants that break a requirement."""
        return tuple(one for one in self.fates if one.mutant.requirement == requirement)

    def testable(self, level: Level | None = None) -> tuple[Requirement, ...]:
        """Return the requirements that a client can check, of one level or all."""
        every = self.specification.requirements.values()
        return tuple(one for one in every if not one.untestable and level in (None, one.level))


def judged(
    specification: Specification,
    mutants: Iterable[Mutant],
    variants: Iterable[str],
    areas: Mapping[str, str],
    evidence: Evidence,
) -> Findings:
    """Judge the evidence; `areas` are those that some right servers are held to alone."""
    fates = tuple(_fates(specification, mutants, evidence))
    at_work = {name for fate in fates for name in (*fate.catchers, *fate.others)}
    passed = _passed(
        one for trial, all_ in evidence.items() if trial.kind == "right server" for one in all_
    )
    planted = {fate.mutant.requirement for fate in fates}
    requirements = specification.requirements.values()
    return Findings(
        specification=specification,
        fates=fates,
        blames=tuple(_blames(set(variants), areas, evidence)),
        grants=tuple(_grants(specification, evidence)),
        idle=tuple(one.name for one in specification.scenarios if one.name not in at_work),
        unpassed=tuple(one.name for one in specification.scenarios if one.name not in passed),
        unplanted=tuple(
            one for one in requirements if not one.untestable and one.id not in planted
        ),
    )


def _fates(
    specification: Specification, mutants: Iterable[Mutant], evidence: Evidence
) -> Iterator[Fate]:
    """Yield the fate of each mutant, in the order of the specification."""
    order = {name: number for number, name in enumerate(specification.requirements)}
    scenarios = {one.name: one for one in specification.scenarios}
    for mutant in sorted(mutants, key=lambda one: (order[one.requirement], one.defect)):
        went_through = evidence[Trial("mutant", str(mutant))]
        failed = [one.scenario for one in went_through if one.failed]
        control = evidence[Trial("right server", mutant.on)]
        fine = {one.scenario for one in control if one.outcome in FINE}
        proved = [scenarios[name] for name in failed if name in fine]
        catchers = [one.name for one in proved if mutant.requirement in one.verifies]
        yield Fate(
            mutant=mutant,
            level=specification.requirements[mutant.requirement].level,
            catchers=tuple(catchers),
            others=tuple(one.name for one in proved if one.name not in catchers),
            seen=went_through,
        )


def _blames(variants: set[str], areas: Mapping[str, str], evidence: Evidence) -> Iterator[Blame]:
    for trial, everything in evidence.items():
        if trial.kind == "right server":
            own = [one for one in everything if one.scenario.startswith(areas.get(trial.name, ""))]
            alarms = tuple(one for one in own if one.outcome in BLAMES)
            yield Blame(trial.name, trial.name in variants, len(_passed(own)), alarms)


def _grants(specification: Specification, evidence: Evidence) -> Iterator[Grant]:
    for trial, everything in evidence.items():
        if trial.kind in ("null target", "run at a null target"):
            crashed = tuple(one for one in everything if one.outcome == CRASH)
            passed = tuple(sorted(_passed(everything)))
            musts = tuple(_musts(specification, everything))
            yield Grant(trial.name, trial.profile, passed, musts, crashed)


def _musts(specification: Specification, everything: Iterable[Seen]) -> Iterator[str]:
    """Yield the musts that a report would call passed."""
    outcomes = {one.scenario: one.outcome for one in everything if one.outcome != CRASH}
    for requirement in specification.requirements.values():
        own = specification.verifying(requirement.id)
        came_to = [Outcome(outcomes[one.name]) for one in own if one.name in outcomes]
        if requirement.level is Level.MUST and came_to and worst(came_to) is Outcome.PASSED:
            yield requirement.id


def _passed(everything: Iterable[Seen]) -> set[str]:
    return {one.scenario for one in everything if one.outcome == Outcome.PASSED.value}


def cases(names: Iterable[str], scenarios: Iterable[Scenario]) -> list[str]:
    """Return the scenarios' files, with how many of their cases `names` has where not all."""
    some = Counter(map(file_of, names))
    every = Counter(file_of(one.name) for one in scenarios)
    return [
        file if count == every[file] else f"{file} ({count} of {every[file]})"
        for file, count in some.items()
    ]


def file_of(scenario: str) -> str:
    """Return the name of the file that a case is in."""
    return scenario.partition("[")[0]
