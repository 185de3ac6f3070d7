"""What answers give away."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.expectations.registry import expectations, path_of
from conformance.model import Exchange
from conformance.spellings import spellings
from conformance.stage import Seen, Stage

_SHORTEST_TOKEN = 8  # shorter cookie values stand in any page by chance


@expectations("no token outside the cookie", about="answer")
def no_token_outside(seen: Seen, stage: Stage) -> str | None:
    """No session token stands in a URL, a body, or a header other than Set-Cookie."""
    tokens = {
        value for session in stage.kept.values() for one in session for _, value in one.cookies
    } | {cookie.value for seat in stage.seats.values() for cookie in seat.cookies}
    return _leaks(seen, {token for token in tokens if len(token) >= _SHORTEST_TOKEN}, "a token")


@expectations("no password inside", about="answer")
def no_password_inside(seen: Seen, stage: Stage) -> str | None:
    """No answer repeats a password of the scenario's users."""
    return _leaks(seen, {user.password for user in stage.users.values()}, "a password")


def _leaks(seen: Seen, secrets: set[str], what: str) -> str | None:
    spelt = set().union(*map(spellings, secrets))
    for exchange in seen.exchanges:
        for where, text in _visible_texts(exchange):
            if any(spelling in text for spelling in spelt):
                return f"{what} stands in the {where} of {exchange.method} {path_of(exchange)}"
    return None


def _visible_texts(exchange: Exchange) -> Iterator[tuple[str, str]]:
    yield "URL", exchange.url
    yield "body of the answer", exchange.text
    for name, value in exchange.headers:
        if name.lower() != "set-cookie":
            yield f"header {name}", value
