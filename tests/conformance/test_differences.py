from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from conformance.cli import main
from conformance.differences import Difference, difference
from conformance.errors import InputError
from conformance.model import ConformanceClass, Outcome, Verdict
from conformance.reportfiles import read_report
from conformance.reports import differences

P, F, E = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR
U, K, T, A = (
    Outcome.INCONCLUSIVE,
    Outcome.KNOWN_FAILURE,
    Outcome.NOT_TESTED,
    Outcome.NOT_APPLICABLE,
)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def scenario(name: str, outcome: Outcome) -> dict[str, Any]:
    return {
        "name": name,
        "title": f"The case {name}",
        "verifies": ["A-1", "A-2"],
        "outcome": outcome.value,
        "reason": "it \x1b[31mis so" if outcome is T else "",
        "observed": "signed in as alice" if outcome is F else "",
    }


def report(outcomes: dict[str, Outcome], verdict: str = "conformant", **more: Any) -> Any:
    return {
        "schema": "session-conformance/report/1",
        "suite": {"version": "0.1.0", "scenarios_sha256": "a" * 64},
        "target": {"name": "shop", "url": "http://127.0.0.1:1"},
        "strict": False,
        "verdict": verdict,
        "classes": {"core": {"verdict": verdict}, "expiry": {"verdict": None}},
        "scenarios": [scenario(name, outcome) for name, outcome in outcomes.items()],
        **more,
    }


def write(name: str, value: Any) -> Path:
    path = Path(name)
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path


def compared(before: Any, after: Any) -> Difference:
    return difference(read_report(write("a.json", before)), read_report(write("b.json", after)))


# --- what is worse -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "kind", "is_worse"),
    [
        (P, F, "failing", True),
        (T, F, "failing", True),
        (K, F, "failing", True),
        (E, F, "failing", True),
        (F, P, "passing", False),
        (A, P, "passing", False),
        (P, E, "unproved", True),
        (P, T, "unproved", True),
        (P, A, "unproved", True),
        (P, K, "unproved", True),
        (T, U, "unproved", True),
        (F, K, "changed", False),
        (F, E, "changed", False),
        (U, E, "changed", False),
        (A, T, "changed", False),
    ],
)
def test_each_change_of_an_outcome_has_its_kind(
    before: Outcome, after: Outcome, kind: str, is_worse: bool
) -> None:
    found = compared(report({"a/b": before}), report({"a/b": after}))
    (change,) = found.changes
    assert (change.kind, change.is_worse, found.is_worse) == (kind, is_worse, is_worse)
    assert (change.before, change.after) == (before, after)


@pytest.mark.parametrize("outcome", Outcome)
def test_what_stays_as_it_is_is_no_change(outcome: Outcome) -> None:
    found = compared(report({"a/b": outcome}), report({"a/b": outcome}))
    assert (found.changes, found.verdicts, found.is_worse) == ((), (), False)


OTHER = {"suite": {"version": "0.2.0", "scenarios_sha256": "b" * 64}}


@pytest.mark.parametrize(
    ("outcome", "edition", "is_worse"),
    [(P, {}, True), (F, {}, False), (P, OTHER, False), (F, OTHER, False)],
)
def test_what_is_gone_is_worse_only_if_it_passed_and_the_edition_is_the_same(
    outcome: Outcome, edition: dict[str, Any], is_worse: bool
) -> None:
    found = compared(report({"a/b": outcome}), report({}, **edition))
    assert [one.kind for one in found.changes] == ["gone"]
    assert found.is_worse == is_worse


@pytest.mark.parametrize("outcome", Outcome)
def test_what_is_new_is_not_worse_by_itself(outcome: Outcome) -> None:
    found = compared(report({}), report({"a/b": outcome}, **OTHER))
    assert [one.kind for one in found.changes] == ["added"]
    assert not found.is_worse


@pytest.mark.parametrize(
    ("before", "after", "is_worse"),
    [
        ("conformant", "incomplete", True),
        ("conformant", "not conformant", True),
        ("incomplete", "not conformant", True),
        ("not conformant", "incomplete", False),
        ("incomplete", "conformant", False),
    ],
)
def test_verdicts_are_compared_as_a_whole_and_by_class(
    before: str, after: str, is_worse: bool
) -> None:
    found = compared(report({}, before), report({}, after))
    assert [one.conformance_class for one in found.verdicts] == [None, ConformanceClass.CORE]
    assert [one.after for one in found.verdicts] == [Verdict(after)] * 2
    assert found.is_worse == is_worse


@pytest.mark.parametrize("classes", [{}, {"core": {"verdict": None}}])
def test_a_class_that_was_conformant_and_is_not_tried_is_worse(classes: dict[str, Any]) -> None:
    found = compared(report({}), report({}, classes=classes))
    (change,) = found.verdicts
    assert (change.conformance_class, change.after) == (ConformanceClass.CORE, None)
    assert found.is_worse


# --- how it is told ------------------------------------------------------------------------------

BEFORE = report({"a/one": P, "a/two": F, "a/three": P, "a/four": P})
AFTER = report({"a/one": F, "a/two": P, "a/three": T, "a/five": F}, "not conformant", **OTHER)


