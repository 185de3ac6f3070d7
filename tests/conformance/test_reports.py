from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from conformance.model import (
    ConformanceClass,
    Level,
    Outcome,
    Place,
    RecordedExchange,
    Requirement,
    Result,
)
from conformance.outcomes import Run, summarise
from conformance.reports import junit, report_json, text

STARTED = datetime(2025, 3, 1, 23, 30, tzinfo=timezone(timedelta(hours=2)))
SAYS = {
    "LOGIN-1": "A correct user name and password sign the browser in.",
    "LOGOUT-1": "Logging out ends the session on the server, not only in the browser.",
    "LOGOUT-2": "Logging out clears the session cookie.",
    "EXPIRY-1": "A session ends when it has not been used for the idle timeout.",
    "DURABLE-1": "A session survives a restart of the server.",
    "CSRF-1": "A login form sent by another site is refused.",
}
REFS = ("ASVS 5.0.0 7.4.1", "WSTG-SESS-06", "CWE-613")


def requirement(
    name: str, level: Level = Level.MUST, its_class: ConformanceClass = ConformanceClass.CORE
) -> Requirement:
    area = name.partition("-")[0].lower()
    place = Place(f"scenarios/{area}/requirements.yaml", 1, 1)
    return Requirement(name, level, its_class, SAYS[name], REFS, area, place)


REQUIREMENTS = [
    requirement("LOGIN-1"),
    requirement("LOGOUT-1"),
    requirement("LOGOUT-2", Level.SHOULD),
    requirement("EXPIRY-1", Level.MUST, ConformanceClass.EXPIRY),
    requirement("DURABLE-1", Level.MUST, ConformanceClass.DURABLE),
    requirement("CSRF-1", Level.SHOULD, ConformanceClass.HARDENED),
]
BY_ID = {each.id: each for each in REQUIREMENTS}


def result(
    name: str, verifies: str, outcome: Outcome, *, title: str = "A title", **more: Any
) -> Result:
    place = Place(f"scenarios/{name.partition('[')[0]}.yaml", 13, 5)
    return Result(name, title, (verifies,), outcome, place, seconds=0.25, **more)


EXCHANGES = (
    RecordedExchange("POST", "/login/", 302, ("csrftoken",), ("sessionid", "csrftoken"), 0.2, 6),
    RecordedExchange("POST", "/logout/", 302, ("sessionid",), ("sessionid",), 0.02, 11),
    RecordedExchange("GET", "/private/", 200, ("sessionid",), (), 0.01, 13),
)
PASSED = result("login/works", "LOGIN-1", Outcome.PASSED)
FAILED = result(
    "logout/revokes-session",
    "LOGOUT-1",
    Outcome.FAILED,
    title="Logging out revokes the session on the server",
    expected="signed out",
    observed="signed in as alice",
    exchanges=EXCHANGES,
)
INCONCLUSIVE = result(
    "expiry/idle[short]",
    "EXPIRY-1",
    Outcome.INCONCLUSIVE,
    title="An idle session ends",
    expected="signed in",
    observed="signed out",
)
ERROR = result("logout/clears-cookie", "LOGOUT-2", Outcome.ERROR, reason="no sign fits status 500")
KNOWN = result(
    "expiry/absolute",
    "EXPIRY-1",
    Outcome.KNOWN_FAILURE,
    reason="only the browser's copy expires (https://example.org/issues/7)",
)
NOT_TESTED = result(
    "durable/restart", "DURABLE-1", Outcome.NOT_TESTED, reason="the profile has no start command"
)
NOT_APPLICABLE = [
    result(name, "CSRF-1", Outcome.NOT_APPLICABLE, reason="the profile declares no csrf token")
    for name in ("csrf/login", "csrf/logout")
]
EVERYTHING = [PASSED, FAILED, INCONCLUSIVE, ERROR, KNOWN, NOT_TESTED, *NOT_APPLICABLE]


def run(*results: Result, strict: bool = False, seconds: float = 12.34) -> Run:
    return summarise(
        REQUIREMENTS,
        results,
        suite_version="0.1.0",
        scenarios_sha256="ab" * 32,
        target_name="Django site",
        target_url="http://127.0.0.1:8000",
        started=STARTED,
        seconds=seconds,
        strict=strict,
    )


