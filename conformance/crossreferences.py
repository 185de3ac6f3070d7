"""From each clause of a standard to its requirements and scenarios, for a terminal and pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from conformance.citations import Cited, clause_of, clauses_cited
from conformance.errors import UsageError, did_you_mean
from conformance.model import Scenario
from conformance.specification import Specification
from conformance.standards import Standard


@dataclass(frozen=True)
class Row:
    """One clause with what covers it; `scenarios` holds the first case of each file."""

    cited: Cited
    scenarios: tuple[Scenario, ...]

    @property
    def state(self) -> str:
        """Whether the clause is covered, untestable, awaited, or merely listed."""
        if self.cited.clause.untestable:
            return "untestable"
        if self.cited.clause.awaited:
            return "awaited"
        return "covered" if self.cited.is_covered else "listed"


def standard_of(name: str, specification: Specification) -> Standard:
    """Return the standard that a list's name stands for; raises UsageError."""
    standards = specification.standards
    if name not in standards:
        hint = did_you_mean(name, standards) or f"standards: {', '.join(standards)}"
        raise UsageError(f"there is no standard '{name}'; {hint}")
    return standards[name]


def rows(standard: Standard, specification: Specification) -> list[Row]:
    """Return a row for each clause of a standard."""
    requirements = list(specification.requirements.values())
    return [
        Row(cited, _scenarios(cited, specification))
        for cited in clauses_cited(standard, requirements)
    ]


def _scenarios(cited: Cited, specification: Specification) -> tuple[Scenario, ...]:
    ids = {one.id for one in cited.requirements}
    files: dict[str, Scenario] = {}
    for scenario in specification.scenarios:
        if ids.intersection(scenario.verifies):
            files.setdefault(scenario.file, scenario)
    return tuple(files.values())


def clauses(specification: Specification) -> dict[str, Row]:
    """Return the row of every clause of every standard by its citation."""
    return {
        standard.ref(row.cited.clause.id): row
        for standard in specification.standards.values()
        for row in rows(standard, specification)
    }


def counts(every: Iterable[Row]) -> str:
    """Say how many clauses there are, and how many of them are what."""
    states = [row.state for row in every]
    parts = [
        f"{states.count(state)} {state}"
        for state in ("covered", "untestable", "awaited", "listed")
        if state in states
    ]
    number = f"{len(states)} clause{'' if len(states) == 1 else 's'}"
    return f"{number}: {', '.join(parts)}" if parts else number


def table(name: str, specification: Specification) -> list[str]:
    """Return a standard for a terminal: a heading, a line for each clause, and the counts.

    Raises UsageError for a name that is no standard's.
    """
    standard = standard_of(name, specification)
    every = rows(standard, specification)
    clauses = [row.cited.clause for row in every]
    width = max((len(one.id) for one in clauses), default=0)
    level = max((len(one.level) for one in clauses), default=0)
    title = max((len(one.title) for one in clauses), default=0)
    lines = [
        f"{row.cited.clause.id:{width}}  {row.cited.clause.level:{level}}  "
        f"{row.cited.clause.title:{title}}  {_covered_by(row)}"
        for row in every
    ]
    heading = f"{standard.name}, {standard.version}"
    return [heading, standard.status, "", *lines, "", counts(every)]


def _covered_by(row: Row) -> str:
    clause = row.cited.clause
    parts = [", ".join(names(row.cited))] if row.cited.requirements else []
    if row.scenarios:
        parts[0] += f": {len(row.scenarios)} scenario{'' if len(row.scenarios) == 1 else 's'}"
    parts += [f"untestable: {clause.untestable}"] if clause.untestable else []
    parts += [f"partly: {clause.partly}"] if clause.partly else []
    parts += [f"awaited: {clause.awaited}"] if clause.awaited else []
    return "; ".join(part.rstrip(".") for part in parts)


def names(cited: Cited) -> list[str]:
    """Return the requirements that cite a clause, each with its level and how it comes from it."""
    return [
        f"{one.id} ({'' if one in cited.stating else 'derived, '}{one.level.value})"
        for one in cited.requirements
    ]


def standards(specification: Specification) -> list[str]:
    """Return a line for each standard: its short name, what it is, and how much is covered."""
    every = specification.standards
    width = max(map(len, every), default=0)
    return [
        f"{key:{width}}  {one.name}, {one.version}; {counts(rows(one, specification))}"
        for key, one in every.items()
    ]


def titled(refs: Iterable[str], standards: Mapping[str, Standard]) -> list[str]:
    """Return citations with the titles of their clauses, where a list of ours knows them."""
    found = ((ref, clause_of(ref, standards)) for ref in refs)
    return [f"{ref}: {clause.title}" if clause else ref for ref, clause in found]
