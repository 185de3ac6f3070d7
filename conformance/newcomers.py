"""Accounts that somebody may want to register beside those that are there."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TypeAlias

from conformance.model import User
from conformance.words import Words

# Gets alice; returns the newcomer's role from now on, and the account to register.
Newcomer: TypeAlias = Callable[[User], "tuple[str, User]"]

newcomers: Words[Newcomer] = Words("newcomer")

_LONG = 64
_WIDE = ord("\N{FULLWIDTH LATIN SMALL LETTER A}") - ord("a")


@newcomers("an alice with a password of 64 characters")
def _long_password(alice: User) -> tuple[str, User]:
    """A new account that plays alice, with a password of 64 letters, digits and signs."""
    name, at, domain = alice.username.partition("@")
    password = secrets.token_urlsafe(_LONG)[: _LONG - 4] + "aA7!"
    return "alice", User(f"{name}-{secrets.token_hex(4)}{at}{domain}", password)


@newcomers("a bob with the name of alice in the other case")
def _other_case(alice: User) -> tuple[str, User]:
    """An account that plays bob: alice's name in the other case, and another password."""
    return "bob", _with_name(alice, alice.username.swapcase())


@newcomers("a bob with the name of alice behind a space")
def _space(alice: User) -> tuple[str, User]:
    """An account that plays bob: alice's name with a space before it, and another password."""
    return "bob", _with_name(alice, f" {alice.username}")


@newcomers("a bob with the name of alice in a wide letter")
def _wide_letter(alice: User) -> tuple[str, User]:
    """An account that plays bob: alice's name with a full-width first letter."""
    first = alice.username[0].lower()
    wide = chr(ord(first) + _WIDE) if "a" <= first <= "z" else f"{first}\N{ZERO WIDTH SPACE}"
    return "bob", _with_name(alice, wide + alice.username[1:])


def _with_name(alice: User, name: str) -> User:
    return User(name, f"{alice.password}-{secrets.token_hex(6)}")
