from __future__ import annotations

from datetime import datetime, timezone
from itertools import permutations

import pytest

from conformance.model import (
    ConformanceClass,
    Level,
    Outcome,
    Place,
    Requirement,
    Result,
    Verdict,
)
from conformance.outcomes import (
    Run,
    class_outcomes,
    count,
    exit_code,
    requirement_outcomes,
    summarise,
    verdict_of,
    worst,
)

STARTED = datetime(2025, 3, 1, 12, 0, tzinfo=timezone.utc)


def a_requirement(
    name: str,
    level: Level = Level.MUST,
    conformance_class: ConformanceClass = ConformanceClass.CORE,
    untestable: str = "",
) -> Requirement:
    place = Place("scenarios/logout/requirements.yaml", 1, 1)
    return Requirement(
        name, level, conformance_class, "A rule.", (), "logout", place, untestable=untestable
    )


def a_result(name: str, outcome: Outcome, *verifies: str) -> Result:
    return Result(name, "A title", verifies, outcome, Place(f"scenarios/{name}.yaml", 3, 5))


def a_run(
    requirements: list[Requirement], results: list[Result], url: str = "", strict: bool = False
) -> Run:
    return summarise(
        requirements,
        results,
        suite_version="0.1.0",
        scenarios_sha256="0" * 64,
        target_name="a target",
        target_url=url,
        started=STARTED,
        seconds=1.0,
        strict=strict,
    )


def verdict(
    *levels_and_outcomes: tuple[Level, Outcome],
    strict: bool = False,
) -> Verdict:
    requirements = []
    results = []
    for number, (level, outcome) in enumerate(levels_and_outcomes):
        requirements.append(a_requirement(f"R-{number}", level))
        results.append(a_result(f"logout/s{number}", outcome, f"R-{number}"))
    return verdict_of(requirement_outcomes(requirements, results), strict=strict)


MUST, SHOULD, MAY = Level.MUST, Level.SHOULD, Level.MAY
PASSED, FAILED, ERROR = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR
INCONCLUSIVE, KNOWN = Outcome.INCONCLUSIVE, Outcome.KNOWN_FAILURE
NOT_TESTED, NOT_APPLICABLE = Outcome.NOT_TESTED, Outcome.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("outcomes", "speaks_for_all"),
    [
        ([PASSED, PASSED], PASSED),
        ([PASSED, NOT_APPLICABLE], PASSED),
        ([NOT_APPLICABLE, NOT_APPLICABLE], NOT_APPLICABLE),
        ([PASSED, NOT_TESTED], NOT_TESTED),
        ([NOT_TESTED, NOT_APPLICABLE], NOT_TESTED),
        ([KNOWN, NOT_TESTED, PASSED], KNOWN),
        ([KNOWN, INCONCLUSIVE], INCONCLUSIVE),
        ([INCONCLUSIVE, ERROR], ERROR),
        ([ERROR, FAILED], FAILED),
        (list(Outcome), FAILED),
    ],
)
def test_the_worst_outcome_speaks_for_all_in_any_order(
    outcomes: list[Outcome], speaks_for_all: Outcome
) -> None:
    assert {worst(order) for order in permutations(outcomes)} == {speaks_for_all}


def test_nothing_has_no_worst_outcome() -> None:
    with pytest.raises(ValueError, match="empty"):
        worst([])


def test_a_requirement_is_judged_by_its_own_scenarios_only() -> None:
    both = a_result("logout/both", PASSED, "R-1", "R-2")
    bad = a_result("logout/bad", FAILED, "R-2")
    first, second = requirement_outcomes([a_requirement("R-1"), a_requirement("R-2")], [both, bad])
    assert (first.requirement.id, first.outcome, first.results) == ("R-1", PASSED, (both,))
    assert (second.requirement.id, second.outcome, second.results) == ("R-2", FAILED, (bad, both))


