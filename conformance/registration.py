"""Registers accounts at a target by the profile's action `register`."""

from __future__ import annotations

import secrets

from conformance.actions import Performer
from conformance.browser import Browser
from conformance.model import Exchange, Profile, User


def fresh_name(username: str) -> str:
    """Return a name like this one that was never used; an e-mail address keeps its domain."""
    local, at, domain = username.partition("@")
    return f"{local}-{secrets.token_hex(6)}{at}{domain}"


def registered(user: User, profile: Profile, browser: Browser) -> Exchange | None:
    """Register the user; return the last answer if the target did not accept it."""
    if profile.register is None:
        raise ValueError("this profile can't register anybody")
    values: dict[str, str | None] = {"username": user.username, "password": user.password}
    answer, exchanges = Performer(profile, browser, values).perform(profile.register)
    return None if answer == "accepted" else exchanges[-1]
