"""What a user does from a login to the end of the session, and with the token afterwards."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from conformance.load.accountbook import Account
from conformance.load.knowledge import Seen
from conformance.load.visitor import Held, Visitor

_MOST_VISITS = 4
_REMEMBERED = 8  # ended sessions whose token a user presents again later
_OF_ACCOUNTS = ("log out everywhere", "log out others", "change password")
_STRANGERS = 0.25  # of the journeys end with a visit without any session
_LOGOUTS = 3  # that are tried, where no answer comes
_LONGEST_OUTAGE = 30.0  # seconds for which a user tries again
_PATIENCE = 0.2  # seconds until a user looks again whether there is room for one more session


@dataclass
class Journeys:
    """One user's journeys, one after the other.

    `shared` are the accounts of the profile, which many users share; without any the user registers
    an account, and may do with it what changes the whole account.
    """

    visitor: Visitor
    shared: Sequence[Account] = ()
    chance: random.Random = field(default_factory=random.Random)
    own: Account | None = None
    ended: deque[Held] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    kept: Held | None = None  # a session that outlives journeys

    def travel(self) -> None:
        """Log in, visit, end the session in some way, and present what has ended."""
        account = self._account()
        held = self._logged_in(account) if account else None
        if account is None or held is None:
            return
        for _ in range(self.chance.randint(1, _MOST_VISITS)):
            self._visit(held)
        self._visit_kept()
        self._end(held, account)
        self._present_ended()
        if len(self.ended) == 1 or self.chance.random() < _STRANGERS:
            self.visitor.visit_as_stranger()

    def _account(self) -> Account | None:
        if self.shared:
            return self.chance.choice(self.shared)
        if self.own is None or self.own.is_lost:
            self.own, self.kept = self.visitor.register(), None
        return self.own

    def _logged_in(self, account: Account) -> Held | None:
        around = self.visitor.around
        if not account.may_log_in(around.clock()):
            around.sleep(_PATIENCE)
            return None
        return self.visitor.log_in(account)

    def _visit(self, held: Held) -> None:
        """Visit until there is an answer: a node that was killed must not have lost the session."""
        until = self.visitor.around.clock() + _LONGEST_OUTAGE
        while self.visitor.visit(held) in (Seen.NO_ANSWER, Seen.THROTTLED):
            if self.visitor.around.clock() > until:
                return

    def _visit_kept(self) -> None:
        """Visit in the session that outlives journeys, until it was ended or lost."""
        if self.kept is None:
            return
        self._visit(self.kept)
        if self.kept.known.ended is not None or self.kept.known.doubt:
            self.kept = None

    def _end(self, held: Held, account: Account) -> None:
        way = self.chance.choice(self._ways(held, account))
        way()

    def _ways(self, held: Held, account: Account) -> list[Callable[[], None]]:
        """Return what may come at the end of a journey; what comes more often is there twice."""

        def log_out() -> None:
            self._log_out(held)

        def keep() -> None:
            self.kept = held

        ways: list[Callable[[], None]] = [log_out, log_out, log_out]
        if not self.visitor.profile.rotates_tokens:
            ways += [lambda: self._log_out_beside_visits(held)] * 2
        spare = account.limit is None or (account is self.own and account.limit > 1)
        if self.kept is None and spare:
            ways += [keep, keep]
        if account is self.own:
            declared = [name for name in _OF_ACCOUNTS if name in self.visitor.profile.actions]
            ways += [partial(self._end_by, name, held) for name in declared]
        return ways

    def _log_out(self, held: Held) -> None:
        for _ in range(_LOGOUTS):
            self.visitor.log_out(held)
            seen = self.visitor.present(held)
            if seen not in (Seen.OWNER, Seen.SOMEBODY) or held.known.ended is not None:
                break
        self.ended.append(held)

    def _log_out_beside_visits(self, held: Held) -> None:
        """Log out while two requests with the same session are under way."""

        def present() -> None:
            self.visitor.present(held)

        self.visitor.at_once(present, lambda: self.visitor.log_out(held), present)
        self.ended.append(held)
        self.visitor.present(held)

    def _end_by(self, name: str, held: Held) -> None:
        """Do in one session what concerns others of the user, and look at both."""
        others = [one for one in (self.kept,) if one is not None]
        do = {
            "log out everywhere": self.visitor.log_out_everywhere,
            "log out others": self.visitor.log_out_others,
            "change password": self.visitor.change_password,
        }[name]
        do(held)
        for one in [*others, held]:
            one.ended_by = one.ended_by or (name if one.known.ended is not None else "")
            self.visitor.present(one)
        if self.kept and self.kept.known.ended is not None:
            self.ended.append(self.kept)
            self.kept = None
        if held.known.ended is None:
            self._log_out(held)
        else:
            self.ended.append(held)

    def _present_ended(self) -> None:
        """Present one of the sessions that have ended, perhaps long ago."""
        if self.ended:
            self.visitor.present(self.chance.choice(self.ended))
