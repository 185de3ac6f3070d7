from __future__ import annotations

import pytest
from marked import MARK, unmarked, whole_error

from conformance.errors import InputError
from conformance.model import Place
from conformance.standards import Clause, Standard, read_standard
from conformance.yamltree import parse_text

HEAD = """\
name: A standard
version: 1.0
status: In force.
source: https://standard.example
cited as: ASD 1.0 {clause}
lists: All of it.
levels: [L1, L2]
"""
FULL = f"""\
{HEAD}clauses:
  7.1:
    title: Sessions
      end
    level: L1
    partly: Not all is seen.
  7.2: {{title: Sessions begin, level: L2, untestable: Nobody sees it.}}
  7.3: {{title: Sessions last, level: L2, awaited: A-7}}
"""


def read(text: str) -> Standard:
    return read_standard(parse_text(text, "file.yaml"), "asd")


def test_a_standard_is_read_with_all_its_keys() -> None:
    standard = read(FULL)
    assert (standard.key, standard.name, standard.version) == ("asd", "A standard", "1.0")
    assert (standard.status, standard.source) == ("In force.", "https://standard.example")
    assert (standard.lists, standard.awaited) == ("All of it.", "")
    places = [Place("file.yaml", line, 3) for line in (9, 14, 15)]
    assert list(standard.clauses.values()) == [
        Clause("7.1", "Sessions end", places[0], "L1", partly="Not all is seen."),
        Clause("7.2", "Sessions begin", places[1], "L2", untestable="Nobody sees it."),
        Clause("7.3", "Sessions last", places[2], "L2", awaited="A-7"),
    ]


def test_a_standard_without_levels_has_clauses_without_levels() -> None:
    text = HEAD.replace("levels: [L1, L2]", "awaited: more") + "clauses: {1: {title: One}}\n"
    standard = read(text)
    assert standard.clauses["1"].level == ""
    assert standard.awaited == "more"


@pytest.mark.parametrize(
    ("cited_as", "ref", "clause"),
    [
        ("ASVS 5.0.0 {clause}", "ASVS 5.0.0 7.4.1", "7.4.1"),
        ("ASVS 5.0.0 {clause}", "ASVS 5.0.0", ""),
        ("ASVS 5.0.0 {clause}", "ASVS 4.0.3 7.4.1", None),
        ("CWE-{clause}", "CWE-613", "613"),
        ("CWE-{clause}", "CWE", ""),
        ("A sheet ({clause})", "A sheet (Idle Timeout)", "Idle Timeout"),
        ("A sheet ({clause})", "A sheet", ""),
        ("A sheet ({clause})", "A sheet (Idle", None),
        ("{clause}", "Anything at all", "Anything at all"),
    ],
)
def test_a_citation_names_a_clause(cited_as: str, ref: str, clause: str | None) -> None:
    standard = read(HEAD.replace("ASD 1.0 {clause}", f"'{cited_as}'") + "clauses: {}\n")
    assert standard.clause_in(ref) == clause
    if clause:
        assert standard.ref(clause) == ref


WRONG = [
    (f"{MARK}name: A standard\n", "a standard lacks the key 'version'", ""),
    (
        HEAD.replace("ASD 1.0 {clause}", f"{MARK}ASD 1.0") + "clauses: {}\n",
        "'cited as' lacks {clause}",
        "",
    ),
    (
        HEAD + f"{MARK}clause: {{}}\n",
        "unknown key 'clause' in a standard",
        "did you mean 'clauses'?",
    ),
    (HEAD + f"complete: {MARK}maybe\nclauses: {{}}\n", "complete is yes or no, not 'maybe'", ""),
    (HEAD + f"clauses: {MARK}[]\n", "clauses is a mapping, not a list", ""),
    (HEAD + f"clauses: {{1: {MARK}{{title: One}}}}\n", "clause 1 lacks the key 'level'", ""),
    (HEAD + f"clauses: {{1: {MARK}{{level: L1}}}}\n", "clause 1 lacks the key 'title'", ""),
    (
        HEAD + f"clauses: {{1: {{title: One, level: {MARK}L9}}}}\n",
        "unknown level 'L9'",
        "known: L1, L2",
    ),
    (
        HEAD + f"clauses: {{1: {{title: One, level: L1, {MARK}partially: So}}}}\n",
        "unknown key 'partially' in clause 1",
        "did you mean 'partly'?",
    ),
    (
        HEAD + f"clauses: {{1: {{title: One, level: L1, untestable: So, partly: {MARK}So}}}}\n",
        "a clause is untestable or partly tested, not both",
        "",
    ),
    (HEAD + f'clauses: {{1: {{title: {MARK}"", level: L1}}}}\n', "title is empty", ""),
]


@pytest.mark.parametrize(("marked", "message", "hint"), WRONG)
def test_a_wrong_standard_is_refused_with_its_place(marked: str, message: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        read(unmarked(marked))
    assert str(caught.value) == whole_error(marked, message, hint)
