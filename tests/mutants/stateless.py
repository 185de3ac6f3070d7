"""Tokens that hold the session themselves, and are believed too easily or for too long."""

from __future__ import annotations

import json
from typing import Any

from variants.jwt import HEADER, Jwt, decoded
from variants.store import Account, Session

from conformance.jwt import sign

from .harness import mutant


class Believing(Jwt):
    """Takes a token whose signature is wrong, if `believes` says so."""

    def read(self, token: str) -> dict[str, Any] | None:
        header, claims, signature = self.parts(token)
        if header is not None and self.believes(header, signature):
            return claims
        return super().read(token)

    def parts(self, token: str) -> tuple[Any, Any, str]:
        try:
            parts = [*token.split("."), ""]
            header, claims = (json.loads(decoded(part)) for part in parts[:2])
        except ValueError:
            return None, None, ""
        return header, claims, parts[2]

    def believes(self, header: dict[str, Any], signature: str) -> bool:
        raise NotImplementedError


@mutant("STATELESS-1", "a token is good until it expires", on="jwt")
class NeverEnded(Jwt):
    def end(self, session: Session) -> None:
        """Leave the rest to the browser."""


@mutant("STATELESS-2", "the signature is not checked", on="jwt")
class Unchecked(Believing):
    def believes(self, header: dict[str, Any], signature: str) -> bool:  # noqa: ARG002
        return "alg" in header


@mutant("STATELESS-2", "a signature is checked if there is one", on="jwt")
class CheckedIfThere(Believing):
    def believes(self, header: dict[str, Any], signature: str) -> bool:
        return header == HEADER and not signature


@mutant("STATELESS-2", "the signature is of the claims alone", on="jwt")
class HeaderUnsigned(Jwt):
    def read(self, token: str) -> dict[str, Any] | None:
        _, _, rest = token.partition(".")
        ours = self.written(HEADER, {}).partition(".")[0]
        return super().read(f"{ours}.{rest}")


@mutant("STATELESS-3", "tokens with alg none are taken", on="jwt")
class AlgNone(Believing):
    def believes(self, header: dict[str, Any], signature: str) -> bool:  # noqa: ARG002
        return str(header.get("alg")).lower() in ("none", "")


@mutant("STATELESS-3", "alg none is refused in small letters alone", on="jwt")
class AlgNoneInCapitals(Believing):
    def believes(self, header: dict[str, Any], signature: str) -> bool:
        name = str(header.get("alg"))
        return name != "none" and name.lower() == "none" and not signature


@mutant("STATELESS-4", "the expiry in the token is not looked at", on="jwt")
class NeverExpires(Jwt):
    def is_good(self, claims: dict[str, Any], user: Account) -> bool:
        return super().is_good({**claims, "exp": self.now() + 1}, user)


@mutant("STATELESS-5", "the user's name stands in a claim", on="jwt")
class TellsTheName(Jwt):
    def claims(self, session: Session) -> dict[str, Any]:
        assert session.user
        return {**super().claims(session), "for": session.user.name}


@mutant("STATELESS-5", "an e-mail address stands in a claim", on="jwt")
class TellsAnAddress(Jwt):
    def claims(self, session: Session) -> dict[str, Any]:
        return {**super().claims(session), "contact": {"mail": "alice@example.com"}}


@mutant("STATELESS-6", "the key is the one of the tutorial", on="jwt")
class TutorialKey(Jwt):
    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.store.key = b"your-256-bit-secret"


@mutant("STATELESS-7", "the key is taken from the token's own header", on="jwt")
class KeyFromHeader(Believing):
    def read(self, token: str) -> dict[str, Any] | None:
        self.signed = token.rpartition(".")[0]
        return super().read(token)

    def believes(self, header: dict[str, Any], signature: str) -> bool:
        key = header.get("jwk", {}).get("k")
        return bool(key) and sign(self.signed, decoded(key)) == signature
