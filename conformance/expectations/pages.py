"""Whether the protected page shows that somebody is signed in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from conformance.errors import Unrecognised
from conformance.expectations.registry import describe, expectations, not_understood
from conformance.model import Exchange, Profile, Sign
from conformance.signs import holds, placeholders
from conformance.stage import NotTried, Page, Seen, Stage

_SERVER_ERROR, _NOT_IMPLEMENTED = 500, 501
_STATUS = frozenset({"status", "location"})
_BODY = frozenset(
    {"body is", "body contains", "body lacks", "body matches", "json", "json is", "json keys"}
)


@expectations("signed in", about="page")
def signed_in(seen: Seen, stage: Stage) -> str | None:
    """The protected page shows that its own user is signed in, and names no other user."""
    for page in recognised_pages(seen):
        if page.shown.state == "signed out":
            stage.refuse_slowness(page.exchange, page.life)
            return f"signed out: {describe(page.exchange)}"
        if page.shown.role not in ("", page.owner):
            return f"signed in as {page.shown.role}: {describe(page.exchange)}"
    return None


@expectations("signed out", about="page", refusal=True)
def signed_out(seen: Seen, _: Stage) -> str | None:
    """The protected page shows that nobody is signed in."""
    for page in recognised_pages(seen):
        if page.shown.state == "signed in":
            role = f" as {page.shown.role}" if page.shown.role else ""
            return f"signed in{role}: {describe(page.exchange)}"
    return None


@expectations("not shown", about="page", refusal=True)
def not_shown(seen: Seen, stage: Stage) -> str | None:
    """No answer shows the protected page, nor names its user as that page does, with any status.

    The answer need not be one that the profile knows: 404, 405 and 501 show nothing either. Of an
    answer to HEAD, which has no body, status and headers are judged.
    """
    for page in seen.pages:
        exchange = page.exchange
        if exchange.status >= _SERVER_ERROR and exchange.status != _NOT_IMPLEMENTED:
            raise Unrecognised(f"{describe(exchange)}: a server error shows nothing for certain")
        if page.shown.state == "signed in" or _names_a_user(exchange, stage):
            return f"the page is shown: {describe(exchange)}"
        if exchange.method == "HEAD" and _is_head_of_the_page(exchange, stage.profile):
            return f"the answer is that of the page: {describe(exchange)}"
    return None


@expectations("not served", about="page", refusal=True)
def not_served(seen: Seen, stage: Stage) -> str | None:
    """No answer shows the protected page, nor names its user; a server error is as good as any."""
    for page in seen.pages:
        if page.shown.state == "signed in" or _names_a_user(page.exchange, stage):
            return f"the page is served: {describe(page.exchange)}"
    return None


@expectations("nobody else", about="page")
def nobody_else(seen: Seen, _: Stage) -> str | None:
    """The page shows nobody, or the user whose credentials this browser has sent last."""
    for page in recognised_pages(seen):
        if page.shown.state == "signed in" and page.shown.role not in ("", page.tried):
            return f"signed in as {page.shown.role}: {describe(page.exchange)}"
    return None


@expectations("the same each time", about="page")
def same_each_time(seen: Seen, stage: Stage) -> str | None:
    """Every answer shows the same: the same one of the scenario's users, or no page."""
    roles = {page.shown.role if page.shown.state == "signed in" else None for page in seen.pages}
    strangers = roles - {None, "", *stage.users}
    if len(roles) > 1 or strangers:
        for page in seen.pages:
            if page.shown.state == "signed out":
                stage.refuse_slowness(page.exchange, page.life)
        named = sorted("nobody" if role is None else role or "somebody" for role in roles)
        return f"signed in is {', then '.join(named)}: {describe(seen.pages[-1].exchange)}"
    return None


def _names_a_user(exchange: Exchange, stage: Stage) -> bool:
    """Say whether the answer names a user as the protected page does, whatever its status."""
    values = [{"username": user.username} for user in stage.users.values()]
    signs = (_without(sign, _STATUS) for sign in stage.profile.protected_page.signed_in)
    naming = [sign for sign in signs if "username" in placeholders(dict(sign.conditions))]
    return any(holds(sign, exchange, value) for sign in naming for value in values)


def _is_head_of_the_page(exchange: Exchange, profile: Profile) -> bool:
    page = profile.protected_page
    shown = any(holds(_without(sign, _BODY), exchange, {}) for sign in page.signed_in)
    hidden = any(holds(_without(sign, _BODY), exchange, {}) for sign in page.signed_out)
    if shown and hidden:
        raise NotTried(
            "the signs of the protected page differ in the body alone, and HEAD has none"
        )
    return shown


def _without(sign: Sign, names: frozenset[str]) -> Sign:
    kept = {name: value for name, value in sign.conditions.items() if name not in names}
    return replace(sign, conditions=kept)


@expectations("no other user", about="page", needs=("identity",))
def no_other_user(seen: Seen, _: Stage) -> str | None:
    """The protected page shows its own user or nobody, and never somebody else."""
    for page in recognised_pages(seen):
        if page.shown.role not in ("", page.owner):
            return f"signed in as {page.shown.role}: {describe(page.exchange)}"
    return None


def recognised_pages(seen: Seen) -> Iterator[Page]:
    """Yield the pages that were seen; Unrecognised for one that no sign knows."""
    for page in seen.pages:
        if page.shown.state == "unrecognised":
            message = "neither 'signed in' nor 'signed out' of the profile recognises this answer"
            raise not_understood(page.exchange, message)
        yield page
