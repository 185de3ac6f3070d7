from __future__ import annotations

from typing import Any

import pytest
from toyserver import Asked, Reply
from toysuite import REGISTER, Clock, Suite

from conformance.model import Outcome

ACTIONS: dict[str, Any] = {
    **REGISTER,
    "change password": {
        "send": "POST /password",
        "form": {"old": "{password}", "new": "{new_password}"},
        "success": {"status": "200"},
    },
    "log out everywhere": {"send": "DELETE /sessions", "success": {"status": "200"}},
    "log out others": {"send": "DELETE /others", "success": {"status": "200"}},
    "remove account": {"send": "DELETE /me", "success": {"status": "200"}},
    "step up": {"send": "POST /login", "form": {"username": "{username}",
                "password": "{password}"}, "success": {"status": "200"}},
    "list sessions": {
        "send": "GET /sessions",
        "success": {"status": "200"},
        "handles": {"from json": "*"},
    },
    "end session": {"send": "DELETE /session?id={session_handle}", "success": {"status": "200"}},
}  # fmt: skip
ADMINISTRATION: dict[str, Any] = {
    "users": {
        **{role: {"username": role, "password": role * 3} for role in ("alice", "bob")},
        "admin": {"username": "root", "password": "rootrootroot"},
    },
    "administrator ends sessions": {
        "send": "DELETE /sessions-of?user={subject}",
        "success": {"status": "200"},
    },
    "administrator removes account": {
        "send": "DELETE /account-of?user={subject}",
        "success": {"status": "200"},
    },
}


@pytest.fixture
def full(suite: Suite) -> Suite:
    """A suite whose toy has all optional actions."""
    toy = suite.toy

    def own(asked: Asked) -> list[str]:
        user = toy.user(asked)
        return [token for token, session in toy.sessions.items() if user and session[0] == user]

    def end(tokens: list[str]) -> Reply:
        for token in tokens:
            del toy.sessions[token]
        return Reply(200 if tokens else 401)

    def password(asked: Asked) -> Reply:
        user = toy.user(asked)
        if not user or asked.form.get("old") != toy.passwords[user]:
            return Reply(403)
        toy.passwords[user] = asked.form["new"]
        return Reply(200)

    def of(name: str) -> list[str]:
        return [token for token, session in toy.sessions.items() if session[0] == name]

    def by_root(asked: Asked) -> Reply:
        return end(of(asked.query["user"])) if toy.user(asked) == "root" else Reply(403)

    toy.routes |= {
        "POST /password": password,
        "DELETE /sessions": lambda asked: end(own(asked)),
        "DELETE /others": lambda asked: end([t for t in own(asked) if t != asked.cookies["sid"]]),
        "DELETE /me": lambda asked: end(own(asked)),
        "GET /sessions": lambda asked: Reply(200, [token[:8] for token in own(asked)]),
        "DELETE /session": lambda asked: end(
            [token for token in own(asked) if token.startswith(asked.query["id"])]
        ),
        "DELETE /sessions-of": by_root,
        "DELETE /account-of": by_root,
    }
    toy.passwords |= {"alice": "alicealicealice", "bob": "bobbobbob", "root": "rootrootroot"}
    return suite


def outcome(suite: Suite, steps: str, **changes: Any) -> Outcome:
    return suite.run(steps, {**ACTIONS, **ADMINISTRATION, **changes}).outcome


TWO = """
given:
  - log in: alice
    browser: laptop
  - log in: alice
    browser: phone
"""
LEFT = """
then:
  - visit: protected page
    browser: laptop
    expect: {laptop}
  - visit: protected page
    browser: phone
    expect: {phone}
"""


@pytest.mark.parametrize(
    ("step", "laptop", "phone"),
    [
        ("log out everywhere", "signed out", "signed out"),
        ("log out others", "signed in", "signed out"),
        ("remove account", "signed out", "signed out"),
        ("step up", "signed in", "signed in"),
    ],
)
def test_an_action_does_what_the_server_makes_of_it(
    full: Suite, step: str, laptop: str, phone: str
) -> None:
    when = f"when:\n  - {{{step}: '', browser: laptop}}"
    assert outcome(full, TWO + when + LEFT.format(laptop=laptop, phone=phone)) is Outcome.PASSED


