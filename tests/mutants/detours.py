"""Guards that know one method and one spelling of a page, and routers that know more."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Callable
from posixpath import normpath, splitext
from typing import Any
from urllib.parse import unquote

from flask import Flask, Response

from reference_impl.auth.auth import Auth
from reference_impl.auth.session_auth import SignedIn
from reference_impl.models.user import normalise_email

from .harness import WSGI, ReferenceSite, mutant
from .planting import ME, RememberingAuth, after

PAGE, LOGIN = "/api/v1/users/me", "/api/v1/auth_session/login"

Opens = Callable[[dict[str, Any]], bool]


def unguarded(opens: Opens) -> Callable[[ReferenceSite], WSGI]:
    """Return a mutant that shows the page of who came last to whoever asks in that way."""

    def build(site: ReferenceSite) -> WSGI:
        app = site.app(auth=RememberingAuth)

        def answer(environ: dict[str, Any], start_response: Any) -> Any:
            last = app.extensions["auth"].last
            if not last or not opens(environ):
                return app(environ, start_response)
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps({"email": last.user.email}).encode()]

        return answer

    return build


def by_method(method: str) -> Opens:
    return lambda environ: (environ["REQUEST_METHOD"], environ["PATH_INFO"]) == (method, PAGE)


for method in ("HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE"):
    mutant("ACCESS-5", f"{method} is not guarded", also=[f"access/other-methods[{method}]"])(
        unguarded(by_method(method))
    )


def found_as(tidy: Callable[[str], str]) -> Opens:
    """Tell what a router finds that tidies up the path as it was sent."""

    def opens(environ: dict[str, Any]) -> bool:
        path = environ["RAW_URI"]
        return path != PAGE and tidy(path) == PAGE

    return opens


TIDYING: dict[str, Callable[[str], str]] = {
    "drops slashes at the end": lambda path: path.rstrip("/"),
    "takes two slashes for one": lambda path: re.sub("/+", "/", path),
    "resolves dots": lambda path: normpath(path) if "/login/" not in path else path,
    "decodes and resolves dots": lambda path: normpath(unquote(path)),
    "ignores the case": str.lower,
    "decodes letters": unquote,
    "decodes twice": lambda path: unquote(unquote(path)),
    "decodes slashes": lambda path: re.sub("/+", "/", path.replace("%2F", "/")),
    "drops parameters": lambda path: path.partition(";")[0],
    "drops spaces": lambda path: unquote(path).strip(" "),
    "drops line breaks": lambda path: unquote(path).strip("\n"),
    "ends the path at a NUL": lambda path: path.partition("%00")[0],
    "drops what is not UTF-8": lambda path: re.sub("%[89A-F][0-9A-F]", "", path),
}
for how, tidy in TIDYING.items():
    mutant("ACCESS-5", f"the router {how}, and the guard does not")(unguarded(found_as(tidy)))


def resolved(path: str) -> str:
    return normpath(unquote(path.partition("?")[0]))


AROUND: dict[str, Opens] = {
    "what starts like the login": lambda environ: (
        unquote(environ["RAW_URI"]).startswith(LOGIN) and resolved(environ["RAW_URI"]) == PAGE
    ),
    "what ends like the login": lambda environ: (
        environ["RAW_URI"].endswith(LOGIN) and resolved(environ["RAW_URI"]) == PAGE
    ),
    "what ends in .css": found_as(lambda path: splitext(path)[0]),
    "style sheets, found by the beginning of the path": found_as(
        lambda path: PAGE if path.startswith(f"{PAGE}/") and path.endswith(".css") else path
    ),
    "what only begins like the page": found_as(lambda path: path[: len(PAGE)]),
    "paths with a dot": found_as(lambda path: normpath(path) if path.endswith("/.") else path),
    "paths with an encoded slash": found_as(lambda path: unquote(path).rstrip("/")),
}
for what, opens in AROUND.items():
    mutant("ACCESS-8", f"no guard looks at {what}")(unguarded(opens))


@mutant("ACCESS-9", "the redirect to the login carries the page, and so does 401")
def runs_on(site: ReferenceSite) -> Flask:
    app = site.app(auth=RememberingAuth)

    def hook(response: Response) -> Response:
        last = app.extensions["auth"].last
        if response.status_code == 401 and last:
            response.set_data(json.dumps({"error": "unauthorized", "email": last.user.email}))
        return response

    return after(app, ME, hook)


@mutant("ACCESS-10", "who a proxy in front says it is, it is")
class BelievesProxies(Auth):
    def find(self, request: Any) -> SignedIn | None:
        return claimed(self, request.headers.get("X-Forwarded-User")) or super().find(request)


@mutant("ACCESS-10", "Basic is taken for a login, and nobody looks at the password")
class BelievesBasic(Auth):
    def find(self, request: Any) -> SignedIn | None:
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        name = b64decode(text).decode().partition(":")[0] if scheme == "Basic" else None
        return claimed(self, name) or super().find(request)


def claimed(auth: Auth, name: str | None) -> SignedIn | None:
    """Return a session for the user of this name, which nobody has proved to be."""
    user = auth._users.by_email(normalise_email(name)) if name else None
    return auth._keeper.find(auth._keeper.start(user, "", None)) if user else None


@mutant("ACCESS-10", "who comes from the server's own address needs no session")
class BelievesAddresses(RememberingAuth):
    def find(self, request: Any) -> SignedIn | None:
        is_local = request.headers.get("X-Forwarded-For") == "127.0.0.1"
        return super().find(request) or (self.last if is_local else None)


@mutant("ACCESS-10", "the guard looks at the URL and the method that a header names")
class BelievesHeaders(RememberingAuth):
    def find(self, request: Any) -> SignedIn | None:
        is_open = request.headers.get("X-HTTP-Method-Override") == "OPTIONS"
        return super().find(request) or (self.last if is_open else None)
