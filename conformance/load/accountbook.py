"""What is known about the sessions of one account, and how many more it may have."""

from __future__ import annotations

from dataclasses import dataclass, field

from conformance.load.knowledge import (
    MAY_BE_PUSHED_OUT,
    Due,
    KnownSession,
    Lifetimes,
    Span,
)
from conformance.model import SessionPolicy, User


@dataclass
class Account:
    """One account, its user's sessions, and logins that may have made one nobody knows.

    `limit` is how many live sessions the target lets a user have. `is_lost` where nobody knows the
    password any more, or what a request that is still under way may end.
    """

    user: User
    lifetimes: Lifetimes
    limit: int | None = None
    sessions: list[KnownSession] = field(default_factory=list)
    strays: list[KnownSession] = field(default_factory=list)
    beginning: int = 0  # logins under way
    is_lost: bool = False

    def may_log_in(self, now: float) -> bool:
        """Say whether a login pushes out no session that has to stay alive."""
        if self.limit is None:
            return True
        self.forget(now)
        if len(self.sessions) + len(self.strays) + self.beginning < self.limit:
            return True
        # Full, but for all we know of sessions that have ended: let one in at a time.
        span = Span(now, now)
        alive = any(one.due(span, self.lifetimes)[0] is Due.SERVED for one in self.sessions)
        return not alive and not self.beginning

    def is_crowded(self, now: float) -> bool:
        """Say whether one more login may push out a session, or be refused for the limit."""
        if self.limit is None:
            return False
        self.forget(now)
        return len(self.sessions) + len(self.strays) + self.beginning >= self.limit

    def crowd(self) -> None:
        """Note a login that may push any of the sessions out."""
        for one in self.sessions:
            one.doubt = one.doubt or MAY_BE_PUSHED_OUT

    def forget(self, now: float) -> None:
        """Forget sessions that the server counts no more."""
        self.sessions = [one for one in self.sessions if one.may_live(now, self.lifetimes)]
        self.strays = [one for one in self.strays if one.may_live(now, self.lifetimes)]

    def logged_in(self, span: Span) -> KnownSession:
        """Note a login that was accepted; return its session."""
        session = KnownSession(span)
        self.sessions.append(session)
        return session

    def may_have_logged_in(self, span: Span) -> None:
        """Note a login without an answer: there may be a session that nobody has the token of."""
        self.strays.append(KnownSession(span))

    def may_end_all(self, span: Span) -> None:
        """Note a request for the end of all sessions that got no answer.

        It may still arrive, and would then end sessions that begin only now.
        """
        self.is_lost = True
        for one in self.sessions:
            one.may_end(span)

    def ended_all(self, span: Span, but: KnownSession | None = None) -> None:
        """Note an answer after which all sessions have ended, except perhaps one."""
        for one in self.sessions:
            if one is not but:
                one.has_ended(span)

    def changed_password(
        self, user: User, span: Span, by: KnownSession, policy: SessionPolicy
    ) -> None:
        """Note that the password was changed in the session `by`; `user` has the new one."""
        self.user = user
        if policy != "others are offered an end":
            self.ended_all(span, by if policy == "others end" else None)
