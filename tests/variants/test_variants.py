"""No scenario blames a variant, and none of them leaves much unproved."""

from pathlib import Path

import pytest
from mutants.harness import running, specification, unchanged

from conformance.model import Outcome, Result

from . import VARIANTS

FINE = (Outcome.PASSED, Outcome.NOT_APPLICABLE, Outcome.NOT_TESTED)
SCENARIOS = [one for one in specification().scenarios if not one.area.startswith("contract/")]
LEAST_PASSED = 240

pytestmark = pytest.mark.heavy  # `tox -e proof` does the same, once and for all


def said(result: Result) -> str:
    observed = f"expected '{result.expected}', observed {result.observed}" * bool(result.expected)
    return f"{result.name}: {result.outcome.value} {result.reason} {observed} ({result.place})"


@pytest.mark.parametrize("name", VARIANTS)
def test_no_scenario_blames(name: str, tmp_path: Path) -> None:
    with running(VARIANTS[name], unchanged, tmp_path) as server:
        results = [server.perform(scenario) for scenario in SCENARIOS]
    wrong = [one for one in results if one.outcome not in FINE]
    assert not wrong, "\n".join(map(said, wrong))
    passed = [one for one in results if one.outcome is Outcome.PASSED]
    assert len(passed) >= LEAST_PASSED
