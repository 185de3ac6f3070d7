"""Protected pages that open for the wrong ones."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response

from reference_impl.auth.auth import Auth
from reference_impl.auth.session_auth import SignedIn

from .harness import ReferenceSite, mutant
from .planting import ME, RememberingAuth, after, crash_if


@mutant("ACCESS-1", "the page is open to who presents no cookie")
class OpenWithoutCookie(RememberingAuth):
    def find(self, request: Any) -> SignedIn | None:
        found = super().find(request)
        return found or (None if "Cookie" in request.headers else self.last)


@mutant("ACCESS-1", "the session goes with the address", also=["access/cleared-cookies"])
class SessionOfTheAddress(Auth):
    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.at: dict[str, SignedIn] = {}

    def find(self, request: Any) -> SignedIn | None:
        found = super().find(request) or self.at.get(request.remote_addr)
        if found:
            self.at[request.remote_addr] = found
        return found


@mutant("ACCESS-1", "what a stranger is given opens the page", also=["access/strangers-cookie"])
def strangers_session(site: ReferenceSite) -> Flask:
    class Confused(RememberingAuth):
        def find(self, request: Any) -> SignedIn | None:
            return self.last if request.cookies.get("visitor") else super().find(request)

    def hook(response: Response) -> Response:
        if response.status_code == 401:
            response.set_cookie("visitor", "1")
        return response

    return after(site.app(auth=Confused), ME, hook)


@mutant("ACCESS-1", "the page is an error of the server without a cookie")
class CrashesWithoutCookie(Auth):
    def find(self, request: Any) -> SignedIn | None:
        crash_if(request.endpoint == ME and "Cookie" not in request.headers)
        return super().find(request)


@mutant("ACCESS-2", "a token that is not found stands for the session before")
class NotFoundIsLast(RememberingAuth):
    def find(self, request: Any) -> SignedIn | None:
        return super().find(request) or (self.last if "Cookie" in request.headers else None)


@mutant("ACCESS-2", "a token of another form is an error of the server")
class CrashesOnAnotherForm(Auth):
    def presented(self, request: Any) -> str | None:
        token = super().presented(request)
        crash_if(token is not None and len(token) != 43)
        return token


@mutant(
    "ACCESS-2",
    "logout moves the session to the empty token",
    also=["access/empty-token-after-a-logout"],
)
class MovedToTheEmptyToken(Auth):
    """What Django did with sessions in a cache and the database (CVE-2015-3982)."""

    moved: SignedIn | None = None

    def logout(self, signed_in: SignedIn) -> bool:
        self.moved = signed_in
        return super().logout(signed_in)

    def find(self, request: Any) -> SignedIn | None:
        is_empty = (self.presented(request) or "").strip(' "') in ("", "null")
        return super().find(request) or (self.moved if is_empty else None)


@mutant("ACCESS-7", "the page is kept in a cache for everybody")
def cached_page(site: ReferenceSite) -> Flask:
    app = site.app()

    def hook(response: Response) -> Response:
        page = site.kept.get("page")
        if response.status_code == 200:
            site.kept["page"] = response
            return page or response
        return page or response

    return after(app, ME, hook)


@mutant("ACCESS-7", "a worker remembers the user of the request before")
class UserLeftInAVariable(Auth):
    user: SignedIn | None = None

    def find(self, request: Any) -> SignedIn | None:
        self.user = super().find(request) or self.user
        return self.user
