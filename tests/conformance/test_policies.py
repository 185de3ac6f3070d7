"""What a profile says of its target's policy: new tokens on use, logins of who is signed in."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest
from toyserver import Asked, Reply, Toy
from toysuite import Suite, write_profile

from conformance.errors import InputError
from conformance.model import Outcome
from conformance.profiles import read_profile

DECLARED = {"token rotation": "on use"}
KEPT = """
given:
  - log in: alice
  - keep session as: copy
"""
STAYS = f"""{KEPT}
then:
  - visit: protected page
    expect: signed in
    times: 3
  - present: copy
    expect: signed in
    times: 2
  - visit: protected page
    expect: signed in
"""
ENDS = f"""{KEPT}
  - visit: protected page
    expect: signed in
when:
  - log out
then:
  - present: copy
    expect: signed out
"""


def rotate(toy: Toy, *, keeps_the_old: bool = False) -> None:
    """Let the toy answer each visit with a new token."""

    def me(asked: Asked) -> Reply:
        name = toy.user(asked)
        if not name:
            return Reply(401)
        old = asked.cookies["sid"]
        session = toy.sessions[old] if keeps_the_old else toy.sessions.pop(old)
        token = secrets.token_hex(16)
        toy.sessions[token] = session
        return Reply(200, {"user": name}, [("Set-Cookie", f"sid={token}; {toy.attributes}")])

    toy.routes["GET /me"] = me


def test_browser_and_kept_copy_go_on_with_the_newest_token(suite: Suite) -> None:
    rotate(suite.toy)
    assert suite.run(STAYS, DECLARED).outcome is Outcome.PASSED


def test_without_a_word_in_the_profile_a_kept_copy_stays_as_it_is(suite: Suite) -> None:
    rotate(suite.toy)
    assert suite.run(STAYS).outcome is Outcome.FAILED


def test_a_session_that_ends_with_all_its_tokens_is_signed_out(suite: Suite) -> None:
    rotate(suite.toy)
    assert suite.run(ENDS, DECLARED).outcome is Outcome.PASSED


def test_a_session_whose_earlier_token_lives_on_is_not_signed_out(suite: Suite) -> None:
    rotate(suite.toy, keeps_the_old=True)
    assert suite.run(ENDS, DECLARED).outcome is Outcome.FAILED


def test_a_spoiled_token_is_presented_alone(suite: Suite) -> None:
    rotate(suite.toy, keeps_the_old=True)
    spoiled = f"""{KEPT}
  - visit: protected page
    expect: signed in
then:
  - present: {{session: copy, change: first half only}}
    expect: signed out
"""
    assert suite.run(spoiled, DECLARED).outcome is Outcome.PASSED


@pytest.mark.parametrize("key", ["token rotation", "login while signed in"])
def test_any_other_word_is_refused(key: str, tmp_path: Path) -> None:
    path = write_profile(tmp_path / "profile.yaml", "http://127.0.0.1", {key: "yes"})
    with pytest.raises(InputError, match=f"{key} is '.*', not 'yes'"):
        read_profile(path)


def test_a_login_of_who_is_signed_in_may_be_ignored(suite: Suite) -> None:
    scenario = "needs: [login while signed in]\nthen:\n  - log in: alice\n  - log in: bob\n"
    assert suite.run(scenario).outcome is Outcome.PASSED
    declared = {"login while signed in": "ignored"}
    assert suite.run(scenario, declared).outcome is Outcome.NOT_APPLICABLE
