"""Whether the protected page shows that somebody is signed in."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.errors import Unrecognised
from conformance.expectations.registry import describe, expectations
from conformance.stage import Page, Seen, Stage


@expectations("signed in", about="page")
def signed_in(seen: Seen, stage: Stage) -> str | None:
    """The protected page shows that its own user is signed in, and names no other user."""
    for page in _recognised_pages(seen):
        if page.shown.state == "signed out":
            stage.refuse_slowness(page.exchange, page.life)
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
