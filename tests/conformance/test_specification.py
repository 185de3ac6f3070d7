from __future__ import annotations

import re
from pathlib import Path

import pytest
from marked import whole_error, write_files

from conformance.errors import InputErrors, UsageError
from conformance.specification import Specification, load, select
from conformance.vocabulary import VOCABULARY

LEDGER = "{}: {{level: must, class: core, says: A rule., refs: CWE-1}}\n"
REVOKES = """\
# Whoever keeps a copy of the cookie must not get in.

title: Logging out revokes the session
verifies: [LOGOUT-1]

given:
  - log in: alice

  - keep session as: copy made before logout
  - present: copy made before logout
    expect: signed in
when:
  - log out
then:
  - present: copy made before logout
    expect: signed out
"""
LOGIN = """\
title: A user logs in
verifies: [LOGIN-1, LOGIN-2]
examples: {alice: {who: alice}, bob: {who: bob}}
then:
  - log in: <who>
"""
FILES = {
    "logout/requirements.yaml": LEDGER.format("LOGOUT-1"),
    "logout/revokes-session.yaml": REVOKES,
    "login/requirements.yaml": LEDGER.format("LOGIN-1") + LEDGER.format("LOGIN-2"),
    "login/logs-in.yaml": LOGIN,
    "login/notes.md": "Not read.",
    "contract/api/requirements.yaml": LEDGER.format("API-1"),
    "contract/api/again.yaml": LOGIN.replace("user logs", "client logs").replace(
        "LOGIN-1, LOGIN-2", "API-1"
    ),
}


