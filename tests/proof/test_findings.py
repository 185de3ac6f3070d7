"""What counts as caught, as a false alarm and as granted, told from evidence that is made up."""

from __future__ import annotations

import pytest

from proof.fakes import (
    BAD_LOGIN,
    BAD_LOGOUT,
    FAILED,
    LOGIN,
    LOGOUT,
    PASSED,
    RIGHT,
    SPECIFICATION,
    evidence,
    found,
    mutant,
    requirement,
    scenario,
    seen,
    specification,
)
from proof.findings import Fate, cases, judged
from proof.trials import CRASH, Seen, Trial

PLANTED = Trial("mutant", str(BAD_LOGIN))
NULL = Trial("null target", "500", "classic")


def fate_of_bad_login(**outcomes: str) -> Fate:
    return found({PLANTED: seen(**outcomes)}).fates[0]


def test_a_mutant_is_caught_by_a_scenario_of_its_requirement_that_failed() -> None:
    assert fate_of_bad_login(login__works=FAILED).catchers == ("login/works",)


@pytest.mark.parametrize(
    "outcome", [PASSED, CRASH, "error", "inconclusive", "not applicable", "not tested"]
)
def test_nothing_but_a_failure_catches(outcome: str) -> None:
    assert not fate_of_bad_login(login__works=outcome).caught


def test_a_scenario_of_another_requirement_does_not_catch() -> None:
    fate = fate_of_bad_login(logout__ends=FAILED)
    assert not fate.caught
    assert fate.others == ("logout/ends",)


def test_a_failure_counts_where_the_scenario_does_not_apply_to_the_control() -> None:
    result = found({RIGHT: seen(login__works="not applicable", logout__ends=PASSED)})
    assert result.fates[0].caught
    assert result.unpassed == ("login/works",)


@pytest.mark.parametrize("outcome", [FAILED, CRASH, "inconclusive", "not tested"])
def test_a_failure_proves_nothing_where_the_control_does_not_pass(outcome: str) -> None:
    result = found({RIGHT: seen(login__works=outcome, logout__ends=PASSED)})
    assert [fate.caught for fate in result.fates] == [False, True]


def test_a_mutant_whose_trial_broke_off_survives() -> None:
    result = found({PLANTED: (Seen("", CRASH, "a defect"),)})
    assert not result.fates[0].caught


def test_fates_come_in_the_order_of_the_specification() -> None:
    result = judged(SPECIFICATION, [BAD_LOGOUT, BAD_LOGIN], (), {}, evidence())
    assert [fate.mutant for fate in result.fates] == [BAD_LOGIN, BAD_LOGOUT]


def test_a_scenario_that_catches_no_mutant_is_idle() -> None:
    assert found().idle == ()
    assert found({PLANTED: seen(login__works="error")}).idle == ("login/works",)


def test_a_scenario_is_not_idle_when_it_fails_on_a_mutant_made_for_it() -> None:
    changes = {PLANTED: seen(login__works=FAILED, logout__ends=FAILED)}
    changes[Trial("mutant", str(BAD_LOGOUT))] = seen(logout__ends=PASSED)
    result = found(changes)
    assert not result.fates[1].caught
    assert result.idle == ()


def test_a_requirement_without_a_mutant_is_named_unless_nobody_can_check_it() -> None:
    bare, hidden = requirement("LOGIN-2"), requirement("LOGIN-3", untestable="it can't be seen")
    ledger = specification([LOGIN, bare, hidden, LOGOUT], list(SPECIFICATION.scenarios))
    result = judged(ledger, [BAD_LOGIN, BAD_LOGOUT], (), {}, evidence())
    assert result.unplanted == (bare,)


# --- right servers -------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", [FAILED, "error", "inconclusive", CRASH])
def test_whatever_is_not_passed_at_a_right_server_is_a_false_alarm(outcome: str) -> None:
    result = found({RIGHT: seen(login__works=PASSED, logout__ends=outcome)})
    assert [one.scenario for one in result.blames[0].alarms] == ["logout/ends"]
    assert not result.blames[0].justified


@pytest.mark.parametrize("outcome", ["not applicable", "not tested"])
def test_what_does_not_apply_is_no_alarm(outcome: str) -> None:
    result = found({RIGHT: seen(login__works=PASSED, logout__ends=outcome)})
    assert result.blames[0].justified


def test_a_right_server_that_passes_nothing_shows_nothing() -> None:
    result = found({RIGHT: seen(login__works="not applicable", logout__ends="not tested")})
    assert not result.blames[0].justified


def test_a_control_of_one_area_is_not_blamed_for_others() -> None:
    changes = {RIGHT: seen(login__works=PASSED, logout__ends=FAILED)}
    everything = evidence(changes)
    result = judged(SPECIFICATION, [BAD_LOGIN], (), {"right": "login"}, everything)
    assert result.blames[0].justified


# --- null targets --------------------------------------------------------------------------------


def test_a_must_all_of_whose_scenarios_pass_is_granted() -> None:
    (grant,) = found({NULL: seen(login__works=PASSED, logout__ends="error")}).grants
    assert (grant.passed, grant.musts) == (("login/works",), ("LOGIN-1",))


def test_a_should_that_passes_is_no_must() -> None:
    (grant,) = found({NULL: seen(login__works="error", logout__ends=PASSED)}).grants
    assert (grant.passed, grant.musts) == (("logout/ends",), ())


def test_a_must_is_not_granted_when_one_of_its_scenarios_is_in_error() -> None:
    scenarios = [scenario("login/works", "LOGIN-1"), scenario("login/holds", "LOGIN-1")]
    ledger = specification([LOGIN], scenarios)
    outcomes = {NULL: seen(login__works=PASSED, login__holds="error")}
    (grant,) = judged(ledger, [], (), {}, outcomes).grants
    assert (grant.passed, grant.musts) == (("login/works",), ())


def test_a_trial_of_a_null_target_that_broke_off_is_told() -> None:
    (grant,) = found({NULL: (Seen("", CRASH, "a defect"),)}).grants
    assert grant.crashed


# --- how scenarios are named ---------------------------------------------------------------------


def test_cases_are_counted_where_not_all_of_them_are_meant() -> None:
    names = ("login/odd[a]", "login/odd[b]", "login/odd[c]", "login/works")
    scenarios = [scenario(name, "LOGIN-1") for name in names]
    assert cases(names, scenarios) == ["login/odd", "login/works"]
    assert cases(names[:2], scenarios) == ["login/odd (2 of 3)"]


def test_two_mutants_of_a_requirement_are_told_apart() -> None:
    other = mutant("LOGIN-1", "another defect")
    changes = {Trial("mutant", str(other)): seen(login__works=PASSED)}
    result = judged(SPECIFICATION, [BAD_LOGIN, other], (), {}, evidence(changes))
    assert {str(one.mutant): one.caught for one in result.fates} == {
        "LOGIN-1: it is broken": True,
        "LOGIN-1: another defect": False,
    }
