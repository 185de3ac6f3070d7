from __future__ import annotations

import base64
import random
import string
import uuid
from collections.abc import Callable
from math import log2

import pytest

from conformance.entropy import bits_by_length_and_alphabet

Make = Callable[[random.Random, int], str]


def text(chance: random.Random, alphabet: str, length: int) -> str:
    return "".join(chance.choices(alphabet, k=length))


def uuid4(chance: random.Random, _: int) -> str:
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def urlsafe(chance: random.Random, _: int) -> str:
    return base64.urlsafe_b64encode(chance.randbytes(32)).rstrip(b"=").decode()


def hex_digits(chance: random.Random, _: int) -> str:
    return chance.randbytes(16).hex()


def counter(_: random.Random, number: int) -> str:
    return f"{number:032x}"


def prefixed(chance: random.Random, _: int) -> str:
    return f"s%3Aproduction-cluster.{chance.randbytes(16).hex().upper()}.signature"


def digits(chance: random.Random, _: int) -> str:
    return text(chance, string.digits, 39)


def letters(chance: random.Random, _: int) -> str:
    return text(chance, string.ascii_letters + string.digits, 22)


def lower(chance: random.Random, _: int) -> str:
    return text(chance, string.ascii_lowercase + string.digits, 26)


def any_ascii(chance: random.Random, _: int) -> str:
    return text(chance, string.digits + string.ascii_letters + string.punctuation, 20)


def growing(chance: random.Random, number: int) -> str:
    return chance.randbytes(16).hex() + "x" * (number % 7)


def two_choices(chance: random.Random, _: int) -> str:
    return text(chance, "az", 32)


def timestamp(_: random.Random, number: int) -> str:
    return str(1_700_000_000 + number)


BITS: list[tuple[Make, float, float]] = [
    (uuid4, 122, 122),
    (urlsafe, 254, 256),
    (hex_digits, 128, 128),
    (prefixed, 128, 128),
    (digits, 129, 130),
    (letters, 130, 132),
    (lower, 134, 135),
    (any_ascii, 110, 132),
    (growing, 128, 128),
    (two_choices, 32, 32),
    (counter, 5, 8),
    (timestamp, 5, 7),
]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("make", "least", "most"), BITS, ids=[row[0].__name__ for row in BITS])
def test_the_bits_of_a_sample_are_those_of_its_making(
    make: Make, least: float, most: float, seed: int
) -> None:
    chance = random.Random(seed)
    sample = [make(chance, number) for number in range(50)]
    assert least <= bits_by_length_and_alphabet(sample) <= most + 1e-9


@pytest.mark.parametrize("sample", [[], ["abc"], ["abc"] * 50, ["", ""], ["", "abc"]])
def test_what_does_not_vary_has_no_bits(sample: list[str]) -> None:
    assert bits_by_length_and_alphabet(sample) == 0


COUNTED = [
    (["ag", "bh"], log2(2) + log2(2)),
    (list("ghijklmnopqr"), log2(12)),
    (list("ghijklmnopqrs"), log2(36)),
    (list("0123"), log2(10)),
    (list("abcde"), log2(5)),
    (list("abcdef"), log2(16)),
    ([f"{'af'[number % 2]}{number}" for number in range(10)], log2(2) + log2(16)),
    ([chr(number) for number in range(33, 127)], log2(94)),
    (["ab", "abc"], 0),
]


@pytest.mark.parametrize(("sample", "bits"), COUNTED)
def test_a_place_counts_with_its_alphabet_or_with_the_few_characters_seen_there(
    sample: list[str], bits: float
) -> None:
    assert bits_by_length_and_alphabet(sample) == pytest.approx(bits)


def test_a_larger_sample_never_has_fewer_bits() -> None:
    chance = random.Random(1)
    sample = [urlsafe(chance, number) for number in range(80)]
    bits = [bits_by_length_and_alphabet(sample[:size]) for size in (2, 5, 10, 20, 40, 80)]
    assert bits == sorted(bits)
