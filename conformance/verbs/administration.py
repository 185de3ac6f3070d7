"""Verbs by which an administrator acts on somebody else's account."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.errors import Unrecognised
from conformance.stage import Seat, Seen, Stage
from conformance.verbs.acting import act
from conformance.verbs.login import log_in, log_out
from conformance.verbs.registry import ON_ACTION, verbs

_ENDS, _REMOVES = "administrator ends sessions", "administrator removes account"


@verbs(
    "administrator ends sessions of",
    takes="subject",
    shows=ON_ACTION,
    default="accepted",
    needs=(f"the action {_ENDS}", "own account"),
)
def end_sessions(stage: Stage, seat: Seat, wanted: Mapping[str, str]) -> Seen:
    """Let the administrator end all sessions of this user.

    With `by: this browser` somebody else tries the same: who is signed in there, or nobody.
    """
    return _administer(stage, seat, _ENDS, wanted)


@verbs(
    "administrator removes",
    takes="subject",
    shows=ON_ACTION,
    default="accepted",
    needs=(f"the action {_REMOVES}", "spare account"),
)
def remove_account(stage: Stage, seat: Seat, wanted: Mapping[str, str]) -> Seen:
    """Let the administrator remove or disable this user's account.

    With `by: this browser` somebody else tries the same: who is signed in there, or nobody.
    """
    return _administer(stage, seat, _REMOVES, wanted)


def _administer(stage: Stage, seat: Seat, action: str, wanted: Mapping[str, str]) -> Seen:
    subject = stage.user(wanted["user"]).username
    if "by" in wanted:
        return act(stage, seat, action, {}, subject=subject)
    administrator = _administrator(stage)
    seen = act(stage, administrator, action, {}, subject=subject)
    if stage.profile.session_limit:
        log_out(stage, administrator, {})  # all scenarios share this account and its sessions
        administrator.role = ""
    return seen


def _administrator(stage: Stage) -> Seat:
    """Return a browser in which the administrator is logged in."""
    seat = stage.seat("the administrator's own")
    if not seat.role and log_in(stage, seat, "admin").answer != "accepted":
        raise Unrecognised("the administrator of the profile can't log in")
    return seat
