"""Servers that break at text nobody types by accident, or take it for a query."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from posixpath import normpath
from typing import Any

from flask import Flask, request

from reference_impl.auth.auth import Auth
from reference_impl.auth.session_auth import SignedIn
from reference_impl.models.user import User

from .harness import WSGI, ReferenceSite, mutant
from .planting import (
    LOGIN,
    RememberingAuth,
    before,
    crash_if,
    credentials,
    everybody,
    login_accepts,
    text_in,
    user_called,
)

TYPED = re.compile(r"[A-Za-z0-9@.& -]*")  # what stands in the names and passwords of the suite


def crashing(field: str, breaks: Callable[[str], object]) -> Callable[[ReferenceSite], WSGI]:
    """Return a mutant whose login runs into an error when a field is of this kind."""

    def build(site: ReferenceSite) -> Flask:
        return before(site.app(), LOGIN, lambda: crash_if(breaks(text_in(credentials(), field))))

    return build


def odd(text: str) -> bool:
    return not TYPED.fullmatch(text)


mutant("ROBUST-1", "an odd character in a name is an error of the server")(crashing("email", odd))
mutant("ROBUST-1", "an odd character in a password is an error of the server")(
    crashing("password", odd)
)
mutant("ROBUST-1", "a name that is not ASCII is an error of the server")(
    crashing("email", lambda text: not text.isascii())
)
mutant("ROBUST-1", "a NUL in a password is an error of the server")(
    crashing("password", lambda text: "\0" in text)
)
mutant("ROBUST-2", "a name wider than its column is an error of the server")(
    crashing("email", lambda text: len(text) > 90)
)
mutant("ROBUST-2", "a password of more than 72 bytes is an error of the server")(
    crashing("password", lambda text: len(text.encode()) > 72)
)


def token() -> str:
    """Return what the request presents, as bytes in Latin-1 as WSGI has them."""
    return request.headers.get("Cookie", "").partition("=")[2]


@mutant("ROBUST-1", "an odd character in a token is an error of the server")
class CrashesOnOddTokens(Auth):
    def find(self, request: Any) -> SignedIn | None:
        crash_if(re.search(r"[^A-Za-z0-9_-]", token()))
        return super().find(request)


@mutant("ROBUST-1", "a token in base64 is an error of the server")
class CrashesOnUnpickling(Auth):
    def find(self, request: Any) -> SignedIn | None:
        crash_if(token().endswith("=") or token().startswith("gAS"))
        return super().find(request)


@mutant(
    "ROBUST-1",
    "a login with a broken cookie is an error of the server",
    also=["robustness/login-with-a-broken-cookie"],
)
def broken_cookie_stops_login(site: ReferenceSite) -> Flask:
    def hook() -> None:
        crash_if("Cookie" in request.headers and not re.fullmatch("[A-Za-z0-9_-]{43}", token()))

    return before(site.app(), LOGIN, hook)


@mutant("ROBUST-2", "a token wider than its column is an error of the server")
class CrashesOnLongTokens(Auth):
    def find(self, request: Any) -> SignedIn | None:
        crash_if(len(token()) > 255)
        return super().find(request)


# Queries: what a text does where it is put between quotes, a real database says


def matches(query: str, text: str) -> bool:
    """Return whether the query finds something with the text in the place of its TEXT."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE users (name TEXT, password TEXT)")
        database.execute("INSERT INTO users VALUES ('made up', 'made up')")
        return database.execute(query.replace("TEXT", text)).fetchone() is not None


SINGLE = "SELECT * FROM users WHERE name = 'TEXT'"
DOUBLE = 'SELECT * FROM users WHERE name = "TEXT"'


def quoted_once(text: str) -> bool:
    return matches(SINGLE, text)


def quoted_twice(text: str) -> bool:
    return matches(DOUBLE, text)


def wild(text: str) -> bool:
    return text == "%"


def operator(text: str) -> bool:
    """Say whether the text is an object that a document store takes for a condition."""
    return text.startswith('{"$')


def directory_filter(text: str) -> bool:
    return "*" in text and "(" in text


QUERIES = {
    "is put into a query in single quotes": quoted_once,
    "is put into a query in double quotes": quoted_twice,
    "is compared with LIKE": wild,
    "may be a condition of a document store": operator,
    "is put into a filter of a directory": directory_filter,
}


def finding(field: str, finds: Callable[[str], bool]) -> Callable[[ReferenceSite], WSGI]:
    """Return a mutant whose login accepts what makes its query find something."""

    def judge(fields: dict[str, Any]) -> User | None:
        if not finds(text_in(fields, field)):
            return None
        return user_called(fields["email"]) or everybody()[0]

    return lambda site: login_accepts(site.app(), judge)


def opening(finds: Callable[[str], bool]) -> type[Auth]:
    """Return an Auth that takes a token for good if it makes its query find something."""

    class Opening(RememberingAuth):
        def find(self, request: Any) -> SignedIn | None:
            return super().find(request) or (self.last if finds(token()) else None)

    return Opening


for how, finds in QUERIES.items():
    as_name, as_password, as_token = (
        mutant("ROBUST-3", f"the {what} {how}", also=[f"robustness/query-language-as-{what}"])
        for what in ("name", "password", "token")
    )
    as_name(finding("email", finds))
    as_password(finding("password", finds))
    as_token(opening(finds))


@mutant(
    "ROBUST-3",
    "the token is the name of a file",
    also=["robustness/query-language-as-token[other folder]"],
)
class TokenIsAFile(RememberingAuth):
    def find(self, request: Any) -> SignedIn | None:
        is_file = Path(normpath(f"/var/lib/site/sessions/{token()}")).is_file()
        return super().find(request) or (self.last if is_file else None)


@mutant(
    "ROBUST-3", "the token is a template", also=["robustness/query-language-as-token[template]"]
)
class TokenIsATemplate(Auth):
    def find(self, request: Any) -> SignedIn | None:
        crash_if("{{" in token())
        return super().find(request)


@mutant("ROBUST-3", "the token is a format", also=["robustness/query-language-as-token[format]"])
class TokenIsAFormat(Auth):
    def find(self, request: Any) -> SignedIn | None:
        assert token() % () is not None
        return super().find(request)
