"""SessionDBAuth: the policy of SessionAuth over a database, shared by all workers and nodes."""

import uuid
from datetime import datetime

from sqlalchemy import Connection

from reference_impl.auth.session_auth import SessionAuth, SignedIn
from reference_impl.auth.session_memory import PURGED_AT_LOGIN
from reference_impl.clock import Clock, from_millis, to_millis
from reference_impl.models import session as statements
from reference_impl.models import user as user_statements
from reference_impl.models.database import Database
from reference_impl.models.session import Session, session_from_row, session_to_row
from reference_impl.models.user import User
from reference_impl.settings import Settings


class SessionDBAuth(SessionAuth):
    """Keeps one row per session; a restart ends none and a logout holds on every node at once.

    Nothing is written when a request ends, so no request in flight can undo a logout.
    """

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        super().__init__(settings, database, clock)
        self._find_row = database.look_up(statements.FIND, "hash")

    def add(self, session: Session, ended: bytes | None) -> bool:
        """Store a session, or return False if the user's auth_version is not the session's."""
        with self._database.transaction() as connection:
            # From here on a password change waits for this login, or this login sees it.
            if not _is_current(connection, session):
                return False
            if ended is not None:
                connection.execute(statements.REMOVE, {"hash": ended})
            self._make_room(connection, session)
            connection.execute(statements.ADD, session_to_row(session))
            _remove_expired(connection, session.created_at, PURGED_AT_LOGIN)
            return True

    def load(self, token_hash: bytes) -> SignedIn | None:
        """Return what is stored under the hash, live or not, with its user as of now."""
        row = self._find_row(token_hash)
        if row is None:
            return None
        user = User(
            id=row.user_id,
            email=row.email,
            created_at=from_millis(row.user_created_at),
            auth_version=row.user_auth_version,
            password_hash=row.password_hash,
        )
        return SignedIn(user, session_from_row(row))

    def load_all(self, user_id: uuid.UUID) -> list[Session]:
        """Return all stored sessions of the user, live or not, newest first."""
        rows = self._database.all(statements.OF_USER, {"user_id": user_id})
        return [session_from_row(row) for row in rows]

    def touch(self, seen: Session, *, not_seen_since: datetime) -> None:
        """Record a use, unless the session is gone, expired or was seen by another request."""
        values = {
            "hash": seen.token_hash,
            "now": to_millis(seen.last_seen_at),
            "until": to_millis(seen.expires_at),
            "seen_before": to_millis(not_seen_since),
        }
        self._database.change(statements.TOUCH, values)

    def exchange(self, signed_in: SignedIn, rotated: Session, password_hash: str) -> bool:
        """Set the password and leave ``rotated`` as the user's only session, all or nothing."""
        user = signed_in.user
        change = {"user_id": user.id, "version": user.auth_version, "new_hash": password_hash}
        move = {
            "hash": signed_in.session.token_hash,
            "new_token": rotated.token_hash,
            "version": rotated.auth_version,
            "now": to_millis(rotated.last_seen_at),
            "until": to_millis(rotated.expires_at),
        }
        others = {"user_id": user.id, "hash": rotated.token_hash}
        with self._database.transaction() as connection:
            if connection.execute(user_statements.CHANGE_PASSWORD, change).rowcount == 0:
                return False
            if connection.execute(statements.ROTATE, move).rowcount == 0:
                connection.rollback()  # logged out meanwhile: the password stays as it was
                return False
            connection.execute(statements.REMOVE_OTHERS, others)
            return True

    def remove(self, token_hash: bytes) -> bool:
        """Remove the session with this hash; False if there was none."""
        return self._database.change(statements.REMOVE, {"hash": token_hash}) == 1

    def remove_one(self, user_id: uuid.UUID, public_id: uuid.UUID) -> bool:
        """Remove the session with this handle if it is the user's; False if there is none."""
        values = {"user_id": user_id, "handle": public_id}
        return self._database.change(statements.REMOVE_ONE, values) == 1

    def remove_others(self, kept: Session) -> bool:
        """Remove the user's sessions but ``kept``; False, and none, if that one has ended."""
        others = {"user_id": kept.user_id, "hash": kept.token_hash}
        with self._database.transaction() as connection:
            if not _is_held(connection, kept):
                return False
            connection.execute(statements.REMOVE_OTHERS, others)
            return True

    def remove_all(self, user_id: uuid.UUID) -> None:
        """Raise the user's auth_version and remove the sessions it makes void."""
        with self._database.transaction() as connection:
            connection.execute(user_statements.END_ALL, {"user_id": user_id})
            connection.execute(statements.REMOVE_ALL, {"user_id": user_id})

    def erase_own(self, asking: Session) -> bool:
        """Remove the account of a session; False, and nothing, if the session has ended."""
        own = {"user_id": asking.user_id}
        with self._database.transaction() as connection:
            if not _is_held(connection, asking):
                return False
            return connection.execute(user_statements.REMOVE, own).rowcount == 1

    def erase(self, user_id: uuid.UUID) -> bool:
        """Remove an account with all its sessions; False if there is none."""
        return self._users.remove(user_id)

    def remove_expired(self, now: datetime, batch: int) -> int:
        """Remove up to ``batch`` sessions that have expired by ``now``; return how many."""
        with self._database.transaction() as connection:
            return _remove_expired(connection, now, batch)

    def _make_room(self, connection: Connection, new: Session) -> None:
        if not self._max_per_user:
            return
        owner = {"user_id": new.user_id}
        dead = {**owner, "now": to_millis(new.created_at), "version": new.auth_version}
        connection.execute(statements.REMOVE_DEAD, dead)
        keep = {**owner, "keep": self._max_per_user - 1}
        connection.execute(statements.REMOVE_OLDEST, keep)


def _is_current(connection: Connection, session: Session) -> bool:
    # Locks the account, so what changes accounts or many sessions of one runs one by one.
    lock = {"user_id": session.user_id}
    version = connection.execute(user_statements.LOCK_VERSION, lock).scalar()
    return version == session.auth_version


def _is_held(connection: Connection, session: Session) -> bool:
    current = _is_current(connection, session)
    held = connection.execute(statements.HELD, {"hash": session.token_hash}).first()
    return current and held is not None


def _remove_expired(connection: Connection, now: datetime, batch: int) -> int:
    values = {"now": to_millis(now), "batch": batch}
    return connection.execute(statements.REMOVE_EXPIRED, values).rowcount