def test_later_logins_take_the_password_that_was_set(full: Suite) -> None:
    steps = """
given:
  - log in: alice
  - change password
then:
  - log in: alice
  - change password
  - log in: alice
"""
    assert outcome(full, steps) is Outcome.PASSED
    assert len(full.toy.passwords["alice"]) > len("alicealicealice")


def test_a_password_that_was_not_changed_is_not_taken_for_changed(full: Suite) -> None:
    steps = """
given:
  - log in: alice
then:
  - change password: {current: wrong password}
    expect: refused
  - log in: alice
"""
    assert outcome(full, steps) is Outcome.PASSED


def test_a_new_password_stands_in_no_report(full: Suite) -> None:
    full.toy.routes["POST /password"] = lambda asked: Reply(
        302, headers=[("Location", f"/{asked.form['new'].replace(' ', '%20')}")]
    )
    steps = "given:\n  - log in: alice\nthen:\n  - change password\n"
    result = full.run(steps, {**ACTIONS, **ADMINISTRATION})
    assert result.outcome is Outcome.ERROR
    assert "<hidden>" in result.reason


ENDING = (
    """
given:
  - log in: alice
    browser: laptop
  - list sessions:
    browser: laptop
  - log in: alice
    browser: phone
  - list sessions:
    browser: laptop
    expect: one more session
  - keep handle as: phone
    browser: laptop
when:
  - end session: phone
    browser: laptop
  - list sessions:
    browser: laptop
    expect: one session less
"""
    + LEFT
)


def test_the_session_whose_handle_is_new_in_the_list_is_ended(full: Suite) -> None:
    steps = ENDING.format(laptop="signed in", phone="signed out")
    assert outcome(full, steps) is Outcome.PASSED


@pytest.mark.parametrize(
    ("listed", "observed"),
    [
        ([], "the list shows 0 new ones and misses 0 of those before"),
        (["a", "b"], "the list shows 2 new ones and misses 0 of those before"),
    ],
)
def test_a_list_without_the_new_session_is_told(
    full: Suite, listed: list[str], observed: str
) -> None:
    answers = iter([[], listed])
    full.toy.routes["GET /sessions"] = lambda _: Reply(200, next(answers))
    steps = "given:\n  - log in: alice\n  - list sessions\nthen:\n  - list sessions:\n    expect: "
    result = full.run(f"{steps}one more session\n", {**ACTIONS, **ADMINISTRATION})
    assert (result.outcome, result.observed) == (Outcome.FAILED, observed)


@pytest.mark.parametrize(
    ("lost", "outcome"), [(0.0, Outcome.FAILED), (10.0, Outcome.INCONCLUSIVE)], ids=["fast", "slow"]
)
@pytest.mark.parametrize("status", [200, 401])
def test_a_session_that_is_missed_is_blamed_only_if_it_was_not_free_to_end(
    full: Suite, clock: Clock, status: int, lost: float, outcome: Outcome
) -> None:
    answers = iter([Reply(200, ["a"]), Reply(status, ["b"])])

    def listed(_: Asked) -> Reply:
        clock.sleep(lost)
        return next(answers)

    full.toy.routes["GET /sessions"] = listed
    steps = "given:\n  - log in: alice\n  - list sessions\nthen:\n  - list sessions:\n    expect: "
    signs = {"list sessions": {**ACTIONS["list sessions"], "refused": {"status": "401"}}}
    result = full.run(f"{steps}one more session\n", {**ACTIONS, **ADMINISTRATION, **signs})
    assert result.outcome is outcome
    assert result.too_slow == (outcome is Outcome.INCONCLUSIVE)


