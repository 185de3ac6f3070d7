"""What is known about one session while many users are at work, and what it owes an answer.

Nothing here knows a clock, a connection or Locust: every time is given, in seconds of one clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


@dataclass(frozen=True)
class Span:
    """When a request was begun, and when its answer was there or given up."""

    begin: float
    end: float


@dataclass(frozen=True)
class Lifetimes:
    """What the target declares about how long its sessions live, in seconds; None: not declared.

    `allowance` is how much earlier than declared it may act, `skew` how far the clocks of its nodes
    are apart, and `staleness` how long a node may still show what was so before.
    """

    idle: float | None = None
    absolute: float | None = None
    allowance: float = 1.0
    skew: float = 0.0
    staleness: float = 0.0


class Due(Enum):
    """What a right server answers to a request that presents a session."""

    SERVED = "served"
    REFUSED = "refused"
    EITHER = "either"


class Seen(Enum):
    """What an answer of the protected page showed."""

    OWNER = "its owner"
    SOMEBODY = "somebody without a name"
    OTHER = "another user"
    SIGNED_OUT = "signed out"
    NOT_UNDERSTOOD = "nothing that a sign recognises"
    NO_ANSWER = "no answer"
    THROTTLED = "a request to wait"


# Why a session may rightly be served or refused.
MAY_HAVE_EXPIRED = "it may have expired"
MAY_HAVE_ENDED = "a request that ends it was under way, or got no answer"
MAY_BE_UNKNOWN_ELSEWHERE = "a node may not know it yet"
MAY_BE_PUSHED_OUT = "the session limit may have ended it"
MAY_HAVE_ANOTHER_TOKEN = "its token may have been replaced by an answer that got lost"  # noqa: S105 (a sentence)
WAS_REFUSED = "it was refused before"


@dataclass
class KnownSession:
    """One session: when it began and was used, and since when it may have, or has, ended.

    `used` is the begin of the last request that it was served for, `ending` that of the first one
    that may have ended it, and `ended` is when the first answer was there after which it has ended.
    `doubt` says why nothing can be said of it any more.
    """

    login: Span
    used: float = field(init=False)
    asked: float = field(init=False)  # when the last request with it was over, answered or not
    ending: float | None = None
    ended: float | None = None
    doubt: str = ""

    def __post_init__(self) -> None:
        self.used, self.asked = self.login.begin, self.login.end

    def due(self, span: Span, lifetimes: Lifetimes) -> tuple[Due, str]:
        """Return what a request in this span has to be answered, and the reason for `EITHER`."""
        if self.ended is not None and span.begin >= self.ended + lifetimes.staleness:
            return Due.REFUSED, ""
        why = self.doubt or self._why_not_served(span, lifetimes)
        return (Due.EITHER, why) if why else (Due.SERVED, "")

    def _why_not_served(self, span: Span, lifetimes: Lifetimes) -> str:
        early = lifetimes.allowance + lifetimes.skew
        for limit, since in (
            (lifetimes.idle, self.used),
            (lifetimes.absolute, self.login.begin),
        ):
            if limit and span.end - since >= limit - early:
                return MAY_HAVE_EXPIRED
        if span.begin < self.login.end + lifetimes.staleness:
            return MAY_BE_UNKNOWN_ELSEWHERE
        if self.ending is not None and span.end >= self.ending:
            return MAY_HAVE_ENDED
        return ""

    def saw(self, span: Span, seen: Seen, due: Due, why: str) -> None:
        """Learn from an answer, of which `due` had said what it has to be."""
        self.asked = max(self.asked, span.end)
        if seen in (Seen.OWNER, Seen.SOMEBODY):
            self.used = max(self.used, span.begin)
        if seen is not Seen.SIGNED_OUT:
            return
        if due is Due.SERVED:
            self.doubt = WAS_REFUSED  # said once; what comes of it is no further fault
        if why == MAY_HAVE_ENDED:
            self.has_ended(span)  # nothing else can have been the reason

    def may_end(self, span: Span) -> None:
        """Note a request that ends the session if it arrived."""
        self.ending = span.begin if self.ending is None else min(self.ending, span.begin)
        self.asked = max(self.asked, span.end)

    def has_ended(self, span: Span) -> None:
        """Note an answer after which the session has ended."""
        self.may_end(span)
        self.ended = span.end if self.ended is None else min(self.ended, span.end)

    def may_live(self, now: float, lifetimes: Lifetimes) -> bool:
        """Say whether the server may still count this session among those of its user."""
        if self.ended is not None and now >= self.ended + lifetimes.staleness:
            return False
        late = lifetimes.allowance + lifetimes.skew + _LATE
        for limit, since in ((lifetimes.idle, self.asked), (lifetimes.absolute, self.login.end)):
            if limit and now - since > limit + late:
                return False
        return True


_LATE = 30.0  # seconds after which no request that was given up is still on its way
