"""How many bits a sample of tokens has room for."""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Sequence
from math import comb, log2

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
_SURE_BITS = 40  # 2 ** -40 < 1e-12


def bits_by_length_and_alphabet(tokens: Sequence[str]) -> float:
    """Return an upper bound, in bits, of what tokens like these can tell apart.

    Each position counts with the alphabet of the whole sample, or with the few characters that were
    seen there: a position that never changes counts nothing, and neither does one that follows from
    another. One where a character comes too often counts with what that leaves. Some 50 tokens are
    a good sample; good tokens of 50 are given too few bits with a probability below 1e-6.
    """
    positions = [*zip(*tokens, strict=False)]
    varying = set().union(*(set(letters) for letters in positions if len(set(letters)) > 1))
    alphabet = _size_of_alphabet(varying)
    bits = 0.0
    for number, letters in enumerate(positions):
        if not any(_follows(letters, other) for other in positions[:number]):
            choices = log2(_choices(set(letters), alphabet))
            bits += min(choices, _bits_by_frequency(letters))
    return bits


def _follows(letters: Sequence[str], other: Sequence[str]) -> bool:
    """Say whether a position follows from another one: the same there means the same here.

    Where chance had agreed so often with a probability above 1e-12, they are independent.
    """
    pairs = set(zip(other, letters, strict=True))
    agreements = len(letters) - len(set(other))
    values = len(set(letters))
    return len(pairs) == len(set(other)) and agreements * log2(values) > _SURE_BITS


def _bits_by_frequency(letters: Sequence[str]) -> float:
    """Return an upper bound of the bits of a position, by the character that is seen most often.

    It is right with a probability above 1 - 1e-9: had that character been rarer than the bound
    says, it would have come so often by less than that.
    """
    most = max(Counter(letters).values())
    low, high = 0.0, 1.0
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if _tail(len(letters), most, middle) < 1e-9 else (low, middle)
    return -log2(low) if low else float("inf")


def _tail(number: int, least: int, chance: float) -> float:
    """Return the probability of `least` or more hits in so many tries."""
    hits = range(least, number + 1)
    return sum(comb(number, n) * chance**n * (1 - chance) ** (number - n) for n in hits)


def _choices(seen: set[str], alphabet: int) -> int:
    """Return how many characters a position can have, judged by those seen there."""
    return alphabet if len(seen) > alphabet / 3 else len(seen)


def _size_of_alphabet(letters: set[str]) -> int:
    fitting = [len(alphabet) for alphabet in _ALPHABETS if letters <= set(alphabet)]
    return min(fitting, default=_ANY)
