from __future__ import annotations

from pathlib import Path

import pytest
from marked import write_files

from conformance import explanations
from conformance.errors import UsageError
from conformance.explanations import explain
from conformance.profiles import read_profile
from conformance.specification import Specification, load
from conformance.vocabulary import VOCABULARY

LEDGER = """\
LOGIN-1:
  level: must
  class: core
  says: The right credentials log a user in.
  why: |
    Without it nothing else can be judged, and so this stands here in so many words that they do not
    fit in one line of a terminal.
  refs: [ASVS 5.0.0 6.3.1, CWE-287]
LOGIN-12:
  level: should
  class: hardened
  says: Passwords are stored as slow hashes.
  refs: derived
  untestable: |
    Nobody sees
    the table.
"""
LOGIN = """\
title: A user logs in
verifies: [LOGIN-1, LOGOUT-1]
needs: [own account]
notes: |
  Both users are tried,
  one after the other.
examples: {first: {who: alice}, second: {who: bob}}
then:
  - log in: <who>
"""
LOGOUT = "title: A user logs out\nverifies: [LOGOUT-1]\nthen: [log out]\n"
FILES = {
    "login/requirements.yaml": LEDGER,
    "login/logs-in.yaml": LOGIN,
    "logout/requirements.yaml": "LOGOUT-1: {level: may, class: core, says: It ends., refs: CWE-1}",
    "logout/logs-out.yaml": LOGOUT,
}


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Specification:
    monkeypatch.chdir(tmp_path)
    return load(write_files(tmp_path / "scenarios", FILES), VOCABULARY)


# --- lists ---------------------------------------------------------------------------------------


def test_requirements_are_listed_in_columns(read: Specification) -> None:
    assert explanations.requirements(read) == [
        "LOGIN-1   must    core      The right credentials log a user in.",
        "LOGIN-12  should  hardened  Passwords are stored as slow hashes. (untestable)",
        "LOGOUT-1  may     core      It ends.",
    ]


def test_scenarios_are_listed_case_by_case(read: Specification) -> None:
    assert explanations.scenarios(read) == [
        "login/logs-in[first]   LOGIN-1, LOGOUT-1: A user logs in",
        "login/logs-in[second]  LOGIN-1, LOGOUT-1: A user logs in",
        "logout/logs-out        LOGOUT-1: A user logs out",
    ]


def test_targets_are_listed_by_name(tmp_path: Path) -> None:
    text = (
        "name: A small server\nbase url: http://127.0.0.1\nsession cookie: sid\n"
        "users: {alice: {username: a, password: b}}\n"
        "log in: {send: POST /, success: {status: 200}, refused: {status: 401}}\n"
        "log out: {send: POST /, success: {status: 200}}\n"
        "protected page: {send: GET /, signed in: {status: 200}, signed out: {status: 401}}\n"
    )
    write_files(tmp_path, {"profile.yaml": text})
    profile = read_profile(tmp_path / "profile.yaml")
    assert explanations.targets([("small", profile), ("small/fixed", profile)]) == [
        "small        A small server",
        "small/fixed  A small server",
    ]


def test_a_list_of_nothing_is_empty() -> None:
    nothing = Specification({}, (), "")
    assert explanations.requirements(nothing) == []
    assert explanations.scenarios(nothing) == []
    assert explanations.targets([]) == []


# --- one by one ----------------------------------------------------------------------------------


def test_a_requirement_is_explained_with_its_scenarios(read: Specification) -> None:
    assert explain("LOGIN-1", read, VOCABULARY) == (
        "LOGIN-1 (must, core)\n"
        "  The right credentials log a user in.\n"
        "\n"
        "Why:\n"
        "  Without it nothing else can be judged, and so this stands here in so many words that "
        "they do\n"
        "  not fit in one line of a terminal.\n"
        "\n"
        "Sources:\n"
        "  ASVS 5.0.0 6.3.1\n"
        "  CWE-287\n"
        "\n"
        "Scenarios:\n"
        "  login/logs-in: A user logs in"
    )


def test_the_rows_of_a_file_are_one_line_of_a_requirement(read: Specification) -> None:
    assert explain("LOGOUT-1", read, VOCABULARY) == (
        "LOGOUT-1 (may, core)\n"
        "  It ends.\n"
        "\n"
        "Sources:\n"
        "  CWE-1\n"
        "\n"
        "Scenarios:\n"
        "  login/logs-in: A user logs in\n"
        "  logout/logs-out: A user logs out"
    )


