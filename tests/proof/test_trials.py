"""A few trials with real servers, so that every Python has seen some; `tox -e proof` does all."""

from __future__ import annotations

import pytest
from mutants import harness
from mutants.harness import Mutant, ReferenceSite
from mutants.serving import WSGI

from conformance.specification import Specification
from proof import trials
from proof.crew import carried_out
from proof.trials import CRASH, Seen, Trial, perform

KEPT = "LOGOUT-1: logout deletes the cookie and keeps the session"


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let there be no scenarios but those about logging out."""
    read = harness.specification()
    some = tuple(one for one in read.scenarios if one.area == "logout")
    small = Specification(read.requirements, some, read.sha256)
    monkeypatch.setattr(trials, "specification", lambda: small)


def outcomes(everything: tuple[Seen, ...]) -> dict[str, str]:
    return {one.scenario: one.outcome for one in everything}


def test_a_mutant_is_tried_with_the_scenarios_of_its_requirement() -> None:
    seen = outcomes(perform(Trial("mutant", KEPT)))
    assert seen["logout/revokes-session"] == "failed"
    assert all(name.startswith("logout/") for name in seen)


@pytest.mark.usefixtures("few")
def test_a_right_server_is_not_blamed() -> None:
    seen = outcomes(perform(Trial("right server", "sqlite")))
    assert seen["logout/revokes-session"] == "passed"
    assert set(seen.values()) <= {"passed", "not applicable", "not tested"}


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("kind", ["null target", "run at a null target"])
@pytest.mark.parametrize(
    "name", ["200, a user as JSON and a cookie", "empty: closes the connection", "random 1"]
)
def test_a_null_target_passes_nothing(kind: trials.Kind, name: str) -> None:
    assert "passed" not in outcomes(perform(Trial(kind, name, "reference"))).values()


@pytest.mark.usefixtures("few")
def test_collateral_is_what_others_fail() -> None:
    seen = outcomes(perform(Trial("collateral", KEPT)))
    assert "logout/revokes-session" not in seen


def test_a_server_that_can_not_be_built_is_a_crash_and_not_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def build(_: ReferenceSite) -> WSGI:
        raise RuntimeError("with a token in its message")

    broken = Mutant("LOGOUT-1", "it does not start", build, "sqlite")
    monkeypatch.setattr(trials, "mutant_called", lambda _: broken)
    seen = perform(Trial("mutant", str(broken)))
    assert {one.outcome for one in seen} == {CRASH}
    assert all("RuntimeError" in one.said and "token" not in one.said for one in seen)


def test_a_trial_of_what_does_not_exist_is_a_crash() -> None:
    (seen,) = perform(Trial("mutant", "LOGOUT-1: there is no such mutant"))
    assert seen.outcome == CRASH


def test_trials_are_carried_out_in_other_processes() -> None:
    told: list[int] = []
    trial = Trial("mutant", KEPT)
    gathered = carried_out([trial], told.append)
    assert outcomes(gathered[trial])["logout/revokes-session"] == "failed"
    assert told == [1]
