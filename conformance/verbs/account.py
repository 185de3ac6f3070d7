"""Verbs by which users change their own account and end their own sessions."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from conformance.changes import credential_changes
from conformance.stage import DoesNotApply, NotTried, Seat, Seen, Stage
from conformance.verbs.acting import act, is_forged, perform
from conformance.verbs.registry import ON_ACTION, verbs

Wanted = Mapping[str, str]


@verbs(
    "change password",
    takes="password change",
    shows=ON_ACTION,
    default="accepted",
    needs=("the action change password", "spare account"),
)
def change_password(stage: Stage, seat: Seat, wanted: Wanted) -> Seen:
    """Change the user's password to a new one, which later logins of this user then take.

    `current` spoils the current password (see the list of changes of credentials). After a forged
    change (`from`, `csrf token`) later logins take the old password, which ought to be good still.
    """
    user = stage.user(seat.role)
    new = f"{user.password} {secrets.token_hex(6)}"
    stage.secrets.add(new)
    more: dict[str, str | None] = {"new_password": new}
    if "current" in wanted:
        more["password"] = credential_changes[wanted["current"]](user)[1]
    seen = act(stage, seat, "change password", wanted, **more)
    if seen.answer == "accepted" and not is_forged(wanted):
        stage.change_password(seat.role, new)
    return seen


@verbs(
    "log out everywhere",
    takes="manner",
    shows=ON_ACTION,
    default="accepted",
    needs=("the action log out everywhere", "own account"),
)
def log_out_everywhere(stage: Stage, seat: Seat, wanted: Wanted) -> Seen:
    """End every session of the user, this one included."""
    return act(stage, seat, "log out everywhere", wanted)


@verbs(
    "log out others",
    takes="manner",
    shows=ON_ACTION,
    default="accepted",
    needs=("the action log out others", "own account"),
)
def log_out_others(stage: Stage, seat: Seat, wanted: Wanted) -> Seen:
    """End every session of the user except this one."""
    return act(stage, seat, "log out others", wanted)


@verbs(
    "remove account",
    takes="manner",
    shows=ON_ACTION,
    default="accepted",
    needs=("the action remove account", "spare account"),
)
def remove_account(stage: Stage, seat: Seat, wanted: Wanted) -> Seen:
    """Remove the user's own account."""
    return act(stage, seat, "remove account", wanted)


@verbs(
    "register again", takes="user", shows=ON_ACTION, default="accepted", needs=("spare account",)
)
def register_again(stage: Stage, seat: Seat, role: str) -> Seen:
    """Register an account with the name and password of this user, whose own was removed.

    Where the name is not given out again, the scenario does not apply.
    """
    user, action = stage.user(role), stage.profile.register
    if action is None:
        raise NotTried("the profile has no 'register' action")
    values = {"username": user.username, "password": user.password}
    answer, exchanges = perform(stage, seat, action, values, {})
    if answer == "refused":
        raise DoesNotApply("the server gives the name of a removed account to nobody")
    return Seen(exchanges, answer=answer)


@verbs(
    "step up", takes="manner", shows=ON_ACTION, default="accepted", needs=("the action step up",)
)
def step_up(stage: Stage, seat: Seat, wanted: Wanted) -> Seen:
    """Prove once more who one is, or get more rights, within the session."""
    return act(stage, seat, "step up", wanted)
