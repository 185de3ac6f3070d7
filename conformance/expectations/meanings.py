"""What can be read in a token."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence

from conformance.decodings import layers
from conformance.expectations.registry import expectations
from conformance.jwt import Jwt, read_jwt, texts_in
from conformance.model import User
from conformance.stage import DoesNotApply, Seen, Stage, Unproved

LEAST_TOKENS = 5
_SHORTEST = 3  # characters of a name: shorter ones stand in random texts
_DIGESTS = ("md5", "sha1", "sha256")
_ASSIGNED = re.compile(
    rb"(?i)\b(user|user_?id|user_?name|uid|login|e-?mail|name|roles?|admin|is_?admin)\b"
    rb"""["']?\s*[=:]\s*["']?\w"""
)
_SERIALISED = re.compile(rb"(?s)(?:[aO]:\d+:.*\{|\x80[\x02-\x05].*\.$|\x04\x08[{o])")  # PHP,
# pickle, Ruby's Marshal
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
# The claims on a person of OpenID Connect Core 1.0 (5.1), and what else such claims are called.
_PERSONAL = frozenset(
    (
        *("name", "given_name", "family_name", "middle_name", "nickname", "preferred_username"),
        *("profile", "picture", "website", "email", "email_verified", "gender", "birthdate"),
        *("phone_number", "phone", "address", "username", "user_name", "first_name", "last_name"),
        *("password", "role", "roles", "ip", "ssn"),
    )
)


@expectations("without meaning", about="tokens")
def without_meaning(seen: Seen, stage: Stage) -> str | None:
    """No token holds a user's name, its hash, a role or an object, also once it is decoded.

    Tried are percent encoding, hexadecimal digits, base64, zlib and what JSON, PHP, Python and
    Ruby write, three layers deep. Only what is in each of 5 or more tokens counts: so often, a
    random text holds a name of 3 letters by chance with a probability below 1e-8. JSON Web Tokens
    say openly what they mean: to them it does not apply.
    """
    if len(seen.tokens) < LEAST_TOKENS:
        raise Unproved(f"{len(seen.tokens)} tokens may be alike by chance: it takes {LEAST_TOKENS}")
    if all(map(read_jwt, seen.tokens)):
        raise DoesNotApply("the tokens are JWTs, whose claims are meant to be read")
    found = (set(_meanings(token, stage.users.values())) for token in seen.tokens)
    common = sorted(set.intersection(*found))
    return f"a token holds {common[0]}" if common else None


@expectations("no personal data in clear", about="tokens")
def no_personal_data(seen: Seen, stage: Stage) -> str | None:
    """No claim of a JSON Web Token tells a name, an e-mail address, a role or the like."""
    for jwt in filter(None, map(read_jwt, seen.tokens)):
        claims = sorted(_PERSONAL & {*map(str.lower, map(str, jwt.claims))})
        if claims:
            return f"a token has the claim '{claims[0]}'"
        if _names_somebody(jwt, stage.users.values()):
            return "a claim of a token holds a user's name or an address"
    return None


def _names_somebody(jwt: Jwt, users: Iterable[User]) -> bool:
    names = {user.username for user in users if user.username}
    return any(text in names or _ADDRESS.fullmatch(text) for text in texts_in(jwt.claims))


def _meanings(token: str, users: Iterable[User]) -> Iterator[str]:
    facts = [fact for user in users for fact in _facts(user)]
    for data in layers(token):
        yield from (what for what, bytes_ in facts if bytes_ in data)
        if _is_object(data):
            yield "a JSON object"
        if _SERIALISED.match(data):
            yield "a serialised object"
        if _ASSIGNED.search(data):
            yield "a name, an id or a role"


def _facts(user: User) -> Iterator[tuple[str, bytes]]:
    names = {user.username, user.username.partition("@")[0]}
    for name in sorted(name for name in names if len(name) >= _SHORTEST):
        yield "the user's name", name.encode()
        for digest in _DIGESTS:
            hashed = hashlib.new(digest, name.encode(), usedforsecurity=False)
            yield f"the {digest} hash of the user's name", hashed.digest()
            yield f"the {digest} hash of the user's name", hashed.hexdigest().encode()


def _is_object(data: bytes) -> bool:
    if data[:1] not in (b"{", b"["):
        return False
    try:
        value: object = json.loads(data)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) or (isinstance(value, Sequence) and bool(value))
