"""What the list of a user's sessions shows."""

from __future__ import annotations

from conformance.expectations.registry import expectations
from conformance.stage import Listing, Seen, Stage


@expectations("one more session", about="listing")
def one_more(seen: Seen, _: Stage) -> str | None:
    """The list shows one session more than at the look before, and still all of those."""
    listing = _listing(seen)
    lost = set(listing.before) - set(listing.now)
    if len(listing.added) == 1 and not lost:
        return None
    return f"the list shows {len(listing.added)} new ones and misses {len(lost)} of those before"


@expectations("one session less", about="listing")
def one_less(seen: Seen, _: Stage) -> str | None:
    """The list shows one session less than at the look before, and no other."""
    listing = _listing(seen)
    lost = set(listing.before) - set(listing.now)
    if len(lost) == 1 and not listing.added:
        return None
    return f"the list shows {len(listing.added)} new ones and misses {len(lost)} of those before"


@expectations("none of the kept handles", about="listing")
def none_of_the_kept(seen: Seen, stage: Stage) -> str | None:
    """The list shows no session whose handle was kept."""
    shown = [name for name, handle in stage.handles.items() if handle in _listing(seen).now]
    return f"the list shows the session kept as '{shown[0]}'" if shown else None


def _listing(seen: Seen) -> Listing:
    return seen.listing or Listing()
