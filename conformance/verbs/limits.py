"""Verbs that open as many sessions as a user may have, and one more."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.stage import KeptSession, Seat, Seen, Stage
from conformance.verbs.login import log_in
from conformance.verbs.registry import ON_ACTION, held_cookies, verbs


@verbs(
    "log in up to the limit",
    takes="logins",
    shows=ON_ACTION,
    default="accepted",
    needs=("session limit", "own account"),
)
def log_in_up_to_the_limit(stage: Stage, seat: Seat, wanted: Mapping[str, str]) -> Seen:
    """Log in until as many sessions are kept as the session limit allows.

    `user` is who logs in, each time in a new browser; the sessions are kept in their order, under
    the name that `keep as` says.
    """
    seen = Seen(answer="accepted")
    while len(stage.kept.get(wanted["keep as"], [])) < (stage.profile.session_limit or 0):
        seen = try_another_login(stage, seat, wanted)
        if seen.answer != "accepted":
            break
    return seen


@verbs("try another login", takes="logins", shows=ON_ACTION)
def try_another_login(stage: Stage, _: Seat, wanted: Mapping[str, str]) -> Seen:
    """Log in in a new browser, and keep the session if the server gives one."""
    seat = Seat(stage.new_browser())
    seen = log_in(stage, seat, wanted["user"])
    cookies = held_cookies(stage, seat) or seat.not_kept
    if seen.answer == "accepted" and cookies:
        kept = KeptSession(cookies, seat.role, seat.life)
        stage.kept.setdefault(wanted["keep as"], []).append(kept)
    return seen
