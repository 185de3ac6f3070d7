"""How many of a user's sessions are alive."""

from __future__ import annotations

from conformance.expectations.pages import recognised_pages
from conformance.expectations.registry import expectations
from conformance.stage import Page, Seen, Stage


@expectations("only the newest signed in", about="page", needs=("session limit",))
def only_the_newest(seen: Seen, stage: Stage) -> str | None:
    """As many of the sessions as the session limit allows are signed in, and those the newest."""
    pages = list(recognised_pages(seen))
    alive = [page.shown.state == "signed in" for page in pages]
    limit = stage.profile.session_limit or len(alive)
    if alive == [number >= len(alive) - limit for number in range(len(alive))]:
        return None
    _refuse_slowness(pages, stage)
    return _counted(alive, "; the oldest give way to new ones, or new ones are refused")


@expectations("no more signed in than the limit", about="page", needs=("session limit",))
def no_more_than_the_limit(seen: Seen, stage: Stage) -> str | None:
    """At least one of the sessions is signed in, and no more than the session limit allows."""
    pages = list(recognised_pages(seen))
    alive = [page.shown.state == "signed in" for page in pages]
    limit = stage.profile.session_limit or len(alive)
    if sum(alive) < limit:
        _refuse_slowness(pages, stage)
    return None if 0 < sum(alive) <= limit else _counted(alive, f"; the limit is {limit}")


def _refuse_slowness(pages: list[Page], stage: Stage) -> None:
    """Raise TooSlow if a session that is signed out was free to expire by now."""
    for page in pages:
        if page.shown.state != "signed in":
            stage.refuse_slowness(page.exchange, page.life)


def _counted(alive: list[bool], rule: str) -> str:
    places = ", ".join(str(place) for place, is_alive in enumerate(alive, 1) if is_alive) or "none"
    return f"of {len(alive)} sessions, in the order of their logins, are alive: {places}{rule}"
