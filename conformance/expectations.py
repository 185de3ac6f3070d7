"""The expectations of the vocabulary: what a step ought to show, as one small function each.

Each returns None when it holds, and otherwise what was observed instead. Where the target's answer
can't be understood at all it raises Unrecognised.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timezone
from typing import TypeAlias
from urllib.parse import urlsplit

from conformance.cookiestore import path_matches
from conformance.entropy import bits_by_length_and_alphabet
from conformance.errors import Unrecognised
from conformance.model import Exchange, Plain
from conformance.setcookie import SetCookie
from conformance.signs import broken, json_body
from conformance.stage import Page, Seen, Stage, TooSlow
from conformance.verbs import credentials_of
from conformance.words import Words

Expectation: TypeAlias = Callable[[Seen, Stage], "str | None"]

expectations: Words[Expectation] = Words("expectation")

_LEAST_BITS = 128  # ASVS 5.0.0 7.2.3
_LARGEST_COOKIE = 4096  # bytes of name and value: 6265bis-22 section 5.6
_SERVER_ERROR = 500
_SHORTEST_TOKEN = 8  # shorter cookie values stand in any page by chance


# --- actions -----------------------------------------------------------------------------------


@expectations("accepted", about="action")
def accepted(seen: Seen, _: Stage) -> str | None:
    """The action succeeded, by the profile's sign of success."""
    _refuse_unrecognised(seen)
    return None if seen.answer == "accepted" else f"refused: {_last(seen)}"


@expectations("refused", about="action", refusal=True)
def refused(seen: Seen, _: Stage) -> str | None:
    """The action was refused, by the profile's sign of refusal."""
    _refuse_unrecognised(seen)
    return None if seen.answer == "refused" else f"accepted: {_last(seen)}"


def _refuse_unrecognised(seen: Seen) -> None:
    if seen.answer == "unrecognised":
        raise Unrecognised(f"{_last(seen)}: the profile's signs do not tell what this means")


@expectations("no server error", about="answer")
def no_server_error(seen: Seen, _: Stage) -> str | None:
    """No answer has a status of 500 or above."""
    errors = [exchange for exchange in seen.exchanges if exchange.status >= _SERVER_ERROR]
    return describe(errors[0]) if errors else None


# --- the protected page ------------------------------------------------------------------------


@expectations("signed in", about="page")
def signed_in(seen: Seen, stage: Stage) -> str | None:
    """The protected page shows that its own user is signed in, and names no other user."""
    for page in _recognised_pages(seen):
        if page.shown.state == "signed out":
            _refuse_slowness(page, stage)
            return f"signed out: {describe(page.exchange)}"
        if page.shown.role not in ("", page.owner):
            return f"signed in as {page.shown.role}: {describe(page.exchange)}"
    return None


@expectations("signed out", about="page", refusal=True)
def signed_out(seen: Seen, _: Stage) -> str | None:
    """The protected page shows that nobody is signed in."""
    for page in _recognised_pages(seen):
        if page.shown.state == "signed in":
            role = f" as {page.shown.role}" if page.shown.role else ""
            return f"signed in{role}: {describe(page.exchange)}"
    return None


def _recognised_pages(seen: Seen) -> Iterator[Page]:
    for page in seen.pages:
        if page.shown.state == "unrecognised":
            message = "neither 'signed in' nor 'signed out' of the profile recognises this answer"
            raise Unrecognised(f"{describe(page.exchange)}: {message}")
        yield page


def _refuse_slowness(page: Page, stage: Stage) -> None:
    """Raise TooSlow when the session had so much time that it was free to end."""
    if page.life is None or not page.life.started:
        return
    timeouts = stage.profile.timeouts
    end = page.exchange.started + page.exchange.seconds
    for name, limit, since in (
        ("idle", timeouts.idle, page.life.active),
        ("absolute", timeouts.absolute, page.life.started),
    ):
        if limit and end - since > limit - timeouts.allowance:
            raise TooSlow(
                f"{end - since:.1f} s went by, too close to the {name} timeout of {limit:g} s"
            )


# --- the session cookie ------------------------------------------------------------------------


def _each(cookies: tuple[SetCookie, ...], wrong: Callable[[SetCookie], str | None]) -> str | None:
    if not cookies:
        return "no session cookie was set"
    return next((text for text in map(wrong, cookies) if text), None)


@expectations("HttpOnly", about="cookie")
def http_only(seen: Seen, _: Stage) -> str | None:
    """Every session cookie has the attribute HttpOnly."""
    return _each(seen.cookies, lambda c: None if c.http_only else f"{c.name} without HttpOnly")


@expectations("Secure", about="cookie")
def secure(seen: Seen, _: Stage) -> str | None:
    """Every session cookie has the attribute Secure."""
    return _each(seen.cookies, lambda c: None if c.secure else f"{c.name} without Secure")


@expectations("SameSite Lax or Strict", about="cookie")
def same_site(seen: Seen, _: Stage) -> str | None:
    """Every session cookie has SameSite=Lax or SameSite=Strict."""

    def wrong(cookie: SetCookie) -> str | None:
        if cookie.same_site in ("lax", "strict"):
            return None
        value = cookie.same_site
        return (
            f"{cookie.name} with SameSite={value}" if value else f"{cookie.name} without SameSite"
        )

    return _each(seen.cookies, wrong)


