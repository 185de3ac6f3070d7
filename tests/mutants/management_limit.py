"""Limits of live sessions that don't hold, or hold for the wrong ones."""

from __future__ import annotations

import threading
from typing import Any

from sqlalchemy import Connection

from reference_impl.models.session import Session

from .harness import WSGI, ReferenceSite, mutant
from .management import Recording

PATIENCE = 5.0  # seconds that a login waits for those beside it
TOGETHER = 6  # logins of the scenario


@mutant("MANAGE-8", "there is no limit of sessions")
def no_limit(site: ReferenceSite) -> WSGI:
    return site.app({"SESSION_MAX_PER_USER": "0"})


@mutant(
    "MANAGE-8",
    "the limit is half of what it says",
    also=["management/sessions-up-to-the-limit"],
)
def half_of_it(site: ReferenceSite) -> WSGI:
    return site.app({"SESSION_MAX_PER_USER": "10"})


class Choosing(Recording):
    """Has another idea of which session has to go."""

    def _make_room(self, connection: Connection, new: Session) -> None:
        """Leave it to `add`."""

    def add(self, session: Session, ended: bytes | None) -> bool:
        victims = self.victims(session)
        for one in victims:
            self.remove(one.token_hash)
        return super().add(session, ended)

    def alive(self) -> list[Session]:
        return [one for one in self.started if self.load(one.token_hash)]

    def victims(self, session: Session) -> list[Session]:
        raise NotImplementedError


@mutant("MANAGE-8", "the newest of the sessions gives way", also=["management/session-limit"])
class NewestGivesWay(Choosing):
    def victims(self, session: Session) -> list[Session]:
        own = [one for one in self.alive() if one.user_id == session.user_id]
        return own[self._max_per_user - 1 :]


@mutant(
    "MANAGE-8",
    "the limit counts the sessions of all users",
    also=["management/session-limit-of-one-user"],
)
class CountsEverybodys(Choosing):
    def victims(self, session: Session) -> list[Session]:  # noqa: ARG002
        return self.alive()[: 1 - self._max_per_user]


@mutant("MANAGE-10", "sessions are counted before the new one is stored")
class CountsBefore(Choosing):
    """Lets logins that arrive together count together."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.together = threading.Barrier(TOGETHER)

    def victims(self, session: Session) -> list[Session]:
        own = [one for one in self.alive() if one.user_id == session.user_id]
        victims = own[: max(0, 1 + len(own) - self._max_per_user)]
        if victims:
            try:
                self.together.wait(PATIENCE)
            except threading.BrokenBarrierError:  # one login that came alone
                return victims
        return victims
