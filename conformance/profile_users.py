"""Reads the accounts of a profile, whose passwords may stand elsewhere."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from conformance.model import User
from conformance.signs import placeholders
from conformance.yamltree import Node, shown_as

_ELSEWHERE = ("password from environment", "password from file")
_PASSWORD = ("password", *_ELSEWHERE)
_NAMING = ("log in", "protected page", "list sessions")


def read_users(fields: Mapping[str, Node]) -> dict[str, User]:
    """Return the users by their roles; they need a name where the profile sends or shows it."""
    node = fields["users"]
    users = node.fields("users", ("alice", "bob", "admin"), required=("alice",))
    need = next((key for key in _NAMING if key in fields and _is_named_in(fields[key])), "")
    return {role: _user(role, user, need) for role, user in users.items()}


def _is_named_in(node: Node) -> bool:
    return "username" in placeholders(node.plain())


def _user(role: str, node: Node, need: str) -> User:
    fields = node.fields(role, ("username", *_PASSWORD))
    if sum(key in fields for key in _PASSWORD) != 1:
        raise node.error(f"a user has one of: {', '.join(_PASSWORD)}")
    if need and "username" not in fields:
        raise node.error(f"{role} lacks the key 'username', which '{need}' asks for")
    username = _as_it_stands(fields["username"], "username") if "username" in fields else ""
    return User(username, _password(fields))


def _password(fields: Mapping[str, Node]) -> str:
    if "password" in fields:
        return _as_it_stands(fields["password"], "password")
    if "password from file" in fields:
        return from_file(fields["password from file"])
    return from_environment(fields["password from environment"], "password from environment")


def from_environment(node: Node, what: str = "from environment") -> str:
    """Return what the environment variable that is named here holds; it must not be empty."""
    value = os.environ.get(node.filled_text(what))
    if not value:
        raise node.error(f"the environment variable {node.value} is not set")
    return value


def from_file(node: Node) -> str:
    """Return the text of a file, named from the profile's folder, without its last line's end."""
    path = Path(node.place.path).parent / node.filled_text("a file")
    try:
        value = path.read_text(encoding="utf-8").removesuffix("\n").removesuffix("\r")
    except (OSError, UnicodeDecodeError):
        raise node.error(f"{shown_as(path)} can't be read as UTF-8 text") from None
    if not value.strip():
        raise node.error(f"{shown_as(path)} is empty")
    return value


def _as_it_stands(node: Node, what: str) -> str:
    node.filled_text(what)  # refuses a blank one
    return node.text(what)  # with the spaces around it, which belong to it
