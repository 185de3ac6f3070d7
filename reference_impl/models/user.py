"""Users: the table, the record, what an email address is, and the statements on accounts."""

import re
import unicodedata
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
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
from sqlalchemy.exc import IntegrityError

from reference_impl.clock import from_millis, to_millis
from reference_impl.models.database import Database, metadata

users = Table(
    "users",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("email", String(254), nullable=False, unique=True),
    Column("password_hash", String(255), nullable=False),
    Column("auth_version", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

ADDRESS = re.compile(r"[^@/]+@[^@/]+")
MAX_ADDRESS = 254  # RFC 5321 4.5.3.1.3: a path of 256 octets less its brackets

BY_ID = select(users).where(users.c.id == bindparam("user_id"))
BY_EMAIL = select(users).where(users.c.email == bindparam("address"))
ADD = insert(users)
REHASH = (
    update(users)
    .where(users.c.id == bindparam("user_id"), users.c.password_hash == bindparam("old_hash"))
    .values(password_hash=bindparam("new_hash"))
)
# Whoever holds a session or a login that was checked against the former version loses it with
# this one statement, wherever they are in their request.
CHANGE_PASSWORD = (
    update(users)
    .where(users.c.id == bindparam("user_id"), users.c.auth_version == bindparam("version"))
    .values(password_hash=bindparam("new_hash"), auth_version=users.c.auth_version + 1)
)
END_ALL = (
    update(users)
    .where(users.c.id == bindparam("user_id"))
    .values(auth_version=users.c.auth_version + 1)
)
# The account's sessions go with it (ON DELETE CASCADE), even one stored a moment ago.
REMOVE = delete(users).where(users.c.id == bindparam("user_id"))
# The lock keeps a password change waiting until the login beside it has finished.
LOCK_VERSION = (
    select(users.c.auth_version)
    .where(users.c.id == bindparam("user_id"))
    .with_for_update(key_share=True)
)


class EmailTaken(Exception):
    """Another account has this email address."""


@dataclass(frozen=True)
class User:
    """An account; ``auth_version`` counts the events that end all of its sessions."""

    id: uuid.UUID
    email: str
    created_at: datetime
    auth_version: int
    password_hash: str = field(repr=False)


def normalise_email(text: str) -> str:
    """Return the one spelling under which an address is stored, found and counted.

    Letters are lower-cased and composed (Unicode NFC); nothing is stripped, so an address with
    a space around it is another text and belongs to nobody.
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())


def is_email(address: str) -> bool:
    """Tell whether a normalised address could belong to an account.

    Whether mail arrives there, only mail can tell. Spaces and control characters are refused,
    and slashes, since an administrator names an account in a path.
    """
    plain = not any(unicodedata.category(char)[0] in "CZ" for char in address)
    return plain and len(address) <= MAX_ADDRESS and ADDRESS.fullmatch(address) is not None


def user_from_row(row: Row[Any]) -> User:
    """Return the record held in a row that has all columns of the table."""
    return User(
        id=row.id,
        email=row.email,
        created_at=from_millis(row.created_at),
        auth_version=row.auth_version,
        password_hash=row.password_hash,
    )


class Users:
    """The accounts in the database; methods raise DatabaseUnavailable when it is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def by_id(self, user_id: uuid.UUID) -> User | None:
        """Return the account with this id."""
        row = self._database.first(BY_ID, {"user_id": user_id})
        return user_from_row(row) if row else None

    def by_email(self, address: str) -> User | None:
        """Return the account with this normalised address."""
        if not is_email(address):
            return None  # never stored; a NUL would not even pass the database driver
        row = self._database.first(BY_EMAIL, {"address": address})
        return user_from_row(row) if row else None

    def add(self, address: str, password_hash: str, now: datetime) -> User:
        """Add an account with a normalised address; raises EmailTaken."""
        user = User(uuid.uuid4(), address, now, 1, password_hash)
        values = {
            "id": user.id,
            "email": user.email,
            "password_hash": user.password_hash,
            "auth_version": user.auth_version,
            "created_at": to_millis(user.created_at),
        }
        try:
            self._database.change(ADD, values)
        except IntegrityError:
            raise EmailTaken(address) from None
        return user

    def rehash(self, user: User, password_hash: str) -> None:
        """Replace the hash by one of the same password, unless it was changed meanwhile."""
        values = {"user_id": user.id, "old_hash": user.password_hash, "new_hash": password_hash}
        self._database.change(REHASH, values)

    def change_password(self, user: User, password_hash: str) -> bool:
        """Set a new password; False if the account has changed since ``user`` was read."""
        values = {"user_id": user.id, "version": user.auth_version, "new_hash": password_hash}
        return self._database.change(CHANGE_PASSWORD, values) == 1

    def end_all(self, user_id: uuid.UUID) -> None:
        """Make every session and unfinished login of the account void."""
        self._database.change(END_ALL, {"user_id": user_id})

    def remove(self, user_id: uuid.UUID) -> bool:
        """Remove the account and all that belongs to it; False if there is none."""
        return self._database.change(REMOVE, {"user_id": user_id}) == 1
