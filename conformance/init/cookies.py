"""Finds by elimination which cookies hold the session."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from conformance.init.sessions import Account
from conformance.model import Exchange, Plain

_MOST_TRIED = 8


@dataclass(frozen=True)
class Needed:
    """The cookies without which nobody is signed in; or, where none is needed, each that is enough.

    `tried` is how many there were to choose from.
    """

    names: tuple[str, ...]
    tried: int
    enough_alone: bool = False


def session_cookies(account: Account, path: str, is_in: Callable[[Exchange], bool]) -> Needed:
    """Return what a page needs; each try has a login of its own, and is logged out again."""
    session = account.session()
    names = tuple(dict.fromkeys(name for name, _ in session.cookies)) if session else ()
    if session:
        account.leave(session)
    if len(names) < 2:
        return Needed(names, len(names))
    tried = names[:_MOST_TRIED]
    others = {one: [name for name in names if name != one] for one in tried}
    needed = tuple(one for one in tried if not _shows(account, path, is_in, others[one]))
    if needed:
        return Needed(needed, len(names))
    enough = tuple(one for one in tried if _shows(account, path, is_in, [one]))
    return Needed(enough, len(names), enough_alone=True)


def _shows(
    account: Account,
    path: str,
    is_in: Callable[[Exchange], bool],
    names: Sequence[str],
) -> bool:
    session = account.session()
    if session is None:
        return False
    kept = [pair for pair in session.cookies if pair[0] in names]
    shown = is_in(account.page(path, kept))
    account.leave(session)
    return shown


def as_profile_says(names: tuple[str, ...], url: str) -> Plain:
    """Return the cookies' names, as a pattern where one holds the server's port."""
    port = str(urlsplit(url).port or "")
    if port and any(port in name for name in names):
        patterns = [re.escape(name).replace(port, "[0-9]+").replace(r"\-", "-") for name in names]
        return {"pattern": "|".join(patterns)}
    return names[0] if len(names) == 1 else [*names]
