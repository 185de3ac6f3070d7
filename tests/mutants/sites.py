"""What servers are built from: the reference or the classic exercise, on a clock of our own."""

from __future__ import annotations

import importlib.util
import os
import sqlite3
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest import mock

from flask import Flask
from sqlalchemy.engine import make_url

from conformance.data import folder, profile_path
from conformance.model import Command, Profile, SharedStore, User
from conformance.profiles import read_profile
from reference_impl.app import create_app
from reference_impl.clock import EPOCH, MILLISECOND
from reference_impl.models.database import Database
from reference_impl.models.migrations import migrate
from reference_impl.models.user import Users
from reference_impl.passwords import Hasher
from reference_impl.settings import Settings

from .clock import Clock
from .serving import WSGI, Handler

CHEAP = "pbkdf2:sha256:1"
BEGINNING = EPOCH + timedelta(days=20_000)
TARGETS = folder("targets")


class Site:
    """One server's clock, folder and profile; `kept` is for mutants and outlives restarts."""

    handler = Handler  # of its connections

    def __init__(self, clock: Clock, folder: Path, profile: Profile) -> None:
        self.clock, self.folder, self.profile = clock, folder, profile
        self.kept: dict[Any, Any] = {}
        self.number, self.ahead = 1, 0.0  # of the node, and by how much its clock is ahead
        self.family = [self]  # the sites of all nodes, which share files and `kept`
        self.at_stop: list[Callable[[], None]] = []  # what the app does when it may end in order

    @property
    def environment(self) -> dict[str, str]:
        """The settings that the profile starts its server with."""
        given = self.profile.launch.environment if self.profile.launch else {}
        return {name: value.replace("{scratch}", str(self.folder)) for name, value in given.items()}

    def app(self) -> WSGI:
        """Return the control's app."""
        raise NotImplementedError

    def become_node(self, ahead: float) -> None:
        """Be the site of another node, where this is a copy of the first one."""
        self.family.append(self)
        self.number, self.ahead, self.at_stop = len(self.family), ahead, []

    def finish(self) -> None:
        """Do what the app does before it ends in order."""
        for one in self.at_stop:
            one()

    def close(self) -> None:
        """Release what the app holds."""

    # --- the store ------------------------------------------------------------------------------

    store_name = "sessions.db"

    def let_go(self) -> None:
        """Close the files of the store; the app opens them again when it needs them."""

    def files(self) -> list[Path]:
        """Return the files of the store."""
        return sorted(self.folder.glob(f"{self.store_name}*"))

    def dump(self) -> bytes:
        """Return all that the store holds, as SQL."""
        with closing(sqlite3.connect(self.folder / self.store_name)) as connection:
            return "\n".join(connection.iterdump()).encode()


class ReferenceSite(Site):
    """The reference; each start opens the same database file."""

    def __init__(self, clock: Clock, folder: Path, profile: Profile) -> None:
        super().__init__(clock, folder, profile)
        (folder / "sessions.db").write_bytes(_database_with(tuple(profile.users.values())))
        self.database: Database | None = None

    def app(self, environment: Mapping[str, str] | None = None, **parts: Any) -> Flask:
        """Return the reference with other settings or parts than the control's."""
        known = {**self.environment, "PASSWORD_METHOD": CHEAP, **(environment or {})}
        settings = Settings.from_environment(known)
        self.close()
        self.database = Database(settings.database_url)
        parts.setdefault("clock", self.now)
        return create_app(settings, **{"database": self.database, **parts})

    def now(self) -> datetime:
        """Return what the clock of this node shows."""
        return BEGINNING + round((self.clock() + self.ahead) * 1000) * MILLISECOND

    def become_node(self, ahead: float) -> None:
        super().become_node(ahead)
        self.database = None

    def close(self) -> None:
        """Close the database."""
        if self.database:
            self.database.close()

    let_go = close


@cache
def _database_with(users: tuple[User, ...]) -> bytes:
    """Return a database file with these users, made once for all servers."""
    with TemporaryDirectory() as folder:
        file, hasher = Path(folder) / "users.db", Hasher(CHEAP)
        database = Database(make_url(f"sqlite:///{file}"))
        migrate(database)
        for user in users:
            Users(database).add(user.username, hasher.hash(user.password), BEGINNING)
        database.close()
        return file.read_bytes()