def test_an_untestable_requirement_is_explained_with_its_reason(read: Specification) -> None:
    assert explain("LOGIN-12", read, VOCABULARY) == (
        "LOGIN-12 (should, hardened)\n"
        "  Passwords are stored as slow hashes.\n"
        "\n"
        "Sources:\n"
        "  derived\n"
        "\n"
        "Not testable from outside:\n"
        "  Nobody sees the table."
    )


def test_a_scenario_is_explained_with_its_requirements(read: Specification) -> None:
    assert explain("login/logs-in", read, VOCABULARY) == (
        "A user logs in\n"
        "  scenarios/login/logs-in.yaml\n"
        "\n"
        "  Both users are tried, one after the other.\n"
        "\n"
        "Verifies:\n"
        "  LOGIN-1 (must): The right credentials log a user in.\n"
        "  LOGOUT-1 (may): It ends.\n"
        "\n"
        "Needs: own account\n"
        "\n"
        "Cases: first, second"
    )


def test_one_case_is_explained_alone(read: Specification) -> None:
    text = explain("login/logs-in[second]", read, VOCABULARY)
    assert text.endswith("Needs: own account, second user")


def test_a_scenario_without_notes_and_needs_is_short(read: Specification) -> None:
    assert explain("logout/logs-out", read, VOCABULARY) == (
        "A user logs out\n  scenarios/logout/logs-out.yaml\n\nVerifies:\n  LOGOUT-1 (may): It ends."
    )


WORDS = [
    ("signed out", "signed out\n  The protected page shows that nobody is signed in."),
    (
        "at least 128 bits",
        "at least 128 bits\n"
        "  The tokens' length and alphabet have room for 128 bits (ASVS 5.0.0 7.2.3).\n"
        "\n"
        "  This is an upper bound: tokens that pass can still be guessable.",
    ),
    ("half the idle timeout", "half the idle timeout\n  Half of the declared idle timeout."),
    ("https", "https\n  The target is reached over https."),
    ("written twice", "written twice\n  The token followed by itself."),
    ("empty name", "empty name\n  The password with an empty name."),
    ("header", "header\n  A request header `Authorization: Bearer`."),
    ("clear cookies", "clear cookies\n  Delete all cookies of this browser, as a user can."),
]


@pytest.mark.parametrize(("word", "text"), WORDS)
def test_a_word_is_explained_by_its_docstring(word: str, text: str, read: Specification) -> None:
    assert explain(word, read, VOCABULARY) == text


UNKNOWN = [
    ("LOGIN1", "there is nothing called 'LOGIN1'; did you mean 'LOGIN-1'?"),
    ("login/log-in", "there is nothing called 'login/log-in'; did you mean 'login/logs-in'?"),
    ("sign out", "there is nothing called 'sign out'; did you mean 'signed out'?"),
    ("xyzzy", "there is nothing called 'xyzzy'; see: session-conformance list"),
    ("", "there is nothing called ''; see: session-conformance list"),
]


@pytest.mark.parametrize(("name", "message"), UNKNOWN)
def test_what_is_not_there_can_not_be_explained(
    name: str, message: str, read: Specification
) -> None:
    with pytest.raises(UsageError) as caught:
        explain(name, read, VOCABULARY)
    assert str(caught.value) == message


# --- clauses -------------------------------------------------------------------------------------

ASD = """\
name: A standard
version: 1
status: In force.
cited as: ASD {clause}
lists: All of it.
levels: [L1]
clauses:
  7.1: {title: Sessions end, level: L1, partly: The rest.}
  7.2: {title: Nobody knows, level: L1, untestable: Nor do we.}
"""
ENDS = "LOGOUT-1: {level: may, class: core, says: It ends., refs: ASD 7.1}"


def test_a_clause_is_explained_with_what_covers_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"logout/requirements.yaml": ENDS, "logout/logs-out.yaml": LOGOUT}
    folder = write_files(tmp_path / "scenarios", {**files, "standards/asd.yaml": ASD})
    read = load(folder, VOCABULARY)
    assert explain("ASD 7.1", read, VOCABULARY) == (
        "ASD 7.1 (L1)\n  Sessions end\n\n"
        "Requirements:\n  LOGOUT-1 (may): It ends.\n\n"
        "Scenarios:\n  logout/logs-out: A user logs out\n\n"
        "Tested in part; what is not seen:\n  The rest."
    )
    assert explain("ASD 7.2", read, VOCABULARY) == (
        "ASD 7.2 (L1)\n  Nobody knows\n\nNot testable from outside:\n  Nor do we."
    )
    with pytest.raises(UsageError, match=r"did you mean 'ASD 7\.1'"):
        explain("ASD 71", read, VOCABULARY)
