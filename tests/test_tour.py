"""docs/TOUR.md quotes the code as it is, and what it names exists and does what it says."""

from __future__ import annotations

import ast
import re
import textwrap
from pathlib import Path

import pytest
from mutants.harness import CONTROLS, Mutant, mutants, running, specification

from conformance.model import Outcome

ROOT = Path(__file__).parents[1]
TOUR = (ROOT / "docs" / "TOUR.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(python|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
RULE = re.compile(r"^> \[([A-Z]+-\d+)\]\(SPECIFICATION\.md#([a-z]+-\d+)\): (.*)$", re.MULTILINE)
COMMAND = re.compile(
    r'\$ pytest tests/mutants -rP -k "catches and ([^"]+)"\n([^:]+): observed (.*)'
)

STOPS = re.split(r"^## (?=\d)", TOUR.split("## What this tour leaves out")[0], flags=re.MULTILINE)[
    1:
]
QUOTES = [text for kind, text in BLOCK.findall(TOUR) if kind == "python"]
TRIALS = [
    found
    for kind, text in BLOCK.findall(TOUR)
    if kind == "console"
    for found in COMMAND.findall(text)
]
stops = pytest.mark.parametrize("stop", STOPS, ids=lambda stop: stop.splitlines()[0])


def source_of(place: str) -> str:
    """Return the source at `file.py` or `file.py: Class.function`, without indentation."""
    file, _, name = place.partition(": ")
    text = (ROOT / file).read_text(encoding="utf-8")
    node: ast.AST = ast.parse(text)
    for part in filter(None, name.split(".")):
        inside = [one for one in ast.iter_child_nodes(node) if getattr(one, "name", "") == part]
        assert inside, f"{file} has no {name}"
        node = inside[0]
    if not name:
        return text
    assert isinstance(node, (ast.FunctionDef, ast.ClassDef))
    return "\n".join(text.splitlines()[node.lineno - 1 : node.end_lineno])


def unindented(text: str) -> str:
    """Return the text with the first line, and the others by as much, at the margin."""
    return textwrap.dedent(text).strip()


def stands_in(part: str, source: str) -> bool:
    """Say whether these whole lines stand in the source one after the other, at any depth."""
    wanted, lines = unindented(part).splitlines(), source.splitlines()
    starts = range(len(lines) - len(wanted) + 1)
    return any(
        unindented("\n".join(lines[start : start + len(wanted)])).splitlines() == wanted
        for start in starts
    )


def mutants_of(words: str) -> list[Mutant]:
    """Return the mutants whose tests `-k` with these words selects."""
    wanted = [word.lower() for word in words.split(" and ")]
    return [one for one in mutants() if all(word in str(one).lower() for word in wanted)]


@pytest.mark.parametrize("quote", QUOTES, ids=lambda quote: quote.splitlines()[0][2:])
def test_quotes_are_the_code_as_it_is(quote: str) -> None:
    place, _, lines = quote.removeprefix("# ").partition("\n")
    source = source_of(place)
    for part in re.split(r"^\.\.\.$", lines, flags=re.MULTILINE):
        assert stands_in(part, source), f"{place} lacks\n{part}"


def test_links_lead_somewhere() -> None:
    for _, target in LINK.findall(TOUR):
        path, _, anchor = target.partition("#")
        file = ROOT / "docs" / path
        assert file.exists(), target
        if anchor:
            titles = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {title.lower().replace(" ", "-") for title in titles}, target


@stops
def test_every_stop_has_a_rule_in_the_words_of_the_specification(stop: str) -> None:
    rules = RULE.findall(stop)
    assert rules
    for name, anchor, says in rules:
        assert anchor == name.lower()
        assert specification().requirements[name].says == says


@stops
def test_every_rule_of_a_stop_is_proved_by_a_scenario_named_there(stop: str) -> None:
    named = {text for text, target in LINK.findall(stop) if target.startswith("../scenarios/")}
    for name in named:
        assert f"[{name}](../scenarios/{name}.yaml)" in stop
    proved = {
        rule
        for one in specification().scenarios
        if one.name.partition("[")[0] in named
        for rule in one.verifies
    }
    assert {name for name, _, _ in RULE.findall(stop)} <= proved


@stops
def test_every_stop_quotes_code_and_breaks_it(stop: str) -> None:
    kinds = {kind for kind, _ in BLOCK.findall(stop)}
    assert kinds == {"python", "console"}
    rules = {name for name, _, _ in RULE.findall(stop)}
    for words, _, _ in COMMAND.findall(stop):
        assert {mutant.requirement for mutant in mutants_of(words)} <= rules


@pytest.mark.parametrize(("words", "name", "observed"), TRIALS)
def test_the_mistake_looks_as_the_tour_says(
    words: str, name: str, observed: str, tmp_path: Path
) -> None:
    (mutant,) = mutants_of(words)
    (scenario,) = [one for one in specification().scenarios if one.name == name]
    assert mutant.requirement in scenario.verifies
    with running(CONTROLS[mutant.on], mutant.build, tmp_path) as server:
        result = server.perform(scenario)
    assert (result.outcome, result.observed) == (Outcome.FAILED, observed)


def test_the_commands_of_the_tour_are_all_understood() -> None:
    assert TOUR.count("$ pytest") == len(TRIALS) > len(STOPS)


@pytest.mark.parametrize("part", ["return 1", "if True:\n    return 2", "return 2\nreturn 1"])
def test_a_quote_that_is_not_in_the_code_is_found(part: str) -> None:
    source = "    if False:\n        return 2\n    return 11"
    assert not stands_in(part, source)
    assert stands_in("if False:\n    return 2", source)
