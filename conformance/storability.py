"""What caches may do with an answer, by the rules of RFC 9111.

A `shared` cache serves many users; the other kind, a private one, is that of a browser. `Pragma`
says nothing here: its meaning in answers was never specified (RFC 9111 section 5.4).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from conformance.model import Exchange
from conformance.setcookie import parse_cookie_date

# RFC 9110 section 15.1: what may be kept although it says nothing of how long.
_HEURISTIC = frozenset({200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501})
_LASTING = frozenset({301, 308, 410})  # of these, caches keep even what has no Last-Modified
_FINAL = 200
_READING = frozenset({"GET", "HEAD"})
_FOR_OTHERS = ("public", "s-maxage", "must-revalidate")
_DIRECTIVE = re.compile(r'\s*([^\s=,"]+)(?:\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,]*))?\s*(?:,|$)')


def directives(exchange: Exchange) -> Mapping[str, str]:
    """Return what Cache-Control says: names in small letters, values without quotes.

    Of a directive that comes twice the first counts (RFC 9111 section 4.2.1).
    """
    found: dict[str, str] = {}
    for match in _DIRECTIVE.finditer(exchange.header("Cache-Control") or ""):
        found.setdefault(match[1].lower(), (match[2] or "").strip('"'))
    return found


def why_stored(exchange: Exchange, *, shared: bool, authorized: bool = False) -> str:
    """Return what lets a cache store the answer, or "" when it must not (RFC 9111 section 3).

    `authorized` tells that the request had the header Authorization.
    """
    said = directives(exchange)
    if not _may_be_stored(exchange, said):
        return ""
    if shared and said.get("private", "no") == "":
        return ""
    if shared and authorized and not any(one in said for one in _FOR_OTHERS):
        return ""
    return _permission(exchange, said, shared)


def _may_be_stored(exchange: Exchange, said: Mapping[str, str]) -> bool:
    """Tell whether the method and the answer leave it to the cache.

    Who understands `must-understand` ignores the `no-store` beside it (section 5.2.2.3).
    """
    forbidden = "no-store" in said and "must-understand" not in said
    is_known = exchange.method in _READING or exchange.method == "POST"
    return is_known and exchange.status >= _FINAL and exchange.status != 304 and not forbidden


def _permission(exchange: Exchange, said: Mapping[str, str], shared: bool) -> str:
    """Return the reason to store an answer that nothing forbids to store.

    Answers to POST are stored only where they say how long (RFC 9110 section 9.3.3).
    """
    explicit = ["max-age", *(["s-maxage"] if shared else [])]
    for name in explicit:
        if name in said:
            return f"Cache-Control says {name}"
    if exchange.header("Expires") is not None:
        return "it has Expires"
    if exchange.method == "POST":
        return ""
    for name in ("public", *(() if shared else ("private",))):
        if name in said:
            return f"Cache-Control says {name} and not no-store"
    return "nothing forbids it" if exchange.status in _HEURISTIC else ""


def is_reused_unasked(exchange: Exchange) -> bool:
    """Tell whether a browser may answer from its copy without asking (RFC 9111 section 4.2)."""
    said = directives(exchange)
    if not why_stored(exchange, shared=False) or said.get("no-cache", "no") == "":
        return False
    if "max-age" in said:
        return said["max-age"].isdecimal() and int(said["max-age"]) > 0
    if exchange.header("Expires") is not None:
        return _expires_later(exchange)
    has_age = exchange.header("Last-Modified") is not None
    return exchange.status in _HEURISTIC and (has_age or exchange.status in _LASTING)


def _expires_later(exchange: Exchange) -> bool:
    """Tell whether Expires is after Date; a date that can't be read is over (section 5.3)."""
    ends = parse_cookie_date(exchange.header("Expires") or "")
    sent = parse_cookie_date(exchange.header("Date") or "")
    return ends is not None and (sent is None or ends > sent)


def is_keyed_by_cookie(exchange: Exchange) -> bool:
    """Tell whether caches ask again when other cookies come with the request (section 4.1)."""
    names = {one.strip().lower() for one in (exchange.header("Vary") or "").split(",")}
    return bool(names & {"*", "cookie"})


def cleared_kinds(exchange: Exchange) -> tuple[str, ...] | None:
    """Return what Clear-Site-Data clears, such as "cache"; None where the header is not sent.

    Types that browsers don't know, or that lack their quotes, are left out (W3C Clear Site Data,
    section 3.1), so that nothing may be left.
    """
    header = exchange.header("Clear-Site-Data")
    if header is None:
        return None
    known = ('"cache"', '"cookies"', '"storage"', '"executionContexts"', '"clientHints"', '"*"')
    return tuple(one.strip()[1:-1] for one in header.split(",") if one.strip() in known)