def unreachable(name: str) -> Result:
    return result(name, "LOGIN-1", Outcome.ERROR, reason="no answer: connection refused")


def repeat(result: Result) -> str:
    return f"session-conformance run -k {result.name}"


# --- report.json -------------------------------------------------------------------------------


def read(run: Run) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(report_json.report(run))
    jsonschema.validate(report, report_json.schema(), jsonschema.Draft202012Validator)
    return report


def test_the_schema_is_itself_valid() -> None:
    jsonschema.Draft202012Validator.check_schema(report_json.schema())


def test_the_report_holds_the_run() -> None:
    report = read(run(*EVERYTHING))
    assert list(report) == [
        "schema",
        "suite",
        "target",
        "started",
        "seconds",
        "strict",
        "verdict",
        "classes",
        "counts",
        "requirements",
        "scenarios",
    ]
    assert report["schema"] == "session-conformance/report/1"
    assert report["suite"] == {"version": "0.1.0", "scenarios_sha256": "ab" * 32}
    where = "http://127.0.0.1:8000"
    assert report["target"] == {"name": "Django site", "url": where, "version": ""}
    assert report["started"] == "2025-03-01T23:30:00+02:00"
    assert report["seconds"] == 12.34
    assert report["verdict"] == "not conformant"
    assert report["counts"] == {
        "passed": 1,
        "failed": 1,
        "inconclusive": 1,
        "not applicable": 2,
        "not tested": 1,
        "error": 1,
        "known failure": 1,
    }


def test_the_report_holds_each_requirement_with_its_scenarios() -> None:
    requirements = read(run(*EVERYTHING))["requirements"]
    assert [(each["id"], each["outcome"]) for each in requirements] == [
        ("LOGIN-1", "passed"),
        ("LOGOUT-1", "failed"),
        ("LOGOUT-2", "error"),
        ("EXPIRY-1", "inconclusive"),
        ("DURABLE-1", "not tested"),
        ("CSRF-1", "not applicable"),
    ]
    assert requirements[3] == {
        "id": "EXPIRY-1",
        "level": "must",
        "class": "expiry",
        "says": "A session ends when it has not been used for the idle timeout.",
        "refs": ["ASVS 5.0.0 7.4.1", "WSTG-SESS-06", "CWE-613"],
        "outcome": "inconclusive",
        "scenarios": ["expiry/absolute", "expiry/idle[short]"],
    }


def test_the_report_holds_each_scenario_with_its_exchanges() -> None:
    scenarios = {each["name"]: each for each in read(run(*EVERYTHING))["scenarios"]}
    assert list(scenarios) == sorted(scenarios)
    assert {each["outcome"] for each in scenarios.values()} == {each.value for each in Outcome}
    failed = scenarios["logout/revokes-session"]
    exchanges = failed.pop("exchanges")
    assert failed == {
        "name": "logout/revokes-session",
        "title": "Logging out revokes the session on the server",
        "verifies": ["LOGOUT-1"],
        "outcome": "failed",
        "reason": "",
        "expected": "signed out",
        "observed": "signed in as alice",
        "path": "scenarios/logout/revokes-session.yaml",
        "line": 13,
        "seconds": 0.25,
    }
    assert len(exchanges) == 3
    assert exchanges[0] == {
        "method": "POST",
        "path": "/login/",
        "status": 302,
        "cookies_sent": ["csrftoken"],
        "cookies_set": ["sessionid", "csrftoken"],
        "seconds": 0.2,
        "line": 6,
    }


def test_the_report_holds_each_class_and_says_null_where_nothing_was_tried() -> None:
    classes = read(run(*EVERYTHING))["classes"]
    assert {name: each["verdict"] for name, each in classes.items()} == {
        "core": "not conformant",
        "expiry": "incomplete",
        "durable": None,
        "hardened": None,
    }
    assert classes["hardened"]["counts"]["not applicable"] == 2
    assert classes["hardened"]["requirements"]["should"]["not applicable"] == 1
    assert classes["core"]["requirements"]["must"]["passed"] == 1
    assert sum(classes["core"]["requirements"]["may"].values()) == 0


def test_the_report_of_an_empty_run_is_valid() -> None:
    assert read(run(strict=True))["strict"] is True


