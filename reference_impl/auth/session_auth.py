"""SessionAuth: when a session starts, lives, rotates and ends; it keeps sessions in memory."""

import hashlib
import logging
import re
import secrets
import threading
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from reference_impl.clock import Clock
from reference_impl.models.database import Database, DatabaseUnavailable
from reference_impl.models.session import MAX_USER_AGENT, Session
from reference_impl.models.user import User, Users
from reference_impl.settings import Settings

TOKEN_BYTES = 32  # 256 random bits; ASVS 5.0.0 7.2.3 asks for 128
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
NEVER = timedelta(days=365_000)  # what a timeout of 0 means: later than any clock will show
PURGED_AT_LOGIN = 10

log = logging.getLogger(__name__)


class StaleUser(Exception):
    """The account or the session has changed since it was read; nothing was stored."""


@dataclass(frozen=True)
class SignedIn:
    """A live session and the user it belongs to."""

    user: User
    session: Session


def hash_token(token: str) -> bytes:
    """Return what is stored in place of the token.

    The hash is over the text as presented, so two spellings of the same bytes (base64url has
    four for a last character) are two tokens. It needs no salt and no cost: nobody can guess
    256 bits. Whoever reads the store can't present what is in it.
    """
    return hashlib.sha256(token.encode()).digest()


class SessionAuth:
    """The policy of sessions, and a store in this process that a restart empties.

    A subclass that keeps sessions elsewhere overrides the storage methods, from ``add`` on.
    Every method may raise DatabaseUnavailable, since the users are always in the database.
    """

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self._absolute = settings.session_duration or NEVER
        self._idle = settings.session_idle_timeout or NEVER
        self._touch_interval = settings.session_touch_interval
        self._max_per_user = settings.session_max_per_user
        self._clock = clock
        self._database = database
        self._users = Users(database)
        self._sessions: dict[bytes, Session] = {}
        self._lock = threading.Lock()

    # Policy

    def start(self, user: User, user_agent: str, presented: str | None) -> str:
        """Start a session and return its token; raises StaleUser.

        ``presented`` is the token that came with the login: it is never adopted, and the
        session it stands for ends (ASVS 5.0.0 7.2.4).
        """
        token, now = self.new_token(), self._clock()
        session = Session(
            token_hash=hash_token(token),
            public_id=uuid.uuid4(),
            user_id=user.id,
            auth_version=user.auth_version,
            created_at=now,
            last_seen_at=now,
            expires_at=self.expires_at(now, now),
            user_agent=_display(user_agent),
        )
        if not self.add(session, hash_token(presented) if presented else None):
            raise StaleUser
        return token

    def find(self, token: str | None) -> SignedIn | None:
        """Return who presents ``token``, or None without saying why not.

        Absent, malformed, unknown, expired and revoked tokens end here alike. A malformed one
        needs no look-up.
        """
        if token is None or not TOKEN.fullmatch(token):
            return None
        now = self._clock()
        found = self.load(hash_token(token))
        if found is None or not self.is_alive(found, now):
            return None
        self._see(found.session, now)
        return found

    def rotate(self, signed_in: SignedIn, password_hash: str) -> str:
        """Set a new password and return a new token for this session; raises StaleUser.

        All other sessions of the user end (ASVS 5.0.0 7.4.3). The session itself keeps its
        handle and its age: a new password does not put off the absolute timeout.
        """
        token, now = self.new_token(), self._clock()
        rotated = replace(
            signed_in.session,
            token_hash=hash_token(token),
            auth_version=signed_in.user.auth_version + 1,
            last_seen_at=now,
            expires_at=self.expires_at(signed_in.session.created_at, now),
        )
        if not self.exchange(signed_in, rotated, password_hash):
            raise StaleUser
        return token

    def revoke(self, signed_in: SignedIn) -> bool:
        """End this session; False if another request was faster."""
        return self.remove(signed_in.session.token_hash)

    def revoke_one(self, user: User, public_id: uuid.UUID) -> bool:
        """End one session of the user; False if the user has no such session."""
        return self.remove_one(user.id, public_id)

    def revoke_all(self, user: User) -> None:
        """End all sessions of the user, and any login that is under way."""
        self.remove_all(user.id)

    def sessions_of(self, user: User) -> list[Session]:
        """Return the live sessions of the user, newest first."""
        now = self._clock()
        held = self.load_all(user.id)
        return [session for session in held if self.is_alive(SignedIn(user, session), now)]

    def purge(self, batch: int) -> int:
        """Remove up to ``batch`` expired sessions and return how many there were."""
        return self.remove_expired(self._clock(), batch)

    def new_token(self) -> str:
        """Return a token nobody has seen."""
        return secrets.token_urlsafe(TOKEN_BYTES)

    def expires_at(self, created_at: datetime, now: datetime) -> datetime:
        """Return when a session used at ``now`` expires: the one rule (ASVS 5.0.0 7.3.1, 7.3.2)."""
        return min(created_at + self._absolute, now + self._idle)

    def is_alive(self, found: SignedIn, now: datetime) -> bool:
        """Tell whether the session is valid at ``now``; at the very moment of expiry it is not.

        The absolute timeout is checked against the present setting too, so that a shorter one
        acts at once on sessions that were started under a longer one.
        """
        session = found.session
        in_time = now < session.expires_at and now < session.created_at + self._absolute
        return in_time and session.auth_version == found.user.auth_version

    def _see(self, session: Session, now: datetime) -> None:
        if now - session.last_seen_at < self._touch_interval:
            return
        seen = replace(
            session, last_seen_at=now, expires_at=self.expires_at(session.created_at, now)
        )
        try:
            self.touch(seen, not_seen_since=now - self._touch_interval)
        except DatabaseUnavailable:
            # The session was valid when it was read, which is all the request depends on.
            log.warning("last use of a session was not recorded: the database is away")

    # Storage

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
            self._drop(session.token_hash for session in self._of_user(rotated.user_id))
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

    def remove_all(self, user_id: uuid.UUID) -> None:
        """Raise the user's auth_version and remove the sessions it makes void."""
        with self._lock:
            self._users.end_all(user_id)
            self._drop(held.token_hash for held in self._of_user(user_id))

    def remove_expired(self, now: datetime, batch: int) -> int:
        """Remove up to ``batch`` sessions that have expired by ``now``; return how many."""
        with self._lock:
            expired = self._expired(now)[:batch]
            self._drop(expired)
            return len(expired)

    # Helpers of the store in memory; the lock is held

    def _is_current(self, session: Session) -> bool:
        user = self._users.by_id(session.user_id)
        return user is not None and user.auth_version == session.auth_version

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


def _display(user_agent: str) -> str:
    # Only ever shown to the user it came from, but a log or a terminal may show it as well.
    return "".join(filter(str.isprintable, user_agent))[:MAX_USER_AGENT]
