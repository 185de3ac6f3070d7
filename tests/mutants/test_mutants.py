"""The controls pass, each mutant is caught, and each case of each scenario catches a mutant."""

import sys
from pathlib import Path

import pytest

from conformance.model import Outcome, Result, Scenario

from .harness import CONTROLS, OWN_CONTROLS, Mutant, mutants, running, specification, unchanged
from .sites import OWN_AREA

heavy = pytest.mark.heavy  # `tox -e proof` does the same, once and for all
UNTRIED = (Outcome.NOT_APPLICABLE, Outcome.NOT_TESTED)

SCENARIOS = specification().scenarios
MODULES = {file.stem for file in Path(__file__).parent.glob("*.py")}


def has_mutants(area: str) -> bool:
    """Say whether an area is held to have mutants; a contract is once it has a module."""
    return not area.startswith("contract/") or area.replace("/", "_") in MODULES


HELD = [scenario for scenario in SCENARIOS if has_mutants(scenario.area)]


def said(result: Result) -> str:
    observed = f"expected '{result.expected}', observed {result.observed}" * bool(result.expected)
    return f"{result.name}: {result.outcome.value} {result.reason} {observed} ({result.place})"


@heavy
@pytest.mark.parametrize("name", OWN_CONTROLS)
def test_a_right_server_passes_every_scenario_that_applies(name: str, tmp_path: Path) -> None:
    area = OWN_AREA.get(name, "")
    tried = [scenario for scenario in SCENARIOS if scenario.name.startswith(area)]
    with running(CONTROLS[name], unchanged, tmp_path) as server:
        results = [server.perform(scenario) for scenario in tried]
    wrong = [one for one in results if one.outcome not in (Outcome.PASSED, *UNTRIED)]
    assert not wrong, "\n".join(map(said, wrong))
    assert any(one.outcome is Outcome.PASSED for one in results)


@heavy
def test_every_scenario_applies_to_some_right_server(tmp_path: Path) -> None:
    lacking = {scenario.name for scenario in SCENARIOS}
    for name, control in CONTROLS.items():
        (tmp_path / name).mkdir()
        with running(control, unchanged, tmp_path / name) as server:
            lacking -= {one.name for one in SCENARIOS if server.can_try(one)}
    assert not lacking


@heavy
@pytest.mark.parametrize("mutant", mutants(), ids=str)
def test_a_scenario_of_its_requirement_catches(mutant: Mutant, tmp_path: Path) -> None:
    results = []
    with running(CONTROLS[mutant.on], mutant.build, tmp_path) as server:
        for scenario in specification().verifying(mutant.requirement):
            results.append(server.perform(scenario))
            if results[-1].outcome is Outcome.FAILED:
                sys.stdout.write(f"{results[-1].name}: observed {results[-1].observed}\n")  # -rP
                return
    pytest.fail(f"{mutant} survives:\n" + "\n".join(map(said, results)))


@heavy
@pytest.mark.parametrize("scenario", HELD, ids=lambda scenario: scenario.name)
def test_some_mutant_is_caught_by(scenario: Scenario, tmp_path: Path) -> None:
    concerned = [mutant for mutant in mutants() if mutant.concerns(scenario)]
    results = []
    for number, mutant in enumerate(sorted(concerned, key=lambda one: one.farness(scenario))):
        folder = tmp_path / str(number)
        folder.mkdir()
        with running(CONTROLS[mutant.on], mutant.build, folder) as server:
            result = server.perform(scenario)
        if result.outcome is Outcome.FAILED:
            return
        results.append(f"{mutant}\n    {said(result)}")
    pytest.fail("no mutant fails this case:\n" + "\n".join(results))


@pytest.mark.parametrize("mutant", mutants(), ids=str)
def test_what_it_names_exists(mutant: Mutant) -> None:
    names = {name for one in SCENARIOS for name in (one.name, one.name.partition("[")[0])}
    assert mutant.requirement in specification().requirements
    assert set(mutant.also) <= names


def test_every_requirement_with_scenarios_has_a_mutant() -> None:
    verified = {name for scenario in HELD for name in scenario.verifies}
    assert verified <= {mutant.requirement for mutant in mutants()}
