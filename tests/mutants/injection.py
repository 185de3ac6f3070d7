"""Logins that take other things than texts, and answers that hold what they should not."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, unquote

from flask import Response, g, request
from variants import VariantSite
from variants.server import Server, Visit

from reference_impl.models.user import User

from .harness import WSGI, ReferenceSite, mutant
from .planting import LOGIN, before, crash_if, everybody, login_accepts, signed_in_as, user_called

PATH, PAGE = "/api/v1/auth_session/login", "/api/v1/users/me"
Environ = dict[str, Any]
KINDS = {"a list": list, "an object": dict, "a number": int, "true": bool, "null": type(None)}


# --- other shapes ---------------------------------------------------------------------------------


def is_a(kind: type, fields: dict[str, Any], name: str) -> bool:
    return name in fields and type(fields[name]) is kind


def password_of_kind(kind: type) -> Callable[[ReferenceSite], WSGI]:
    def judge(fields: dict[str, Any]) -> User | None:
        return user_called(fields.get("email")) if is_a(kind, fields, "password") else None

    return lambda site: login_accepts(site.app(), judge)


def name_of_kind(kind: type) -> Callable[[ReferenceSite], WSGI]:
    def judge(fields: dict[str, Any]) -> User | None:
        return everybody()[0] if is_a(kind, fields, "email") else None

    return lambda site: login_accepts(site.app(), judge)


for what, kind in KINDS.items():
    mutant("ROBUST-4", f"{what} as a password is equal to any")(password_of_kind(kind))
    mutant("ROBUST-4", f"{what} as a name is equal to any")(name_of_kind(kind))


class Bracketed(Server):
    """Takes a field with brackets for a condition that every account meets."""

    field = ""

    def log_in(self, visit: Visit) -> Any:
        if any(name.startswith(f"{self.field}[") for name in visit.request.form):
            name = visit.fields.get("username", "")
            account = self.store.accounts.get(name) or next(iter(self.store.accounts.values()))
            visit.given = self.sessions.start(account)
            return self.answers.logged_in(visit.given)
        return super().log_in(visit)


@mutant("ROBUST-4", "a password in brackets is equal to any", on="html")
class BracketedPassword(Bracketed):
    field = "password"


@mutant("ROBUST-4", "a name in brackets is equal to any", on="html")
class BracketedName(Bracketed):
    field = "username"


def by_two_names(checked: int, used: int) -> Callable[[ReferenceSite], WSGI]:
    """Return a mutant that checks the password of one name and signs in another."""

    def hook() -> Response | None:
        pairs = json.loads(request.get_data(), object_pairs_hook=lambda pairs: pairs)
        names = [value for name, value in pairs if name == "email"]
        if len(names) != 2:
            return None
        user, password = user_called(names[checked]), dict(pairs)["password"]
        if not user or not g.auth._hasher.verify(user.password_hash, password):
            return None
        meant = user_called(names[used])
        return signed_in_as(meant) if meant else None

    return lambda site: before(site.app(), LOGIN, hook)


mutant("ROBUST-4", "the first name is checked and the last one is signed in")(by_two_names(0, -1))
mutant("ROBUST-4", "the last name is checked and the first one is signed in")(by_two_names(-1, 0))


def crashing(breaks: Callable[[str, str], object]) -> Callable[[ReferenceSite], WSGI]:
    """Return a mutant that runs into an error at a body of a kind, for a field of a kind."""

    def hook() -> None:
        body = request.get_data().decode("utf-8", "surrogateescape")
        fields = json.loads(body)
        crash_if(any(breaks(name, str(fields.get(name))) for name in ("email", "password")))

    return lambda site: before(site.app(), LOGIN, hook)


for name in ("email", "password"):
    mutant("ROBUST-1", f"bytes that are no text in the {name} are an error of the server")(
        crashing(lambda field, text, name=name: field == name and "\udcff" in text)
    )
    mutant("ROBUST-1", f"half a character in the {name} is an error of the server")(
        crashing(lambda field, text, name=name: field == name and "\ud800" in text)
    )


# --- other ways of sending ------------------------------------------------------------------------


def around(wrap: Callable[[WSGI, Environ, bytes, Any], Any]) -> Callable[[Any], WSGI]:
    """Return a mutant that does something before or after the app sees a request."""

    def build(site: ReferenceSite | VariantSite) -> WSGI:
        app = site.app()

        def answer(environ: Environ, start_response: Any) -> Any:
            body = environ["wsgi.input"].read()
            environ["wsgi.input"] = io.BytesIO(body)
            return wrap(app, environ, body, start_response)

        return answer

    return build


def is_login(environ: Environ) -> bool:
    return bool(environ["PATH_INFO"] == PATH)


@mutant("ROBUST-6", "the login takes any method")
@around
def any_method(app: WSGI, environ: Environ, _: bytes, start_response: Any) -> Any:
    if is_login(environ):
        environ["REQUEST_METHOD"] = "POST"
    return app(environ, start_response)


@mutant("ROBUST-6", "the login takes any content type")
@around
def any_type(app: WSGI, environ: Environ, _: bytes, start_response: Any) -> Any:
    if is_login(environ):
        environ["CONTENT_TYPE"] = "application/json"
    return app(environ, start_response)


def failing(start_response: Any, body: bytes = b"") -> list[bytes]:
    start_response("500 Internal Server Error", [("Content-Type", "text/html")])
    return [body]


@mutant("ROBUST-6", "a body that can't be read is an error of the server")
@around
def unread_body(app: WSGI, environ: Environ, body: bytes, start_response: Any) -> Any:
    try:
        if is_login(environ):
            json.loads(body)
    except (ValueError, RecursionError):
        return failing(start_response)
    return app(environ, start_response)


@mutant("ROBUST-2", "a long request is an error of the server", also=["robustness/too-much"])
@around
def too_long(app: WSGI, environ: Environ, body: bytes, start_response: Any) -> Any:
    longest = max(len(body), len(environ["QUERY_STRING"]), len(environ.get("HTTP_X_LONG", "")))
    return failing(start_response) if longest > 50_000 else app(environ, start_response)


# --- headers --------------------------------------------------------------------------------------


def with_header(app: WSGI, environ: Environ, start_response: Any, name: str, text: str) -> Any:
    """Let the app answer, with a header more that nobody has looked at."""

    def started(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        return start_response(status, [*headers, (name, text)], *more)

    return app(environ, started)


@mutant("ROBUST-5", "the name of who tried last is a header")
@around
def name_in_a_header(app: WSGI, environ: Environ, body: bytes, start_response: Any) -> Any:
    if not is_login(environ):
        return app(environ, start_response)
    name = str(json.loads(body).get("email", ""))
    low_bytes = "".join(chr(ord(one) & 0xFF) for one in name)
    return with_header(app, environ, start_response, "X-User", low_bytes)


@mutant("ROBUST-5", "the page that was asked for is a header")
@around
def page_in_a_header(app: WSGI, environ: Environ, _: bytes, start_response: Any) -> Any:
    return with_header(app, environ, start_response, "X-Page", unquote(environ["RAW_URI"]))


@mutant(
    "ROBUST-5",
    "the address to return to is a header",
    also=["robustness/header-in-a-return-address"],
)
@around
def address_in_a_header(app: WSGI, environ: Environ, _: bytes, start_response: Any) -> Any:
    if not is_login(environ):
        return app(environ, start_response)
    return with_header(app, environ, start_response, "X-Return", address(environ, "next"))


def address(environ: Environ, name: str) -> str:
    return parse_qs(environ["QUERY_STRING"]).get(name, [""])[0]


# --- redirects ------------------------------------------------------------------------------------


def leading(parameter: str, allowed: Callable[[str], object]) -> Callable[[Any], WSGI]:
    """Return a mutant that leads to an address after the login, if it looks allowed."""

    @around
    def lead(app: WSGI, environ: Environ, _: bytes, start_response: Any) -> Any:
        wanted = address(environ, parameter)

        def started(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            if wanted and status.startswith("302") and allowed(wanted):
                headers = [pair for pair in headers if pair[0] != "Location"]
                headers.append(("Location", wanted))
            return start_response(status, headers, *more)

        return app(environ, started)

    return lead


LEADING: dict[str, tuple[str, Callable[[str], object]]] = {
    "whatever `next` says": ("next", lambda _: True),
    "`url`, if it begins with a slash": ("url", lambda text: text.startswith("/")),
    "`return_to`, if it has no two slashes": ("return_to", lambda text: "//" not in text),
    "`redirect`, if it begins like this site": (
        "redirect",
        lambda text: text.startswith("https://127.0.0.1"),
    ),
}
for what, (parameter, allowed) in LEADING.items():
    mutant("ROBUST-7", f"the login leads to {what}", on="html")(leading(parameter, allowed))


# --- the inside -----------------------------------------------------------------------------------

TRACE = b"<pre>Traceback (most recent call last):\n  File ...\nValueError: no</pre>"


def telling(breaks: Callable[[Environ, bytes], object]) -> Callable[[Any], WSGI]:
    """Return a mutant that shows a stack trace for some requests."""

    @around
    def tell(app: WSGI, environ: Environ, body: bytes, start_response: Any) -> Any:
        if breaks(environ, body):
            return failing(start_response, TRACE)
        return app(environ, start_response)

    return tell


def is_broken(environ: Environ, body: bytes) -> bool:
    try:
        return is_login(environ) and bool(body) and not json.loads(body)
    except (ValueError, RecursionError):
        return True


TELLING: dict[str, Callable[[Environ, bytes], object]] = {
    "another method": lambda environ, _: is_login(environ) and environ["REQUEST_METHOD"] != "POST",
    "another content type": lambda environ, _: "xml" in environ.get("CONTENT_TYPE", ""),
    "a broken body": is_broken,
    "an odd name": lambda _, body: re.search(rb"""'|\\u0000|\{\{""", body),
    "an odd token": lambda environ, _: re.search(r"['.]|gAS", environ.get("HTTP_COOKIE", "")),
    "an odd path": lambda environ, _: re.search("%00|%FF", environ["RAW_URI"]),
    "an unknown page": lambda environ, _: environ["RAW_URI"] == f"{PAGE}-and-more",
}
for what, breaks in TELLING.items():
    mutant("ROBUST-8", f"{what} shows a stack trace")(telling(breaks))