def test_the_text_tells_the_worst_first_and_what_it_comes_to() -> None:
    shown = differences.text(compared(BEFORE, AFTER))
    assert shown == (
        "from  shop (http://127.0.0.1:1), suite 0.1.0: conformant\n"
        "to    shop (http://127.0.0.1:1), suite 0.2.0: not conformant\n"
        "  the two were judged by different editions of the specification\n"
        "\n"
        "newly failing: 1 scenario\n"
        "  a/one: failed (was passed)\n"
        "    The case a/one (A-1, A-2)\n"
        "    signed in as alice\n"
        "\n"
        "no longer proved: 1 scenario\n"
        "  a/three: not tested (was passed)\n"
        "    The case a/three (A-1, A-2)\n"
        "    it \\x1b[31mis so\n"
        "\n"
        "newly passing: 1 scenario\n"
        "  a/two: passed (was failed)\n"
        "    The case a/two (A-1, A-2)\n"
        "\n"
        "only in the later report: 1 scenario\n"
        "  a/five: failed\n"
        "\n"
        "only in the earlier report: 1 scenario\n"
        "  a/four: passed\n"
        "\n"
        "verdicts\n"
        "  all: conformant -> not conformant, which is worse\n"
        "  core: conformant -> not conformant, which is worse\n"
        "\n"
        "2 scenarios got worse\n"
    )


def test_of_many_that_only_one_report_has_the_worst_are_shown() -> None:
    many = report({f"a/{number:02}": P for number in range(30)} | {"z/last": F})
    shown = differences.text(compared(report({}), many))
    assert "only in the later report: 31 scenarios\n  z/last: failed\n  a/00: passed\n" in shown
    assert "  and 11 more: see --json\n" in shown
    assert "a/20" not in shown


def test_the_json_says_the_same() -> None:
    told = json.loads(differences.as_json(compared(BEFORE, AFTER)))
    assert told["schema"] == "session-conformance/diff/1"
    assert told["worse"] is True
    assert told["before"]["target"] == {"name": "shop", "url": "http://127.0.0.1:1"}
    assert {one["name"]: one["kind"] for one in told["scenarios"]} == {
        "a/one": "failing",
        "a/two": "passing",
        "a/three": "unproved",
        "a/four": "gone",
        "a/five": "added",
    }
    assert told["verdicts"][0] == {
        "class": None,
        "before": "conformant",
        "after": "not conformant",
        "worse": True,
    }


def test_a_verdict_of_another_strictness_is_pointed_out() -> None:
    shown = differences.text(compared(report({}), report({}, strict=True)))
    assert "only one of them is strict" in shown
    assert shown.endswith("no difference\n")


# --- the command ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "code", "last"),
    [
        (BEFORE, AFTER, 1, "2 scenarios got worse"),
        (report({"a/b": F}), report({"a/b": P}), 0, "nothing got worse"),
        (BEFORE, BEFORE, 0, "no difference"),
        (report({}), report({}, "incomplete"), 1, "a verdict got worse"),
    ],
)
def test_the_exit_code_says_whether_anything_got_worse(
    before: Any, after: Any, code: int, last: str, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [str(write("a.json", before)), str(write("b.json", after))]
    assert main(["diff", *paths]) == code
    assert capsys.readouterr().out.splitlines()[-1] == last
    assert main(["diff", "--json", *paths]) == code
    assert json.loads(capsys.readouterr().out)["worse"] == bool(code)


NONE = "\n  a report is the report.json that session-conformance run writes"
SCHEMA = "not 'session-conformance/report/1'"
WRONG = [
    ("", "is no report: not JSON (Expecting value)"),
    ("{\n x", "is no report: not JSON (Expecting property name enclosed in double quotes)"),
    ("[]", f"is no report: its schema is none, {SCHEMA}{NONE}"),
    ('{"schema": 1}', f"is no report: its schema is none, {SCHEMA}{NONE}"),
    ('{"schema": "x/2"}', f"is no report: its schema is 'x/2', {SCHEMA}{NONE}"),
    (
        report({}, scenarios={}),
        f"is no report: 'scenarios' is missing or is not what it should be{NONE}",
    ),
    (report({}, target=1), f"is no report: 'target' is missing or is not what it should be{NONE}"),
    (
        report({}, scenarios=[1]),
        f"is no report: 'name' is missing or is not what it should be{NONE}",
    ),
    (
        report({}, "fine"),
        f"is no report: it says 'fine' where one of our words is expected{NONE}",
    ),
    (
        report({}, classes={"x": {}}),
        f"is no report: it says 'x' where one of our words is expected{NONE}",
    ),
]


@pytest.mark.parametrize(("content", "message"), WRONG)
def test_a_file_that_is_no_report_is_one_error(
    content: Any, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong, right = str(write("wrong.json", content)), str(write("right.json", BEFORE))
    for pair in ([wrong, right], [right, wrong]):
        assert main(["diff", *pair]) == 3
        ended = capsys.readouterr()
        assert ended.out == ""
        place = "wrong.json:2:2: " if content == "{\n x" else "wrong.json:1:1: "
        assert ended.err == f"{place}{message}\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "can't be read: No such file or directory"), (b"\xff\xfe", "is no report: not JSON")],
)
def test_a_file_that_can_not_be_read_is_one_error(content: bytes | None, said: str) -> None:
    path = Path("wrong.json")
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=said):
        read_report(path)


def test_a_report_nested_too_deeply_is_one_error() -> None:
    with pytest.raises(InputError, match="is no report"):
        read_report(write("wrong.json", "[" * 100_000))
