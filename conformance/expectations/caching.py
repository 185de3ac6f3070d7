"""What caches, and browsers that keep copies, may do with the answers."""

from __future__ import annotations

from conformance.cookiestore import is_trustworthy
from conformance.expectations.registry import describe, expectations
from conformance.model import Exchange
from conformance.recognition import recognise
from conformance.setcookie import parse_set_cookie
from conformance.stage import DoesNotApply, Seen, Stage
from conformance.storability import (
    cleared_kinds,
    directives,
    is_keyed_by_cookie,
    is_reused_unasked,
    why_stored,
)

_FROM_A_COPY = (206, 304)


@expectations("stored by no cache", about="answer")
def stored_by_no_cache(seen: Seen, _: Stage) -> str | None:
    """No cache may store the last answer, not even that of the browser (RFC 9111 section 3)."""
    return _stored(seen.exchanges[-1], shared=False)


@expectations("session cookie for nobody else", about="answer", needs=("session cookie",))
def session_cookie_for_nobody_else(seen: Seen, stage: Stage) -> str | None:
    """No shared cache gives an answer that sets or removes a session cookie to another visitor.

    None may store it; or it has `Vary: Cookie`, and the request had a session cookie already.
    """
    for one in (one for one in seen.exchanges if _sets_session_cookie(one, stage)):
        has_own_key = any(stage.profile.is_session_cookie(name) for name, _ in one.sent_cookies)
        wrong = _stored(one, shared=True)
        if wrong and not (has_own_key and is_keyed_by_cookie(one)):
            return wrong
    return None


def _sets_session_cookie(exchange: Exchange, stage: Stage) -> bool:
    cookies = map(parse_set_cookie, exchange.header_values("Set-Cookie"))
    return any(one and stage.profile.is_session_cookie(one.name) for one in cookies)


def _stored(exchange: Exchange, *, shared: bool) -> str | None:
    reason = why_stored(exchange, shared=shared)
    kind = "shared caches" if shared else "caches"
    return f"{describe(exchange)}, and {kind} may store it: {reason}" if reason else None


@expectations("told apart by cookie", about="answer", needs=("session cookie",))
def told_apart(seen: Seen, _: Stage) -> str | None:
    """Each answer has `Vary: Cookie`, or no cache may store it or reuse it unasked."""
    for exchange in seen.exchanges:
        must_ask = directives(exchange).get("no-cache", "no") == ""
        stored = why_stored(exchange, shared=False) and not must_ask
        if stored and not is_keyed_by_cookie(exchange):
            return f"{describe(exchange)}, with neither Vary: Cookie nor no-store"
    return None


@expectations("asked for anew", about="answer")
def asked_anew(seen: Seen, _: Stage) -> str | None:
    """No browser answers from a copy of the last answer once other cookies go with the request."""
    exchange = seen.exchanges[-1]
    if is_reused_unasked(exchange) and not is_keyed_by_cookie(exchange):
        return f"{describe(exchange)}, and browsers may go on showing it without asking"
    return None


@expectations("no private copy left", about="answer")
def no_copy_left(seen: Seen, stage: Stage) -> str | None:
    """No page of a signed-in user stays in the browser's cache.

    None was allowed to be stored, or the last answer clears the cache by Clear-Site-Data.
    """
    last = seen.exchanges[-1]
    kinds = cleared_kinds(last) or ()
    if is_trustworthy(last.url) and {"cache", "*"} & set(kinds):
        return None
    private = (one for one in stage.exchanges if _is_private(one, stage))
    return next((text for one in private if (text := _stored(one, shared=False))), None)


def _is_private(exchange: Exchange, stage: Stage) -> bool:
    page = stage.profile.protected_page.request
    path = page.path.partition("?")[0]
    is_page = exchange.method == page.method and exchange.path.partition("?")[0].endswith(path)
    return is_page and recognise(stage.profile, exchange, stage.users).state == "signed in"


@expectations("Clear-Site-Data that browsers understand", about="answer")
def clear_site_data(seen: Seen, _: Stage) -> str | None:
    """The header names kinds of data that browsers know, in quotes; it need not be there."""
    header = seen.exchanges[-1].header("Clear-Site-Data")
    kinds = cleared_kinds(seen.exchanges[-1])
    if header is None or kinds is None:
        raise DoesNotApply("this answer has no header Clear-Site-Data")
    ignored = len(header.split(",")) - len(kinds)
    return f"browsers ignore {ignored} of what Clear-Site-Data names" if ignored else None


@expectations("no copy confirmed", about="copy", refusal=True)
def no_copy_confirmed(seen: Seen, _: Stage) -> str | None:
    """The server does not say that the copy which the browser holds is good, nor sends a part."""
    last = seen.exchanges[-1]
    return describe(last) if last.status in _FROM_A_COPY else None
