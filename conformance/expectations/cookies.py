"""What the session cookie looks like."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from urllib.parse import urlsplit

from conformance.cookiestore import path_matches
from conformance.expectations.registry import expectations
from conformance.setcookie import SetCookie
from conformance.stage import Seen, Stage

_LARGEST_COOKIE = 4096  # bytes of name and value: 6265bis-22 section 5.6


def _each(cookies: tuple[SetCookie, ...], wrong: Callable[[SetCookie], str | None]) -> str | None:
    if not cookies:
        return "no session cookie was set"
    return next((text for text in map(wrong, cookies) if text), None)


@expectations("HttpOnly", about="cookie", needs=("session cookie",))
def http_only(seen: Seen, _: Stage) -> str | None:
    """Every session cookie has the attribute HttpOnly."""
    return _each(seen.cookies, lambda c: None if c.http_only else f"{c.name} without HttpOnly")


@expectations("Secure", about="cookie", needs=("session cookie",))
def secure(seen: Seen, _: Stage) -> str | None:
    """Every session cookie has the attribute Secure."""
    return _each(seen.cookies, lambda c: None if c.secure else f"{c.name} without Secure")


@expectations("SameSite Lax or Strict", about="cookie", needs=("session cookie",))
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


@expectations("no Domain", about="cookie", needs=("session cookie",))
def no_domain(seen: Seen, _: Stage) -> str | None:
    """No session cookie has the attribute Domain."""
    return _each(seen.cookies, lambda c: f"{c.name} with Domain={c.domain}" if c.domain else None)


@expectations("Path that covers the target", about="cookie", needs=("session cookie",))
def path_covers(seen: Seen, stage: Stage) -> str | None:
    """Every session cookie says its Path, and login, logout and protected page lie below it.

    One that is removed does not count, since it may be of another path.
    """
    profile = stage.profile
    base = urlsplit(profile.base_url).path
    requests = (*profile.log_in.requests, *profile.log_out.requests, profile.protected_page.request)
    paths = {base + request.path.partition("?")[0] for request in requests}
    now = datetime.now(timezone.utc)

    def wrong(cookie: SetCookie) -> str | None:
        path = cookie.path
        if cookie.removes(now):
            return None
        if not path:
            return f"{cookie.name} without Path"
        outside = sorted(one for one in paths if not path_matches(path, one))
        return f"{cookie.name} with Path={path}, not sent to {outside[0]}" if outside else None

    return _each(seen.cookies, wrong)


@expectations("small enough for a browser", about="cookie", needs=("session cookie",))
def small_enough(seen: Seen, _: Stage) -> str | None:
    """Name and value of every session cookie have at most 4096 bytes together."""

    def wrong(cookie: SetCookie) -> str | None:
        size = len((cookie.name + cookie.value).encode())
        return f"{cookie.name} has {size} bytes" if size > _LARGEST_COOKIE else None

    return _each(seen.cookies, wrong)


@expectations("removed from the browser", about="removal", needs=("session cookie",))
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
