"""Asks for passwords: of the environment first, then of the person before the terminal."""

from __future__ import annotations

import getpass
import os
import re
import sys

from conformance.errors import UsageError
from conformance.init.drafts import Person
from conformance.model import User

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def person(role: str, username: str, variable: str) -> tuple[Person, User]:
    """Return a user with a password: from the environment variable, or asked for.

    Where it was asked for, this process gets it as that variable, as the profile reads it there.
    """
    name = variable or f"{role.upper()}_PASSWORD"
    if not _NAME.fullmatch(name):
        raise UsageError(f"'{name}' is not the name of an environment variable")
    password = os.environ.get(name) or _asked(username, name, is_named=bool(variable))
    os.environ[name] = password
    return Person(role, username, name), User(username, password)


def _asked(username: str, variable: str, *, is_named: bool) -> str:
    if is_named:
        raise UsageError(f"the environment variable {variable} is not set")
    if not _asks():
        raise UsageError(
            f"the password of {username or 'the user'} can't be asked for without a terminal: "
            f"set {variable}, or name another variable with --password-from-environment"
        )
    password = getpass.getpass(f"Password of {username or 'the user'} (it is not written down): ")
    if not password:
        raise UsageError(f"the password of {username} is empty")
    return password


def _asks() -> bool:
    """Say whether there is somebody who can be asked."""
    return sys.stdin is not None and sys.stdin.isatty()
