"""Tokens that explain themselves: JSON Web Tokens with a signature (RFC 7519, RFC 7515)."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_PART = re.compile(r"[A-Za-z0-9_-]*")
_DIGESTS = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}

# Keys that examples, templates and tutorials use, and that word lists begin with.
_COMMON_KEYS = (
    *("", "secret", "secretkey", "secret-key", "secret_key", "SECRET_KEY", "supersecret"),
    *("super-secret", "super_secret", "topsecret", "mysecret", "my-secret", "my_secret"),
    *("jwt", "jwtsecret", "jwt-secret", "jwt_secret", "JWT_SECRET", "shhhhh", "shhhhhared-secret"),
    *("key", "mykey", "my-key", "privatekey", "private", "token", "changeme", "change-me"),
    *("change_me", "password", "passw0rd", "test", "testing", "dev", "development", "default"),
    *("example", "example_key", "admin", "qwerty", "123456", "1234567890", "none", "null"),
    *("your-256-bit-secret", "your-384-bit-secret", "your-512-bit-secret", "your_secret_key"),
    *("your-secret-key", "a-string-secret-at-least-256-bits-long", "not-so-secret", "hello"),
)


@dataclass(frozen=True)
class Jwt:
    """A token's header and claims; `signature` is as it stands there, and may be empty."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any] = field(repr=False)
    signature: str = field(repr=False)
    signed: str = field(repr=False)  # what the signature is of

    @property
    def has_common_key(self) -> bool:
        """Whether the signature is made with a key that everybody tries first."""
        digest = _DIGESTS.get(str(self.header.get("alg")))
        if digest is None:
            return False
        ours = (sign(self.signed, key.encode(), digest) for key in _COMMON_KEYS)
        return any(hmac.compare_digest(self.signature, one) for one in ours)


def read_jwt(token: str) -> Jwt | None:
    """Return what a token says if it is a JWT with three parts, else None."""
    parts = token.split(".")
    if len(parts) != 3 or not all(map(_PART.fullmatch, parts)):
        return None
    header, claims = (_object(part) for part in parts[:2])
    if header is None or claims is None or not isinstance(header.get("alg"), str):
        return None
    return Jwt(header, claims, parts[2], ".".join(parts[:2]))


def write_jwt(header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    """Return header and claims as the part of a token that is signed."""
    return ".".join(encoded(json.dumps(dict(part)).encode()) for part in (header, claims))


def sign(text: str, key: bytes, digest: str = "sha256") -> str:
    """Return the signature of a text by HMAC, as a token spells it."""
    return encoded(hmac.digest(key, text.encode(), digest))


def texts_in(value: object) -> Iterator[str]:
    """Yield every name and text of a JSON value."""
    if isinstance(value, str):
        yield value
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key)
            yield from texts_in(inner)
    if isinstance(value, list):
        for inner in value:
            yield from texts_in(inner)


def encoded(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _object(part: str) -> dict[str, Any] | None:
    try:
        value = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return None
    return value if isinstance(value, dict) else None
