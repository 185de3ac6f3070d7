"""Session cookies that go too far, stay too open, or are not kept, and tokens outside of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any
from urllib.parse import unquote

from flask import Flask, Response, jsonify, request

from reference_impl.auth.auth import Auth
from reference_impl.views.users import user_json

from .harness import ReferenceSite, mutant
from .planting import LOGIN, LOGOUT, ME, AnyToken, after, before, user_called
from .serving import WSGI

FAR_FUTURE = datetime(2099, 1, 1, tzinfo=timezone.utc)
PLAIN = "plain name"  # browsers insist on attributes where the name says so


def setting(**replaced: Any) -> type[Auth]:
    """Return an Auth that sets the session cookie with other attributes."""

    class Attributes(Auth):
        def cookie_attributes(self) -> Any:
            return {**super().cookie_attributes(), **replaced}

    return Attributes


mutant("COOKIE-1", "HttpOnly is missing")(setting(httponly=False))

mutant("COOKIE-2", "over https Secure is missing", on="https, plain name")(setting(secure=False))

mutant("COOKIE-2", "over https a __Host- cookie is not Secure", on="https")(setting(secure=False))

mutant("COOKIE-3", "SameSite is missing")(setting(samesite=None))

mutant("COOKIE-3", "SameSite is None")(setting(samesite="None"))

mutant("COOKIE-3", "SameSite is None and browsers refuse the cookie", on=PLAIN)(
    setting(samesite="None", secure=False)
)

mutant("COOKIE-4", "SameSite is None without Secure", on=PLAIN)(
    setting(samesite="None", secure=False)
)

mutant("COOKIE-6", "a __Host- cookie has a Domain")(setting(domain="127.0.0.1"))

mutant("COOKIE-6", "a __Host- cookie has a Path of its own")(setting(path="/api"))

mutant("COOKIE-6", "a __Host- cookie is not Secure")(setting(secure=False))

mutant("COOKIE-7", "the cookie has a Domain", on=PLAIN)(setting(domain="127.0.0.1"))

mutant("COOKIE-7", "the cookie has the Domain of another host", on=PLAIN)(
    setting(domain="example.com")
)


@mutant("COOKIE-8", "the cookie holds more than a browser keeps")
def too_large(site: ReferenceSite) -> Flask:
    class Profiles(AnyToken):
        def new_token(self) -> str:
            return super().new_token() + "." + "profile" * 700

    app = site.app(keeper=Profiles)
    app.config["MAX_COOKIE_SIZE"] = 0  # nobody is warned
    return app


def _token(response: Response) -> str:
    """Return the token that the response sets or that the request presents, if any."""
    set_now = [line.partition(";")[0] for line in response.headers.getlist("Set-Cookie")]
    sent = request.headers.get("Cookie", "").split("; ")
    values = [pair.partition("=")[2] for pair in (*set_now, *sent)]
    return next(filter(None, values), "")


@mutant("COOKIE-9", "the login answers the token in its body")
def token_in_the_body(site: ReferenceSite) -> Flask:
    def hook(response: Response) -> Response:
        if response.status_code == 200:
            response.data = jsonify({**response.get_json(), "token": _token(response)}).data
        return response

    return after(site.app(), LOGIN, hook)


@mutant("COOKIE-9", "the page shows the token to its scripts")
def token_in_the_page(site: ReferenceSite) -> Flask:
    def hook(response: Response) -> Response:
        if response.status_code == 200:
            response.data = jsonify({**response.get_json(), "session": _token(response)}).data
        return response

    return after(site.app(), ME, hook)


@mutant("COOKIE-9", "a header repeats the token")
def token_in_a_header(site: ReferenceSite) -> Flask:
    def hook(response: Response) -> Response:
        response.headers["X-Session"] = _token(response)
        return response

    return after(site.app(), LOGIN, hook)


@mutant("COOKIE-9", "the logout leads to a page whose URL has the token")
def token_in_the_location(site: ReferenceSite) -> Flask:
    def hook(response: Response) -> Response:
        token = request.headers.get("Cookie", "").partition("=")[2]
        response.headers["Location"] = f"/goodbye?session={token}"
        return response

    return after(site.app(), LOGOUT, hook)


@mutant("COOKIE-12", "the token is read from the query string as well")
class FromTheQuery(Auth):
    def presented(self, request: Any) -> str | None:
        return super().presented(request) or request.args.get(self.cookie_name)


mutant("COOKIE-13", "Path is missing", on=PLAIN)(setting(path=None))

mutant("COOKIE-13", "Path covers the protected page alone", on=PLAIN)(setting(path="/api/v1/users"))


@mutant("COOKIE-12", "the token is read from a form as well")
def from_the_form(site: ReferenceSite) -> WSGI:
    app = site.app()

    def posted(environ: dict[str, Any], start_response: Any) -> Any:
        if environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"].endswith("/users/me"):
            name, _, token = environ["wsgi.input"].read().decode().partition("=")
            environ |= {"REQUEST_METHOD": "GET", "HTTP_COOKIE": f"{name}={token}"}
        return app(environ, start_response)

    return posted


mutant("COOKIE-5", "over https the name has no prefix", on="https, any name")(
    lambda site: site.app({"SESSION_NAME": "sid"})
)

mutant("COOKIE-10", "the cookie is for a year")(setting(max_age=365 * 24 * 3600))

mutant("COOKIE-10", "the cookie has a date in the far future")(setting(expires=FAR_FUTURE))


def rewritten(view: str, change: Callable[[str], list[str]]) -> Any:
    """Return a build that writes the Set-Cookie headers of a view anew."""

    def build(site: ReferenceSite) -> Flask:
        def hook(response: Response) -> Response:
            lines = response.headers.getlist("Set-Cookie")
            response.headers.setlist("Set-Cookie", [new for one in lines for new in change(one)])
            return response

        return after(site.app(), view, hook)

    return build


MISSPELT: tuple[tuple[str, Callable[[str], list[str]]], ...] = (
    ("the date has hyphens", lambda line: [f"{line}; Expires=Wed, 01-Jan-2031 00:00:00 GMT"]),
    ("the value holds a space", lambda line: [line.replace("=", "=a b", 1)]),
    ("an attribute comes twice", lambda line: [f"{line}; Path=/"]),
    ("HttpOnly has a value", lambda line: [line.replace("HttpOnly", "HttpOnly=true")]),
)

for defect, change in MISSPELT:
    mutant("COOKIE-11", defect)(rewritten(LOGIN, change))

mutant("COOKIE-11", "the logout removes it by a date of the old form")(
    rewritten(LOGOUT, lambda line: [line.replace("01 Jan 1970", "01-Jan-70")])
)

mutant(
    "COOKIE-11",
    "the login removes the cookie and sets it, in one answer",
    also=["cookies/once-in-an-answer"],
)(rewritten(LOGIN, lambda line: [line.replace("=", "=; Max-Age=0; x=", 1), line]))


def set_again_without(attribute: str) -> Any:
    """Return a build whose page sets the cookie again, with one attribute less."""

    def build(site: ReferenceSite) -> Flask:
        def hook(response: Response) -> Response:
            line = f"{request.headers.get('Cookie', '')}; Path=/; Secure; HttpOnly; SameSite=Lax"
            if response.status_code == 200:
                response.headers["Set-Cookie"] = line.replace(f"; {attribute}", "")
            return response

        return after(site.app(), ME, hook)

    return build


for attribute in ("HttpOnly", "SameSite=Lax"):
    mutant("COOKIE-14", f"a page sets the cookie again without {attribute}")(
        set_again_without(attribute)
    )


@mutant("COOKIE-15", "over https nothing says to come back over https", on="https")
def no_hsts(site: ReferenceSite) -> Flask:
    def hook(response: Response) -> Response:
        response.headers.pop("Strict-Transport-Security", None)
        return response

    return after(site.app(), ME, hook)


@mutant("COOKIE-15", "https is asked for a week alone", on="https")
def hsts_for_a_week(site: ReferenceSite) -> Flask:
    def hook(response: Response) -> Response:
        response.headers["Strict-Transport-Security"] = "max-age=604800"
        return response

    return after(site.app(), ME, hook)


@mutant("COOKIE-16", "a cookie with the name of a user is believed")
def believed_cookie(site: ReferenceSite) -> Flask:
    def hook() -> Response | None:
        user = user_called(unquote(request.cookies.get("user", "")))
        return jsonify(user_json(user)) if user else None

    return before(site.app(), ME, hook)
