from __future__ import annotations

from pathlib import Path

import pytest
from marked import write_files

from conformance import crossreferences
from conformance.crossreferences import table, titled
from conformance.errors import UsageError
from conformance.specification import Specification, load
from conformance.vocabulary import VOCABULARY

ASD = """\
name: A standard
version: "1.0"
status: In force.
source: https://standard.example
cited as: ASD 1.0 {clause}
lists: All of it.
levels: [L1, L10]
clauses:
  7.1: {title: Sessions end, level: L1}
  7.2: {title: Sessions begin well, level: L10, partly: Only some.}
  7.10: {title: Sessions are, level: L1, untestable: Nobody sees it.}
  7.11: {title: Sessions were, level: L1, awaited: A-9}
"""
ONE = """\
name: Another
version: 2
status: A draft.
source: https://standard.example
cited as: X-{clause}
lists: All of it.
clauses: {1: {title: One, untestable: So.}}
"""
LEDGER = """\
A-1: {level: must, class: core, says: A., refs: [ASD 1.0 7.1, derived from ASD 1.0 7.2]}
A-2: {level: should, class: core, says: B., refs: [ASD 1.0 7.2, derived from ASD 1.0 7.1]}
"""
CASE = "title: {}\nverifies: [{}]\n{}then: [log in: alice]\n"
FILES = {
    "a/requirements.yaml": LEDGER,
    "a/one.yaml": CASE.format("One", "A-1", ""),
    "a/both.yaml": CASE.format("Both", "A-1, A-2", ""),
    "standards/asd.yaml": ASD,
    "standards/x.yaml": ONE,
}


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Specification:
    monkeypatch.chdir(tmp_path)
    return load(write_files(tmp_path / "scenarios", FILES), VOCABULARY)


def test_a_standard_is_a_table_of_its_clauses(read: Specification) -> None:
    assert table("asd", read) == [
        "A standard, 1.0",
        "In force.",
        "",
        "7.1   L1   Sessions end         A-1 (must), A-2 (derived, should): 2 scenarios",
        "7.2   L10  Sessions begin well  A-2 (should), A-1 (derived, must): 2 scenarios; "
        "partly: Only some",
        "7.10  L1   Sessions are         untestable: Nobody sees it",
        "7.11  L1   Sessions were        awaited: A-9",
        "",
        "4 clauses: 2 covered, 1 untestable, 1 awaited",
    ]


def test_standards_are_listed_with_their_counts(read: Specification) -> None:
    assert crossreferences.standards(read) == [
        "asd  A standard, 1.0; 4 clauses: 2 covered, 1 untestable, 1 awaited",
        "x    Another, 2; 1 clause: 1 untestable",
    ]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("ads", "there is no standard 'ads'; did you mean 'asd'?"),
        ("iso", "there is no standard 'iso'; standards: asd, x"),
    ],
)
def test_an_unknown_standard_is_refused(read: Specification, name: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        table(name, read)
    assert str(caught.value) == message


def test_citations_get_the_titles_of_their_clauses(read: Specification) -> None:
    refs = ["ASD 1.0 7.1", "derived from ASD 1.0 7.10", "X-1", "elsewhere"]
    assert titled(refs, read.standards) == [
        "ASD 1.0 7.1: Sessions end",
        "derived from ASD 1.0 7.10: Sessions are",
        "X-1: One",
        "elsewhere",
    ]
