"""Sessions without a look-up: all that they are stands in a signed JWT, except that they ended."""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any

from .sessions import Sessions
from .store import Account, Session

HEADER = {"alg": "HS256", "typ": "JWT"}


class Jwt(Sessions):
    """A JWT (HS256) that is good until a fixed time; ended ones stand on a list by their `jti`."""

    def cookies(self, session: Session) -> dict[str, str]:
        return {self.name: self.written(HEADER, self.claims(session))}

    def claims(self, session: Session) -> dict[str, Any]:
        """Return what the token says: nothing of the user but a random number."""
        assert session.user
        return {
            "jti": session.id,
            "sub": session.user.subject,
            "ver": session.user.version,
            "auth_time": session.started,
            "iat": session.used,
            "exp": int(self.ends(session)),
        }

    def written(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        head = f"{encoded(json.dumps(header).encode())}.{encoded(json.dumps(claims).encode())}"
        return f"{head}.{encoded(self.store.signature(head))}"

    def read(self, token: str) -> dict[str, Any] | None:
        """Return the claims of a token that this server has signed."""
        head, _, signature = token.rpartition(".")
        ours = encoded(self.store.signature(head))
        if not hmac.compare_digest(signature.encode("utf-8", "surrogatepass"), ours.encode()):
            return None
        header, claims = (json.loads(decoded(part)) for part in head.split("."))
        return claims if header == HEADER else None

    def start(self, user: Account | None) -> Session:
        return Session(secrets.token_hex(16), user, self.now(), self.now())

    def find(self, cookies: Mapping[str, str]) -> Session | None:
        claims = self.read(self.presented(cookies))
        user = self.user_of(claims) if claims else None
        if not claims or not user or not self.is_good(claims, user):
            return None
        return Session(claims["jti"], user, claims["auth_time"], self.now())

    def is_good(self, claims: dict[str, Any], user: Account) -> bool:
        is_ended = claims["jti"] in self.store.revoked or claims["ver"] != user.version
        return self.now() < claims["exp"] and not is_ended

    def user_of(self, claims: dict[str, Any]) -> Account | None:
        known = self.store.accounts.values()
        return next((one for one in known if one.subject == claims["sub"]), None)

    def end(self, session: Session) -> None:
        self.store.revoked.add(session.id)

    def end_all(self, user: Account, but: Session | None = None) -> None:  # noqa: ARG002
        user.version += 1  # what stays alive gets a new token, with the new number

    def of(self, user: Account) -> list[Session]:  # noqa: ARG002
        return []  # nobody knows

    def rotate(self, session: Session) -> None:
        self.end(session)
        session.id = secrets.token_hex(16)


class JwtReissued(Jwt):
    """A short-lived JWT, and a new one for the same session with every answer."""

    resends = True


def encoded(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Return what base64url without padding stands for."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
