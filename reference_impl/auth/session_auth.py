"""SessionAuth: when a session starts, lives, rotates and ends, and when its account does."""

import hashlib
import logging
import re
import secrets
import uuid
from dataclasses import replace
from datetime import datetime, timedelta

from reference_impl.auth.session_memory import SessionMemory, SignedIn
from reference_impl.clock import Clock
from reference_impl.models.database import Database, DatabaseUnavailable
from reference_impl.models.session import MAX_USER_AGENT, Session
from reference_impl.models.user import User
from reference_impl.settings import Settings

__all__ = ["SessionAuth", "SignedIn", "StaleUser", "hash_token"]

TOKEN_BYTES = 32  # 256 random bits; ASVS 5.0.0 7.2.3 asks for 128
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
NEVER = timedelta(days=365_000)  # what a timeout of 0 means: later than any clock will show

log = logging.getLogger(__name__)


class StaleUser(Exception):
    """The account or the session has changed since it was read; nothing was stored."""


def hash_token(token: str) -> bytes:
    """Return what is stored in place of the token.

    The hash is over the text as presented, so two spellings of the same bytes (base64url has
    four for a last character) are two tokens. It needs no salt and no cost: nobody can guess
    256 bits. Whoever reads the store can't present what is in it.
    """
    return hashlib.sha256(token.encode()).digest()


class SessionAuth(SessionMemory):
    """The policy of sessions, over a store in this process that a restart empties.

    A subclass that keeps sessions elsewhere overrides the storage methods of SessionMemory.
    Every method may raise DatabaseUnavailable, since the users are always in the database.
    """

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        super().__init__(settings, database, clock)
        self._absolute = settings.session_duration or NEVER
        self._idle = settings.session_idle_timeout or NEVER
        self._touch_interval = settings.session_touch_interval

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

    def revoke_others(self, signed_in: SignedIn) -> None:
        """End all other sessions of the user; raises StaleUser if this one has ended."""
        if not self.remove_others(signed_in.session):
            raise StaleUser

    def revoke_all(self, user: User) -> None:
        """End all sessions of the user, and any login that is under way."""
        self.remove_all(user.id)

    def close_account(self, signed_in: SignedIn) -> None:
        """Remove the account and all its sessions (ASVS 5.0.0 7.4.2); raises StaleUser."""
        if not self.erase_own(signed_in.session):
            raise StaleUser

    def remove_account(self, user: User) -> bool:
        """Remove somebody's account and all its sessions; False if it is gone already."""
        return self.erase(user.id)

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


def _display(user_agent: str) -> str:
    # Only ever shown to the user it came from, but a log or a terminal may show it as well.
    return "".join(filter(str.isprintable, user_agent))[:MAX_USER_AGENT]
