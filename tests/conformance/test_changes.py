from __future__ import annotations

import random
import string

import pytest

from conformance.changes import carriers, credential_changes, token_changes
from conformance.model import User

CREDENTIALS = {
    "wrong password": ("ada", "yxxxxxxxxxx"),
    "password left out": ("ada", None),
    "empty password": ("ada", ""),
    "blank password": ("ada", " " * 11),
    "password with a space before": ("ada", " xLovelace42"),
    "password with a space after": ("ada", "xLovelace42 "),
    "password in the other case": ("ada", "XlOVELACE42"),
    "password without its last character": ("ada", "xLovelace4"),
    "password with one more character": ("ada", "xLovelace42x"),
    "password cut to 8 characters": ("ada", "xLovelacxxx"),
    "password before the change": ("ada", "aLovelace41"),
    "name left out": (None, "xLovelace42"),
    "empty name": ("", "xLovelace42"),
    "unknown name": ("nobody-ada", "xLovelace42"),
}
TOKENS = {
    "first character changed": "xBcx12",
    "middle character changed": "aBcy12",
    "letters in the other case": "AbCX12",
    "first half only": "aBc",
    "last character cut off": "aBcx1",
    "one character added": "aBcx12x",
    "written twice": "aBcx12aBcx12",
    "its hash in hexadecimal digits": (
        "e153cf00f254525a0668c468d3d6a437e3b466e94b15f6854760ef1ad2e37453"
    ),
    "its hash in base64": "4VPPAPJUUloGaMRo09akN-O0ZulLFfaFR2DvGtLjdFM",
}


TEXT_CHANGES = [word for word in token_changes.words if not word.startswith("JWT ")]


@pytest.mark.parametrize("change", credential_changes.words)
def test_credentials_are_spoiled_as_the_word_says(change: str) -> None:
    user = User("ada", "xLovelace42", former="aLovelace41")
    assert credential_changes[change](user) == CREDENTIALS[change]
    assert user == User("ada", "xLovelace42", former="aLovelace41")


@pytest.mark.parametrize("change", TEXT_CHANGES)
def test_a_token_is_spoiled_as_the_word_says(change: str) -> None:
    assert token_changes[change]("aBcx12") == TOKENS[change]


def test_every_change_is_tried() -> None:
    assert {*credential_changes.words} == {*CREDENTIALS}
    assert {*TEXT_CHANGES} == {*TOKENS}


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("change", credential_changes.words)
def test_changed_credentials_are_never_the_right_ones(change: str, seed: int) -> None:
    chance = random.Random(seed)
    letters = string.ascii_letters + string.digits + string.punctuation
    password = chance.choice(string.ascii_letters) + "".join(
        chance.choices(letters, k=chance.randrange(0, 20))
    )
    user = User("ada", password, former=f"old {password}")
    assert credential_changes[change](user) != ("ada", password)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("change", TEXT_CHANGES)
def test_a_changed_token_is_never_the_right_one(change: str, seed: int) -> None:
    chance = random.Random(seed)
    letters = string.ascii_letters + string.digits + "-_"
    token = chance.choice(string.ascii_letters) + "".join(
        chance.choices(letters, k=chance.randrange(0, 64))
    )
    assert token_changes[change](token) != token


@pytest.mark.parametrize("change", TEXT_CHANGES)
def test_an_empty_token_can_be_changed_without_harm(change: str) -> None:
    assert token_changes[change]("") in ("", "x")


@pytest.mark.parametrize("password", ["x", "xxxxxxxx", "12345678", "yyyyyyyyyyyy"])
def test_a_password_of_any_length_is_cut_and_lengthened(password: str) -> None:
    _, cut = credential_changes["password cut to 8 characters"](User("ada", password))
    assert cut is not None
    assert cut.startswith(password[:8])
    assert len(cut) == max(len(password), len(password[:8]) + 1)


def test_without_a_change_of_case_the_password_stays() -> None:
    change = credential_changes["password in the other case"]
    assert change(User("ada", "1234")) == ("ada", "1234")


@pytest.mark.parametrize("carrier", carriers.words)
def test_a_carrier_is_called_as_it_is_written(carrier: str) -> None:
    assert carriers[carrier]() == carrier


def test_the_carriers_are_these() -> None:
    assert [*carriers.words] == ["cookie", "query string", "form body", "header"]