def test_requirements_without_a_scenario_and_untestable_ones_are_left_out() -> None:
    requirements = [
        a_requirement("R-1"),
        a_requirement("R-2"),
        a_requirement("R-3", untestable="needs to see the database"),
    ]
    judged = requirement_outcomes(requirements, [a_result("logout/a", PASSED, "R-1", "R-3")])
    assert [each.requirement.id for each in judged] == ["R-1"]


@pytest.mark.parametrize("verifies", [(), ("R-9",), ("R-3",)])
def test_a_result_that_no_requirement_would_show_is_refused(verifies: tuple[str, ...]) -> None:
    requirements = [a_requirement("R-1"), a_requirement("R-3", untestable="hidden")]
    with pytest.raises(ValueError, match="logout/lost verifies no testable requirement"):
        requirement_outcomes(requirements, [a_result("logout/lost", FAILED, *verifies)])


@pytest.mark.parametrize(
    ("outcome", "level", "normally", "strictly"),
    [
        (PASSED, MUST, "conformant", "conformant"),
        (FAILED, MUST, "not conformant", "not conformant"),
        (FAILED, SHOULD, "conformant", "not conformant"),
        (FAILED, MAY, "conformant", "conformant"),
        (INCONCLUSIVE, MUST, "incomplete", "incomplete"),
        (INCONCLUSIVE, SHOULD, "conformant", "incomplete"),
        (INCONCLUSIVE, MAY, "conformant", "conformant"),
        (ERROR, MUST, "incomplete", "incomplete"),
        (ERROR, SHOULD, "conformant", "incomplete"),
        (ERROR, MAY, "conformant", "conformant"),
        (NOT_TESTED, MUST, "conformant", "conformant"),
        (NOT_APPLICABLE, MUST, "conformant", "conformant"),
        (KNOWN, MUST, "conformant", "conformant"),
    ],
)
def test_one_outcome_beside_a_must_that_passed(
    outcome: Outcome, level: Level, normally: str, strictly: str
) -> None:
    assert verdict((MUST, PASSED), (level, outcome)).value == normally
    assert verdict((MUST, PASSED), (level, outcome), strict=True).value == strictly


def test_a_failed_must_outweighs_one_that_could_not_be_proved() -> None:
    assert verdict((MUST, ERROR), (MUST, FAILED)) is Verdict.NOT_CONFORMANT


@pytest.mark.parametrize("outcome", [NOT_TESTED, NOT_APPLICABLE, KNOWN])
def test_a_run_in_which_nothing_passed_is_incomplete(outcome: Outcome) -> None:
    assert verdict((MUST, outcome)) is Verdict.INCOMPLETE
    assert verdict((MUST, outcome), (MAY, FAILED)) is Verdict.INCOMPLETE


def test_an_empty_run_is_incomplete() -> None:
    assert verdict() is Verdict.INCOMPLETE


def test_one_scenario_that_passed_counts_even_where_its_requirement_was_not_tested_in_full() -> (
    None
):
    requirements = [a_requirement("R-1")]
    results = [a_result("logout/a", PASSED, "R-1"), a_result("logout/b", NOT_TESTED, "R-1")]
    judged = requirement_outcomes(requirements, results)
    assert judged[0].outcome is NOT_TESTED
    assert verdict_of(judged) is Verdict.CONFORMANT


def test_a_scenario_that_verifies_a_must_and_a_should_counts_as_the_must() -> None:
    requirements = [a_requirement("R-1", SHOULD), a_requirement("R-2", MUST)]
    judged = requirement_outcomes(requirements, [a_result("logout/a", FAILED, "R-1", "R-2")])
    assert verdict_of(judged) is Verdict.NOT_CONFORMANT


