"""Reads the whole specification and checks what no single file can tell: `load` does both."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from conformance.citations import broken_citations
from conformance.errors import InputError, InputErrors, UsageError, did_you_mean
from conformance.guide import Guide, read_guide, unguided
from conformance.model import Requirement, Scenario, Vocabulary
from conformance.requirements import read_requirements
from conformance.rules import broken_rules
from conformance.scenarios import read_scenarios
from conformance.standards import Standard, read_standard
from conformance.yamltree import Node, parse

Read = TypeVar("Read")

_LEDGER = "requirements.yaml"
_STANDARDS = "standards"  # the folder of the lists of clauses
_GUIDE = "guide.yaml"


@dataclass(frozen=True)
class Specification:
    """All requirements and scenarios of a folder.

    `sha256` is over the names and contents of its files, so that two reports can be compared.
    """

    requirements: Mapping[str, Requirement]
    scenarios: tuple[Scenario, ...]
    sha256: str
    standards: Mapping[str, Standard] = field(default_factory=dict)
    guide: Guide = field(default_factory=Guide)

    @cached_property
    def named(self) -> Mapping[str, Scenario]:
        """The scenarios by their names."""
        return {scenario.name: scenario for scenario in self.scenarios}

    @cached_property
    def cases(self) -> Mapping[str, Sequence[Scenario]]:
        """The scenarios of each file, by its name; one for each row of its examples."""
        files: dict[str, list[Scenario]] = {}
        for scenario in self.scenarios:
            files.setdefault(scenario.file, []).append(scenario)
        return files

    def verifying(self, requirement: str) -> tuple[Scenario, ...]:
        """Return the scenarios that verify a requirement."""
        return tuple(s for s in self.scenarios if requirement in s.verifies)


def load(folder: Path, vocabulary: Vocabulary) -> Specification:
    """Read a folder such as `scenarios/`; raises InputErrors with everything that is wrong."""
    guides, lists, ledgers, others = _sorted_by_kind(folder)
    if not ledgers + others:
        raise UsageError(f"there are no scenarios below {folder}")
    errors: list[InputError] = []
    requirements = list(_read_all(ledgers, folder, read_requirements, errors))

    def scenarios_of(root: Node, name: str) -> Iterator[Scenario]:
        return read_scenarios(root, name, vocabulary)

    scenarios = list(_read_all(others, folder, scenarios_of, errors))
    every = _read_all(lists, folder / _STANDARDS, lambda *given: [read_standard(*given)], errors)
    standards = {standard.key: standard for standard in every}
    guide = next(_read_all(guides, folder, lambda root, _: [read_guide(root)], errors), Guide())
    if not errors:
        errors += broken_rules(requirements, scenarios, vocabulary)
        errors += broken_citations(requirements, standards)
        errors += unguided(guide, requirements)
    if errors:
        raise InputErrors(errors)
    ids = {requirement.id: requirement for requirement in requirements}
    digest = _digest(sorted(ledgers + others), folder)
    return Specification(ids, tuple(scenarios), digest, standards, guide)


def _sorted_by_kind(folder: Path) -> tuple[list[Path], list[Path], list[Path], list[Path]]:
    """Return the guide (one or none), the lists of clauses, those of requirements, the rest."""
    files = sorted(folder.rglob("*.yaml"))
    guides = [file for file in files if file == folder / _GUIDE]
    lists = [file for file in files if file.parent == folder / _STANDARDS]
    ledgers = [file for file in files if file.name == _LEDGER and file not in lists]
    special = {*guides, *lists, *ledgers}
    return guides, lists, ledgers, [file for file in files if file not in special]


def _read_all(
    files: Iterable[Path],
    folder: Path,
    read: Callable[[Node, str], Iterable[Read]],
    errors: list[InputError],
) -> Iterator[Read]:
    """Yield what all files say; a file that is wrong adds an error and is left out."""
    for file in files:
        name = _name(file, folder).removesuffix(".yaml").removesuffix("/requirements")
        try:
            yield from list(read(parse(file), name))
        except InputError as error:
            errors.append(error)


def _name(file: Path, folder: Path) -> str:
    """Return the path of a file below a folder, with slashes on every system."""
    return file.as_posix().removeprefix(f"{folder.as_posix()}/")


def _digest(files: Iterable[Path], folder: Path) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(_name(file, folder).encode() + b"\0")
        digest.update(file.read_bytes() + b"\0")
    return digest.hexdigest()


def select(
    scenarios: Iterable[Scenario], areas: Iterable[str] = (), words: str = ""
) -> tuple[Scenario, ...]:
    """Return the scenarios of these areas (all without any) whose name or ids have all `words`.

    Raises UsageError when an area does not exist or nothing is left.
    """
    every = tuple(scenarios)
    known = {scenario.area for scenario in every}
    for area in areas:
        if not any(_is_within(one, area) for one in known):
            hint = did_you_mean(area, known) or f"areas: {', '.join(sorted(known))}"
            raise UsageError(f"there is no area '{area}'; {hint}")
    chosen = tuple(
        scenario
        for scenario in every
        if (not areas or any(_is_within(scenario.area, area) for area in areas))
        and _matches(scenario, words)
    )
    if not chosen:
        raise UsageError(f"no scenario matches '{words}'")
    return chosen


def _is_within(area: str, wanted: str) -> bool:
    return area == wanted or area.startswith(f"{wanted}/")


def _matches(scenario: Scenario, words: str) -> bool:
    text = " ".join((scenario.name, scenario.title, *scenario.verifies)).lower()
    return all(word in text for word in words.lower().split())
