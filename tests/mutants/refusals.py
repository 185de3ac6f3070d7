"""Refusals that give something away, or that nobody can recognise as refusals."""

from __future__ import annotations

from itertools import count
from typing import Any

from flask import Flask, Response, g, request

from reference_impl.auth.auth import Auth
from reference_impl.auth.session_auth import SignedIn

from .harness import ReferenceSite, mutant
from .planting import ME, after, crash_if


def given_tokens(site: ReferenceSite) -> tuple[Flask, set[str]]:
    """Return the reference, and a set that comes to hold every token that opened a page."""
    given: set[str] = set()

    class Noting(Auth):
        def find(self, request: Any) -> SignedIn | None:
            found = super().find(request)
            if found:
                given.add(self.presented(request) or "")
            return found

    return site.app(auth=Noting), given


@mutant("ACCESS-3", "the refusal of a token that was good says that the session is over")
def says_over(site: ReferenceSite) -> Flask:
    app, given = given_tokens(site)

    def hook(response: Response) -> Response:
        if response.status_code == 401 and g.auth.presented(request) in given:
            response.set_data('{"error": "unauthorized", "reason": "your session is over"}')
        return response

    return after(app, ME, hook)


@mutant(
    "ACCESS-3",
    "only a token that was good is told to be dropped",
    also=["access/expired-like-unknown"],
)
def drops_what_was_good(site: ReferenceSite) -> Flask:
    app, given = given_tokens(site)

    def hook(response: Response) -> Response:
        if response.status_code == 401 and g.auth.presented(request) in given:
            g.auth.clear_cookie(response)
        return response

    return after(app, ME, hook)


@mutant("ACCESS-4", "401 comes without a challenge")
def no_challenge(site: ReferenceSite) -> Flask:
    def hook(response: Response) -> Response:
        del response.headers["WWW-Authenticate"]
        return response

    return after(site.app(), ME, hook)


@mutant("ACCESS-4", "401 makes browsers ask for a password by themselves")
def asks_for_basic(site: ReferenceSite) -> Flask:
    def hook(response: Response) -> Response:
        response.headers["WWW-Authenticate"] = 'Basic realm="site"'
        return response

    return after(site.app(), ME, hook)


class Both(Auth):
    """Takes one of two cookies of its name."""

    def presented(self, request: Any) -> str | None:
        pairs = (pair.partition("=") for pair in request.headers.get("Cookie", "").split("; "))
        values = [value for name, _, value in pairs if name == self.cookie_name]
        return self.choice(values) if values else None

    def choice(self, values: list[str]) -> str:
        raise NotImplementedError


@mutant("ACCESS-6", "either of two cookies counts, in turn")
class InTurn(Both):
    turns = count()

    def choice(self, values: list[str]) -> str:
        return values[next(self.turns) % len(values)]


@mutant("ACCESS-6", "two cookies are an error of the server")
class Unexpected(Both):
    def choice(self, values: list[str]) -> str:
        crash_if(len(values) > 1)
        return values[0]
