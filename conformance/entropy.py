"""How many bits a sample of tokens has room for."""

from __future__ import annotations

import string
from collections.abc import Sequence
from math import log2

_ALPHABETS = (
    string.digits,
    string.digits + "abcdef",
    string.digits + "ABCDEF",
    string.digits + string.ascii_lowercase,
    string.digits + string.ascii_letters,
    string.digits + string.ascii_letters + "-_",
    string.digits + string.ascii_letters + "+/=",
)
_ANY = 94  # printable ASCII


def bits_by_length_and_alphabet(tokens: Sequence[str]) -> float:
    """Return an upper bound, in bits, of what tokens like these can tell apart.

    Each position counts with the alphabet of the whole sample, or with the few characters that were
    seen there: a position that never changes counts nothing. Some 50 tokens are a good sample.
    """
    positions = [set(letters) for letters in zip(*tokens, strict=False)]
    varying = set().union(*(letters for letters in positions if len(letters) > 1))
    alphabet = _size_of_alphabet(varying)
    return sum(log2(_choices(letters, alphabet)) for letters in positions)


def _choices(seen: set[str], alphabet: int) -> int:
    """Return how many characters a position can have, judged by those seen there."""
    return alphabet if len(seen) > alphabet / 3 else len(seen)


def _size_of_alphabet(letters: set[str]) -> int:
    fitting = [len(alphabet) for alphabet in _ALPHABETS if letters <= set(alphabet)]
    return min(fitting, default=_ANY)
