from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from marked import MARK, unmarked, whole_error, write_files

from conformance.errors import InputErrors
from conformance.model import ConformanceClass, Level, Place, Requirement, Scenario
from conformance.rules import broken_rules
from conformance.specification import load
from conformance.vocabulary import VOCABULARY

LEDGER = "A-1: {level: must, class: core, says: A rule., refs: CWE-1}\n"
HEAD = "title: A case\nverifies: [A-1]\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def errors(files: Mapping[str, str]) -> list[str]:
    """Return what is wrong with the files, of which the ledger of an area `a` is one."""
    folder = write_files(Path("scenarios"), {"a/requirements.yaml": LEDGER, **files})
    try:
        load(folder.resolve(), VOCABULARY)
    except InputErrors as refused:
        return [str(error) for error in refused.errors]
    return []


def errors_of(marked: str, file: str = "a/case.yaml") -> list[str]:
    return errors({file: marked})


def shown(marked: str, message: str, hint: str = "", file: str = "a/case.yaml") -> list[str]:
    return [whole_error(marked, message, hint, f"scenarios/{file}")]


GOOD = f"{HEAD}then: [log in: alice]\n"


def test_a_specification_that_keeps_all_rules_has_no_errors() -> None:
    assert errors({"a/case.yaml": GOOD}) == []


# --- ids, titles, and what verifies what ---------------------------------------------------------


def test_an_id_stands_in_one_ledger_only() -> None:
    marked = f"{MARK}{LEDGER}"
    assert errors({"a/case.yaml": GOOD, "b/requirements.yaml": marked}) == shown(
        marked, "'A-1' stands already in scenarios/a/requirements.yaml:1", "", "b/requirements.yaml"
    )


def test_a_title_stands_in_one_file_only() -> None:
    marked = f"{MARK}{GOOD}"
    assert errors({"a/case.yaml": GOOD, "b/case.yaml": marked}) == shown(
        marked, "'A case' stands already in scenarios/a/case.yaml:1", "", "b/case.yaml"
    )


def test_the_rows_of_a_table_share_their_title() -> None:
    table = "examples: {a: {who: alice}, b: {who: bob}}\nthen: [log in: <who>]"
    assert errors_of(f"{HEAD}{table}") == []


@pytest.mark.parametrize(("name", "hint"), [("A-11", "did you mean 'A-1'?"), ("XYZ-9", "")])
def test_a_scenario_verifies_known_requirements(name: str, hint: str) -> None:
    marked = f"»title: A case\nverifies: [A-1, {name}]\nthen: [log out]"
    assert errors_of(marked) == shown(marked, f"unknown requirement '{name}'", hint)


def test_a_requirement_that_is_untestable_has_no_scenario() -> None:
    ledger = f"{LEDGER}A-2: {{level: may, class: core, says: B., refs: x, untestable: why}}\n"
    marked = "»title: A case\nverifies: [A-1, A-2]\nthen: [log out]"
    assert errors({"a/requirements.yaml": ledger, "a/case.yaml": marked}) == shown(
        marked, "'A-2' is listed as untestable"
    )


def test_a_requirement_is_verified_or_says_why_not() -> None:
    marked = f"{LEDGER}»A-2: {{level: may, class: core, says: A rule., refs: CWE-1}}\n"
    assert errors({"a/requirements.yaml": marked, "a/case.yaml": GOOD}) == shown(
        marked,
        "no scenario verifies A-2",
        "write one, or say why none can be: 'untestable: <reason>'",
        "a/requirements.yaml",
    )
    untestable = unmarked(marked).replace("CWE-1}\n", "CWE-1, untestable: Unseen.}\n")
    untestable = f"{LEDGER}{untestable.splitlines()[1]}\n"
    assert errors({"a/requirements.yaml": untestable, "a/case.yaml": GOOD}) == []


# --- names of kept sessions ----------------------------------------------------------------------

