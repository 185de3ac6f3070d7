from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from marked import unmarked, whole_error

from conformance.known import unknown_names, with_known_failure
from conformance.model import KnownFailure, Outcome, Place, Result
from conformance.profiles import read_profile

PLACE = Place("targets/x/profile.yaml", 20, 3)
TODAY = date(2026, 12, 31)


def result(name: str, outcome: Outcome) -> Result:
    return Result(
        name=name,
        title="A case",
        verifies=("A-1",),
        outcome=outcome,
        place=Place(f"scenarios/{name}.yaml", 3, 5),
        reason="why",
        expected="signed out",
        observed="signed in",
        seconds=1.5,
    )


def listing(*names: str, issue: str = "") -> dict[str, KnownFailure]:
    return {name: KnownFailure(name, "There is no limit.", issue, PLACE) for name in names}


@pytest.mark.parametrize("listed", ["login/case[a row]", "login/case"])
@pytest.mark.parametrize(
    ("issue", "reason"), [("", "There is no limit."), ("#12", "There is no limit. (#12)")]
)
def test_a_listed_failure_is_known_for_its_reason(listed: str, issue: str, reason: str) -> None:
    failed = result("login/case[a row]", Outcome.FAILED)
    known = replace(failed, outcome=Outcome.KNOWN_FAILURE, reason=reason)
    assert with_known_failure(failed, listing(listed, issue=issue), TODAY) == known


def test_a_row_goes_before_its_file() -> None:
    known = listing("login/case")
    known |= {"login/case[a]": KnownFailure("login/case[a]", "This row.", "", PLACE)}
    failed = with_known_failure(result("login/case[a]", Outcome.FAILED), known, TODAY)
    assert failed.reason == "This row."


@pytest.mark.parametrize("name", ["login/case", "login/case[a row]"])
def test_a_listed_scenario_that_passes_fails_as_stale(name: str) -> None:
    passed = result(name, Outcome.PASSED)
    assert with_known_failure(passed, listing(name), TODAY) == replace(
        passed,
        outcome=Outcome.FAILED,
        reason="stale: it passes; remove it from the known failures (targets/x/profile.yaml:20)",
        expected="a failure, as targets/x/profile.yaml:20 lists",
        observed="passed",
    )


def test_a_row_that_passes_is_not_stale_when_only_its_file_is_listed() -> None:
    passed = result("login/case[a row]", Outcome.PASSED)
    assert with_known_failure(passed, listing("login/case"), TODAY) is passed


def expiring(name: str, until: date) -> dict[str, KnownFailure]:
    return {name: KnownFailure(name, "There is no limit.", "#12", PLACE, until)}


@pytest.mark.parametrize("until", [TODAY, date(2027, 1, 1)])
def test_a_listed_failure_is_known_up_to_its_last_day(until: date) -> None:
    failed = result("login/case", Outcome.FAILED)
    known = with_known_failure(failed, expiring("login/case", until), TODAY)
    assert known.outcome is Outcome.KNOWN_FAILURE
    assert known.reason == f"There is no limit. (#12; until {until})"


@pytest.mark.parametrize("listed", ["login/case[a row]", "login/case"])
def test_a_listed_failure_fails_after_its_last_day_and_says_so(listed: str) -> None:
    failed = result("login/case[a row]", Outcome.FAILED)
    assert with_known_failure(failed, expiring(listed, date(2026, 12, 30)), TODAY) == replace(
        failed,
        reason="expired: it was accepted until 2026-12-30 (targets/x/profile.yaml:20), for this "
        "reason: There is no limit.",
    )


def test_a_listed_scenario_that_passes_is_stale_however_old_the_list_is() -> None:
    passed = result("login/case", Outcome.PASSED)
    known = with_known_failure(passed, expiring("login/case", date(2020, 1, 1)), TODAY)
    assert known.outcome is Outcome.FAILED
    assert known.reason.startswith("stale")


UNTOUCHED = [one for one in Outcome if one not in (Outcome.PASSED, Outcome.FAILED)]


@pytest.mark.parametrize("outcome", UNTOUCHED)
def test_a_listed_scenario_that_proved_nothing_stays_as_it_is(outcome: Outcome) -> None:
    one = result("login/case", outcome)
    assert with_known_failure(one, listing("login/case"), TODAY) is one


@pytest.mark.parametrize("outcome", Outcome)
def test_what_is_not_listed_stays_as_it_is(outcome: Outcome) -> None:
    one = result("login/case[a row]", outcome)
    assert with_known_failure(one, listing("login/case[b]", "login/cas", "login"), TODAY) is one


PROFILE = """\
name: x
base url: http://127.0.0.1
session cookie: sid
users: {alice: {username: a, password: b}}
log in: {send: POST /, success: {status: 200}, refused: {status: 401}}
log out: {send: POST /, success: {status: 200}}
protected page: {send: GET /, signed in: {status: 200}, signed out: {status: 401}}
known failures:
  login/case: {reason: x}
  login/case[a]: {reason: x}
  login/other: {reason: x}
"""
NAMES = ("login/case[a]", "login/case[b]", "login/other")


def names_unknown_in(text: str, folder: Path) -> list[str]:
    (folder / "profile.yaml").write_text(unmarked(text))
    profile = read_profile(folder / "profile.yaml")
    return [str(error) for error in unknown_names(profile, NAMES)]


def test_files_and_rows_may_be_listed(tmp_path: Path) -> None:
    assert names_unknown_in(PROFILE, tmp_path) == []


UNKNOWN = [
    ("login/othr", "did you mean 'login/other'?"),
    ("login/case[c]", "did you mean 'login/case[b]'?"),
    ("xyzzy", ""),
]


@pytest.mark.parametrize(("name", "hint"), UNKNOWN)
def test_an_unknown_name_is_shown_with_its_line(
    name: str, hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    marked = f"{PROFILE}  »{name}: {{reason: x}}\n"
    message = f"there is no scenario '{name}'"
    assert names_unknown_in(marked, tmp_path) == [
        whole_error(marked, message, hint, "profile.yaml")
    ]


def test_all_unknown_names_are_told_at_once(tmp_path: Path) -> None:
    several = "".join(f"  {name}: {{reason: x}}\n" for name, _ in UNKNOWN)
    assert len(names_unknown_in(f"{PROFILE}{several}", tmp_path)) == len(UNKNOWN)