def test_the_report_is_ascii_whatever_the_target_said() -> None:
    odd = result("login/odd", "LOGIN-1", Outcome.FAILED, observed="caf\u00e9 \udcff \x00")
    assert report_json.report(run(odd)).isascii()
    assert read(run(odd))["scenarios"][0]["observed"] == "caf\u00e9 \udcff \x00"


def _no_verdict(report: dict[str, Any]) -> None:
    del report["verdict"]


def _unknown_outcome(report: dict[str, Any]) -> None:
    report["scenarios"][0]["outcome"] = "skipped"


def _cookie_values(report: dict[str, Any]) -> None:
    report["scenarios"][-1]["exchanges"][0]["cookies"] = {"sessionid": "secret"}


def _unknown_class(report: dict[str, Any]) -> None:
    report["classes"]["other"] = report["classes"]["core"]


@pytest.mark.parametrize("spoil", [_no_verdict, _unknown_outcome, _cookie_values, _unknown_class])
def test_the_schema_refuses_what_is_not_a_report(spoil: Callable[[dict[str, Any]], None]) -> None:
    report = read(run(*EVERYTHING))
    spoil(report)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(report, report_json.schema(), jsonschema.Draft202012Validator)


# --- junit.xml ---------------------------------------------------------------------------------


def parse(run: Run) -> ET.Element:
    return ET.fromstring(junit.report(run).encode())  # noqa: S314 - we wrote it ourselves


def case(run: Run, classname: str, name: str) -> ET.Element:
    found = parse(run).find(f".//testcase[@classname='{classname}'][@name='{name}']")
    assert found is not None
    return found


def test_junit_has_a_suite_for_each_area_with_totals_that_add_up() -> None:
    root = parse(run(*EVERYTHING))
    assert root.tag == "testsuites"
    assert root.attrib == {
        "name": "session-conformance",
        "tests": "8",
        "failures": "1",
        "errors": "2",
        "skipped": "4",
        "time": "12.340",
    }
    suites = {each.get("name"): each for each in root}
    assert list(suites) == ["csrf", "durable", "expiry", "login", "logout"]
    assert suites["logout"].attrib == {
        "name": "logout",
        "tests": "2",
        "failures": "1",
        "errors": "1",
        "skipped": "0",
        "time": "0.500",
        "timestamp": "2025-03-01T21:30:00",
    }
    for total in ("tests", "failures", "errors", "skipped"):
        assert sum(int(each.attrib[total]) for each in root) == int(root.attrib[total])


def test_junit_names_the_target_and_the_verdict() -> None:
    properties = parse(run(*EVERYTHING)).findall("testsuite[@name='login']/properties/property")
    assert {each.get("name"): each.get("value") for each in properties} == {
        "target": "Django site",
        "url": "http://127.0.0.1:8000",
        "verdict": "not conformant",
        "strict": "no",
        "suite version": "0.1.0",
        "scenarios sha256": "ab" * 32,
    }


@pytest.mark.parametrize(
    ("scenario", "element", "kind", "message"),
    [
        (FAILED, "failure", "failed", "expected signed out; observed signed in as alice"),
        (INCONCLUSIVE, "error", "inconclusive", "expected signed in; observed signed out"),
        (ERROR, "error", "error", "no sign fits status 500"),
        (
            KNOWN,
            "skipped",
            None,
            "known failure: only the browser's copy expires (https://example.org/issues/7)",
        ),
        (NOT_TESTED, "skipped", None, "not tested: the profile has no start command"),
        (NOT_APPLICABLE[0], "skipped", None, "not applicable: the profile declares no csrf token"),
    ],
)
def test_junit_tells_the_outcomes_apart(
    scenario: Result, element: str, kind: str | None, message: str
) -> None:
    classname, _, name = scenario.name.partition("/")
    (child,) = case(run(*EVERYTHING), classname, name)
    assert (child.tag, child.get("type"), child.get("message")) == (element, kind, message)


def test_junit_shows_a_scenario_that_passed_with_its_place_and_time() -> None:
    passed = case(run(*EVERYTHING), "login", "works")
    assert passed.attrib == {
        "classname": "login",
        "name": "works",
        "file": "scenarios/login/works.yaml",
        "line": "13",
        "time": "0.250",
    }
    assert not list(passed)


