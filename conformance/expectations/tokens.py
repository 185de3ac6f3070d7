"""Tokens side by side."""

from __future__ import annotations

from datetime import datetime, timezone

from conformance.entropy import bits_by_length_and_alphabet
from conformance.expectations.registry import expectations
from conformance.jwt import read_jwt
from conformance.patterns import LEAST_TOKENS, pattern_in
from conformance.stage import DoesNotApply, Seen, Stage, Unproved

_LEAST_BITS = 128  # ASVS 5.0.0 7.2.3


@expectations("all different", about="tokens")
def all_different(seen: Seen, _: Stage) -> str | None:
    """No two of the tokens are the same."""
    repeated = len(seen.tokens) - len(set(seen.tokens))
    if not repeated:
        return None
    return f"{repeated} of {len(seen.tokens)} tokens had been given before"


@expectations("all the same", about="tokens")
def all_same(seen: Seen, _: Stage) -> str | None:
    """All tokens are the same."""
    return None if len(set(seen.tokens)) == 1 else f"{len(set(seen.tokens))} different tokens"


@expectations("at least 128 bits", about="tokens")
def enough_bits(seen: Seen, _: Stage) -> str | None:
    """The tokens' length and alphabet have room for 128 bits (ASVS 5.0.0 7.2.3).

    This is an upper bound: tokens that pass can still be guessable.
    """
    bits = bits_by_length_and_alphabet(seen.tokens)
    return None if bits >= _LEAST_BITS else f"room for {bits:.0f} bits"


@expectations("without a pattern", about="tokens")
def without_pattern(seen: Seen, _: Stage) -> str | None:
    """The tokens, in the order of issue, show no order, no counter, no time, no simple generator.

    They are looked at as text and as decimal numbers, and decoded from hexadecimal digits, base64
    and UUIDs, whole and field by field. Random tokens fail with a probability below 1e-6; it takes
    20 tokens or more. JSON Web Tokens say openly when they were made: to them it does not apply.
    """
    if len(seen.tokens) < LEAST_TOKENS:
        raise Unproved(f"{len(seen.tokens)} tokens show no pattern: it takes {LEAST_TOKENS}")
    if all(map(read_jwt, seen.tokens)):
        raise DoesNotApply("the tokens are JWTs, whose claims tell the time openly")
    return pattern_in(seen.tokens, datetime.now(timezone.utc).timestamp())
