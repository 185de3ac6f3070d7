from __future__ import annotations

import re
from pathlib import Path

import pytest
from marked import write_files

from conformance.data import folder
from conformance.specification import load
from conformance.specification_page import specification
from conformance.vocabulary import VOCABULARY

LEDGER = """\
LOGOUT-1:
  level: must
  class: core
  says: Logging out ends the session.
  why: A copy would work on.
  refs: [ASD 7.1, derived from ASD 7.2]
LOGOUT-2:
  level: should
  class: hardened
  says: Nothing is left.
  refs: ASD 7.3
  untestable: It does not show.
"""
LOGIN = "LOGIN-1: {level: may, class: core, says: It begins., refs: ASD 7.2}\n"
ENDS = """\
title: A session ends
verifies: [LOGOUT-1]
needs: [restart]
examples: {one: {who: alice}, two: {who: bob}}
then: [log in: <who>]
"""
BEGINS = "title: A session begins\nverifies: [LOGIN-1]\nthen: [log in: alice]\n"
ASD = """\
name: A standard
version: 2 of 1999
status: In force.
source: https://standard.example
cited as: ASD {clause}
lists: All of it.
levels: [L1]
clauses:
  7.1: {title: Sessions end, level: L1, partly: The rest.}
  7.2: {title: Sessions begin, level: L1}
  7.3: {title: Nothing stays, level: L1}
  7.4: {title: Nobody knows, level: L1, untestable: Nor do we.}
  7.5: {title: Soon, level: L1, awaited: LOGOUT-9}
"""
GUIDE = """\
areas:
  logout: {title: The end, says: What ends.}
  login: {title: The beginning, says: What begins.}
disagreements:
  - {on: Time, positions: [Short., Long.], judged: Both., declared: "`x`", see: LOGOUT-1}
"""
FILES = {
    "login/requirements.yaml": LOGIN,
    "login/begins.yaml": BEGINS,
    "logout/requirements.yaml": LEDGER,
    "logout/ends.yaml": ENDS,
    "standards/asd.yaml": ASD,
    "guide.yaml": GUIDE,
}


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    return specification(load(write_files(tmp_path / "scenarios", FILES), VOCABULARY))


def chapter(page: str, title: str) -> str:
    """Return what stands below a heading, up to the next of its rank or higher."""
    rank, _, _ = title.partition(" ")
    after = page.partition(f"\n{title}\n")[2]
    assert after, f"there is no {title}"
    return re.split(rf"\n#{{1,{len(rank)}}} ", after)[0].strip()


def test_the_introduction_counts_what_follows(page: str) -> None:
    assert (
        "It has 3 requirements (1 must, 1 should, 1 may), of which 2 are proved by 2 scenarios "
        "with 3 cases." in page
    )


def test_the_contents_lead_to_every_chapter_in_the_order_of_the_guide(page: str) -> None:
    assert chapter(page, "## Contents").splitlines() == [
        "* [The end](#the-end) (2)",
        "* [The beginning](#the-beginning) (1)",
        "* [Where the standards disagree](#where-the-standards-disagree)",
        "* [Sources](#sources)",
        "* [From the standards to the requirements](#from-the-standards-to-the-requirements)",
        "* [What can't be tested](#what-cant-be-tested)",
    ]
    assert chapter(page, "## The end").startswith("What ends.\n\n### LOGOUT-1\n")


def test_a_requirement_says_why_whence_and_how_it_is_proved(page: str) -> None:
    assert chapter(page, "### LOGOUT-1") == (
        "**Logging out ends the session.**\n\n"
        "*must, core* · ASD 7.1, derived from ASD 7.2\n\n"
        "A copy would work on.\n\n"
        "* [A session ends](../scenarios/logout/ends.yaml) (2 cases); needs: restart, second user"
    )


def test_needs_that_a_run_sees_to_are_not_shown(page: str) -> None:
    assert chapter(page, "### LOGIN-1").endswith(
        "* [A session begins](../scenarios/login/begins.yaml)"
    )
    assert "own account" not in page


def test_an_untestable_requirement_says_why(page: str) -> None:
    assert "Not testable from outside: It does not show." in chapter(page, "### LOGOUT-2")
    listed = chapter(page, "### Requirements that nobody can check from outside")
    assert "* [LOGOUT-2](#logout-2): Nothing is left. *It does not show.*" in listed


def test_a_disagreement_says_who_says_what_and_what_is_judged(page: str) -> None:
    assert chapter(page, "### Time") == (
        "* Short.\n* Long.\n\n**Judged** ([LOGOUT-1](#logout-1)): Both.\n\n"
        "**The profile declares**: `x`."
    )


def test_a_source_has_its_version_and_status(page: str) -> None:
    row = "| [A standard](https://standard.example) | 2 of 1999 | In force. |"
    assert row in chapter(page, "## Sources")


def test_every_clause_leads_to_requirements_and_scenarios(page: str) -> None:
    ends = "[logout/ends](../scenarios/logout/ends.yaml)"
    begins = "[login/begins](../scenarios/login/begins.yaml)"
    assert chapter(page, "### A standard").splitlines() == [
        "Version: 2 of 1999. All of it.",
        "",
        "5 clauses: 3 covered, 1 untestable, 1 awaited. In a terminal: `list --standard asd`.",
        "",
        "| clause | level | title | requirements | scenarios |",
        "|---|---|---|---|---|",
        f"| 7.1 | L1 | Sessions end | [LOGOUT-1](#logout-1) | {ends} |",
        "| 7.2 | L1 | Sessions begin | [LOGIN-1](#login-1), *[LOGOUT-1](#logout-1)* | "
        f"{begins}, {ends} |",
        "| 7.3 | L1 | Nothing stays | [LOGOUT-2](#logout-2) |  |",
        "| 7.4 | L1 | Nobody knows | untestable |  |",
        "| 7.5 | L1 | Soon | being written |  |",
    ]


def test_clauses_that_are_not_tested_or_in_part_have_their_reason(page: str) -> None:
    never = chapter(page, "### Clauses that nobody can check from outside")
    assert "| ASD 7.4 | Nobody knows | Nor do we. |" in never
    part = chapter(page, "### Clauses that are tested in part")
    assert "| ASD 7.1 | Sessions end | The rest. |" in part


def test_without_guide_and_standards_the_document_is_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {name: text for name, text in FILES.items() if name.startswith("log")}
    page = specification(load(write_files(tmp_path / "scenarios", files), VOCABULARY))
    assert "## Login\n\n### LOGIN-1\n" in page
    assert "## Sources" not in page
    assert "disagree" not in page


def test_every_link_of_our_own_document_leads_somewhere() -> None:
    page = specification(load(folder("scenarios"), VOCABULARY))
    headings = re.findall(r"^#+ (.*)$", page, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]*)\)", page)) <= anchors
    files = set(re.findall(r"\]\(\.\./scenarios/([^)]*)\)", page))
    assert files
    assert [file for file in files if not (folder("scenarios") / file).is_file()] == []