def test_junit_tells_the_whole_failure() -> None:
    (failure,) = case(run(*EVERYTHING), "logout", "revokes-session")
    assert failure.text == "\n" + text.failure_block(FAILED, BY_ID)


def test_junit_keeps_a_row_with_a_slash_in_the_name() -> None:
    row = result("login/paths[a/b]", "LOGIN-1", Outcome.PASSED)
    assert case(run(row), "login", "paths[a/b]").get("classname") == "login"


def test_junit_leaves_out_what_xml_can_not_hold() -> None:
    odd = result("login/odd", "LOGIN-1", Outcome.NOT_TESTED, reason='a\x00b\x1b\udcff\ufffe<&>"c')
    (skipped,) = case(run(odd), "login", "odd")
    assert skipped.get("message") == 'not tested: ab<&>"c'


# --- text: progress and failures ---------------------------------------------------------------


def test_progress_is_one_line_for_each_scenario() -> None:
    lines = [text.progress_line(each, number, 80) for number, each in enumerate(EVERYTHING, 3)]
    assert lines[:3] == [
        "[ 3/80] passed          login/works  0.2 s",
        "[ 4/80] failed          logout/revokes-session  0.2 s",
        "[ 5/80] inconclusive    expiry/idle[short]  0.2 s",
    ]
    assert [line[8:24].rstrip() for line in lines] == [each.outcome.value for each in EVERYTHING]


def test_progress_keeps_to_the_width_of_a_terminal() -> None:
    line = text.progress_line(result("login/" + "x" * 200, "LOGIN-1", Outcome.PASSED), 1, 1)
    assert len(line) == 100
    assert line.endswith("xxx...  0.2 s")


def test_a_failure_tells_what_is_wrong_with_the_server_and_how_to_see_it_again() -> None:
    assert text.failure_block(FAILED, BY_ID, "session-conformance run -k revokes") == (
        """\
FAILED: Logging out revokes the session on the server
  scenarios/logout/revokes-session.yaml:13  (logout/revokes-session)

  expected   signed out
  observed   signed in as alice

     line  method  path       status  cookies sent  cookies set
     6     POST    /login/    302     csrftoken     sessionid, csrftoken
     11    POST    /logout/   302     sessionid     sessionid
  >  13    GET     /private/  200     sessionid     -

  The target does not meet:
    LOGOUT-1 (must): Logging out ends the session on the server, not only in the browser.
      ASVS 5.0.0 7.4.1, WSTG-SESS-06, CWE-613

  to repeat  session-conformance run -k revokes
"""
    )


def test_an_inconclusive_scenario_does_not_blame_the_server() -> None:
    assert text.failure_block(INCONCLUSIVE, BY_ID) == (
        """\
INCONCLUSIVE: An idle session ends
  scenarios/expiry/idle.yaml:13  (expiry/idle[short])

  expected   signed in
  observed   signed out

  The steps before the check did not work, so this was not proved:
    EXPIRY-1 (must): A session ends when it has not been used for the idle timeout.
      ASVS 5.0.0 7.4.1, WSTG-SESS-06, CWE-613
"""
    )


def test_an_error_gives_its_reason() -> None:
    assert text.failure_block(ERROR, {}) == (
        """\
ERROR: A title
  scenarios/logout/clears-cookie.yaml:13  (logout/clears-cookie)

  reason     no sign fits status 500

  So this could not be judged:
    LOGOUT-2
"""
    )


def test_a_failure_block_keeps_to_the_width_of_a_terminal() -> None:
    long = RecordedExchange("PROPFIND", "/p" * 99, 200, ("a" * 60,), ("b" * 60, "c"), 0.1, 13)
    wide = result(
        "logout/wide",
        "LOGOUT-1",
        Outcome.FAILED,
        title="t " * 80,
        expected="word " * 60,
        observed="x" * 300 + "\nsecond line",
        exchanges=(long,),
    )
    block = text.failure_block(wide, BY_ID)
    assert max(map(len, block.splitlines())) == 100
    assert "\n             second line\n" in block
    assert "  " + "/p" * 11 + "/...  200" in block


