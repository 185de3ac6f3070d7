"""Servers that write later than they answer, that open when the store is away, or store tokens."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Flask, Response, g, request

from reference_impl.auth.session_auth import SignedIn
from reference_impl.auth.session_db_auth import SessionDBAuth
from reference_impl.models.database import DatabaseUnavailable
from reference_impl.models.session import Session
from reference_impl.models.user import User

from .harness import ReferenceSite, mutant
from .planting import LOGOUT, ME, after

Later = list[Callable[[], object]]


def finishing(site: ReferenceSite) -> Later:
    """Return a list of what is done when the server may end in order, and not when it is killed."""
    site.at_stop = later = []
    return later


@mutant("DB-6", "logins are written when the server ends", also=["db_sessions/kill-of-one-node"])
def logins_written_later(site: ReferenceSite) -> Flask:
    later = finishing(site)
    held: dict[bytes, SignedIn] = {}

    class WriteBehind(SessionDBAuth):
        def start(self, user: User, user_agent: str, presented: str | None) -> str:
            self.user = user
            return super().start(user, user_agent, presented)

        def add(self, session: Session, ended: bytes | None) -> bool:
            held[session.token_hash] = SignedIn(self.user, session)
            later.append(lambda: super(WriteBehind, self).add(session, ended))
            return True

        def load(self, token_hash: bytes) -> SignedIn | None:
            return held.get(token_hash) or super().load(token_hash)

        def remove(self, token_hash: bytes) -> bool:
            return bool(held.pop(token_hash, None)) or super().remove(token_hash)

    return site.app(keeper=WriteBehind)


@mutant("DB-6", "logouts are written when the server ends")
def logouts_written_later(site: ReferenceSite) -> Flask:
    later = finishing(site)
    ended: set[bytes] = set()

    class WriteBehind(SessionDBAuth):
        def load(self, token_hash: bytes) -> SignedIn | None:
            return None if token_hash in ended else super().load(token_hash)

        def remove(self, token_hash: bytes) -> bool:
            ended.add(token_hash)
            later.append(lambda: super(WriteBehind, self).remove(token_hash))
            return True

    return site.app(keeper=WriteBehind)


@mutant(
    "DB-6",
    "password changes are written when the server ends",
    also=["db_sessions/password-change-before-a-kill"],
)
def password_changes_written_later(site: ReferenceSite) -> Flask:
    later = finishing(site)

    class WriteBehind(SessionDBAuth):
        def exchange(self, signed_in: SignedIn, rotated: Session, password_hash: str) -> bool:
            change = (signed_in, rotated, password_hash)
            later.append(lambda: super(WriteBehind, self).exchange(*change))
            return True

    return site.app(keeper=WriteBehind)


@mutant(
    "DB-7",
    "while the store is away sessions are served as they were seen last",
    also=["db_sessions/logged-out-before-the-store-went-away"],
)
class OpenWithoutStore(SessionDBAuth):
    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.known: dict[bytes, SignedIn] = {}

    def load(self, token_hash: bytes) -> SignedIn | None:
        try:
            found = super().load(token_hash)
        except DatabaseUnavailable:
            return self.known.get(token_hash)
        if found:
            self.known[token_hash] = found
        return found


@mutant("DB-7", "while the store is away users are taken for strangers and lose their cookie")
def cookie_removed(site: ReferenceSite) -> Flask:
    def hook(response: Response) -> Response:
        if response.status_code == 503 and request.cookies:
            response = Response('{"error": "unauthorized"}', 401, mimetype="application/json")
            g.auth.clear_cookie(response)
        return response

    return after(site.app(), ME, hook)


@mutant("DB-7", "all sessions are removed when the store comes back")
def removed_afterwards(site: ReferenceSite) -> Flask:
    class Suspicious(SessionDBAuth):
        was_away = False

        def load(self, token_hash: bytes) -> SignedIn | None:
            try:
                found = super().load(token_hash)
            except DatabaseUnavailable:
                self.was_away = True
                raise
            return None if self.was_away else found

    return site.app(keeper=Suspicious)


@mutant("DB-15", "a logout is said to have worked whatever the store says")
def logout_always_works(site: ReferenceSite) -> Flask:
    def hook(response: Response) -> Response:
        if response.status_code == 503:
            response = Response("{}", 200, mimetype="application/json")
            g.auth.clear_cookie(response)
        return response

    return after(site.app(), LOGOUT, hook)


def _storing(write: Callable[[str], str]) -> Callable[[ReferenceSite], Flask]:
    """Return a server that stores the token beside its hash, written in some way."""

    def build(site: ReferenceSite) -> Flask:
        class Storing(SessionDBAuth):
            def new_token(self) -> str:
                self.last = super().new_token()
                return self.last

            def add(self, session: Session, ended: bytes | None) -> bool:
                return super().add(replace(session, user_agent=write(self.last)), ended)

        return site.app(keeper=Storing)

    return build


def _raw(token: str) -> bytes:
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))


WAYS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in hexadecimal digits": lambda token: token.encode().hex(),
    "in base64, within something else": lambda token: base64.b64encode(
        f"token={token};".encode()
    ).decode(),
    "as the digits of its bytes": lambda token: _raw(token).hex().upper(),
}
for _way, _write in WAYS.items():
    mutant("DB-8", f"the token is stored {_way}")(_storing(_write))


class TakingHashes(SessionDBAuth):
    """Takes what it stores for a token as well, as if it were from before there were hashes."""

    def find(self, token: str | None) -> SignedIn | None:
        found = super().find(token)
        stored = self.stored(token) if token and not found else None
        return self.load(stored) if stored else found

    def stored(self, token: str) -> bytes | None:
        raise NotImplementedError


@mutant("DB-8", "a stored hash in hexadecimal digits is taken for a token")
class TakingDigits(TakingHashes):
    def stored(self, token: str) -> bytes | None:
        return bytes.fromhex(token) if re.fullmatch("[0-9a-f]{64}", token) else None


@mutant(
    "DB-8",
    "a stored hash in base64 is taken for a token",
    also=["db_sessions/hash-is-no-token[base64]"],
)
class TakingBase64(TakingHashes):
    def stored(self, token: str) -> bytes | None:
        return _raw(token) if re.fullmatch("[A-Za-z0-9_-]{43}", token) else None
