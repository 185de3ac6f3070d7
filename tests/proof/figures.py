"""The proof in figures: how much of what there is is good. They may only get better."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from conformance.model import Level

from .findings import Blame, Fate, Findings

_ROW = re.compile(r"^\| (?P<name>[^|]+?) \| (?P<good>\d+) of (?P<of>\d+) \|", re.MULTILINE)


@dataclass(frozen=True)
class Figure:
    """So many good ones of so many; at least `floor` percent have to be."""

    name: str
    good: int
    of: int
    floor: int = 0

    def __str__(self) -> str:
        return f"{self.good} of {self.of}"

    @property
    def percent(self) -> str:
        """The share in percent, rounded down so that 100.0 means all."""
        if not self.of:
            return "-"
        tenths = 1000 * self.good // self.of
        return f"{tenths // 10}.{tenths % 10} %"

    @property
    def too_low(self) -> bool:
        """Whether the share is below the floor."""
        return 100 * self.good < self.floor * self.of

    def worse_than(self, other: Figure) -> bool:
        """Whether fewer are good, or more are not."""
        return self.good < other.good or self.of - self.good > other.of - other.good


def figures(found: Findings) -> tuple[Figure, ...]:
    """Return the figures in the order of the page."""
    variants = [one for one in found.blames if one.variant]
    controls = [one for one in found.blames if not one.variant]
    cases = len(found.specification.scenarios)
    return (
        *_proved(found),
        _caught("must mutants caught", found.fates, Level.MUST, floor=100),
        _caught("should mutants caught", found.fates, Level.SHOULD),
        _caught("may mutants caught", found.fates, Level.MAY),
        Figure("mutants caught", sum(one.caught for one in found.fates), len(found.fates), 95),
        Figure("cases of scenarios that catch a mutant", cases - len(found.idle), cases),
        Figure("cases of scenarios that a right server passes", cases - len(found.unpassed), cases),
        Figure("controls that are not blamed", _quiet(controls), len(controls), 100),
        Figure("variants that are not blamed", _quiet(variants), len(variants), 100),
        *_null_targets(found),
    )


def _proved(found: Findings) -> Iterator[Figure]:
    """Yield for each level how many of its requirements a caught mutant shows to be watched."""
    proved = {fate.mutant.requirement for fate in found.fates if fate.caught}
    for level in Level:
        own = found.testable(level)
        name = f"testable {level.value}s with a caught mutant"
        yield Figure(name, sum(one.id in proved for one in own), len(own))


def _caught(name: str, fates: Iterable[Fate], level: Level, floor: int = 0) -> Figure:
    own = [one for one in fates if one.level is level]
    return Figure(name, sum(one.caught for one in own), len(own), floor)


def _quiet(blames: Iterable[Blame]) -> int:
    return sum(one.justified for one in blames)


def _null_targets(found: Findings) -> Iterator[Figure]:
    grants = found.grants
    without_must = sum(not one.musts and not one.crashed for one in grants)
    without_any = sum(not one.passed and not one.crashed for one in grants)
    yield Figure("trials of null targets that are granted no must", without_must, len(grants), 100)
    yield Figure("trials of null targets that pass nothing at all", without_any, len(grants))


def figures_in(page: str) -> dict[str, Figure]:
    """Return the figures that a page shows."""
    rows = (one.groupdict() for one in _ROW.finditer(page))
    return {row["name"]: Figure(row["name"], int(row["good"]), int(row["of"])) for row in rows}


def shortcomings(now: Iterable[Figure], before: dict[str, Figure]) -> list[str]:
    """Return what is too low, and what is worse than it was."""
    wrong = []
    for one in now:
        if one.too_low:
            wrong.append(f"{one.name}: {one} is too low; {one.floor} % are needed")
        if one.name in before and one.worse_than(before[one.name]):
            wrong.append(f"{one.name}: {one} is worse than the {before[one.name]} of the page")
    return wrong