@expectations("no Domain", about="cookie")
def no_domain(seen: Seen, _: Stage) -> str | None:
    """No session cookie has the attribute Domain."""
    return _each(seen.cookies, lambda c: f"{c.name} with Domain={c.domain}" if c.domain else None)


@expectations("Path that covers the target", about="cookie")
def path_covers(seen: Seen, stage: Stage) -> str | None:
    """Every session cookie says its Path, and login, logout and protected page lie below it."""
    profile = stage.profile
    base = urlsplit(profile.base_url).path
    requests = (*profile.log_in.requests, *profile.log_out.requests, profile.protected_page.request)
    paths = {base + request.path.partition("?")[0] for request in requests}

    def wrong(cookie: SetCookie) -> str | None:
        path = cookie.path
        if not path:
            return f"{cookie.name} without Path"
        outside = sorted(one for one in paths if not path_matches(path, one))
        return f"{cookie.name} with Path={path}, not sent to {outside[0]}" if outside else None

    return _each(seen.cookies, wrong)


@expectations("small enough for a browser", about="cookie")
def small_enough(seen: Seen, _: Stage) -> str | None:
    """Name and value of every session cookie have at most 4096 bytes together."""

    def wrong(cookie: SetCookie) -> str | None:
        size = len((cookie.name + cookie.value).encode())
        return f"{cookie.name} has {size} bytes" if size > _LARGEST_COOKIE else None

    return _each(seen.cookies, wrong)


@expectations("removed from the browser", about="removal")
def removed(seen: Seen, _: Stage) -> str | None:
    """The browser no longer holds the session cookies that it held before the step."""
    names = ", ".join(seen.still_held)
    return f"the browser still holds {names} with the same value" if names else None


@expectations("not set", about="cookie", refusal=True)
def not_set(seen: Seen, _: Stage) -> str | None:
    """The answer sets no session cookie; one that is removed does not count."""
    now = datetime.now(timezone.utc)
    names = sorted({cookie.name for cookie in seen.cookies if not cookie.removes(now)})
    return f"the answer sets {', '.join(names)}" if names else None


# --- what answers give away --------------------------------------------------------------------


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
    for exchange in seen.exchanges:
        for where, text in _visible_texts(exchange):
            if any(secret in text for secret in secrets):
                return f"{what} stands in the {where} of {exchange.method} {_path(exchange)}"
    return None


def _visible_texts(exchange: Exchange) -> Iterator[tuple[str, str]]:
    yield "URL", exchange.url
    yield "body of the answer", exchange.text
    for name, value in exchange.headers:
        if name.lower() != "set-cookie":
            yield f"header {name}", value


# --- tokens side by side -----------------------------------------------------------------------


@expectations("all different", about="tokens")
def all_different(seen: Seen, _: Stage) -> str | None:
    """No two of the tokens are the same."""
    repeated = len(seen.tokens) - len(set(seen.tokens))
    if not repeated:
        return None
    return f"{repeated} of {len(seen.tokens)} tokens had been given before"


@expectations("all the same", about="tokens")
def all_same(seen: Seen, _: Stage) -> str | None:
    """All tokens are the same."""
    return None if len(set(seen.tokens)) == 1 else f"{len(set(seen.tokens))} different tokens"


@expectations("at least 128 bits", about="tokens")
def enough_bits(seen: Seen, _: Stage) -> str | None:
    """The tokens' length and alphabet have room for 128 bits (ASVS 5.0.0 7.2.3).

    This is an upper bound: tokens that pass can still be guessable.
    """
    bits = bits_by_length_and_alphabet(seen.tokens)
    return None if bits >= _LEAST_BITS else f"room for {bits:.0f} bits"


# --- exact answers -----------------------------------------------------------------------------


def response_differs(seen: Seen, stage: Stage, wanted: Mapping[str, Plain]) -> str | None:
    """Return how the answer differs from what a contract states, or None."""
    exchange = seen.exchanges[-1]
    names = broken(wanted, exchange, credentials_of(stage))
    if not names:
        return None
    observed = {
        "status": f"status {exchange.status}",
        "location": f"location {exchange.header('Location') or 'none'}",
    }
    texts = [observed.get(name) or _look(name, wanted[name], exchange) for name in names]
    return "; ".join(dict.fromkeys(texts))


def _look(name: str, wanted: Plain, exchange: Exchange) -> str:
    if name in ("header", "header contains") and isinstance(wanted, dict):
        found = ((key, exchange.header(key)) for key in wanted)
        return ", ".join(f"header {key}: {value or 'none'}" for key, value in found)
    if name == "json keys":
        is_json, value = json_body(exchange)
        keys = sorted(value) if is_json and isinstance(value, dict) else "no JSON object"
        return f"keys {keys}"
    if name in ("no header", "no cookie", "sets cookie"):
        return f"'{name}' does not hold"
    return f"status {exchange.status} with the body {_shortened(exchange.text)}"


def _shortened(text: str, most: int = 200) -> str:
    text = " ".join(text.split())
    return f"{text[:most]!r}..." if len(text) > most else repr(text)


def describe(exchange: Exchange) -> str:
    """Say in a few words what was sent and answered."""
    location = exchange.header("Location")
    to = f" (Location: {location.partition('?')[0]})" if location else ""
    return f"{exchange.method} {_path(exchange)} answered {exchange.status}{to}"


def _path(exchange: Exchange) -> str:
    return exchange.path.partition("?")[0]


def _last(seen: Seen) -> str:
    return describe(seen.exchanges[-1])
