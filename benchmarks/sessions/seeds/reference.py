"""Sessions as the reference keeps them."""

from __future__ import annotations

import os
import secrets
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from benchmarks.sessions.seeds.bulk import fill, name_of, owner_of, owners
from reference_impl.app import create_app
from reference_impl.auth.session_auth import hash_token
from reference_impl.clock import utc_now
from reference_impl.models.session import Session, session_to_row
from reference_impl.settings import Settings

IDLE = timedelta(minutes=30)  # the reference's default
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def seed(url: str, count: int) -> Iterator[tuple[str, str]]:
    """Yield `(cookie, name)` for each session, once all are stored."""
    settings = Settings.from_environment({**os.environ, "DATABASE_URL": url})
    create_app(settings)  # makes the tables
    people = {number: uuid.uuid4() for number in owners(count)}
    _add_users(url, people)
    tokens = {number: secrets.token_urlsafe(32) for number in range(count)}
    sample = _row(b"", next(iter(people.values())))
    columns = list(sample)
    place = {name: columns.index(name) for name in ("token_hash", "public_id", "user_id")}
    fixed = [_stored(url, value) for value in sample.values()]

    def rows() -> Iterator[list[Any]]:
        # In the order of the key, so that the tree grows at its end.
        hashed = sorted((hash_token(token), number) for number, token in tokens.items())
        for token_hash, number in hashed:
            row = list(fixed)
            row[place["token_hash"]] = token_hash
            row[place["public_id"]] = _stored(url, uuid.uuid4())
            row[place["user_id"]] = _stored(url, people[owner_of(number, count)])
            yield row

    fill(url, "sessions", columns, rows())
    for number, token in tokens.items():
        yield f"{settings.session_name}={token}", name_of(owner_of(number, count))


def _add_users(url: str, people: dict[int, uuid.UUID]) -> None:
    columns = ("id", "email", "password_hash", "auth_version", "created_at")
    # Nobody logs in with it; it is as long as a real one.
    password_hash = f"scrypt:32768:8:1${'x' * 16}${'0' * 128}"
    now = session_now()
    rows = (
        (_stored(url, one), name_of(number), password_hash, 1, now)
        for number, one in people.items()
    )
    fill(url, "users", columns, rows)


def session_now() -> int:
    """Return the present moment as the reference stores it."""
    created: int = _row(b"", uuid.uuid4())["created_at"]
    return created


def _row(token_hash: bytes, owner: uuid.UUID) -> dict[str, Any]:
    now = utc_now()
    return session_to_row(Session(token_hash, uuid.uuid4(), owner, 1, now, now, now + IDLE, AGENT))


def _stored(url: str, value: Any) -> Any:
    # SQLite has no type for UUIDs; SQLAlchemy keeps them there as 32 digits.
    return value.hex if isinstance(value, uuid.UUID) and url.startswith("sqlite") else value
