"""The accounts of the small Python servers here, which are about sessions: `users.py add NAME`.

They are kept in the SQLite file that USERS_DATABASE names. Verifying costs the same whether or not
the name is known. The hash is cheap on purpose, for a suite that logs in hundreds of times.
"""

import hashlib
import hmac
import os
import secrets
import sqlite3
import sys

LONGEST = 200  # characters of a name or a password


def known(name: str) -> bool:
    return _stored(name) is not None


def verify(name: str, password: str) -> bool:
    stored = _stored(name)
    salt, wanted = stored or (b"-" * 16, b"")
    return hmac.compare_digest(_hash(password[:LONGEST], salt), wanted) and stored is not None


def add(name: str, password: str) -> bool:
    """Add an account; False where the name is taken or can't be one."""
    if not name.strip() or name != name.strip() or not name.isprintable():
        return False
    if not 8 <= len(password) <= LONGEST or len(name) > LONGEST:
        return False
    salt = secrets.token_bytes(16)
    try:
        with _database() as database:
            row = (name.casefold(), salt, _hash(password, salt))
            database.execute("INSERT INTO users VALUES (?, ?, ?)", row)
    except sqlite3.IntegrityError:
        return False
    return True


def _stored(name: str) -> tuple[bytes, bytes] | None:
    if len(name) > LONGEST:
        return None
    query = "SELECT salt, hash FROM users WHERE name = ?"
    return _database().execute(query, (name.casefold(),)).fetchone()


def _hash(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode("utf-8", "replace"), salt=salt, n=1024, r=8, p=1)


def _database() -> sqlite3.Connection:
    database = sqlite3.connect(os.environ["USERS_DATABASE"], timeout=10)
    database.execute("CREATE TABLE IF NOT EXISTS users (name TEXT PRIMARY KEY, salt, hash)")
    return database


if __name__ == "__main__":
    if not add(sys.argv[2], sys.stdin.read()):
        sys.exit("this is no account")
