"""What `check` says of citations, and of clauses that nothing covers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from marked import MARK, whole_error, write_files

from conformance.errors import InputErrors
from conformance.specification import Specification, load
from conformance.vocabulary import VOCABULARY

ASD = """\
name: A standard
version: 1.0
status: In force.
source: https://standard.example
cited as: ASD 1.0 {clause}
lists: All of it.
clauses:
"""
OTHER = ASD.replace("ASD 1.0 {clause}", "'{clause}'").replace("A standard", "Others")
CASE = "title: A case\nverifies: [A-1]\nthen: [log in: alice]\n"


def rule(refs: str, name: str = "A-1", more: str = "") -> str:
    return f"{name}:\n  level: must\n  class: core\n  says: A rule.\n  refs: {refs}\n{more}"


def files(
    refs: str, clauses: str, others: str = "  A contract: {title: Ours}\n", more: str = ""
) -> dict[str, str]:
    return {
        "a/requirements.yaml": rule(refs) + more,
        "a/case.yaml": CASE,
        "standards/asd.yaml": ASD + clauses,
        "standards/other.yaml": OTHER + others,
    }


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(every: Mapping[str, str]) -> Specification:
    return load(write_files(Path("scenarios"), every).resolve(), VOCABULARY)


def errors(every: Mapping[str, str]) -> list[str]:
    try:
        read(every)
    except InputErrors as refused:
        return [str(error) for error in refused.errors]
    return []


def shown(every: Mapping[str, str], file: str, message: str, hint: str) -> list[str]:
    return [whole_error(every[file], message, hint, f"scenarios/{file}")]


LEDGER, LIST = "a/requirements.yaml", "standards/asd.yaml"
ONE = "  7.1: {title: One}\n"
UNTESTED = rule("ASD 1.0 7.2", "A-2", "  untestable: Nobody sees it.\n")


# --- what is right -------------------------------------------------------------------------------

RIGHT = [
    files("[ASD 1.0 7.1, A contract]", ONE),
    files("[ASD 1.0 7.1, derived from A contract]", ONE, "  A contract: {title: X, partly: Y}\n"),
    files("[ASD 1.0 7.1, A contract]", ONE + "  7.2: {title: Two, untestable: Not seen.}\n"),
    files(
        "[ASD 1.0 7.1, A contract]",
        ONE + "  7.2: {title: Two, untestable: Not seen.}\n",
        more=UNTESTED,
    ),
    files("[ASD 1.0 7.1, A contract]", ONE + "  7.2: {title: Two}\n", more=UNTESTED),
    files("[ASD 1.0 7.1, A contract]", ONE + "  7.2: {title: Two, awaited: A-2}\n"),
    files("[ASD 1.0 7.1, A contract]", "  7.1: {title: One, awaited: A-2}\n"),
]


@pytest.mark.parametrize("every", RIGHT)
def test_what_is_covered_untestable_or_awaited_is_right(every: dict[str, str]) -> None:
    assert errors(every) == []


def test_without_lists_of_standards_any_citation_is_right() -> None:
    every = files("[ASD 1.0 7.1, whatever]", "")
    kept = {name: text for name, text in every.items() if "standards" not in name}
    assert errors(kept) == []


def test_a_list_may_be_unfinished_while_a_clause_is_awaited() -> None:
    text = OTHER.replace("clauses:", "awaited: other areas\nclauses:")
    every = files("ASD 1.0 7.1", ONE + "  7.2: {title: Two, awaited: A-2}\n")
    every["standards/other.yaml"] = f"{text}  A contract: {{title: Ours}}\n"
    assert errors(every) == []


def test_where_a_list_is_not_complete_a_derived_rule_is_enough() -> None:
    every = files("[derived from ASD 1.0 7.1, A contract]", ONE)
    every[LIST] = every[LIST].replace("clauses:", "complete: no\nclauses:")
    assert errors(every) == []


def test_a_list_of_clauses_is_no_scenario_and_does_not_change_the_sha256() -> None:
    every = files("[ASD 1.0 7.1, A contract]", ONE)
    before = read(every)
    after = read({**every, "standards/asd.yaml": every[LIST].replace("One", "Eins")})
    assert [one.name for one in before.scenarios] == ["a/case"]
    assert before.sha256 == after.sha256
    assert list(before.standards) == ["asd", "other"]


# --- citations of nothing ------------------------------------------------------------------------

CITED = [
    (
        f"[ASD 1.0 7.1, A contract, {MARK}ASD 1.0 7.3.1]",
        "'ASD 1.0 7.3.1' is no clause in standards/asd.yaml",
        "did you mean 'ASD 1.0 7.1'?",
    ),
    (
        f"[ASD 1.0 7.1, A contract, {MARK}derived from ASD 1.0 7.3.1]",
        "'ASD 1.0 7.3.1' is no clause in standards/asd.yaml",
        "did you mean 'ASD 1.0 7.1'?",
    ),
    (
        f"[ASD 1.0 7.1, A contract, {MARK}ASD 1.0 chapter on everything]",
        "'ASD 1.0 chapter on everything' is no clause in standards/asd.yaml",
        "cite it as: ASD 1.0 {clause}",
    ),
    (
        f"[ASD 1.0 7.1, A contract, {MARK}ASD 1.0]",
        "'ASD 1.0' is no clause in standards/asd.yaml",
        "did you mean 'ASD 1.0 7.1'?",
    ),
    (
        f"[ASD 1.0 7.1, A contract, {MARK}ADS 1.0 7.1]",
        "'ADS 1.0 7.1' is no clause of a standard in standards/",
        "did you mean 'ASD 1.0 7.1'?",
    ),
    (
        f"[ASD 1.0 7.1, A contract, {MARK}RFC 1149]",
        "'RFC 1149' is no clause of a standard in standards/",
        "list the standard there first",
    ),
]


@pytest.mark.parametrize(("refs", "message", "hint"), CITED)
def test_a_citation_of_nothing_is_refused_where_it_stands(
    refs: str, message: str, hint: str
) -> None:
    every = files(refs, ONE)
    assert errors(every) == shown(every, LEDGER, message, hint)


# --- clauses without requirements ----------------------------------------------------------------

REFS = "[ASD 1.0 7.1, A contract]"
CLAUSES = [
    (
        files(REFS, f"{ONE}  {MARK}7.2: {{title: Two}}\n"),
        "no requirement states ASD 1.0 7.2",
        "cite it in the refs of one, or say why nothing tests it: 'untestable: <reason>'",
    ),
    (
        files(REFS, f"{ONE}  {MARK}7.2: {{title: Two, partly: Something.}}\n"),
        "no requirement states ASD 1.0 7.2",
        "cite it in the refs of one, or say why nothing tests it: 'untestable: <reason>'",
    ),
    (
        files("[derived from ASD 1.0 7.1, A contract]", f"  {MARK}7.1: {{title: One}}\n"),
        "no requirement states ASD 1.0 7.1",
        "A-1 is derived from it: say what is left out: 'partly: ...'",
    ),
    (
        files(REFS, f"  {MARK}7.1: {{title: One, untestable: Not seen.}}\n"),
        "ASD 1.0 7.1 is listed as untestable, and A-1 tests it",
        "say what can't be seen: 'partly: ...'",
    ),
    (
        files(REFS, f"  {MARK}7.1: {{title: One, awaited: A-1}}\n"),
        "A-1 is no longer awaited: it exists",
        "delete this clause's line 'awaited:'",
    ),
    (
        files(REFS, f"{ONE}  {MARK}7.2: {{title: Two, awaited: A-1}}\n"),
        "A-1 is no longer awaited: it exists",
        "delete this clause's line 'awaited:', and cite 'ASD 1.0 7.2' in A-1 or say here why "
        "nothing tests it",
    ),
]


@pytest.mark.parametrize(("every", "message", "hint"), CLAUSES)
def test_a_clause_that_is_open_is_refused_where_it_stands(
    every: dict[str, str], message: str, hint: str
) -> None:
    assert errors(every) == shown(every, LIST, message, hint)


def test_a_list_is_unfinished_no_longer_than_a_clause_is_awaited() -> None:
    every = files(REFS, ONE)
    every[LIST] = every[LIST].replace("clauses:", f"awaited: other areas\n{MARK}clauses:")
    hint = "delete this standard's line 'awaited:' and the clauses that nothing cites"
    assert errors(every) == shown(every, LIST, "no clause is awaited any more", hint)
