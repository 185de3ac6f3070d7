"""Where SessionAuth keeps sessions: the storage methods, over a dictionary in this process."""

import threading
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from reference_impl.clock import Clock
from reference_impl.models.database import Database
from reference_impl.models.session import Session
from reference_impl.models.user import User, Users
from reference_impl.settings import Settings

PURGED_AT_LOGIN = 10


@dataclass(frozen=True)
class SignedIn:
    """A live session and the user it belongs to."""

    user: User
    session: Session


class SessionMemory:
    """Stores sessions until the process ends; one lock makes every method all or nothing.

    The users are in the database all the same, so methods may raise DatabaseUnavailable.
    """

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self._max_per_user = settings.session_max_per_user
        self._clock = clock
        self._database = database
        self._users = Users(database)
        self._sessions: dict[bytes, Session] = {}
        self._lock = threading.Lock()

    def add(self, session: Session, ended: bytes | None) -> bool:
        """Store a session, or return False if the user's auth_version is not the session's.

        In the same step the session with the hash ``ended`` goes, the user's oldest make room,
        and a few expired ones are removed, so that no cleaning job is needed.
        """
        with self._lock:
            if not self._is_current(session):
                return False
            self._drop([ended] if ended else [])
            self._drop(self._expired(session.created_at)[:PURGED_AT_LOGIN])
            self._drop(self._beyond_limit(session))
            self._sessions[session.token_hash] = session
            return True

    def load(self, token_hash: bytes) -> SignedIn | None:
        """Return what is stored under the hash, live or not, with its user as of now."""
        with self._lock:
            session = self._sessions.get(token_hash)
        user = self._users.by_id(session.user_id) if session else None
        return SignedIn(user, session) if session and user else None

    def load_all(self, user_id: uuid.UUID) -> list[Session]:
        """Return all stored sessions of the user, live or not, newest first."""
        with self._lock:
            return self._of_user(user_id)

    def touch(self, seen: Session, *, not_seen_since: datetime) -> None:
        """Record a use, unless the session is gone, expired or was seen by another request."""
        with self._lock:
            held = self._sessions.get(seen.token_hash)
            if held is None or held.expires_at <= seen.last_seen_at:
                return
            if held.last_seen_at <= not_seen_since:
                self._sessions[seen.token_hash] = seen

    def exchange(self, signed_in: SignedIn, rotated: Session, password_hash: str) -> bool:
        """Set the password and leave ``rotated`` as the user's only session, all or nothing.

        Returns False if the session has ended or the account has changed since they were read.
        """
        with self._lock:
            if signed_in.session.token_hash not in self._sessions:
                return False
            if not self._users.change_password(signed_in.user, password_hash):
                return False
            self._drop(self._hashes(rotated.user_id))
            self._sessions[rotated.token_hash] = rotated
            return True

    def remove(self, token_hash: bytes) -> bool:
        """Remove the session with this hash; False if there was none."""
        with self._lock:
            return self._sessions.pop(token_hash, None) is not None

    def remove_one(self, user_id: uuid.UUID, public_id: uuid.UUID) -> bool:
        """Remove the session with this handle if it is the user's; False if there is none."""
        with self._lock:
            own = [held for held in self._of_user(user_id) if held.public_id == public_id]
            self._drop(held.token_hash for held in own)
            return bool(own)

    def remove_others(self, kept: Session) -> bool:
        """Remove the user's sessions but ``kept``; False, and none, if that one has ended."""
        with self._lock:
            if not self._is_held(kept):
                return False
            others = self._hashes(kept.user_id) - {kept.token_hash}
            self._drop(others)
            return True

    def remove_all(self, user_id: uuid.UUID) -> None:
        """Raise the user's auth_version and remove the sessions it makes void."""
        with self._lock:
            self._users.end_all(user_id)
            self._drop(self._hashes(user_id))

    def erase_own(self, asking: Session) -> bool:
        """Remove the account of a session; False, and nothing, if the session has ended."""
        with self._lock:
            return self._is_held(asking) and self._erase(asking.user_id)

    def erase(self, user_id: uuid.UUID) -> bool:
        """Remove an account with all its sessions; False if there is none."""
        with self._lock:
            return self._erase(user_id)

    def remove_expired(self, now: datetime, batch: int) -> int:
        """Remove up to ``batch`` sessions that have expired by ``now``; return how many."""
        with self._lock:
            expired = self._expired(now)[:batch]
            self._drop(expired)
            return len(expired)

    # Helpers; the lock is held

    def _is_current(self, session: Session) -> bool:
        user = self._users.by_id(session.user_id)
        return user is not None and user.auth_version == session.auth_version

    def _is_held(self, session: Session) -> bool:
        return session.token_hash in self._sessions and self._is_current(session)

    def _erase(self, user_id: uuid.UUID) -> bool:
        erased = self._users.remove(user_id)
        self._drop(self._hashes(user_id))
        return erased

    def _hashes(self, user_id: uuid.UUID) -> set[bytes]:
        return {held.token_hash for held in self._of_user(user_id)}

    def _of_user(self, user_id: uuid.UUID) -> list[Session]:
        own = [held for held in self._sessions.values() if held.user_id == user_id]
        return sorted(own, key=lambda held: held.created_at, reverse=True)

    def _expired(self, now: datetime) -> list[bytes]:
        return [key for key, held in self._sessions.items() if held.expires_at <= now]

    def _beyond_limit(self, new: Session) -> list[bytes]:
        if not self._max_per_user:
            return []
        live = [held for held in self._of_user(new.user_id) if held.expires_at > new.created_at]
        return [held.token_hash for held in live[self._max_per_user - 1 :]]

    def _drop(self, hashes: Iterable[bytes]) -> None:
        for token_hash in list(hashes):
            self._sessions.pop(token_hash, None)