NEVER = "no session is kept as '{}' before this"
KEEP = "keep it first: 'keep session as: ...'"
UNKEPT = [
    ("then:\n  - »present: copy\n    expect: signed in\n", "copy", KEEP),
    ("then:\n  - »plant session: copy\n", "copy", KEEP),
    ("then:\n  - »plant session: {session: copy, change: written twice}\n", "copy", KEEP),
    ("then:\n  - »plant session: copy\n  - keep session as: copy\n", "copy", KEEP),
    (
        "given:\n  - keep session as: copy\n"
        "then:\n  - »compare: [copy, copie]\n    expect: all different\n",
        "copie",
        "did you mean 'copy'?",
    ),
    ("then:\n  - at once:\n      - in turn:\n          - »plant session: copy\n", "copy", KEEP),
    (
        "examples:\n  a: {name: copy}\n  b: {name: other}\n"
        "given:\n  - keep session as: copy\nthen:\n  - »plant session: <name>\n",
        "other",
        KEEP,
    ),
]


@pytest.mark.parametrize(("marked", "name", "hint"), UNKEPT)
def test_a_session_is_kept_before_it_is_used(marked: str, name: str, hint: str) -> None:
    marked = f"{HEAD}{marked}"
    assert errors_of(marked) == shown(marked, NEVER.format(name), hint)


@pytest.mark.parametrize(
    "steps",
    [
        "given: [keep session as: copy]\nthen: [plant session: copy]",
        "then: [at once: [keep session as: copy], plant session: copy]",
        "then: [plant session: {token: x}]",
        "given: [keep session of a stranger as: copy]\nthen: [plant session: copy]",
        "given: [log in up to the limit: {user: alice, keep as: copy}]\n"
        "then: [plant session: copy]",
        "examples: {a: {name: one}, b: {name: two}}\n"
        "then: [keep session as: <name>, plant session: <name>]",
    ],
)
def test_a_session_that_is_kept_may_be_used(steps: str) -> None:
    assert errors_of(f"{HEAD}{steps}") == []


def test_what_is_wrong_in_every_row_is_said_once() -> None:
    marked = f"{HEAD}examples: {{a: {{x: written twice}}, b: {{x: first half only}}}}\n"
    marked += "then:\n  - »plant session: {session: copy, change: <x>}\n"
    assert errors_of(marked) == shown(marked, NEVER.format("copy"), KEEP)


# --- exact HTTP ----------------------------------------------------------------------------------

SENDING = f"{HEAD}then:\n  - in turn:\n      - »send: GET /\n        expect: {{status: 200}}\n"


@pytest.mark.parametrize("file", ["a/case.yaml", "contracts/x/case.yaml", "contract/case.yaml"])
def test_exact_http_is_for_contracts_alone(file: str) -> None:
    message = "'send' is for scenarios/contract/ alone: say it with other verbs"
    assert errors_of(SENDING, file) == shown(SENDING, message, "", file)


def test_a_contract_states_exact_http() -> None:
    assert errors_of(SENDING, "contract/api/case.yaml") == []


# --- positive controls ---------------------------------------------------------------------------

NO_PAGE = (
    "nothing shows that the protected page is open to a good session",
    "add to 'given' a visit or present with 'expect: signed in'",
)
NO_LOGIN = (
    "nothing shows that alice can log in with the right credentials",
    "add to 'given': log in: alice",
)
NO_LOGOUT = ("nothing shows that 'log out' is accepted at all", "add 'log out' to 'given'")
NO_COOKIE = ("nothing shows that a login sets a session cookie", "add to 'given': log in: alice")
NO_REQUEST = ("nothing shows that the server lets anybody in", "add to 'given': log in: alice")
NO_SESSION = (
    "nothing shows that 'copy' is accepted while it is good",
    "add to 'given': present: copy, expect: signed in",
)

