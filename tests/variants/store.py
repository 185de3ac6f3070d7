"""What a variant keeps: accounts, sessions and failed logins. It outlives restarts of the app."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field


@dataclass(eq=False)
class Account:
    """Somebody who may log in; `version` counts how often all sessions were ended at once."""

    name: str
    digest: bytes = field(repr=False)
    salt: bytes = field(repr=False)
    subject: str = field(default_factory=lambda: secrets.token_hex(16))
    version: int = 0
    is_admin: bool = False


@dataclass(eq=False)
class Session:
    """A session, of nobody while `user` is None; times are seconds of the server's clock."""

    id: str = field(repr=False)
    user: Account | None
    started: float
    used: float
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    handle: str = field(default_factory=lambda: secrets.token_hex(8))
    presented: str = field(default="", repr=False)  # the token by which it was found last
    agent: str = ""  # the browser that it is bound to
    confirmed: bool = False  # the user has just given the password again


@dataclass
class Failures:
    """Failed logins with one name, since when."""

    count: int = 0
    last: float = 0.0


@dataclass
class Store:
    """All that is kept; `key` signs what is handed out."""

    accounts: dict[str, Account] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    past: dict[str, tuple[Session, float]] = field(default_factory=dict)  # tokens before the last
    revoked: set[str] = field(default_factory=set)  # of tokens that are looked up nowhere else
    failures: dict[str, Failures] = field(default_factory=dict)
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def add_account(self, name: str, password: str, *, is_admin: bool = False) -> bool:
        """Add an account; False when the name is taken."""
        if name in self.accounts:
            return False
        salt = secrets.token_bytes(16)
        self.accounts[name] = Account(name, digest(password, salt), salt, is_admin=is_admin)
        return True

    def set_password(self, account: Account, password: str) -> None:
        account.salt = secrets.token_bytes(16)
        account.digest = digest(password, account.salt)

    def checked(self, name: str, password: str) -> Account | None:
        """Return the account if the password is right; unknown names cost as much as known ones."""
        account = self.accounts.get(name)
        salt = account.salt if account else bytes(16)
        known = account.digest if account else bytes(32)
        is_right = hmac.compare_digest(digest(password, salt), known)
        return account if is_right else None

    def signature(self, text: str) -> bytes:
        """Return the server's signature of a text."""
        return hmac.digest(self.key, text.encode("utf-8", "surrogatepass"), "sha256")


def digest(password: str, salt: bytes) -> bytes:
    """Return what is kept of a password; one round, since these accounts live for seconds."""
    return hashlib.pbkdf2_hmac("sha256", password.encode("utf-8", "surrogatepass"), salt, 1)
