"""How answers set the session cookie: written how, for how long, and alike each time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timezone

from conformance.cookiegrammar import misspelt
from conformance.expectations.registry import describe, expectations
from conformance.model import Exchange, Timeouts
from conformance.setcookie import SetCookie, parse_cookie_date, parse_set_cookie
from conformance.stage import Seen, Stage

_PREFIXES = ("__host-", "__secure-")
_YEAR = 365 * 24 * 3600  # seconds


@expectations("a name with a prefix", about="cookie", needs=("session cookie",))
def name_with_prefix(seen: Seen, _: Stage) -> str | None:
    """The name of every session cookie begins with `__Host-` or `__Secure-`."""
    names = [cookie.name for cookie in seen.cookies]
    if not names:
        return "no session cookie was set"
    plain = [name for name in names if not name.lower().startswith(_PREFIXES)]
    return f"the name {plain[0]}" if plain else None


@expectations("no longer than the session", about="answer", needs=("session cookie", "any timeout"))
def no_longer(seen: Seen, stage: Stage) -> str | None:
    """No session cookie lives longer in the browser than its session may on the server.

    That is until the absolute timeout, or where there is none, until the idle timeout, counted from
    the Date of the answer.
    """
    most = _longest(stage.profile.timeouts)
    for exchange, _, cookie in _session_cookies(seen, stage):
        lifetime = cookie.lifetime(_sent(exchange))
        if lifetime is not None and lifetime > most:
            return f"{cookie.name} for {lifetime:.0f} s, where a session has {most:g} s at most"
    return None


def _sent(exchange: Exchange) -> datetime:
    date = parse_cookie_date(exchange.header("Date") or "")
    return date or datetime.now(timezone.utc)


def _longest(timeouts: Timeouts) -> float:
    return (timeouts.absolute or timeouts.idle or 0.0) + timeouts.allowance


@expectations("Set-Cookie by its grammar", about="answer", needs=("session cookie",))
def well_written(seen: Seen, stage: Stage) -> str | None:
    """Every session cookie is set by the grammar (6265bis-22 section 4.1.1)."""
    for exchange, line, cookie in _session_cookies(seen, stage):
        wrong = misspelt(line)
        if wrong:
            return f"{describe(exchange)} and set {cookie.name or 'a cookie'}: {wrong}"
    return None


@expectations("each cookie once", about="answer", needs=("session cookie",))
def each_once(seen: Seen, stage: Stage) -> str | None:
    """No answer sets a session cookie of one name, domain and path twice."""
    for exchange in seen.exchanges:
        one = Seen((exchange,))
        keys = Counter((c.name, c.domain, c.path) for _, _, c in _session_cookies(one, stage))
        twice = [name for (name, _, _), count in keys.items() if count > 1]
        if twice:
            return f"{describe(exchange)} and set {twice[0]} twice"
    return None


@expectations("as guarded as the first", about="answer", needs=("session cookie",))
def as_guarded(seen: Seen, stage: Stage) -> str | None:
    """A session cookie that is set again has HttpOnly, Secure and SameSite if the first had them.

    A cookie that is only removed does not count.
    """
    now = datetime.now(timezone.utc)
    first: dict[str, set[str]] = {}
    for exchange, _, cookie in _session_cookies(seen, stage):
        if cookie.removes(now):
            continue
        missing = first.setdefault(cookie.name, _guards(cookie)) - _guards(cookie)
        if missing:
            return f"{describe(exchange)} and set {cookie.name} without {min(missing)}"
    return None


def _guards(cookie: SetCookie) -> set[str]:
    guards = {"HttpOnly": cookie.http_only, "Secure": cookie.secure}
    guards["SameSite"] = cookie.same_site in ("lax", "strict")
    return {name for name, is_there in guards.items() if is_there}


@expectations("https for a year", about="answer")
def https_for_a_year(seen: Seen, _: Stage) -> str | None:
    """Every answer has Strict-Transport-Security with a max-age of a year at least."""
    for exchange in seen.exchanges:
        if _max_age(exchange.header("Strict-Transport-Security") or "") < _YEAR:
            wrong = exchange.header("Strict-Transport-Security") or "none"
            return f"{describe(exchange)} with Strict-Transport-Security: {wrong}"
    return None


def _max_age(header: str) -> int:
    pairs = (one.partition("=") for one in header.split(";"))
    ages = (value.strip(' "') for name, _, value in pairs if name.strip().lower() == "max-age")
    age = next(ages, "")
    return int(age) if age.isdecimal() else 0


def _session_cookies(seen: Seen, stage: Stage) -> Iterator[tuple[Exchange, str, SetCookie]]:
    """Yield each session cookie that is set or removed, with its answer and its header."""
    for exchange in seen.exchanges:
        for line in exchange.header_values("Set-Cookie"):
            cookie = parse_set_cookie(line)
            if cookie and stage.profile.is_session_cookie(cookie.name):
                yield exchange, line, cookie
