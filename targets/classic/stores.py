"""Users in SQLite; sessions in memory or in SQLite. Every call is one statement or one lock."""

import hashlib
import math
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timezone

SCHEMA = """
CREATE TABLE IF NOT EXISTS users (
    id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE, password_hash TEXT NOT NULL,
    first_name TEXT, last_name TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS sessions (
    digest TEXT PRIMARY KEY, created_at REAL NOT NULL,
    user_id TEXT NOT NULL REFERENCES users ON DELETE CASCADE
);
"""


class Database:
    """One SQLite file. A connection lives for one block, so threads never share one."""

    def __init__(self, path: str) -> None:
        self.path = path
        with self.connect() as db:
            db.executescript(SCHEMA)

    @contextmanager
    def connect(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path)) as db, db:
            db.row_factory = sqlite3.Row
            db.execute("PRAGMA foreign_keys = ON")
            yield db


class Users:
    def __init__(self, database: Database) -> None:
        self.database = database

    def add(
        self, email: str, password_hash: str, first_name: str | None, last_name: str | None
    ) -> str | None:
        """Return the id of the new user, or None when the email is taken."""
        user_id, now = str(uuid.uuid4()), _timestamp()
        row = (user_id, email, password_hash, first_name, last_name, now, now)
        with self.database.connect() as db:
            added = db.execute(
                "INSERT INTO users VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (email) DO NOTHING", row
            )
            return user_id if added.rowcount else None

    def get(self, user_id: str) -> sqlite3.Row | None:
        with self.database.connect() as db:
            return db.execute("SELECT * FROM users WHERE id = ?", (user_id,)).fetchone()

    def with_email(self, email: str) -> sqlite3.Row | None:
        with self.database.connect() as db:
            return db.execute("SELECT * FROM users WHERE email = ?", (email,)).fetchone()

    def all(self) -> list[sqlite3.Row]:
        with self.database.connect() as db:
            return db.execute("SELECT * FROM users ORDER BY created_at, email").fetchall()

    def rename(self, user_id: str, first_name: str | None, last_name: str | None) -> None:
        with self.database.connect() as db:
            db.execute(
                "UPDATE users SET first_name = ?, last_name = ?, updated_at = ? WHERE id = ?",
                (first_name, last_name, _timestamp(), user_id),
            )

    def delete(self, user_id: str) -> bool:
        with self.database.connect() as db:
            return db.execute("DELETE FROM users WHERE id = ?", (user_id,)).rowcount > 0


class MemorySessions:
    """Sessions that a restart ends. Their lifetime counts from the login and is never moved."""

    def __init__(self, duration: int) -> None:
        self.duration = duration
        self._lock = threading.Lock()
        self._live: dict[str, tuple[str, float]] = {}

    def start(self, user_id: str) -> str:
        token, now = str(uuid.uuid4()), time.time()
        with self._lock:
            born_after = self._born_after(now)
            self._live = {key: one for key, one in self._live.items() if one[1] > born_after}
            self._live[_digest(token)] = (user_id, now)
        return token

    def user_id(self, token: str) -> str | None:
        with self._lock:
            user_id, created_at = self._live.get(_digest(token), (None, -math.inf))
        return user_id if created_at > self._born_after(time.time()) else None

    def end(self, token: str) -> bool:
        with self._lock:
            return self._live.pop(_digest(token), None) is not None

    def _born_after(self, now: float) -> float:
        """Return the time at or before which a session was born that is over by now."""
        return now - self.duration if self.duration > 0 else -math.inf


class DatabaseSessions(MemorySessions):
    """The same sessions, kept over a restart."""

    def __init__(self, duration: int, database: Database) -> None:
        super().__init__(duration)
        self.database = database

    def start(self, user_id: str) -> str:
        token, now = str(uuid.uuid4()), time.time()
        with self.database.connect() as db:
            db.execute("DELETE FROM sessions WHERE created_at <= ?", (self._born_after(now),))
            db.execute("INSERT INTO sessions VALUES (?, ?, ?)", (_digest(token), now, user_id))
        return token

    def user_id(self, token: str) -> str | None:
        with self.database.connect() as db:
            row = db.execute(
                "SELECT user_id FROM sessions WHERE digest = ? AND created_at > ?",
                (_digest(token), self._born_after(time.time())),
            ).fetchone()
        return row["user_id"] if row else None

    def end(self, token: str) -> bool:
        with self.database.connect() as db:
            ended = db.execute("DELETE FROM sessions WHERE digest = ?", (_digest(token),))
            return ended.rowcount > 0


def _digest(token: str) -> str:
    """Return what is kept of a token: who reads the database can't sign in with it."""
    return hashlib.sha256(token.encode()).hexdigest()


def _timestamp() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
