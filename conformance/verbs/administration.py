"""Verbs by which an administrator acts on somebody else's account."""

from __future__ import annotations

from conformance.errors import Unrecognised
from conformance.stage import Seat, Seen, Stage
from conformance.verbs.acting import act
from conformance.verbs.login import log_in
from conformance.verbs.registry import ON_ACTION, verbs

_ENDS, _REMOVES = "administrator ends sessions", "administrator removes account"


@verbs(
    "administrator ends sessions of",
    takes="user",
    shows=ON_ACTION,
    default="accepted",
    needs=(f"the action {_ENDS}", "own account"),
)
def end_sessions(stage: Stage, _: Seat, role: str) -> Seen:
    """Let the administrator end all sessions of this user."""
    return act(stage, _administrator(stage), _ENDS, {}, subject=stage.user(role).username)


@verbs(
    "administrator removes",
    takes="user",
    shows=ON_ACTION,
    default="accepted",
    needs=(f"the action {_REMOVES}", "spare account"),
)
def remove_account(stage: Stage, _: Seat, role: str) -> Seen:
    """Let the administrator remove or disable this user's account."""
    return act(stage, _administrator(stage), _REMOVES, {}, subject=stage.user(role).username)


def _administrator(stage: Stage) -> Seat:
    """Return a browser in which the administrator is logged in."""
    seat = stage.seat("the administrator's own")
    if not seat.role and log_in(stage, seat, "admin").answer != "accepted":
        raise Unrecognised("the administrator of the profile can't log in")
    return seat