class ClassicSite(Site):
    """The classic exercise; `server` and `stores` are copies of its modules for this site alone.

    A mutant may change any name in them, views and stores alike, before it calls `app`.
    """

    server: ModuleType
    stores: ModuleType

    def app(self, environment: Mapping[str, str] | None = None) -> Flask:
        """Return the server with other settings than the control's."""
        with mock.patch.dict(os.environ, {**self.environment, **(environment or {})}):
            app: Flask = self.server.create_app()
        self._add_users()
        return app

    def load(self) -> None:
        """Load the modules afresh, on the site's clock."""
        self.stores = _copy_of(TARGETS / "classic" / "stores.py")
        beginning = BEGINNING.timestamp()
        self.stores.time = SimpleNamespace(time=lambda: beginning + self.clock())  # type: ignore[attr-defined]
        with mock.patch.dict(sys.modules, {"stores": self.stores}):
            self.server = _copy_of(TARGETS / "classic" / "server.py")

        def cheaply(password: str) -> str:
            return generate(password, CHEAP)

        generate = self.server.generate_password_hash
        self.server.generate_password_hash = cheaply  # type: ignore[attr-defined]

    def _add_users(self) -> None:
        users = self.stores.Users(self.stores.Database(self.environment["DATABASE"]))
        for user in self.profile.users.values():  # those who are there already stay as they are
            hashed = self.server.generate_password_hash(user.password)
            users.add(user.username, hashed, None, None)


def _copy_of(file: Path) -> ModuleType:
    """Return a new copy of a module that nobody else holds."""
    spec = importlib.util.spec_from_file_location(f"copy_of_{file.stem}", file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    with mock.patch.dict(sys.modules, {spec.name: module}):  # dataclasses look there
        spec.loader.exec_module(module)
    return module


@dataclass(frozen=True)
class Control:
    """A right server that mutants are made from, and the profile that describes it."""

    target: str
    site: type[Site]
    cookie: str = ""  # instead of the profile's
    pattern: str = ""  # what the profile says instead of a name
    ahead: float = 0.0  # seconds, of the other node's clock

    @property
    def profile(self) -> Profile:
        """The profile, without any known failures: here a failure is a failure."""
        profile = replace(_profile(self.target), known_failures={})
        if self.cookie:
            profile = _renamed(profile, self.cookie)
        if self.pattern:
            profile = replace(profile, session_cookies=(self.pattern,), cookie_patterns=True)
        if self.ahead:
            nodes = tuple(replace(one, clock_ahead=self.ahead) for one in profile.nodes)
            timeouts = replace(profile.timeouts, skew=self.ahead)
            profile = replace(profile, nodes=nodes, timeouts=timeouts)
        if issubclass(self.site, ReferenceSite):
            profile = replace(profile, store=_in_this_process(profile))
        return profile


def _in_this_process(profile: Profile) -> SharedStore:
    """Return a store that can be taken away, as `nodes.SharedFile` can be."""
    command = Command(("in this process",), profile.place)
    return SharedStore("", dump=command, take_away=command, bring_back=command)


def _renamed(profile: Profile, cookie: str) -> Profile:
    """Return the profile of a server that calls its session cookie differently."""
    assert profile.launch
    environment = {**profile.launch.environment, "SESSION_NAME": cookie}
    launch = replace(profile.launch, environment=environment)
    return replace(profile, session_cookies=(cookie,), launch=launch)


@cache
def _profile(target: str) -> Profile:
    return read_profile(profile_path(target))


CONTROLS = {
    "sqlite": Control("reference", ReferenceSite),
    "memory": Control("reference/memory", ReferenceSite),
    "https": Control("reference/https", ReferenceSite),
    # A name without prefix, whose attributes browsers do not insist on.
    "plain name": Control("reference", ReferenceSite, cookie="sid"),
    "https, plain name": Control("reference/https", ReferenceSite, cookie="sid"),
    "https, any name": Control(
        "reference/https", ReferenceSite, cookie="__Host-sid", pattern="(__Host-)?sid"
    ),
    "clocks apart": Control("reference", ReferenceSite, ahead=0.8),
    "classic": Control("classic", ClassicSite),
    "classic memory": Control("classic/memory", ClassicSite),
}

# What the names begin with of the scenarios that a control is held to, if not to all. The exercise
# breaks rules of other areas, by contract; a plain name over https breaks one of cookies.
OWN_AREA = {
    "classic": "contract/classic",
    "classic memory": "contract/classic",
    "clocks apart": "db_sessions",
    "plain name": "cookies",
    "https, plain name": "cookies/secure",
    "https, any name": "cookies",
}

Build = Callable[[Any], WSGI]


def unchanged(site: Site) -> WSGI:
    """Build the control itself."""
    return site.app()
