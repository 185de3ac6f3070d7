"""What answers give away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from conformance.expectations.registry import expectations, path_of
from conformance.model import Exchange
from conformance.spellings import spellings
from conformance.stage import Seen, Stage

_SHORTEST_TOKEN = 8  # shorter cookie values stand in any page by chance


@expectations("no token outside the cookie", about="answer", needs=("session cookie",))
def no_token_outside(seen: Seen, stage: Stage) -> str | None:
    """No session token stands in a URL, a body, or a header other than Set-Cookie."""
    tokens = {
        value
        for sessions in stage.kept.values()
        for one in sessions
        for cookies in (one.cookies, *one.earlier)
        for _, value in cookies
    } | {cookie.value for seat in stage.seats.values() for cookie in seat.cookies}
    tokens = {token for token in tokens if len(token) >= _SHORTEST_TOKEN}
    texts = ((one, where, text) for one in seen.exchanges for where, text in _everything(one))
    return _leaks(texts, tokens, "a token")


@expectations("no password inside", about="answer")
def no_password_inside(seen: Seen, stage: Stage) -> str | None:
    """No answer repeats a password of the scenario's users."""
    passwords = {user.password for user in stage.users.values()}
    texts = ((one, where, text) for one in seen.exchanges for where, text in _answered(one))
    return _leaks(texts, passwords, "a password")


def _leaks(texts: Iterable[tuple[Exchange, str, str]], secrets: set[str], what: str) -> str | None:
    spelt = set().union(*map(spellings, secrets))
    for exchange, where, text in texts:
        if any(spelling in text for spelling in spelt):
            return f"{what} stands in the {where} of {exchange.method} {path_of(exchange)}"
    return None


def _everything(exchange: Exchange) -> Iterator[tuple[str, str]]:
    yield "URL", exchange.url
    yield from _answered(exchange)


def _answered(exchange: Exchange) -> Iterator[tuple[str, str]]:
    yield "body of the answer", exchange.text
    for name, value in exchange.headers:
        if name.lower() != "set-cookie":
            yield f"header {name}", value
