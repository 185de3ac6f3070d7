from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from marked import MARK, unmarked, whole_error, write_files

from conformance.errors import InputError
from conformance.guide import Area, Disagreement, Guide, read_guide, unguided
from conformance.model import ConformanceClass, Level, Place, Requirement
from conformance.yamltree import parse, parse_text

POINT = "{on: Time, positions: [Short, Long], judged: What is declared, declared: Both}"
FULL = f"""\
areas:
  logout: {{title: Logout, says: What ends.}}
disagreements:
  - {POINT}
  - on: Space
    positions: Any
    judged: Nothing
    declared: Nothing
    see: [A-1, A-2]
"""


def read(text: str) -> Guide:
    return read_guide(parse_text(text, "file.yaml"))


def test_a_guide_is_read_with_areas_and_disagreements() -> None:
    assert read(FULL) == Guide(
        {"logout": Area("logout", "Logout", "What ends.")},
        (
            Disagreement(
                on="Time",
                positions=("Short", "Long"),
                judged="What is declared",
                declared="Both",
                see=(),
                place=Place("file.yaml", 4, 5),
            ),
            Disagreement(
                on="Space",
                positions=("Any",),
                judged="Nothing",
                declared="Nothing",
                see=("A-1", "A-2"),
                place=Place("file.yaml", 5, 5),
            ),
        ),
    )


WRONG = [
    (f"{MARK}areas: {{}}\n", "guide.yaml lacks the key 'disagreements'", ""),
    (
        f"areas: {{a: {MARK}{{title: A}}}}\ndisagreements: []\n",
        "area a lacks the key 'says'",
        "",
    ),
    (
        "areas: {}\ndisagreements: [{on: A, positions: B, judged: C, declared: D, "
        f"{MARK}sea: E}}]\n",
        "unknown key 'sea' in a disagreement",
        "did you mean 'see'?",
    ),
]


@pytest.mark.parametrize(("marked", "message", "hint"), WRONG)
def test_a_wrong_guide_is_refused_with_its_place(marked: str, message: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        read(unmarked(marked))
    assert str(caught.value) == whole_error(marked, message, hint)


def rule(name: str, area: str, line: int = 1) -> Requirement:
    must, core = Level.MUST, ConformanceClass.CORE
    return Requirement(name, must, core, "A.", (), area, Place("rules.yaml", line, 1))


def test_every_area_and_id_of_the_guide_is_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path, {"guide.yaml": FULL, "rules.yaml": "A-1: {}\nB-1: {}\n"})
    guide = read_guide(parse(Path("guide.yaml")))
    every = [rule("A-1", "logout"), rule("B-1", "login", 2), rule("B-2", "login", 2)]
    assert [str(error).partition("\n")[0] for error in unguided(guide, every)] == [
        "rules.yaml:2:1: guide.yaml does not say what the area 'login' is about",
        "guide.yaml:5:5: unknown requirement 'A-2'",
    ]
    complete = replace(guide, areas={**guide.areas, "login": Area("login", "Login", "Who.")})
    assert unguided(complete, [*every, rule("A-2", "logout")]) == []


def test_without_a_guide_nothing_is_asked_for() -> None:
    assert unguided(Guide(), [rule("A-1", "logout")]) == []
