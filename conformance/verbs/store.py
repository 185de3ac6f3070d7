"""Verbs about the session store: taken away, brought back, and searched."""

from __future__ import annotations

from conformance.stage import NotTried, Seat, Seen, Stage, Store
from conformance.verbs.pages import kept_pages
from conformance.verbs.registry import kept_sessions, verbs

_LOOKS, _PAUSE = 50, 0.2  # seconds between two looks at whether the target is back


@verbs("take the store away", needs=("store away",))
def take_away(stage: Stage, _: Seat, __: None) -> Seen:
    """Make the session store unreachable for the target; at the end it is brought back."""
    stage.store_is_away = True
    _store(stage).take_away()
    return Seen()


@verbs("bring the store back", needs=("store away",))
def bring_back(stage: Stage, _seat: Seat, _: None) -> Seen:
    """Make the session store reachable again.

    Ends when no kept session is answered with a server error any more, or after 10 s: a target may
    need a moment to notice.
    """
    _store(stage).bring_back()
    stage.store_is_away = False
    for _look in range(_LOOKS):
        if all(page.shown.state != "unrecognised" for page in kept_pages(stage)):
            break
        stage.sleep(_PAUSE)
    return Seen()


@verbs("search the store for", takes="names", shows=("store",), needs=("store dump",))
def search(stage: Stage, _: Seat, names: list[str]) -> Seen:
    """Print all that the session store holds, to look for the tokens of kept sessions in it."""
    sessions = [session for name in names for session in kept_sessions(stage, name)]
    return Seen(dump=_store(stage).dump(), sought=tuple(sessions))


def _store(stage: Stage) -> Store:
    if stage.store is None:
        raise NotTried("this run can't act on the session store")
    return stage.store
