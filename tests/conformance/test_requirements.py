from __future__ import annotations

import pytest
from marked import unmarked, whole_error

from conformance.errors import InputError
from conformance.model import ConformanceClass, Level, Place, Requirement
from conformance.requirements import read_requirements
from conformance.yamltree import parse_text

FULL = """\
LOGOUT-1:
  level: must
  class: core
  says: Logging out ends the session on the server.
  why: A copied cookie would still work.
  refs: [ASVS 5.0.0 7.4.1, CWE-613]
SESSION-LIST-12:
  level: may
  class: hardened
  says: >
    Old sessions are
    removed.
  refs: derived
  untestable: Nobody sees the table.
"""


def requirements(text: str) -> list[Requirement]:
    return list(read_requirements(parse_text(text, "file.yaml"), "logout"))


def test_requirements_are_read_with_all_their_keys() -> None:
    assert requirements(FULL) == [
        Requirement(
            id="LOGOUT-1",
            level=Level.MUST,
            conformance_class=ConformanceClass.CORE,
            says="Logging out ends the session on the server.",
            refs=("ASVS 5.0.0 7.4.1", "CWE-613"),
            area="logout",
            place=Place("file.yaml", 1, 1),
            why="A copied cookie would still work.",
        ),
        Requirement(
            id="SESSION-LIST-12",
            level=Level.MAY,
            conformance_class=ConformanceClass.HARDENED,
            says="Old sessions are removed.",
            refs=("derived",),
            area="logout",
            place=Place("file.yaml", 7, 1),
            untestable="Nobody sees the table.",
        ),
    ]


def entry(level: str = "must", class_: str = "core", says: str = "A rule.", refs: str = "CWE-1"):
    return f"A-1: {{level: {level}, class: {class_}, says: {says}, refs: {refs}}}"


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("class_", ConformanceClass)
def test_every_level_and_class_can_be_said(level: Level, class_: ConformanceClass) -> None:
    (one,) = requirements(entry(level.value, class_.value))
    assert (one.level, one.conformance_class) == (level, class_)


NO_ID = "is not an id such as LOGOUT-1"
LACKING = [
    ("A-1: »{class: core, says: A rule., refs: CWE-1}", "level"),
    ("A-1: »{level: must, says: A rule., refs: CWE-1}", "class"),
    ("A-1: »{level: must, class: core, refs: CWE-1}", "says"),
    ("A-1: »{level: must, class: core, says: A rule.}", "refs"),
]
WRONG = [
    ("»[A-1]", "requirements.yaml is a mapping, not a list", ""),
    *[(f"»{one}: {{}}", f"'{one}' {NO_ID}", "") for one in ("logout-1", "A", "A1", "A-0", "A-01")],
    *[(f"»{one}: {{}}", f"'{one}' {NO_ID}", "") for one in ("-1", "A--1", "A-1-", "Ä-1")],
    ("A-1: »must", "requirement A-1 is a mapping, not a text", ""),
    *[(text, f"requirement A-1 lacks the key '{key}'", "") for text, key in LACKING],
    ("A-1: {»lavel: must}", "unknown key 'lavel' in requirement A-1", "did you mean 'level'?"),
    (entry(level="»mus"), "unknown level 'mus'", "did you mean 'must'?"),
    (entry(level="»MUST"), "unknown level 'MUST'", "known: must, should, may"),
    (entry(level="»''"), "unknown level ''", "known: must, should, may"),
    (entry(level="»[must]"), "level is a text, not a list", ""),
    (entry(class_="»expire"), "unknown class 'expire'", "did you mean 'expiry'?"),
    (
        entry(class_="»x"),
        "unknown class 'x'",
        "known: core, expiry, durable, hardened, contract",
    ),
    (entry(says="»A rule"), "a requirement is a sentence and ends with a full stop", ""),
    (entry(says="»''"), "says is empty", ""),
    (entry(refs="»''"), "refs is empty", ""),
    (entry(refs="»[]"), "refs is empty", ""),
    (entry(refs="[CWE-1, »'']"), "refs is empty", ""),
    (entry(refs="CWE-1, why: »''"), "why is empty", ""),
    (entry(refs="CWE-1, untestable: »''"), "untestable is empty", ""),
    (f"{entry()}\n»A-1: {{}}", "the key 'A-1' stands here twice (first in line 1)", ""),
]


@pytest.mark.parametrize(("marked", "message", "hint"), WRONG)
def test_a_wrong_requirement_is_shown_with_its_line(marked: str, message: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        requirements(unmarked(marked))
    assert str(caught.value) == whole_error(marked, message, hint)