@pytest.fixture(autouse=True)
def scenarios(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_files(tmp_path / "scenarios", FILES)


def read(folder: Path) -> Specification:
    return load(folder, VOCABULARY)


def refusal(folder: Path) -> str:
    with pytest.raises(InputErrors) as caught:
        read(folder)
    return str(caught.value)


# --- loading -------------------------------------------------------------------------------------


def test_a_folder_is_read_in_the_order_of_its_names(scenarios: Path) -> None:
    one = read(scenarios)
    assert list(one.requirements) == ["API-1", "LOGIN-1", "LOGIN-2", "LOGOUT-1"]
    assert [requirement.area for requirement in one.requirements.values()] == [
        "contract/api",
        "login",
        "login",
        "logout",
    ]
    assert [(case.name, case.area) for case in one.scenarios] == [
        ("contract/api/again[alice]", "contract/api"),
        ("contract/api/again[bob]", "contract/api"),
        ("login/logs-in[alice]", "login"),
        ("login/logs-in[bob]", "login"),
        ("logout/revokes-session", "logout"),
    ]


def test_files_are_named_from_the_working_directory(scenarios: Path) -> None:
    one = read(scenarios)
    assert str(one.requirements["LOGOUT-1"].place) == "scenarios/logout/requirements.yaml:1"
    assert str(one.scenarios[-1].place) == "scenarios/logout/revokes-session.yaml:3"
    assert read(Path("scenarios")) == one


def test_a_folder_elsewhere_is_named_in_full(
    scenarios: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    file = scenarios / "logout/revokes-session.yaml"
    assert read(scenarios).scenarios[-1].place.path == str(file)


def test_the_scenarios_of_a_requirement_are_found(scenarios: Path) -> None:
    one = read(scenarios)
    assert [case.row for case in one.verifying("LOGIN-2")] == ["alice", "bob"]
    assert one.verifying("LOGIN-3") == ()


def test_a_folder_without_scenarios_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read(tmp_path / "none")
    assert str(caught.value) == f"there are no scenarios below {tmp_path / 'none'}"


def test_a_misspelt_verb_is_shown_as_the_design_page_shows_it(scenarios: Path) -> None:
    file = scenarios / "logout/revokes-session.yaml"
    file.write_text(REVOKES.replace("keep session as: copy", "keep sesion as: copy"))
    assert refusal(scenarios) == (
        "scenarios/logout/revokes-session.yaml:9:5: unknown verb 'keep sesion as'\n"
        "   9 |   - keep sesion as: copy made before logout\n"
        "     |     ^\n"
        "  did you mean 'keep session as'?"
    )


def test_the_first_error_of_every_file_is_told_at_once(scenarios: Path) -> None:
    wrong = {
        "login/requirements.yaml": "»login-1: {}\n",
        "login/logs-in.yaml": "»titel: x\n",
        "login/other.yaml": "a: »&b c\n",
    }
    write_files(scenarios, wrong)
    (scenarios / "login/third.yaml").write_bytes(b"\xff")
    messages = [
        ("login/requirements.yaml", "'login-1' is not an id such as LOGOUT-1", ""),
        ("login/logs-in.yaml", "unknown key 'titel' in a scenario", "did you mean 'title'?"),
        ("login/other.yaml", "anchors are not allowed here", ""),
    ]
    shown = [
        whole_error(wrong[file], message, hint, f"scenarios/{file}")
        for file, message, hint in messages
    ]
    shown.append("scenarios/login/third.yaml:1:1: is not UTF-8 text (byte 0)")
    assert refusal(scenarios) == "\n\n".join(shown)


def test_rules_between_files_are_looked_at_once_every_file_is_right(scenarios: Path) -> None:
    write_files(scenarios, {"login/logs-in.yaml": LOGIN.replace("LOGIN-2", "LOGIN-3")})
    first, second = refusal(scenarios).split("\n\n")
    assert first.splitlines()[0] == (
        "scenarios/login/logs-in.yaml:1:1: unknown requirement 'LOGIN-3'"
    )
    assert second.splitlines()[0] == (
        "scenarios/login/requirements.yaml:2:1: no scenario verifies LOGIN-2"
    )


# --- the sha256 ----------------------------------------------------------------------------------


def test_the_same_files_have_the_same_sha256_wherever_they_are(
    scenarios: Path, tmp_path: Path
) -> None:
    copy = write_files(tmp_path / "copy", FILES)
    assert re.fullmatch("[0-9a-f]{64}", read(scenarios).sha256)
    assert read(copy).sha256 == read(scenarios).sha256


def test_any_change_of_any_file_changes_the_sha256(scenarios: Path) -> None:
    seen = {read(scenarios).sha256}
    for file in sorted(scenarios.rglob("*.yaml")):
        file.write_text(f"{file.read_text()}# a comment\n")
        seen.add(read(scenarios).sha256)
    assert len(seen) == 1 + 6


def test_another_name_changes_the_sha256(scenarios: Path) -> None:
    before = read(scenarios).sha256
    (scenarios / "login/logs-in.yaml").rename(scenarios / "login/logs-in-2.yaml")
    assert read(scenarios).sha256 != before


def test_what_is_not_yaml_does_not_change_the_sha256(scenarios: Path) -> None:
    before = read(scenarios).sha256
    (scenarios / "login/notes.md").write_text("Other notes.")
    assert read(scenarios).sha256 == before


# --- choosing ------------------------------------------------------------------------------------

EVERY = [
    "contract/api/again[alice]",
    "contract/api/again[bob]",
    "login/logs-in[alice]",
    "login/logs-in[bob]",
    "logout/revokes-session",
]
CHOICES = [
    ([], "", EVERY),
    (["login"], "", EVERY[2:4]),
    (["login", "logout"], "", EVERY[2:]),
    (["contract"], "", EVERY[:2]),
    (["contract/api"], "", EVERY[:2]),
    ([], "BOB", [EVERY[1], EVERY[3]]),
    ([], "user alice", [EVERY[2]]),
    ([], "api-1", EVERY[:2]),
    ([], "revokes logout-1", [EVERY[4]]),
    (["login"], "alice", [EVERY[2]]),
]


@pytest.mark.parametrize(("areas", "words", "names"), CHOICES)
def test_scenarios_are_chosen_by_area_and_words(
    scenarios: Path, areas: list[str], words: str, names: list[str]
) -> None:
    chosen = select(read(scenarios).scenarios, areas, words)
    assert [case.name for case in chosen] == names


NOT_CHOSEN = [
    (["logn"], "", "there is no area 'logn'; did you mean 'login'?"),
    (["log"], "", "there is no area 'log'; did you mean 'login'?"),
    (["login", "x"], "", "there is no area 'x'; areas: contract/api, login, logout"),
    (["contract/ap"], "", "there is no area 'contract/ap'; did you mean 'contract/api'?"),
    ([], "alice nobody", "no scenario matches 'alice nobody'"),
    (["logout"], "alice", "no scenario matches 'alice'"),
]


@pytest.mark.parametrize(("areas", "words", "message"), NOT_CHOSEN)
def test_choosing_nothing_says_what_there_is(
    scenarios: Path, areas: list[str], words: str, message: str
) -> None:
    with pytest.raises(UsageError) as caught:
        select(read(scenarios).scenarios, areas, words)
    assert str(caught.value) == message
