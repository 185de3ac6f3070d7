"""Servers that answer everything alike, or at random, or not at all: none may pass anything.

They take what profiles look for into their one answer: cookies, names, forms, error texts.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NoReturn

from conformance.model import Profile

from .serving import WSGI, NoAnswer
from .sites import Control

COOKIE = "{}=5f2b8c1d9e7a4f6b8c1d9e7a4f6b8c1d9e7a4f6b8c1; Path=/; Secure; HttpOnly; SameSite=Lax"
PAGE = """<!doctype html><title>Welcome</title><p>Signed in as alice
<form method=post><input name=csrfmiddlewaretoken value=abcdefghijklmnop>
<p>Please enter a correct username and password. Your username and password didn't match.</form>
"""
FORM = PAGE.replace("<p>Signed in as alice", "")
USER = json.dumps({"id": "1", "email": "alice@example.com", "created_at": "2026-01-01T00:00:00Z"})
NOISE = "abcdefghijklmnopqrstuvwxyz <>{}:&\n"
LOGIN_PAGE = "/accounts/login/"
PATIENCE = 10.0  # seconds that an answer is waited for
TARGETS = ("reference", "django", "classic")

Cookies = tuple[str, ...]


@dataclass(frozen=True)
class Same:
    """A server that gives one answer to everything."""

    status: str
    body: str = ""
    location: str = ""
    cookie: bool = False
    patience: ClassVar[float] = PATIENCE

    def app(self, names: Cookies) -> WSGI:
        """Return the server as an app; `names` are those of the profile's session cookies."""
        kind = "application/json" if self.body.startswith("{") else "text/html"
        headers = [("Content-Type", kind)]
        headers += [("Location", self.location)] if self.location else []
        headers += [("Set-Cookie", COOKIE.format(name)) for name in names if self.cookie]

        def answer(_: dict[str, Any], start_response: Any) -> list[bytes]:
            start_response(self.status, headers)
            return [self.body.encode()]

        return answer


@dataclass(frozen=True)
class Silent:
    """A server that takes every request, and closes the connection or keeps it open."""

    hang: bool

    @property
    def patience(self) -> float:
        """How many seconds an answer that never comes is waited for."""
        return 0.01 if self.hang else PATIENCE

    def app(self, _: Cookies) -> WSGI:
        """Return the server as an app."""

        def answer(*_: Any) -> NoReturn:
            raise NoAnswer(hang=self.hang)

        return answer


@dataclass(frozen=True)
class Random:
    """A server that gives any status and any text."""

    seed: int
    patience: ClassVar[float] = PATIENCE

    def app(self, names: Cookies) -> WSGI:
        """Return the server as an app; its answers are the same in every run."""
        dice = random.Random(self.seed)

        def answer(_: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
            headers = [("Location", f"/{dice.randrange(100)}")] * dice.randrange(2)
            token = f"{dice.getrandbits(256):x}; Path=/"
            planted = names * dice.randrange(2)
            headers += [("Set-Cookie", f"{name}={token}") for name in planted]
            start_response(f"{dice.randrange(200, 600)} Whatever", headers)
            return ["".join(dice.choices(NOISE, k=dice.randrange(200))).encode()]

        return answer


Null = Same | Silent | Random

NULLS: dict[str, Null] = {
    "200, empty": Same("200 OK"),
    "200, a user as JSON": Same("200 OK", USER),
    "200, a user as JSON and a cookie": Same("200 OK", USER, cookie=True),
    "200, an empty object": Same("200 OK", "{}"),
    "200, a private page": Same("200 OK", PAGE),
    "200, a private page and a cookie": Same("200 OK", PAGE, cookie=True),
    "200, a login page and a cookie": Same("200 OK", FORM, cookie=True),
    "204": Same("204 No Content"),
    "301 to a login page": Same("301 Moved Permanently", FORM, LOGIN_PAGE),
    "301 to a private page, with a cookie": Same(
        "301 Moved Permanently", FORM, "/private/", cookie=True
    ),
    "302 to a login page": Same("302 Found", FORM, LOGIN_PAGE),
    "302 to a login page, with a cookie": Same("302 Found", FORM, LOGIN_PAGE, cookie=True),
    "302 to a private page, with a cookie": Same("302 Found", FORM, "/private/", cookie=True),
    "401": Same("401 Unauthorized", '{"error": "unauthorized"}'),
    "401, with a cookie": Same("401 Unauthorized", '{"error": "Unauthorized"}', cookie=True),
    "403": Same("403 Forbidden", '{"error": "Forbidden"}'),
    "404": Same("404 Not Found", '{"error": "Not found"}'),
    "500": Same("500 Internal Server Error", FORM),
    "empty: closes the connection": Silent(hang=False),
    "hang: never answers": Silent(hang=True),
    "random 1": Random(1),
    "random 2": Random(2),
    "random 3": Random(3),
}


class NullControl(Control):
    """A profile that registers nobody, since no null target would."""

    @property
    def profile(self) -> Profile:
        """The profile of a server whose accounts are all there already."""
        return replace(super().profile, register=None, session_limit=None)
