"""The reference with one defect that shows only under load, or only where there are two nodes.

`python wrongserver.py DEFECT ...` takes the arguments of `python -m reference_impl` after it.
"""

from __future__ import annotations

import sys
import threading
import time
import uuid
from typing import Any

from reference_impl import app
from reference_impl.__main__ import main
from reference_impl.auth.session_auth import SessionAuth, SignedIn
from reference_impl.auth.session_db_auth import SessionDBAuth
from reference_impl.models.session import Session
from reference_impl.models.user import User

BEHIND = 3.0  # seconds after which what was put off is written


class CachesSessions(SessionDBAuth):
    """Keeps what it has read in this process, and forgets only what it has ended itself."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.cached: dict[bytes, SignedIn] = {}

    def load(self, token_hash: bytes) -> SignedIn | None:
        found = self.cached.get(token_hash) or super().load(token_hash)
        if found:
            self.cached[token_hash] = found
        return found

    def remove(self, token_hash: bytes) -> bool:
        self.cached.pop(token_hash, None)
        return super().remove(token_hash)


class RemovesLater(SessionDBAuth):
    """Answers a logout at once and removes the session later, from a list in this process."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.ended: set[bytes] = set()

    def load(self, token_hash: bytes) -> SignedIn | None:
        return None if token_hash in self.ended else super().load(token_hash)

    def remove(self, token_hash: bytes) -> bool:
        self.ended.add(token_hash)
        threading.Timer(BEHIND, super().remove, [token_hash]).start()
        return True


class WritesSessionsBack(SessionDBAuth):
    """Writes the session at the end of its use, whether it is still there or not."""

    def find(self, token: str | None) -> SignedIn | None:
        found = super().find(token)
        if found:
            time.sleep(0.01)
            self.remove(found.session.token_hash)
            self.add(found.session, None)
        return found

    def revoke(self, signed_in: SignedIn) -> bool:
        super().revoke(signed_in)
        return True


class MixesUsersUp(SessionDBAuth):
    """Keeps who asks where all threads share it."""

    last: SignedIn | None = None

    def load(self, token_hash: bytes) -> SignedIn | None:
        self.last = super().load(token_hash)
        time.sleep(0.002)
        return self.last


class KeepsSessionsBeside(SessionAuth):
    """Keeps sessions in this process, and the users in the database."""


class AddsLater(SessionDBAuth):
    """Answers a login at once and stores the session later; until then only this process has it."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.users: dict[uuid.UUID, User] = {}
        self.fresh: dict[bytes, Session] = {}

    def start(self, user: User, user_agent: str, presented: str | None) -> str:
        self.users[user.id] = user
        return super().start(user, user_agent, presented)

    def add(self, session: Session, ended: bytes | None) -> bool:
        self.fresh[session.token_hash] = session
        threading.Timer(BEHIND, self._store, [session, ended]).start()
        return True

    def _store(self, session: Session, ended: bytes | None) -> None:
        if self.fresh.pop(session.token_hash, None):
            super().add(session, ended)

    def load(self, token_hash: bytes) -> SignedIn | None:
        fresh = self.fresh.get(token_hash)
        return SignedIn(self.users[fresh.user_id], fresh) if fresh else super().load(token_hash)

    def remove(self, token_hash: bytes) -> bool:
        return self.fresh.pop(token_hash, None) is not None or super().remove(token_hash)


DEFECTS: dict[str, type[SessionAuth]] = {
    "caches sessions": CachesSessions,
    "removes later": RemovesLater,
    "writes sessions back": WritesSessionsBack,
    "mixes users up": MixesUsersUp,
    "keeps sessions beside": KeepsSessionsBeside,
    "adds later": AddsLater,
}

if __name__ == "__main__":
    defect = sys.argv[1]
    if defect != "none":
        app.KEEPERS["session_db_auth"] = DEFECTS[defect]
    sys.exit(main(sys.argv[2:]))
