"""A clock that a test moves, a browser that hides nothing, and a server made of both."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from flask import Flask
from werkzeug.http import parse_cookie
from werkzeug.test import TestResponse

from reference_impl.app import create_app
from reference_impl.models.database import Database
from reference_impl.models.user import Users
from reference_impl.passwords import Hasher
from reference_impl.settings import Settings

from .stores import Store

API = "/api/v1"
CHEAP = "pbkdf2:sha256:1"
ALICE = {"email": "alice@example.com", "password": "correct horse battery staple"}
ROOT = {"email": "root@example.com", "password": "the password of administrators"}
BOB = {"email": "bob@example.com", "password": "a different long password"}


class FakeClock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 29, 0, 30, tzinfo=timezone.utc)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(milliseconds=round(seconds * 1000))


@dataclass
class Browser:
    """Sends the token it was last given, or what a test puts in its place."""

    app: Flask
    token: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    address: str = "192.0.2.1"

    def send(
        self, method: str, path: str, cookie: str | None = None, **how: object
    ) -> TestResponse:
        headers = dict(self.headers) | dict(how.pop("headers", {}))  # type: ignore[call-overload]
        if cookie is None and self.token is not None:
            cookie = f"{self.cookie_name}={self.token}"
        if cookie is not None:
            headers["Cookie"] = cookie
        how.setdefault("environ_overrides", {"REMOTE_ADDR": self.address})
        client = self.app.test_client(use_cookies=False)
        response = client.open(API + path, method=method, headers=headers, **how)
        for header in response.headers.getlist("Set-Cookie"):
            self.token = parse_cookie(header.split(";")[0]).get(self.cookie_name) or None
        return response

    def log_in(self, user: dict[str, str] = ALICE) -> TestResponse:
        return self.send("POST", "/auth_session/login", json=user)

    def me(self, cookie: str | None = None) -> int:
        return self.send("GET", "/users/me", cookie).status_code

    @property
    def cookie_name(self) -> str:
        name: str = self.app.extensions["auth"].cookie_name
        return name


@dataclass
class World:
    """A server with its database and clock, and as many browsers as a test wants."""

    app: Flask
    clock: FakeClock
    database: Database
    store: Store

    def browser(self, token: str | None = None, address: str = "192.0.2.1") -> Browser:
        return Browser(self.app, token, address=address)

    def signed_in(self, user: dict[str, str] = ALICE, address: str = "192.0.2.1") -> Browser:
        browser = self.browser(address=address)
        assert browser.log_in(user).status_code == 200
        return browser

    def add(self, user: dict[str, str]) -> None:
        """Add an account as the command line does."""
        password_hash = Hasher(CHEAP).hash(user["password"])
        Users(self.database).add(user["email"], password_hash, self.clock())

    def rows(self, table: str) -> int:
        return self.store.rows(table)

    def take_database_away(self) -> None:
        self.store.take_away()

    def bring_database_back(self) -> None:
        self.store.bring_back()


def make_world(store: Store, environment: dict[str, str], **parts: object) -> World:
    """Make a server on a store that was filled with Alice and Bob."""
    defaults = {
        "DATABASE_URL": store.url.render_as_string(hide_password=False),
        "PASSWORD_METHOD": CHEAP,
    }
    settings = Settings.from_environment(defaults | environment)
    clock, database = FakeClock(), Database(settings.database_url)
    app = create_app(settings, clock=clock, database=database, **parts)  # type: ignore[arg-type]
    return World(app, clock, database, store)


def add_users(database: Database) -> None:
    """Add Alice and Bob."""
    hasher = Hasher(CHEAP)
    for user in (ALICE, BOB):
        Users(database).add(user["email"], hasher.hash(user["password"]), FakeClock().now)


def error_of(response: TestResponse) -> str:
    body = json.loads(response.get_data())
    assert list(body) == ["error"]
    message: str = body["error"]
    return message
