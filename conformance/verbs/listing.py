"""Verbs about the list of a user's sessions."""

from __future__ import annotations

from conformance.errors import Unrecognised
from conformance.readings import read_all
from conformance.stage import DoesNotApply, Listing, Seat, Seen, Stage
from conformance.verbs.acting import act, own_values, perform, seen_of
from conformance.verbs.registry import ON_ACTION, verbs


@verbs(
    "list sessions",
    takes="nothing",
    shows=(*ON_ACTION, "listing"),
    default="accepted",
    needs=("the action list sessions", "own account"),
)
def list_sessions(stage: Stage, seat: Seat, _: None) -> Seen:
    """Look at the list of the user's sessions."""
    wanted = stage.profile.session_list
    if wanted is None:
        raise DoesNotApply("the profile declares no action 'list sessions'")
    answer, exchanges = perform(stage, seat, wanted.action, own_values(stage, seat), {})
    seen_of(stage, seat, answer, exchanges)
    before = stage.listings.get(seat.role, Listing()).now
    listing = Listing(read_all(wanted.handles, exchanges[-1]), before)
    if answer == "accepted":
        stage.listings[seat.role] = listing
    return Seen(exchanges, answer=answer, listing=listing, life=seat.life)


@verbs("keep handle as", takes="name", needs=("the action list sessions",))
def keep_handle(stage: Stage, seat: Seat, name: str) -> Seen:
    """Keep under a name the handle that the list shows now and did not show at the look before."""
    added = stage.listings.get(seat.role, Listing()).added
    if len(added) != 1:
        raise Unrecognised(f"the list of sessions shows {len(added)} new ones, and not just one")
    stage.handles[name] = added[0]
    return Seen()


@verbs(
    "end session",
    takes="handle",
    shows=ON_ACTION,
    default="accepted",
    needs=("the action end session", "the action list sessions"),
)
def end_session(stage: Stage, seat: Seat, name: str) -> Seen:
    """End the session whose handle was kept under this name."""
    return act(stage, seat, "end session", {}, session_handle=stage.handles[name])