def test_a_kept_handle_is_found_in_the_list_of_another_user(full: Suite) -> None:
    steps = """
given:
  - log in: alice
  - list sessions
  - keep handle as: alice's
  - log in: bob
    browser: other
then:
  - list sessions:
    browser: other
    expect: none of the kept handles
"""
    assert outcome(full, steps) is Outcome.PASSED
    tokens = full.toy.sessions
    full.toy.routes["GET /sessions"] = lambda _: Reply(200, [*tokens][:1])
    assert outcome(full, steps) is Outcome.FAILED


def test_no_handle_is_kept_unless_one_session_is_new(full: Suite) -> None:
    steps = "given:\n  - log in: alice\nthen:\n  - keep handle as: none\n"
    assert outcome(full, steps) is Outcome.ERROR


@pytest.mark.parametrize("verb", ["administrator ends sessions of", "administrator removes"])
def test_the_administrator_acts_on_somebody_elses_account(full: Suite, verb: str) -> None:
    when = f"when:\n  - {verb}: alice"
    steps = TWO + when + LEFT.format(laptop="signed out", phone="signed out")
    assert outcome(full, steps) is Outcome.PASSED


def test_an_administrator_who_cannot_log_in_is_an_error(full: Suite) -> None:
    full.toy.passwords["root"] = "another"
    steps = TWO + "then:\n  - administrator ends sessions of: alice\n"
    assert outcome(full, steps) is Outcome.ERROR


def test_what_the_profile_does_not_declare_is_not_applicable(full: Suite) -> None:
    steps = TWO + "then:\n  - {log out others: '', browser: laptop}\n"
    result = full.run(steps)
    assert result.outcome is Outcome.NOT_APPLICABLE
    assert result.reason == "the profile declares no action 'log out others'"


def test_only_who_the_step_names_acts_as_an_administrator(full: Suite) -> None:
    steps = (
        TWO
        + """
then:
  - administrator ends sessions of: {user: alice, by: this browser}
    browser: laptop
    expect: refused
  - administrator ends sessions of: {user: alice, by: this browser}
    browser: stranger
    expect: refused
"""
    )
    assert outcome(full, steps + LEFT[6:].format(laptop="signed in", phone="signed in")) is (
        Outcome.PASSED
    )
    assert full.toy.asked[-3].cookies == {}


def test_a_handle_is_presented_as_a_token(full: Suite) -> None:
    steps = """
given:
  - log in: alice
  - list sessions
  - keep handle as: this one
then:
  - present: {handle: this one}
    expect: signed out
"""
    assert outcome(full, steps) is Outcome.PASSED
    tokens = full.toy.sessions
    full.toy.routes["GET /sessions"] = lambda _: Reply(200, [*tokens][-1:])
    assert outcome(full, steps) is Outcome.FAILED


def test_the_name_of_a_removed_account_is_registered_again(full: Suite) -> None:
    def remove(asked: Asked) -> Reply:
        del full.toy.passwords[full.toy.user(asked)]
        return Reply(200)

    full.toy.routes["DELETE /me"] = remove
    steps = """
given:
  - log in: alice
  - remove account
  - log in: alice
    browser: another
    expect: refused
then:
  - register again: alice
    browser: another
  - log in: alice
    browser: another
"""
    assert outcome(full, steps) is Outcome.PASSED
    full.toy.routes["POST /register"] = lambda _: Reply(409)
    full.toy.passwords["alice"] = "alicealicealice"
    result = full.run(steps, {**ACTIONS, **ADMINISTRATION})
    assert result.outcome is Outcome.NOT_APPLICABLE
    assert result.reason == "the server gives the name of a removed account to nobody"


def test_the_password_before_the_change_is_sent_again(full: Suite) -> None:
    steps = """
given:
  - log in: alice
  - change password
then:
  - log in with: {user: alice, change: password before the change}
    expect: refused
"""
    assert outcome(full, steps) is Outcome.PASSED
    assert full.toy.asked[-1].form["password"] == "alicealicealice"


def test_without_a_change_there_is_no_password_before_it(full: Suite) -> None:
    steps = """
then:
  - log in with: {user: alice, change: password before the change}
    expect: refused
"""
    assert outcome(full, steps) is Outcome.NOT_TESTED
