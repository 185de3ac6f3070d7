"""How a scenario may spoil a token that is a JWT; any other token stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from conformance.changes import TokenChange, token_changes
from conformance.jwt import Jwt, encoded, read_jwt, sign, write_jwt

__all__ = ["token_changes"]

_OWN_KEY = b"a key that the sender has made up"
_DAY = 86400  # seconds


def _jwt_change(word: str) -> Callable[[Callable[[Jwt], str]], TokenChange]:
    """Register a change of JWTs as one of tokens in general."""

    def register(change: Callable[[Jwt], str]) -> TokenChange:
        def changed(token: str) -> str:
            jwt = read_jwt(token)
            return change(jwt) if jwt else token

        changed.__doc__ = change.__doc__
        return token_changes(word)(changed)

    return register


@_jwt_change("JWT with one more claim")
def _one_more_claim(jwt: Jwt) -> str:
    """The JWT with another claim added and the signature as it was."""
    return f"{write_jwt(jwt.header, {**jwt.claims, 'added': 'yes'})}.{jwt.signature}"


@_jwt_change("JWT good for longer")
def _good_for_longer(jwt: Jwt) -> str:
    """The JWT with an expiry one day later and the signature as it was."""
    return f"{write_jwt(jwt.header, _later(jwt.claims))}.{jwt.signature}"


@_jwt_change("JWT with another header")
def _another_header(jwt: Jwt) -> str:
    """The JWT with a `kid` that says nothing in its header and the signature as it was."""
    return f"{write_jwt({**jwt.header, 'kid': 'added'}, jwt.claims)}.{jwt.signature}"


@_jwt_change("JWT with an empty signature")
def _empty_signature(jwt: Jwt) -> str:
    """The JWT with nothing behind its last dot."""
    return f"{jwt.signed}."


@_jwt_change("JWT without signature")
def _without_signature(jwt: Jwt) -> str:
    """The header and the claims of the JWT, and no more."""
    return jwt.signed


@_jwt_change("JWT with a signature by another key")
def _another_key(jwt: Jwt) -> str:
    """The JWT as it is, signed with a key that somebody made up."""
    return f"{jwt.signed}.{sign(jwt.signed, _OWN_KEY)}"


@_jwt_change("JWT that brings its own key")
def _own_key(jwt: Jwt) -> str:
    """The JWT signed with a key that somebody made up and that its header states as `jwk`."""
    stated = {"kty": "oct", "alg": "HS256", "k": encoded(_OWN_KEY)}
    head = write_jwt({**jwt.header, "alg": "HS256", "jwk": stated}, jwt.claims)
    return f"{head}.{sign(head, _OWN_KEY)}"


def _with_algorithm(jwt: Jwt, name: str) -> str:
    return f"{write_jwt({**jwt.header, 'alg': name}, jwt.claims)}."


@_jwt_change("JWT with alg none")
def _alg_none(jwt: Jwt) -> str:
    """The JWT with `alg: none` in its header and an empty signature."""
    return _with_algorithm(jwt, "none")


@_jwt_change("JWT with alg None")
def _alg_capital(jwt: Jwt) -> str:
    """The JWT with `alg: None` in its header and an empty signature."""
    return _with_algorithm(jwt, "None")


@_jwt_change("JWT with alg NONE")
def _alg_upper(jwt: Jwt) -> str:
    """The JWT with `alg: NONE` in its header and an empty signature."""
    return _with_algorithm(jwt, "NONE")


@_jwt_change("JWT with alg nOnE")
def _alg_mixed(jwt: Jwt) -> str:
    """The JWT with `alg: nOnE` in its header and an empty signature."""
    return _with_algorithm(jwt, "nOnE")


@_jwt_change("JWT with an empty alg")
def _alg_empty(jwt: Jwt) -> str:
    """The JWT with an empty `alg` in its header and an empty signature."""
    return _with_algorithm(jwt, "")


@_jwt_change("JWT with alg none and its signature")
def _alg_none_signed(jwt: Jwt) -> str:
    """The JWT with `alg: none` in its header and the signature as it was."""
    return _with_algorithm(jwt, "none") + jwt.signature


def _later(claims: Mapping[str, Any]) -> dict[str, Any]:
    expiry = claims.get("exp")
    expiry = expiry if isinstance(expiry, int | float) else 0
    return {**claims, "exp": expiry + _DAY}
