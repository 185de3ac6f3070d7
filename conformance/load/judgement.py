"""Whether an answer is right, wrong, or can't be judged."""

from __future__ import annotations

from enum import Enum

from conformance.load.knowledge import Due, Seen


class Finding(Enum):
    """What one answer of the protected page came to."""

    SERVED = "live sessions served"
    REFUSED = "ended sessions refused"
    STRANGER_REFUSED = "visitors without a session refused"
    OTHER_USER = "another user's data shown"
    ENDED_SERVED = "ended session served"
    LIVE_REFUSED = "live session refused"
    STRANGER_SERVED = "signed in without a session"
    EITHER = "may be either"
    NOT_UNDERSTOOD = "not understood"
    NO_ANSWER = "no answer"
    THROTTLED = "throttled"


RIGHT = (Finding.SERVED, Finding.REFUSED, Finding.STRANGER_REFUSED)
WRONG = (
    Finding.OTHER_USER,
    Finding.ENDED_SERVED,
    Finding.LIVE_REFUSED,
    Finding.STRANGER_SERVED,
)

_NOTHING_SHOWN = {
    Seen.NOT_UNDERSTOOD: Finding.NOT_UNDERSTOOD,
    Seen.NO_ANSWER: Finding.NO_ANSWER,
    Seen.THROTTLED: Finding.THROTTLED,
}


def judged(due: Due, seen: Seen) -> Finding:
    """Return what an answer to a request with a session comes to."""
    if seen in _NOTHING_SHOWN:
        return _NOTHING_SHOWN[seen]
    if seen is Seen.OTHER:  # whatever the session's state: never somebody else's page
        return Finding.OTHER_USER
    if due is Due.EITHER:
        return Finding.EITHER
    if seen is Seen.SIGNED_OUT:
        return Finding.REFUSED if due is Due.REFUSED else Finding.LIVE_REFUSED
    return Finding.SERVED if due is Due.SERVED else Finding.ENDED_SERVED


def judged_without_session(seen: Seen) -> Finding:
    """Return what an answer to a request without any session comes to."""
    if seen in _NOTHING_SHOWN:
        return _NOTHING_SHOWN[seen]
    if seen is Seen.SIGNED_OUT:
        return Finding.STRANGER_REFUSED
    return Finding.STRANGER_SERVED
