"""Sessions: the table, the record, and the statements on it. The token itself is never here."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    Uuid,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from reference_impl.clock import from_millis, to_millis
from reference_impl.models.database import metadata
from reference_impl.models.user import users

MAX_USER_AGENT = 512

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("public_id", Uuid, nullable=False, unique=True),
    Column("user_id", Uuid, ForeignKey(users.c.id, ondelete="CASCADE"), nullable=False),
    Column("auth_version", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("last_seen_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("user_agent", String(MAX_USER_AGENT), nullable=False),
    Index("sessions_of_user", "user_id", "created_at"),
    Index("sessions_by_expiry", "expires_at"),
    sqlite_with_rowid=False,
)


@dataclass(frozen=True)
class Session:
    """One session as the server keeps it; ``public_id`` is the only handle the API shows."""

    token_hash: bytes = field(repr=False)
    public_id: uuid.UUID
    user_id: uuid.UUID
    auth_version: int
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    user_agent: str


_of_user = sessions.c.user_id == bindparam("user_id")
_this = sessions.c.token_hash == bindparam("hash")

# The hot path: one statement, one look-up by primary key in each table.
FIND = (
    select(
        sessions,
        users.c.email,
        users.c.password_hash,
        users.c.created_at.label("user_created_at"),
        users.c.auth_version.label("user_auth_version"),
    )
    .join(users, users.c.id == sessions.c.user_id)
    .where(_this)
)
HELD = select(sessions.c.public_id).where(_this)
OF_USER = select(sessions).where(_of_user).order_by(sessions.c.created_at.desc())
ADD = insert(sessions)
# Conditional on all that made the session live: a row that is gone, expired or moved by another
# request stays as it is. An upsert here would bring back a session that was logged out.
TOUCH = (
    update(sessions)
    .where(
        _this,
        sessions.c.last_seen_at <= bindparam("seen_before"),
        sessions.c.expires_at > bindparam("now"),
    )
    .values(last_seen_at=bindparam("now"), expires_at=bindparam("until"))
)
ROTATE = (
    update(sessions)
    .where(_this, sessions.c.expires_at > bindparam("now"))
    .values(
        token_hash=bindparam("new_token"),
        auth_version=bindparam("version"),
        last_seen_at=bindparam("now"),
        expires_at=bindparam("until"),
    )
)
REMOVE = delete(sessions).where(_this)
REMOVE_ONE = delete(sessions).where(_of_user, sessions.c.public_id == bindparam("handle"))
REMOVE_OTHERS = delete(sessions).where(_of_user, sessions.c.token_hash != bindparam("hash"))
REMOVE_ALL = delete(sessions).where(_of_user)
REMOVE_DEAD = delete(sessions).where(
    _of_user,
    (sessions.c.expires_at <= bindparam("now")) | (sessions.c.auth_version != bindparam("version")),
)
REMOVE_OLDEST = delete(sessions).where(
    sessions.c.token_hash.in_(
        select(sessions.c.token_hash)
        .where(_of_user)
        .order_by(sessions.c.created_at.desc())
        .offset(bindparam("keep", type_=Integer))
    )
)
# Small batches keep the write lock short; rows locked by another request are left to it.
REMOVE_EXPIRED = delete(sessions).where(
    sessions.c.token_hash.in_(
        select(sessions.c.token_hash)
        .where(sessions.c.expires_at <= bindparam("now"))
        .order_by(sessions.c.expires_at)
        .limit(bindparam("batch", type_=Integer))
        .with_for_update(skip_locked=True)
    )
)


def session_from_row(row: Row[Any]) -> Session:
    """Return the record held in a row that has all columns of the table."""
    return Session(
        token_hash=row.token_hash,
        public_id=row.public_id,
        user_id=row.user_id,
        auth_version=row.auth_version,
        created_at=from_millis(row.created_at),
        last_seen_at=from_millis(row.last_seen_at),
        expires_at=from_millis(row.expires_at),
        user_agent=row.user_agent,
    )


def session_to_row(session: Session) -> dict[str, Any]:
    """Return the values of all columns for a record."""
    return {
        "token_hash": session.token_hash,
        "public_id": session.public_id,
        "user_id": session.user_id,
        "auth_version": session.auth_version,
        "created_at": to_millis(session.created_at),
        "last_seen_at": to_millis(session.last_seen_at),
        "expires_at": to_millis(session.expires_at),
        "user_agent": session.user_agent,
    }