VISIT = "{visit: protected page, expect: signed in}"
VISIT_OUT = "visit: protected page\n    expect: signed out"
PRESENT_OUT = "present: copy\n    expect: signed out"
WRONG = "log in with: {user: alice, change: wrong password}\n    expect: refused"
NOT_SET = "log in with: {user: alice, change: wrong password}\n    expect: not set"
REFUSED_SEND = "send: GET /me\n    expect: {status: 401}"

# A refusal in `then`, a `given` that is no positive control for it, what is said, and one that is.
CONTROLS = [
    (VISIT_OUT, "log in: alice", NO_PAGE, VISIT),
    (VISIT_OUT, "{visit: protected page, expect: no server error}", NO_PAGE, VISIT),
    (VISIT_OUT, "{visit: protected page, expect: [signed in, signed out]}", NO_PAGE, VISIT),
    (VISIT_OUT, "log in: alice", NO_PAGE, "{present: copy, expect: signed in}"),
    (VISIT_OUT, "log in: alice", NO_PAGE, "{present: {token: x}, expect: signed in}"),
    (
        VISIT_OUT,
        "log in: alice",
        NO_PAGE,
        "{keep visiting: half the idle timeout, expect: signed in}",
    ),
    (VISIT_OUT, "log in: alice", NO_PAGE, f"in turn: [at once: [{VISIT}]]"),
    ("present: {token: x}\n    expect: signed out", "log in: alice", NO_PAGE, VISIT),
    (PRESENT_OUT, VISIT, NO_SESSION, "{present: copy, expect: signed in}"),
    (
        PRESENT_OUT,
        "{present: other, expect: signed in}",
        NO_SESSION,
        "{present: {session: copy}, expect: [no server error, signed in]}",
    ),
    (
        "present: {session: copy, change: written twice}\n    expect: signed out",
        "{present: other, expect: signed in}",
        NO_SESSION,
        "{present: copy, expect: signed in}",
    ),
    (WRONG, "log in: bob", NO_LOGIN, "log in: alice"),
    (WRONG, "{log in: alice, expect: no server error}", NO_LOGIN, "log in: alice"),
    (WRONG, "{log in: alice, expect: HttpOnly}", NO_LOGIN, "log in: alice"),
    (WRONG, "{log in: alice, expect: refused}", NO_LOGIN, "log in: alice"),
    (
        WRONG,
        "log in: bob",
        NO_LOGIN,
        "{log in with: {user: alice, in: query string}, expect: accepted}",
    ),
    ("log in: alice\n    expect: refused", "log in: bob", NO_LOGIN, "log in: alice"),
    ("log out:\n    expect: refused", "log in: alice", NO_LOGOUT, "log out"),
    ("log out:\n    expect: refused", "{log out: '', expect: removed from the browser}", NO_LOGOUT,
     "{log out: '', expect: [accepted, no server error]}"),
    (NOT_SET, VISIT, NO_COOKIE, "log in: bob"),
    (NOT_SET, "{log in: alice, expect: no server error}", NO_COOKIE, "log in: alice"),
    (NOT_SET, "{log in: alice, expect: refused}", NO_COOKIE, "{log in: alice, expect: HttpOnly}"),
    ("log out:\n    expect: not set", "log out", NO_COOKIE, "log in: alice"),
    ("look at: session cookie\n    expect: not set", VISIT, NO_COOKIE, "log in: alice"),
]  # fmt: skip
REQUEST_CONTROLS = [
    (REFUSED_SEND, "{send: GET /status, expect: {status: 302}}", NO_REQUEST,
     "{send: GET /status, expect: {status: 200}}"),
    (REFUSED_SEND, "{send: GET /status, expect: {status: [200, 401]}}", NO_REQUEST,
     "{send: GET /status, expect: {status: [200, 204]}}"),
    (REFUSED_SEND, "{send: GET /status, expect: {body is: '2'}}", NO_REQUEST, "log in: alice"),
    ("send: GET /me\n    expect: {status: [401, 403]}", "log out", NO_REQUEST, "log in: alice"),
    ("send: GET /me\n    expect: {status: [302, 403]}", "log out", NO_REQUEST, "log in: alice"),
]  # fmt: skip


