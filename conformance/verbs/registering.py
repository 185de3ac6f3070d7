"""The verb that makes accounts."""

from __future__ import annotations

from conformance.errors import Unrecognised
from conformance.newcomers import newcomers
from conformance.stage import Seat, Seen, Stage
from conformance.verbs.acting import perform
from conformance.verbs.registry import ON_ACTION, session_cookies_in, verbs


@verbs(
    "register",
    takes="newcomer",
    shows=ON_ACTION,
    default="accepted",
    needs=("spare account",),
)
def register(stage: Stage, seat: Seat, word: str) -> Seen:
    """Register a newcomer, who plays alice or bob from now on, whether the server agrees or not."""
    action = stage.profile.register
    if action is None:
        raise Unrecognised("the profile has no 'register' action")
    role, user = newcomers[word](stage.user("alice"))
    stage.secrets.add(user.password)
    values: dict[str, str | None] = {"username": user.username, "password": user.password}
    answer, exchanges = perform(stage, seat, action, values, {})
    stage.users = {**stage.users, role: user}
    return Seen(exchanges, answer=answer, cookies=session_cookies_in(stage, exchanges))
