"""Answers that caches keep although they must not, or take for those of other visitors."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request
from variants.answers import Html

from .harness import ReferenceSite, mutant
from .planting import LOGIN, LOGOUT, ME, after, before
from .serving import WSGI


def says(view: str, caching: str, *, vary: str = "Cookie") -> Any:
    """Return a build whose view has this Cache-Control, or none, and this Vary, or none."""

    def build(site: ReferenceSite) -> Flask:
        def hook(response: Response) -> Response:
            for name, value in (("Cache-Control", caching), ("Vary", vary)):
                response.headers.pop(name, None)
                response.headers.extend({name: value} if value else {})
            return response

        return after(site.app(), view, hook)

    return build


mutant("CACHE-1", "every cache may keep the page for a minute")(says(ME, "public, max-age=60"))

mutant("CACHE-1", "the page says nothing of caches")(says(ME, ""))

mutant("CACHE-1", "the browser keeps the page, and asks each time")(says(ME, "private, no-cache"))

mutant("CACHE-1", "the page has expired but may be stored")(says(ME, "max-age=0, must-revalidate"))

mutant("CACHE-1", "the list of sessions says nothing of caches", also=["caching/session-list"])(
    says("sessions.index", "")
)

mutant("CACHE-2", "the login is kept by every cache for a minute")(says(LOGIN, "max-age=60"))


@mutant("CACHE-2", "a page for every cache sets the cookie again (CVE-2023-30861)")
def renewed_by_a_public_page(site: ReferenceSite) -> Flask:
    def hook(response: Response) -> Response:
        if response.status_code == 200:
            response.headers["Set-Cookie"] = request.headers["Cookie"] + "; Path=/; Secure"
            response.headers["Cache-Control"] = "public"
            del response.headers["Vary"]
        return response

    return after(site.app(), ME, hook)


@mutant("CACHE-2", "every stranger may be given the anonymous session", on="anonymous-session")
def one_session_for_all(site: Any) -> WSGI:
    class Stored(site.parts["server"]):  # type: ignore[misc]
        def finish(self, visit: Any, response: Response) -> None:
            super().finish(visit, response)
            response.headers["Cache-Control"] = "max-age=60"

    app: WSGI = site.app(server=Stored)
    return app


mutant("CACHE-3", "the page has neither Vary nor no-store")(says(ME, "private", vary=""))

mutant("CACHE-3", "the page varies with the language alone")(says(ME, "", vary="Accept-Language"))


@mutant("CACHE-3", "the login page that stands in for the page has neither", on="html-200")
def open_login_page(site: Any) -> WSGI:
    class Form(site.parts["server"]):  # type: ignore[misc]
        def finish(self, visit: Any, response: Response) -> None:
            super().finish(visit, response)
            if visit.user_session is None:
                del response.headers["Cache-Control"], response.headers["Vary"]

    app: WSGI = site.app(server=Form)
    return app


mutant("CACHE-4", "the browser keeps a refusal for a minute")(says(ME, "max-age=60", vary=""))


@mutant("CACHE-4", "strangers are led to the login for good", on="html")
def moved_permanently(site: Any) -> WSGI:
    class Permanent(Html):
        def stranger(self, csrf: str) -> Response:
            response = super().stranger(csrf)
            response.status_code = 301
            return response

    class Keeps(site.parts["server"]):  # type: ignore[misc]
        def finish(self, visit: Any, response: Response) -> None:
            super().finish(visit, response)
            if response.status_code == 301:
                del response.headers["Cache-Control"], response.headers["Vary"]

    app: WSGI = site.app(server=Keeps, answers=Permanent)
    return app


@mutant("CACHE-5", "an ETag is compared before the session is looked at")
def etag_first(site: ReferenceSite) -> Flask:
    tag = '"version-1"'

    def early() -> Response | None:
        is_same = request.headers.get("If-None-Match") == tag
        return Response(status=304) if is_same else None

    def late(response: Response) -> Response:
        response.headers["ETag"] = tag
        return response

    return before(after(site.app(), ME, late), ME, early)


def without_ending(ending: str) -> Any:
    """Return a build that ignores this ending of a path."""

    def build(site: ReferenceSite) -> WSGI:
        app = site.app()

        def cut(environ: dict[str, Any], start_response: Any) -> Any:
            environ["PATH_INFO"] = environ["PATH_INFO"].removesuffix(ending)
            return app(environ, start_response)

        return cut

    return build


mutant("CACHE-6", "what stands behind a page's path is ignored")(without_ending("/style.css"))

mutant(
    "CACHE-6",
    "an extension of a page's path is ignored",
    also=["caching/made-up-file[a style sheet of its name]"],
)(without_ending(".css"))


@mutant("LOGOUT-8", "the browser stores pages, and the logout does not clear them")
def copies_stay(site: ReferenceSite) -> Flask:
    def page(response: Response) -> Response:
        response.headers["Cache-Control"] = "private, max-age=0"
        return response

    def logout(response: Response) -> Response:
        response.headers["Clear-Site-Data"] = '"cookies"'
        return response

    return after(after(site.app(), ME, page), LOGOUT, logout)


@mutant("LOGOUT-9", "what is to be cleared stands there without quotes")
def without_quotes(site: ReferenceSite) -> Flask:
    def hook(response: Response) -> Response:
        response.headers["Clear-Site-Data"] = "cache, storage"
        return response

    return after(site.app(), LOGOUT, hook)
