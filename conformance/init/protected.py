"""Finds a page that shows whether somebody is signed in, and by what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.init import forms
from conformance.init.logins import NOT_THERE
from conformance.init.sessions import Account, Session
from conformance.init.site import page_of
from conformance.init.telling import found_in, sign_of
from conformance.model import Exchange

PAGES = (
    "/me",
    "/api/me",
    "/users/me",
    "/api/users/me",
    "/api/v1/users/me",
    "/auth/me",
    "/api/auth/me",
    "/api/auth/get-session",
    "/api/auth/session",
    "/account",
    "/profile",
    "/home",
    "/private",
    "/private/",
    "/whoami",
    "/api/whoami",
    "/api/user",
    "/user",
    "/session",
    "/api/session",
    "/dashboard",
    "/admin/",
    "/accounts/profile/",
)
_MOST_LINKS = 12
_BEST = 3
_SERVER_ERROR = 500


@dataclass(frozen=True)
class Seen:
    """One page as it was with a session and without, twice each; `worth` is 3 at best."""

    path: str
    with_session: tuple[Exchange, ...]
    without: tuple[Exchange, ...]
    worth: int
    names_user: bool


@dataclass(frozen=True)
class Paths:
    """Where to look: only at the page that was `told`, else first at the `likely` ones."""

    told: str
    likely: tuple[str, ...]
    start: str


def protected_page(
    account: Account, session: Session, paths: Paths, described: Mapping[str, Any]
) -> Seen | None:
    """Return the page that tells most, or None where no page looks different with a session."""
    best: Seen | None = None
    seen: set[str] = set()
    asked = [paths.told] if paths.told else _candidates(account, session, paths, described)
    for path in asked:
        if path in seen or forms.means_logout(path) or path == account.way.page:
            continue
        seen.add(path)
        page = _seen(account, session, path)
        if page and (best is None or page.worth > best.worth):
            best = page
        if best and best.worth >= _BEST:
            break
    return best


def _candidates(
    account: Account, session: Session, paths: Paths, described: Mapping[str, Any]
) -> Iterator[str]:
    """Yield where such a page may be: what the login led to, its links, usual places."""
    yield from paths.likely
    led = account.site.led_to(session.login)
    if led:
        yield from dict.fromkeys([session.landing.path, led])
    yield from (
        path
        for path, operations in described.get("paths", {}).items()
        if "get" in operations and "{" not in path and path.rpartition("/")[2] in _ONESELF
    )
    yield paths.start
    for page in (session.landing, account.site.visit(paths.start, session.browser)):
        links = (account.site.path_here(one.url) for one in page_of(page).links[:_MOST_LINKS])
        yield from filter(None, links)
    folder = account.way.login_path.rpartition("/")[0]
    root = folder.removesuffix("/accounts").removesuffix("/auth").removesuffix("/users")
    prefixes = dict.fromkeys(["", folder, root])
    yield from (prefix + page for prefix in prefixes for page in PAGES)


_ONESELF = ("me", "whoami", "session", "get-session", "account", "profile", "current")


def _seen(account: Account, session: Session, path: str) -> Seen | None:
    """Look at a page with the session and without; None where it is the same or not there."""
    site = account.site
    inside = site.get(path, session.browser)
    if inside.status in NOT_THERE or inside.status >= _SERVER_ERROR or site.led_to(inside):
        return None
    if forms.login_form(page_of(inside)) is not None:
        return None
    outside = site.get(path)
    if outside.status >= _SERVER_ERROR or sign_of([inside], [outside]) is None:
        return None
    pair = (inside, site.get(path, session.browser)), (outside, site.get(path))
    sign = sign_of(*pair, account.user.username)
    if sign is None or not all(found_in(sign, one, account.user.username) for one in pair[0]):
        return None
    names_user = "{username}" in str(sign)
    worth = 2 * names_user + (inside.status != outside.status)
    return Seen(path, *pair, worth, names_user)
