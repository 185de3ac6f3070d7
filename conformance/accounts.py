"""Which accounts a scenario may use, so that no two scenarios disturb each other."""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from pathlib import Path

from conformance.browser import Browser
from conformance.engine import Settings
from conformance.errors import Unrecognised
from conformance.expectations.registry import not_understood
from conformance.model import Profile, Scenario, User
from conformance.registration import fresh_name, registered


@contextmanager
def leased(
    scenario: Scenario, profile: Profile, settings: Settings
) -> Iterator[Mapping[str, User]]:
    """Yield the users that play the scenario's roles.

    A scenario that needs accounts of its own gets freshly registered ones, or else the profile's,
    which no other scenario uses meanwhile, in whatever thread or process. Where the target limits
    a user's sessions, every scenario needs accounts of its own, or one would end another's; and
    as there is one administrator, one scenario at a time acts as that.
    """
    roles = ["alice", "bob"] if "second user" in scenario.needs else ["alice"]
    needed = {"own account", "spare account"} & set(scenario.needs)
    alone = bool(needed) or profile.session_limit is not None
    administrator = {role: user for role, user in profile.users.items() if role == "admin"}
    users = {role: profile.users[role] for role in roles if role in profile.users}
    if alone and profile.register:
        users = {}
    acting = administrator if alone and _acts_as_administrator(scenario) else {}
    with ExitStack() as locks:
        for _, user in sorted((users | acting).items()):
            locks.enter_context(_locked(profile, user, alone=alone))
        missing = [role for role in roles if role not in users] if profile.register else []
        yield administrator | users | {role: register(role, profile, settings) for role in missing}


def _acts_as_administrator(scenario: Scenario) -> bool:
    return any("administrator" in need for need in scenario.needs)


def register(role: str, profile: Profile, settings: Settings) -> User:
    """Register a user that nobody else knows; raises Unrecognised when the target refuses."""
    model = profile.users.get(role, profile.users["alice"])
    user = User(fresh_name(model.username), model.password)
    browser = Browser(
        profile.base_url,
        wire=settings.wire,
        clock=settings.clock,
    )
    if profile.register is None:
        raise Unrecognised("the profile has no 'register' action")
    refusal = registered(user, profile, browser)
    if refusal:
        message = f"no new account could be registered ({profile.register.place})"
        raise not_understood(refusal, message)
    return user


@contextmanager
def _locked(profile: Profile, user: User, *, alone: bool) -> Iterator[None]:
    """Hold an account: alone, or together with all who don't need it alone."""
    with _lock_file(profile, user).open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield  # closing the file releases the lock


def _lock_file(profile: Profile, user: User) -> Path:
    return _file_in(Path(tempfile.gettempdir()), profile.base_url, user.username)


@lru_cache(maxsize=256)  # most scenarios take the same one
def _file_in(temporary: Path, base_url: str, username: str) -> Path:
    name = hashlib.sha256(f"{base_url}\n{username}".encode()).hexdigest()
    folder = temporary / f"session-conformance-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{name[:16]}.lock"
