"""The specification in words for a terminal: lists, and one requirement or scenario explained."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from textwrap import fill, indent

from conformance.crossreferences import Row, clauses, titled
from conformance.errors import UsageError, did_you_mean
from conformance.model import Profile, Requirement, Scenario, Vocabulary, Word
from conformance.specification import Specification

_WIDTH = 96


def requirements(specification: Specification) -> list[str]:
    """Return a line for each requirement: id, level, class, sentence."""
    every = list(specification.requirements.values())
    width = max((len(one.id) for one in every), default=0)
    return [
        f"{one.id:{width}}  {one.level.value:6}  {one.conformance_class.value:8}  {_state(one)}"
        for one in every
    ]


def _state(requirement: Requirement) -> str:
    return f"{requirement.says}{' (untestable)' if requirement.untestable else ''}"


def scenarios(specification: Specification) -> list[str]:
    """Return a line for each scenario: name, ids of what it verifies, title."""
    width = max((len(one.name) for one in specification.scenarios), default=0)
    return [
        f"{one.name:{width}}  {', '.join(one.verifies)}: {one.title}"
        for one in specification.scenarios
    ]


def targets(profiles: Iterable[tuple[str, Profile]]) -> list[str]:
    """Return a line for each target: the name to give to --target, and what it is."""
    every = list(profiles)
    width = max((len(name) for name, _ in every), default=0)
    return [f"{name:{width}}  {profile.name}" for name, profile in every]


def explain(name: str, specification: Specification, vocabulary: Vocabulary) -> str:
    """Return the explanation of a requirement, a scenario, a word, or a clause by its citation.

    Raises UsageError when there is none of that name.
    """
    if name in specification.requirements:
        return _requirement(specification.requirements[name], specification)
    cases = [one for one in specification.scenarios if name in (one.name, one.file)]
    if cases:
        return _scenario(cases, specification)
    words = {word.word: word for words in _word_lists(vocabulary) for word in words.values()}
    if name in words:
        return _word(words[name])
    every = clauses(specification)
    if name in every:
        return _clause(name, every[name])
    files = (one.file for one in specification.scenarios)
    known = [*specification.requirements, *files, *words, *every]
    hint = did_you_mean(name, known) or "see: session-conformance list"
    raise UsageError(f"there is nothing called '{name}'; {hint}")


def _requirement(one: Requirement, specification: Specification) -> str:
    lines = [f"{one.id} ({one.level.value}, {one.conformance_class.value})", _text(one.says)]
    if one.why:
        lines += ["", "Why:", _text(one.why)]
    sources = titled(one.refs, specification.standards)
    lines += ["", "Sources:", *map(_hanging, sources)]
    if one.untestable:
        return "\n".join([*lines, "", "Not testable from outside:", _text(one.untestable)])
    lines += ["", "Scenarios:"]
    files = groupby(specification.verifying(one.id), key=lambda case: case.file)
    return "\n".join([*lines, *(f"  {name}: {next(cases).title}" for name, cases in files)])


def _scenario(cases: list[Scenario], specification: Specification) -> str:
    first = cases[0]
    lines = [first.title, f"  {first.place.path}"]
    if first.notes:
        lines += ["", _text(first.notes)]
    lines += ["", "Verifies:"]
    for name in first.verifies:
        one = specification.requirements[name]
        lines.append(_text(f"{name} ({one.level.value}): {one.says}"))
    if first.needs:
        lines += ["", f"Needs: {', '.join(first.needs)}"]
    if len(cases) > 1:
        lines += ["", f"Cases: {', '.join(one.row for one in cases)}"]
    return "\n".join(lines)


def _clause(ref: str, row: Row) -> str:
    clause = row.cited.clause
    lines = [f"{ref} ({clause.level})" if clause.level else ref, _text(clause.title)]
    if row.cited.requirements:
        lines += ["", "Requirements:"]
        lines += [
            _hanging(f"{one.id} ({one.level.value}): {one.says}") for one in row.cited.requirements
        ]
    if row.scenarios:
        lines += ["", "Scenarios:", *(f"  {one.file}: {one.title}" for one in row.scenarios)]
    if clause.untestable:
        lines += ["", "Not testable from outside:", _text(clause.untestable)]
    if clause.partly:
        lines += ["", "Tested in part; what is not seen:", _text(clause.partly)]
    return "\n".join(lines)


def _word(word: Word) -> str:
    return f"{word.word}\n{indent(word.says, '  ')}"


def _word_lists(vocabulary: Vocabulary) -> list[Mapping[str, Word]]:
    return [
        vocabulary.verbs,
        vocabulary.expectations,
        vocabulary.durations,
        vocabulary.needs,
        vocabulary.credential_changes,
        vocabulary.token_changes,
        vocabulary.carriers,
    ]


def _hanging(text: str) -> str:
    return fill(" ".join(text.split()), _WIDTH, initial_indent="  ", subsequent_indent="    ")


def _text(text: str) -> str:
    return fill(" ".join(text.split()), _WIDTH, initial_indent="  ", subsequent_indent="  ")