def with_control(given: str, then: str) -> str:
    kept = "  - keep session as: copy\n  - keep session as: other\n"
    return f"{HEAD}given:\n{kept}  - {given}\nthen:\n  - {MARK}{then}\n"


@pytest.mark.parametrize(("refusal", "useless", "said", "control"), CONTROLS + REQUEST_CONTROLS)
def test_a_refusal_needs_the_same_thing_accepted_before(
    refusal: str, useless: str, said: tuple[str, str], control: str
) -> None:
    file = "contract/api/case.yaml" if "send: " in refusal else "a/case.yaml"
    marked = with_control(useless, refusal)
    assert errors_of(marked, file) == shown(marked, *said, file)
    assert errors_of(with_control(control, refusal), file) == []


def test_a_control_in_when_comes_too_late() -> None:
    marked = f"{HEAD}when:\n  - {VISIT}\nthen:\n  - »{VISIT_OUT}\n"
    assert errors_of(marked) == shown(marked, *NO_PAGE)


def test_a_refusal_that_is_nested_needs_its_control_too() -> None:
    marked = f"{HEAD}then:\n  - at once:\n      - »log out:\n        expect: refused\n"
    assert errors_of(marked) == shown(marked, *NO_LOGOUT)


def test_a_refusal_in_a_later_row_needs_its_control_too() -> None:
    marked = f"{HEAD}examples:\n  a: {{answer: accepted}}\n  b: {{answer: refused}}\n"
    marked += "then:\n  - »log out:\n    expect: <answer>\n"
    assert errors_of(marked) == shown(marked, *NO_LOGOUT)


@pytest.mark.parametrize(
    "then",
    [
        "[log in: alice, log out]",
        f"[{VISIT}]",
        "[{look at: session cookie, expect: [HttpOnly, Secure]}]",
        "[{log out: '', expect: removed from the browser}]",
    ],
)
def test_what_is_no_refusal_needs_no_control(then: str) -> None:
    assert errors_of(f"{HEAD}then: {then}") == []


def test_a_refusal_in_given_or_when_needs_no_control() -> None:
    out = "{visit: protected page, expect: signed out}"
    assert errors_of(f"{HEAD}given: [{out}]\nwhen: [{out}]\nthen: [log in: alice]") == []


# --- all at once ---------------------------------------------------------------------------------


def test_all_that_is_wrong_is_told_at_once() -> None:
    told = errors(
        {
            "a/one.yaml": "title: A case\nverifies: [A-2]\nthen: [plant session: copy]",
            "a/two.yaml": f"{HEAD}then:\n  - send: GET /\n    expect: {{status: 404}}",
        }
    )
    assert [text.splitlines()[0] for text in told] == [
        "scenarios/a/two.yaml:1:1: 'A case' stands already in scenarios/a/one.yaml:1",
        "scenarios/a/one.yaml:1:1: unknown requirement 'A-2'",
        "scenarios/a/one.yaml:3:8: no session is kept as 'copy' before this",
        "scenarios/a/two.yaml:4:5: 'send' is for scenarios/contract/ alone: say it with other "
        "verbs",
        "scenarios/a/two.yaml:4:5: nothing shows that the server lets anybody in",
    ]


def test_rules_can_be_asked_of_what_came_from_no_file() -> None:
    place = Place("nowhere.yaml", 3, 5)
    rule = Requirement("A-1", Level.MUST, ConformanceClass.CORE, "A rule.", (), "a", place)
    case = Scenario("a/case", "A case", ("XYZ-9",), place, (), (), ())
    assert [str(error) for error in broken_rules([rule], [case], VOCABULARY)] == [
        "nowhere.yaml:3:5: unknown requirement 'XYZ-9'",
        "nowhere.yaml:3:5: no scenario verifies A-1\n"
        "  write one, or say why none can be: 'untestable: <reason>'",
    ]
