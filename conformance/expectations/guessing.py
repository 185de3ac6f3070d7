"""What became of guesses at a password."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

from conformance.errors import Unrecognised
from conformance.expectations.registry import describe, expectations
from conformance.guessing import STOPPED
from conformance.signs import holds
from conformance.stage import Seen, Stage, TooSlow

_TOO_MANY_REQUESTS = 429


@expectations("throttled", about="action", refusal=True)
def throttled(seen: Seen, stage: Stage) -> str | None:
    """The login is refused or stopped in whatever words, or logins are slower by a second now."""
    last = seen.exchanges[-1]
    signs = stage.profile.throttling.signs if stage.profile.throttling else ()
    if seen.answer == "refused" or any(holds(sign, last, {}) for sign in signs):
        return None
    if seen.answer == "unrecognised":
        if last.status in STOPPED:
            return None
        message = "neither the signs of 'log in' nor that of 'throttling' recognise this answer"
        raise Unrecognised(f"{describe(last)}: {message}")
    if stage.guesses and stage.guesses.slowed:
        return None
    _refuse_slowness(stage)
    return f"accepted at once: {describe(last)}"


@expectations("not throttled", about="action")
def not_throttled(seen: Seen, _: Stage) -> str | None:
    """The login succeeds; any other answer, 429 as well, means that it is throttled."""
    return None if seen.answer == "accepted" else describe(seen.exchanges[-1])


@expectations("429 with Retry-After", about="answer", needs=("throttling that is told",))
def told_when(seen: Seen, _: Stage) -> str | None:
    """The status is 429, and Retry-After gives seconds or a date (RFC 6585 4, RFC 9110 10.2.3)."""
    last = seen.exchanges[-1]
    if last.status != _TOO_MANY_REQUESTS:
        return describe(last)
    value = (last.header("Retry-After") or "").strip()
    if not value:
        return f"{describe(last)} without Retry-After"
    return None if value.isdecimal() or _is_date(value) else f"Retry-After is '{value[:40]}'"


@expectations("no more looked at than declared", about="guesses")
def no_more_looked_at(seen: Seen, stage: Stage) -> str | None:
    """Of the passwords that were sent at once, no more were looked at than one after another.

    The others are told by the profile's sign of `throttling`.
    """
    limit = stage.profile.throttling.attempts if stage.profile.throttling else 0
    looked_at = seen.looked_at or 0
    if looked_at <= limit:
        return None
    _refuse_slowness(stage)
    sent = len(seen.exchanges)
    return f"{looked_at} of {sent} passwords sent at once were looked at; the limit is {limit}"


def _refuse_slowness(stage: Stage) -> None:
    """Raise TooSlow when so much time went by that the throttling was free to end."""
    lasts = stage.profile.timeouts.throttling
    if stage.guesses is None or lasts is None:
        return
    passed = stage.clock() - stage.guesses.started
    if passed > lasts - stage.profile.timeouts.allowance:
        raise TooSlow(f"{passed:.1f} s went by, too close to the {lasts:g} s of throttling")


def _is_date(value: str) -> bool:
    try:
        parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return False
    return True
