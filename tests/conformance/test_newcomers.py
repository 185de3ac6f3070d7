from __future__ import annotations

import pytest
from toyserver import PASSWORDS
from toysuite import Suite

from conformance.model import Outcome, User
from conformance.newcomers import newcomers

REGISTER = {
    "register": {
        "send": "POST /register",
        "form": {"username": "{username}", "password": "{password}"},
        "success": {"status": "201"},
        "refused": {"status": "409"},
    }
}
ALICE = User("alice@example.com", "secret")


@pytest.mark.parametrize(
    ("word", "role", "name"),
    [
        ("a bob with the name of alice in the other case", "bob", "ALICE@EXAMPLE.COM"),
        ("a bob with the name of alice behind a space", "bob", " alice@example.com"),
        ("a bob with the name of alice in a wide letter", "bob", "\uff41lice@example.com"),
    ],
)
def test_a_look_alike_has_a_password_of_its_own(word: str, role: str, name: str) -> None:
    got, user = newcomers[word](ALICE)
    assert (got, user.username) == (role, name)
    assert user.password != ALICE.password


def test_a_name_without_a_letter_at_its_beginning_has_a_look_alike_too() -> None:
    _, user = newcomers["a bob with the name of alice in a wide letter"](User("1a", "secret"))
    assert user.username == "1\u200ba"


def test_a_long_password_has_64_characters() -> None:
    role, user = newcomers["an alice with a password of 64 characters"](ALICE)
    assert role == "alice"
    assert len(user.password) == 64
    assert user.username.startswith("alice-")
    assert user.username.endswith("@example.com")


def test_a_newcomer_plays_the_role_from_then_on(suite: Suite) -> None:
    steps = """
then:
  - register: an alice with a password of 64 characters
  - log in: alice
  - visit: protected page
    expect: signed in
"""
    assert suite.run(steps, REGISTER).outcome is Outcome.PASSED
    (name,) = set(suite.toy.passwords) - set(PASSWORDS)
    assert suite.toy.asked[1].form == {"username": name, "password": suite.toy.passwords[name]}


def test_a_newcomer_may_be_refused(suite: Suite) -> None:
    suite.toy.passwords["ALICE"] = "taken"
    steps = "then:\n  - register: a bob with the name of alice in the other case\n"
    assert suite.run(steps, REGISTER).outcome is Outcome.FAILED


def test_without_registration_nothing_is_tried(suite: Suite) -> None:
    steps = "then:\n  - register: an alice with a password of 64 characters\n"
    assert suite.run(steps).outcome is Outcome.NOT_TESTED