def test_of_many_exchanges_the_last_are_shown() -> None:
    many = result("logout/many", "LOGOUT-1", Outcome.FAILED, exchanges=EXCHANGES[:2] * 25)
    block = text.failure_block(many, BY_ID)
    assert block.count("/login/") == 6
    assert "  (38 earlier requests not shown)\n" in block


def test_requests_that_look_alike_share_a_row() -> None:
    many = result("logout/many", "LOGOUT-1", Outcome.FAILED, exchanges=EXCHANGES[:1] * 50)
    block = text.failure_block(many, BY_ID)
    assert block.count("/login/") == 1
    assert "  50x  6     POST" in block
    assert "not shown" not in block


def test_what_the_target_said_does_not_steer_the_terminal() -> None:
    hostile = result("logout/x", "LOGOUT-1", Outcome.FAILED, observed="\x1b[2J\rgone \u00e9")
    block = text.failure_block(hostile, BY_ID)
    assert "\x1b" not in block
    assert "\r" not in block
    assert "observed   \\x1b[2J" in block
    assert "\u00e9" in block


def test_only_what_failed_or_proved_nothing_has_a_block() -> None:
    blocks = text.failures(run(*EVERYTHING), repeat)
    assert [line for line in blocks.splitlines() if line[:1].isupper()] == [
        "INCONCLUSIVE: An idle session ends",
        "ERROR: A title",
        "FAILED: Logging out revokes the session on the server",
    ]
    assert "to repeat  session-conformance run -k expiry/idle[short]\n\nERROR: A title" in blocks


def test_a_run_without_failures_has_no_blocks() -> None:
    assert text.failures(run(PASSED, KNOWN, NOT_TESTED), repeat) == ""


def test_scenarios_with_the_same_error_share_a_block() -> None:
    results = [PASSED, *(unreachable(f"login/s{number}") for number in range(3)), ERROR]
    blocks = text.failures(run(*results), repeat)
    assert blocks.count("connection refused") == 1
    assert "\n  The same error in 2 more scenarios: login/s1, login/s2\n\n" in blocks
    assert blocks.count("no sign fits status 500") == 1


def test_a_target_that_can_not_be_reached_is_reported_once() -> None:
    dead = run(*(unreachable(f"login/s{number}") for number in range(80)), *NOT_APPLICABLE)
    assert text.failures(dead, repeat) == (
        """\
ERROR: all 80 scenarios that were tried ended with the same error
  no answer: connection refused
  Nothing was proved about the target.
"""
    )
    assert text.verdict_line(dead) == (
        "incomplete: every scenario that was tried ended with the same error: "
        "no answer: connection refused"
    )


def test_a_single_error_is_shown_in_full() -> None:
    assert "to repeat" in text.failures(run(unreachable("login/s0")), repeat)


# --- text: summary -----------------------------------------------------------------------------


def test_the_summary_of_a_run_with_every_outcome() -> None:
    assert text.summary(run(*EVERYTHING)) == (
        """\
Target: Django site (http://127.0.0.1:8000)

requirements  passed  failed  inconclusive  error  known failure  not tested  not applicable
core: not conformant
  must             1       1             -      -              -           -               -
  should           -       -             -      1              -           -               -
expiry: incomplete
  must             -       -             1      -              -           -               -
durable: nothing tested
  must             -       -             -      -              -           1               -
hardened: nothing tested
  should           -       -             -      -              -           -               1

not applicable
  2 scenarios: the profile declares no csrf token

not tested
  1 scenario: the profile has no start command

known failures
  expiry/absolute: only the browser's copy expires (https://example.org/issues/7)

8 scenarios in 12.3 s: 1 passed, 1 failed, 1 inconclusive, 1 error, 1 known failure, 1 not tested, 2
  not applicable
not conformant: 1 must requirement failed: LOGOUT-1; 1 must requirement could not be proved:
  EXPIRY-1; 1 should requirement could not be proved: LOGOUT-2; 1 must requirement not tested in
  full; 1 known failure
"""
    )


def test_the_summary_of_a_clean_run_is_short() -> None:
    assert text.summary(run(PASSED, seconds=0.5)) == (
        """\
Target: Django site (http://127.0.0.1:8000)

requirements  passed  failed  inconclusive  error  known failure  not tested  not applicable
core: conformant
  must             1       -             -      -              -           -               -

1 scenario in 0.5 s: 1 passed
conformant
"""
    )