def test_each_class_has_a_verdict_of_its_own() -> None:
    names = list(ConformanceClass)
    outcomes = [FAILED, PASSED, NOT_TESTED, ERROR, NOT_APPLICABLE]
    requirements = [a_requirement(f"R-{name.value}", MUST, name) for name in reversed(names)]
    results = [
        a_result(f"logout/{name.value}", outcome, f"R-{name.value}")
        for name, outcome in zip(names, outcomes, strict=True)
    ]
    judged = class_outcomes(requirement_outcomes(requirements, results))
    assert [(each.conformance_class.value, each.verdict) for each in judged] == [
        ("core", Verdict.NOT_CONFORMANT),
        ("expiry", Verdict.CONFORMANT),
        ("durable", None),
        ("hardened", Verdict.INCOMPLETE),
        ("contract", None),
    ]


def test_classes_without_a_requirement_in_the_run_are_left_out() -> None:
    judged = requirement_outcomes([a_requirement("R-1")], [a_result("logout/a", PASSED, "R-1")])
    assert [each.conformance_class for each in class_outcomes(judged)] == [ConformanceClass.CORE]


def test_a_class_is_judged_strictly_too() -> None:
    requirements = [a_requirement("R-1"), a_requirement("R-2", SHOULD)]
    results = [a_result("logout/a", PASSED, "R-1"), a_result("logout/b", FAILED, "R-2")]
    judged = requirement_outcomes(requirements, results)
    assert class_outcomes(judged)[0].verdict is Verdict.CONFORMANT
    assert class_outcomes(judged, strict=True)[0].verdict is Verdict.NOT_CONFORMANT


def test_a_class_shows_a_scenario_once_however_many_requirements_it_verifies() -> None:
    both = a_result("logout/both", PASSED, "R-1", "R-2")
    judged = requirement_outcomes([a_requirement("R-1"), a_requirement("R-2")], [both])
    assert class_outcomes(judged)[0].results == (both,)


@pytest.mark.parametrize(
    ("verdict", "code"),
    [(Verdict.CONFORMANT, 0), (Verdict.NOT_CONFORMANT, 1), (Verdict.INCOMPLETE, 2)],
)
def test_exit_codes(verdict: Verdict, code: int) -> None:
    assert exit_code(verdict) == code


def test_counts_name_every_outcome() -> None:
    assert count([PASSED, PASSED, ERROR]) == {
        PASSED: 2,
        FAILED: 0,
        INCONCLUSIVE: 0,
        NOT_APPLICABLE: 0,
        NOT_TESTED: 0,
        ERROR: 1,
        KNOWN: 0,
    }


def test_a_run_holds_results_by_name_and_requirements_as_they_were_given() -> None:
    run = a_run(
        [a_requirement("R-2"), a_requirement("R-1", SHOULD)],
        [a_result("logout/b", PASSED, "R-2"), a_result("logout/a", FAILED, "R-1")],
    )
    assert [result.name for result in run.results] == ["logout/a", "logout/b"]
    assert [each.requirement.id for each in run.requirements] == ["R-2", "R-1"]
    assert run.verdict is Verdict.CONFORMANT
    assert run.counts == count([PASSED, FAILED])


def test_a_strict_run_says_so_and_judges_so() -> None:
    run = a_run(
        [a_requirement("R-2"), a_requirement("R-1", SHOULD)],
        [a_result("logout/b", PASSED, "R-2"), a_result("logout/a", FAILED, "R-1")],
        strict=True,
    )
    assert run.strict
    assert run.verdict is Verdict.NOT_CONFORMANT
    assert run.classes[0].verdict is Verdict.NOT_CONFORMANT


def test_a_password_in_the_url_of_the_target_is_left_out() -> None:
    run = a_run([], [], url="https://staging:hunter2@example.org:8443/app?x=1")
    assert run.target_url == "https://example.org:8443/app?x=1"


def test_a_start_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        summarise(
            [],
            [],
            suite_version="0.1.0",
            scenarios_sha256="0" * 64,
            target_name="a target",
            target_url="",
            started=STARTED.replace(tzinfo=None),
            seconds=0.0,
        )
