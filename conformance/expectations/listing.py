"""What the list of a user's sessions shows."""

from __future__ import annotations

from conformance.expectations.actions import accepted
from conformance.expectations.registry import expectations
from conformance.stage import Listing, Seen, Stage


@expectations("one more session", about="listing")
def one_more(seen: Seen, stage: Stage) -> str | None:
    """The list shows one session more than at the look before, and still all of those."""
    return accepted(seen, stage) or _differs(_listing(seen), stage, seen, more=1, less=0)


@expectations("one session less", about="listing")
def one_less(seen: Seen, stage: Stage) -> str | None:
    """The list shows one session less than at the look before, and no other."""
    return accepted(seen, stage) or _differs(_listing(seen), stage, seen, more=0, less=1)


@expectations("none of the kept handles", about="listing")
def none_of_the_kept(seen: Seen, stage: Stage) -> str | None:
    """The list shows no session whose handle was kept."""
    refused = accepted(seen, stage)
    if refused:
        return refused
    shown = [name for name, handle in stage.handles.items() if handle in _listing(seen).now]
    return f"the list shows the session kept as '{shown[0]}'" if shown else None


def _differs(listing: Listing, stage: Stage, seen: Seen, more: int, less: int) -> str | None:
    lost = set(listing.before) - set(listing.now)
    if len(listing.added) == more and len(lost) == less:
        return None
    if len(lost) > less:
        _refuse_slowness(seen, stage)
    return f"the list shows {len(listing.added)} new ones and misses {len(lost)} of those before"


def _refuse_slowness(seen: Seen, stage: Stage) -> None:
    """Raise TooSlow when any session was free to end: the list misses more than it should."""
    lives = [seat.life for seat in stage.seats.values()]
    lives += [session.life for sessions in stage.kept.values() for session in sessions]
    for life in lives:
        stage.refuse_slowness(seen.exchanges[-1], life)


def _listing(seen: Seen) -> Listing:
    return seen.listing or Listing()
