"""The comparison of many targets, from small reports."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from conformance.cli import main
from conformance.errors import UsageError
from conformance.matrix import markdown, page, runs, values
from conformance.matrix.table import Attempt, Matrix, matrix
from conformance.model import Outcome
from conformance.reportfiles import read_report

OUTCOMES = [one.value for one in Outcome]


def scenario(name: str, outcome: str, reason: str = "", observed: str = "") -> dict[str, Any]:
    title = f"Title of {name}"
    base = {"name": name, "title": title, "verifies": ["LOGOUT-1"], "outcome": outcome}
    return {**base, "reason": reason, "observed": observed}


def report(
    name: str, outcome: str, *scenarios: dict[str, Any], version: str = "", more: Any = ()
) -> dict[str, Any]:
    requirement = {
        "id": "LOGOUT-1",
        "level": "must",
        "class": "core",
        "says": "Logging out ends the session.",
        "outcome": outcome,
        "scenarios": [one["name"] for one in scenarios],
    }
    return {
        "schema": "session-conformance/report/1",
        "suite": {"version": "1.0", "scenarios_sha256": "0" * 64},
        "target": {"name": name, "url": "http://127.0.0.1:1", "version": version},
        "strict": False,
        "verdict": "not conformant" if outcome == "failed" else "conformant",
        "classes": {"core": {"verdict": "not conformant" if outcome == "failed" else "conformant"}},
        "requirements": [requirement, *more],
        "scenarios": list(scenarios),
    }


@pytest.fixture
def compare(tmp_path: Path):
    def compared(*reports: dict[str, Any], trouble: str = "") -> Matrix:
        attempts = []
        for number, one in enumerate(reports):
            path = tmp_path / f"{number}.json"
            path.write_text(json.dumps(one), encoding="utf-8")
            attempts.append(Attempt("", read_report(path)))
        if trouble:
            attempts.append(Attempt("absent", trouble=trouble))
        return matrix(attempts)

    return compared


def revokes(outcome: str, **more: str) -> dict[str, Any]:
    return scenario("logout/revokes-session", outcome, **more)


def test_each_target_is_a_column_and_each_requirement_a_row(compare):
    good = report("good", "passed", revokes("passed"), version="Good 1.2")
    bad = report("bad", "failed", revokes("failed", observed="signed in"))
    drawn = compare(good, bad)
    assert [(one.name, one.version) for one in drawn.columns] == [("good", "Good 1.2"), ("bad", "")]
    assert [(row.id, [cell.outcome for cell in row.cells]) for row in drawn.rows] == [
        ("LOGOUT-1", [Outcome.PASSED, Outcome.FAILED])
    ]


def test_a_cell_tells_what_was_seen_and_each_reason_once(compare):
    results = [revokes("failed", observed="signed in"), scenario("a/b[1]", "passed")]
    drawn = compare(report("bad", "failed", *results, results[0]))
    reasons = drawn.rows[0].cells[0].reasons
    assert reasons == ("Title of logout/revokes-session: signed in",)


def test_a_known_failure_is_told_in_the_words_of_its_profile(compare):
    known = revokes("known failure", reason="the cookie is the session", observed="signed in")
    drawn = compare(report("known", "known failure", known))
    assert drawn.rows[0].cells[0].reasons == ("the cookie is the session",)


def test_what_passed_tells_no_reasons(compare):
    results = [revokes("passed"), scenario("a/b", "not applicable", reason="no such thing")]
    assert compare(report("good", "passed", *results)).rows[0].cells[0].reasons == ()


def test_a_target_that_could_not_be_run_is_a_column_of_its_own(compare):
    drawn = compare(report("good", "passed", revokes("passed")), trouble="no such program")
    assert drawn.columns[1].trouble == "no such program"
    assert drawn.columns[1].verdict is None
    assert drawn.rows[0].cells[1].outcome is None


def test_a_run_of_errors_alone_is_no_run(compare):
    away = report("away", "error", revokes("error", reason="the server ended at once"))
    drawn = compare(away, report("good", "passed", revokes("passed")))
    assert drawn.columns[0].trouble == "the server ended at once"


def test_what_applies_to_no_target_gets_no_row(compare):
    nothing = revokes("not applicable", reason="no contract")
    assert compare(report("one", "not applicable", nothing)).rows == ()


def test_a_requirement_that_only_one_edition_has_is_kept(compare):
    more = {
        "id": "NEW-1",
        "level": "should",
        "class": "hardened",
        "says": "New.",
        "outcome": "passed",
        "scenarios": ["new/one"],
    }
    first = report("first", "passed", revokes("passed"))
    second = report("second", "passed", revokes("passed"), more=[more])
    drawn = compare(first, second)
    assert [cell.outcome for cell in drawn.rows[1].cells] == [None, Outcome.PASSED]


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_the_json_meets_its_schema(compare, outcome):
    drawn = compare(
        report("one", outcome, revokes(outcome, reason="why")),
        report("good", "passed", revokes("passed")),
        trouble="away",
    )
    jsonschema.validate(json.loads(values.as_json(drawn)), values.schema())


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.titles: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        found = {name: value or "" for name, value in attrs}
        self.titles += [found["title"]] if "title" in found else []
        self.links += [found["href"]] if "href" in found else []
        self.ids += [found["id"]] if "id" in found else []


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_the_page_escapes_whatever_a_server_or_a_profile_says(compare, outcome):
    evil = "\"'><script>alert(1)</script>&amp;"
    one = report(f"name {evil}", outcome, revokes(outcome, reason=evil), version=evil)
    tags = Tags(page.page(compare(one, report("good", "passed", revokes("passed")), trouble=evil)))
    assert "script" not in tags.tags
    assert evil in "".join(tags.titles)


def test_the_page_needs_nothing_from_elsewhere(compare):
    text = page.page(compare(report("bad", "failed", revokes("failed", observed="signed in"))))
    tags = Tags(text)
    assert not {"link", "script", "img", "iframe"} & set(tags.tags)
    assert "url(" not in text
    assert "@import" not in text
    assert {link.removeprefix("#") for link in tags.links} <= set(tags.ids)


def test_a_cell_that_failed_leads_to_its_reason(compare):
    text = page.page(compare(report("bad", "failed", revokes("failed", observed="signed in"))))
    assert "#t0-LOGOUT-1" in Tags(text).links
    assert "Title of logout/revokes-session: signed in" in text


def test_markdown_keeps_its_table_whatever_a_server_says(compare):
    evil = "a | b\n# c <i> `d` *e* [f](g)"
    text = markdown.page(compare(report(evil, "failed", revokes("failed", observed=evil))))
    row = next(line for line in text.splitlines() if line.startswith("| 1 |"))
    assert r"a \| b \# c \<i\> \`d\` \*e\* \[f\](g)" in row


def test_folders_without_a_profile_are_left_out(tmp_path):
    (tmp_path / "server").mkdir()
    (tmp_path / "server" / "profile.yaml").touch()
    (tmp_path / "shared").mkdir()
    (tmp_path / "install").touch()
    named, others = runs.chosen(sorted(map(str, tmp_path.iterdir())))
    assert named == [str(tmp_path / "server" / "profile.yaml")]
    assert others == [str(tmp_path / "install"), str(tmp_path / "shared")]


def test_no_profile_at_all_is_a_wrong_command_line(tmp_path):
    with pytest.raises(UsageError):
        runs.chosen([str(tmp_path)])


def test_a_target_that_is_wrong_stops_no_other(tmp_path, capsys):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("name: nothing else\n", encoding="utf-8")
    out = tmp_path / "out"
    assert main(["matrix", str(wrong), "--report-dir", str(out)]) == 0
    assert "wrong: could not be run" in capsys.readouterr().out
    drawn = json.loads((out / "matrix.json").read_text("utf-8"))
    assert "lacks" in drawn["targets"][0]["could_not_be_run"]


def test_reports_that_are_there_are_drawn_without_any_run(tmp_path, capsys):
    path = tmp_path / "report.json"
    path.write_text(json.dumps(report("good", "passed", revokes("passed"))), encoding="utf-8")
    assert main(["matrix", "--reports", str(path), "--report-dir", str(tmp_path / "out")]) == 0
    assert "1 targets" not in capsys.readouterr().out
    assert sorted(one.suffix for one in (tmp_path / "out").iterdir()) == [".html", ".json", ".md"]


def test_a_file_that_is_no_report_is_refused(tmp_path, capsys):
    path = tmp_path / "report.json"
    path.write_text("{}", encoding="utf-8")
    assert main(["matrix", "--reports", str(path), "--report-dir", str(tmp_path / "out")]) == 3
    assert "is no report" in capsys.readouterr().err
