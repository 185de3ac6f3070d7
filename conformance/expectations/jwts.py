"""What JSON Web Tokens show of themselves."""

from __future__ import annotations

from conformance.expectations.registry import expectations
from conformance.jwt import read_jwt
from conformance.stage import DoesNotApply, Seen, Stage


@expectations("a JWT", about="tokens")
def is_jwt(seen: Seen, _: Stage) -> str | None:
    """The tokens are signed JSON Web Tokens; to a target with others the scenario doesn't apply."""
    if not all(map(read_jwt, seen.tokens)):
        raise DoesNotApply("the token in this target's session cookie is no JWT")
    return None


@expectations("a key that is not a common one", about="tokens")
def no_common_key(seen: Seen, _: Stage) -> str | None:
    """The signature of no JSON Web Token is by an empty key or one that examples use."""
    jwts = filter(None, map(read_jwt, seen.tokens))
    if any(jwt.has_common_key for jwt in jwts):
        return "a token is signed with a key that is tried first by whoever forges tokens"
    return None