def another(of: Result, outcome: Outcome) -> Result:
    return result(of.name, of.verifies[0], outcome, reason="because")


@pytest.mark.parametrize(
    ("results", "line"),
    [
        ([PASSED], "conformant"),
        ([PASSED, KNOWN], "conformant, with 1 known failure"),
        (
            [PASSED, KNOWN, another(FAILED, Outcome.KNOWN_FAILURE)],
            "conformant, with 2 known failures",
        ),
        ([PASSED, NOT_APPLICABLE[0]], "conformant"),
        ([PASSED, NOT_TESTED], "conformant; 1 must requirement not tested in full"),
        (
            [PASSED, another(ERROR, Outcome.FAILED)],
            "conformant; 1 should requirement failed: LOGOUT-2",
        ),
        (
            [PASSED, FAILED, another(INCONCLUSIVE, Outcome.FAILED)],
            "not conformant: 2 must requirements failed: LOGOUT-1, EXPIRY-1",
        ),
        (
            [FAILED],
            "not conformant: no scenario passed; 1 must requirement failed: LOGOUT-1",
        ),
        (
            [PASSED, INCONCLUSIVE],
            "incomplete: 1 must requirement could not be proved: EXPIRY-1",
        ),
        ([NOT_APPLICABLE[0]], "incomplete: no scenario passed, nothing was proved"),
        ([], "incomplete: no scenario passed, nothing was proved"),
    ],
)
def test_the_verdict_in_plain_words(results: list[Result], line: str) -> None:
    assert text.verdict_line(run(*results)) == line


def test_a_strict_verdict_says_so() -> None:
    results = [PASSED, another(ERROR, Outcome.FAILED)]
    assert text.verdict_line(run(*results, strict=True)) == (
        "not conformant (strict): 1 should requirement failed: LOGOUT-2"
    )


def test_the_most_frequent_reason_comes_first() -> None:
    reasons = ["b reason", "a reason", "c reason", "c reason", ""]
    skipped = [
        result(f"csrf/{number}", "CSRF-1", Outcome.NOT_TESTED, reason=reason)
        for number, reason in enumerate(reasons)
    ]
    assert """
not tested
  2 scenarios: c reason
  1 scenario: a reason
  1 scenario: b reason
  1 scenario: no reason given

""" in text.summary(run(*skipped))


def test_the_summary_keeps_to_the_width_of_a_terminal() -> None:
    long = "a reason that goes on " * 20
    results = [
        result("csrf/a", "CSRF-1", Outcome.NOT_APPLICABLE, reason=long),
        result("csrf/b", "CSRF-1", Outcome.KNOWN_FAILURE, reason=long),
        *(unreachable(f"login/s{number}") for number in range(3)),
    ]
    assert max(map(len, text.summary(run(*results)).splitlines())) <= 100


def test_a_requirement_id_is_never_broken_at_its_hyphen() -> None:
    summary = text.summary(run(*EVERYTHING))
    assert not any(line.endswith("-") and line[-2] != " " for line in summary.splitlines())


def test_colour_changes_nothing_but_the_colour() -> None:
    everything = run(*EVERYTHING)
    for plain, coloured in (
        (text.summary(everything), text.summary(everything, colour=True)),
        (text.failures(everything, repeat), text.failures(everything, repeat, colour=True)),
        (text.progress_line(FAILED, 1, 2), text.progress_line(FAILED, 1, 2, colour=True)),
    ):
        assert "\x1b" not in plain
        assert "\x1b[31m" in coloured
        assert without_colour(coloured) == plain


def without_colour(text: str) -> str:
    for code in ("0", "2", "31", "32", "33", "35", "36"):
        text = text.replace(f"\x1b[{code}m", "")
    return text


@pytest.mark.parametrize(
    "make", [report_json.report, junit.report, text.summary, lambda run: text.failures(run, repeat)]
)
def test_reports_do_not_depend_on_the_order_in_which_scenarios_ended(
    make: Callable[[Run], str],
) -> None:
    assert make(run(*EVERYTHING)) == make(run(*reversed(EVERYTHING)))
