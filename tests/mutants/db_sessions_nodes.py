"""Nodes that know for themselves what only the store can know for all of them."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import Connection

from reference_impl.auth.attempts import Attempt, Attempts, TooManyAttempts
from reference_impl.auth.session_auth import SessionAuth, SignedIn
from reference_impl.auth.session_db_auth import SessionDBAuth
from reference_impl.models.session import Session
from reference_impl.models.user import User

from .db_sessions import ListedInMemory
from .harness import ReferenceSite, mutant

LIMIT = 10
NOTHING = Attempt(b"", b"", None)
HOUR = timedelta(hours=1)

mutant("DB-4", "each node keeps its sessions in memory")(SessionAuth)
mutant("DB-5", "each node has its own list of ended sessions")(ListedInMemory)


@mutant("DB-4", "each node hashes tokens with a secret of its own")
def secret_of_each_node(site: ReferenceSite) -> Flask:
    def keyed(token_hash: bytes) -> bytes:
        return hashlib.sha256(bytes([site.number]) + token_hash).digest()

    class Keyed(SessionDBAuth):
        def add(self, session: Session, ended: bytes | None) -> bool:
            stored = replace(session, token_hash=keyed(session.token_hash))
            return super().add(stored, keyed(ended) if ended else None)

        def load(self, token_hash: bytes) -> SignedIn | None:
            return super().load(keyed(token_hash))

    return site.app(keeper=Keyed)


@mutant(
    "DB-5",
    "each node remembers the sessions that it has looked up",
    also=[
        "db_sessions/password-change-on-another-node",
        "db_sessions/ended-in-the-list-on-another-node",
        "db_sessions/token-rotated-on-another-node",
    ],
)
class Remembering(SessionDBAuth):
    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.known: dict[bytes, SignedIn] = {}

    def load(self, token_hash: bytes) -> SignedIn | None:
        found = self.known.get(token_hash) or super().load(token_hash)
        if found:
            self.known[token_hash] = found
        return found

    def revoke(self, signed_in: SignedIn) -> bool:
        self.known.clear()
        return super().revoke(signed_in)

    def revoke_all(self, user: User) -> None:
        self.known.clear()
        super().revoke_all(user)

    def touch(self, seen: Session, *, not_seen_since: datetime) -> None:
        super().touch(seen, not_seen_since=not_seen_since)
        if seen.token_hash in self.known:
            self.known[seen.token_hash] = replace(self.known[seen.token_hash], session=seen)


@mutant("DB-5", "each node writes back the sessions that it has used, as they were")
class WritingBack(Remembering):
    def load(self, token_hash: bytes) -> SignedIn | None:
        found = super(Remembering, self).load(token_hash)
        if found is None and token_hash in self.known:
            self.add(self.known[token_hash].session, None)
            return self.known[token_hash]
        if found:
            self.known[token_hash] = found
        return found


@mutant("DB-11", "each node keeps to itself when a session was last used")
class UsesInMemory(SessionDBAuth):
    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.seen: dict[bytes, Session] = {}

    def load(self, token_hash: bytes) -> SignedIn | None:
        found = super().load(token_hash)
        if found and token_hash in self.seen:
            return replace(found, session=self.seen[token_hash])
        return found

    def touch(self, seen: Session, *, not_seen_since: datetime) -> None:  # noqa: ARG002
        self.seen[seen.token_hash] = seen


@mutant("DB-11", "one node has been left with another idle timeout")
def another_idle_timeout(site: ReferenceSite) -> Flask:
    return site.app({"SESSION_IDLE_TIMEOUT": "2" if site.number == 1 else "8"})


@mutant("DB-11", "one node takes local time for UTC")
def local_time_behind(site: ReferenceSite) -> Flask:
    return site.app(clock=lambda: site.now() - (site.number - 1) * HOUR)


@mutant(
    "DB-11",
    "each node counts the absolute timeout from its own first use of a session",
    also=["db_sessions/absolute-timeout-on-all-nodes"],
)
class CountedFromFirstUse(SessionDBAuth):
    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.first: dict[bytes, datetime] = {}

    def load(self, token_hash: bytes) -> SignedIn | None:
        found = super().load(token_hash)
        if found is None:
            return None
        first = self.first.setdefault(token_hash, self._clock())
        return replace(found, session=replace(found.session, created_at=first))


@mutant("DB-12", "each node counts wrong passwords for itself")
class CountedInMemory(Attempts):
    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.seen: Counter[str] = Counter()

    def count(self, account: str, address: str) -> Attempt:  # noqa: ARG002
        self.seen[account] += 1
        if self.seen[account] > LIMIT:
            raise TooManyAttempts(15)
        return NOTHING

    def forgive(self, attempt: Attempt) -> None:
        """Only wrong passwords are tried here."""


@mutant("DB-13", "each node lists the sessions that it has made")
class ListingItsOwn(SessionDBAuth):
    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.made: set[bytes] = set()

    def add(self, session: Session, ended: bytes | None) -> bool:
        self.made.add(session.token_hash)
        return super().add(session, ended)

    def sessions_of(self, user: User) -> list[Session]:
        return [one for one in super().sessions_of(user) if one.token_hash in self.made]


@mutant(
    "DB-13",
    "each node counts the sessions that it has made",
    also=["db_sessions/session-limit-of-all-nodes"],
)
class CountingItsOwn(SessionDBAuth):
    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.made = 0

    def _make_room(self, connection: Connection, new: Session) -> None:
        self.made += 1
        if self.made > self._max_per_user:
            super()._make_room(connection, new)


@mutant("DB-14", "a session that another node made must be as new as it says", on="clocks apart")
class Punctual(SessionDBAuth):
    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.made: set[bytes] = set()

    def add(self, session: Session, ended: bytes | None) -> bool:
        self.made.add(session.token_hash)
        return super().add(session, ended)

    def is_alive(self, found: SignedIn, now: datetime) -> bool:
        apart = abs(now - found.session.last_seen_at)
        is_known = found.session.token_hash in self.made or apart < timedelta(seconds=0.5)
        return is_known and super().is_alive(found, now)


@mutant("DB-14", "one node takes local time for UTC", on="clocks apart")
def local_time_ahead(site: ReferenceSite) -> Flask:
    return site.app(clock=lambda: site.now() + (site.number - 1) * HOUR)
