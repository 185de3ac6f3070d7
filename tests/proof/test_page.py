"""The page names whatever is not as it should be, and is the same however trials were ordered."""

from __future__ import annotations

from proof.details import details, differences
from proof.fakes import (
    BAD_LOGIN,
    BAD_LOGOUT,
    FAILED,
    PASSED,
    RIGHT,
    SPECIFICATION,
    evidence,
    found,
    mutant,
    seen,
)
from proof.figures import figures
from proof.findings import Findings, judged
from proof.page import page, summary
from proof.survivors import complaints
from proof.trials import CRASH, Seen, Trial

PLANTED = Trial("mutant", str(BAD_LOGIN))
SURVIVING = {PLANTED: (Seen("login/works", "inconclusive", "nothing was proved"),)}


def page_of(result: Findings, reasons: dict[str, str] | None = None) -> str:
    return page(result, figures(result), reasons or {})


def test_the_matrix_says_what_caught_each_mutant() -> None:
    text = page_of(found())
    assert "| **LOGIN-1** must | it is broken | right | login/works |" in text
    assert "| **LOGOUT-1** should | it is broken | right | logout/ends |" in text


def test_a_survivor_is_named_with_its_reason() -> None:
    text = page_of(found(SURVIVING), {"LOGIN-1: it is broken": "nobody can see it"})
    assert "### Musts\n\n* LOGIN-1: it is broken — nobody can see it\n" in text
    assert "| **LOGIN-1** must | it is broken | right | **nothing** |" in text


def test_a_survivor_without_a_reason_is_complained_of() -> None:
    fates = found(SURVIVING).fates
    assert complaints(fates, {}) == ["LOGIN-1: it is broken: survives without a reason"]
    assert complaints(fates, {"LOGIN-1: it is broken": "nobody can see it"}) == []


def test_a_reason_for_what_does_not_survive_is_complained_of() -> None:
    reasons = {"LOGIN-1: it is broken": "nobody can see it", "LOGIN-9: gone": "nobody can see it"}
    assert complaints(found().fates, reasons) == [
        "LOGIN-1: it is broken: has a reason to survive and doesn't",
        "LOGIN-9: gone: has a reason to survive and doesn't",
    ]


def test_what_is_behind_a_survivor_is_told() -> None:
    assert list(details(found(SURVIVING))) == [
        "LOGIN-1: it is broken (SURVIVES)",
        "    login/works: inconclusive nothing was proved",
    ]


def test_false_alarms_and_idle_cases_are_named() -> None:
    result = found({RIGHT: seen(login__works=PASSED, logout__ends=FAILED)})
    text = summary(result, figures(result), {})
    assert "| right | control | 1 | `logout/ends` |" in text
    assert "* `logout/ends`" in text


def test_what_a_null_target_passed_is_named() -> None:
    granted = {Trial("null target", "500", "classic"): seen(login__works=PASSED)}
    text = page_of(found(granted))
    assert "* 500, taken for classic: `login/works`; granted LOGIN-1" in text


def test_a_trial_that_crashed_is_told() -> None:
    crashed = {Trial("null target", "500", "classic"): (Seen("", CRASH, "in server.py:7"),)}
    assert list(details(found(crashed))) == ["500, taken for classic: crash in server.py:7"]


def test_the_page_does_not_depend_on_the_order_of_trials() -> None:
    mutants = [BAD_LOGIN, BAD_LOGOUT, mutant("LOGIN-1", "another defect")]
    added = evidence({Trial("mutant", str(mutants[2])): seen(login__works=FAILED)})
    backwards = dict(reversed(added.items()))
    pages = {
        page_of(judged(SPECIFICATION, mutants, (), {}, added)),
        page_of(judged(SPECIFICATION, mutants[::-1], (), {}, backwards)),
    }
    assert len(pages) == 1


def test_a_defect_in_any_words_keeps_its_row_together() -> None:
    odd = mutant("LOGIN-1", "a <b> | c")
    changes = {Trial("mutant", str(odd)): seen(login__works=FAILED)}
    result = judged(SPECIFICATION, [odd], (), {}, evidence(changes))
    assert "| a &lt;b> \\| c | right |" in page_of(result)


def test_only_the_first_differences_of_two_pages_are_shown() -> None:
    before = "\n".join(map(str, range(100)))
    now = before.replace("\n50\n", "\nfifty\n")
    assert list(differences(before, now))[-2:] == ["-50", "+fifty"]
    assert list(differences(before, ""))[-1] == "..."
