"""Good generators raise no alarm, bad ones do; what can't be told is said by name."""

from __future__ import annotations

import base64
import hashlib
import hmac
import random
import uuid
from collections.abc import Callable, Iterator
from itertools import count

import pytest

from conformance.patterns import (
    is_congruential,
    is_counter,
    is_date_near,
    is_near,
    is_ordered,
    is_periodic,
    pattern_in,
)

NOW = 1_800_000_000.0
LOGIN_TAKES = 0.07  # seconds
SAMPLE = 50
Make = Callable[[random.Random], Iterator[str]]
Number = Callable[[int], str]


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def each(make: Callable[[random.Random], str]) -> Make:
    return lambda chance: (make(chance) for _ in count())


def numbered(make: Number) -> Make:
    return lambda _: (make(number) for number in count(1))


def signed(value: str) -> str:
    return f"s%3Aproduction.{value}.{base64url(hmac.digest(b'key', value.encode(), 'sha256'))}"


def uuid4(chance: random.Random) -> str:
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


GOOD: dict[str, Make] = {
    "UUIDs of version 4": each(uuid4),
    "two of them": each(lambda chance: f"{uuid4(chance)}.{uuid4(chance)}"),
    "base64url of 32 bytes": each(lambda chance: base64url(chance.randbytes(32))),
    "hexadecimal digits": each(lambda chance: chance.randbytes(16).hex()),
    "decimal digits": each(lambda chance: f"{chance.randrange(10**39):039}"),
    "signed, with a constant beginning": each(lambda chance: signed(chance.randbytes(16).hex())),
    "in two cookies": each(lambda chance: f"{chance.randbytes(16).hex()}\n{uuid4(chance)}"),
    "of differing length": each(
        lambda chance: base64url(chance.randbytes(chance.randrange(20, 40)))
    ),
    "a constant between": each(
        lambda chance: f"{chance.randbytes(8).hex()}0f{chance.randbytes(8).hex()}"
    ),
}


def time_of(number: int) -> float:
    return NOW + number * LOGIN_TAKES


def uuid1(number: int) -> str:
    ticks = int((time_of(number) + 12_219_292_800) * 10_000_000)
    low, middle, high = ticks & 0xFFFFFFFF, ticks >> 32 & 0xFFFF, ticks >> 48 | 0x1000
    return str(uuid.UUID(fields=(low, middle, high, 0x80, 1, 0x123456789ABC)))


def uuid7(chance: random.Random) -> Iterator[str]:
    for number in count():
        data = int(time_of(number) * 1000).to_bytes(6, "big") + chance.randbytes(10)
        yield str(uuid.UUID(bytes=data))


def congruential(multiplier: int, step: int, modulus: int, form: str) -> Make:
    def make(_: random.Random) -> Iterator[str]:
        state = 12345
        while True:
            state = (multiplier * state + step) % modulus
            yield form.format(state)

    return make


def behind(make: Number) -> Make:
    """A number in front of enough randomness."""
    return lambda chance: (f"{make(number)}.{chance.randbytes(16).hex()}" for number in count(1))


BAD: dict[str, Make] = {
    "a counter": numbered(str),
    "a counter in hexadecimal digits": numbered("{:032x}".format),
    "a counter that goes down": numbered(lambda number: f"{10**6 - number:020}"),
    "a counter in base64": numbered(lambda number: base64url(f"alice:{number}".encode())),
    "a counter with other logins between": numbered(lambda n: f"{n * 7 + n % 5:032x}"),
    "a counter within random digits": lambda chance: (
        f"{chance.randbytes(8).hex()}{number:04x}{chance.randbytes(8).hex()}"
        for number in count(250)
    ),
    "seconds": numbered(lambda number: str(int(time_of(number)))),
    "milliseconds": numbered(lambda number: str(int(time_of(number) * 1000))),
    "nanoseconds in hexadecimal digits": numbered(lambda n: f"{int(time_of(n) * 1e9):032x}"),
    "seconds and more": behind(lambda number: f"{time_of(number):.3f}"),
    "the same second and more": behind(lambda _: f"{NOW:.0f}"),
    "the second in hexadecimal digits and more": behind(lambda n: f"{int(time_of(n)):08x}"),
    "the second as four bytes in base64": lambda chance: (
        base64url(int(time_of(n)).to_bytes(4, "little") + chance.randbytes(16)) for n in count()
    ),
    "date and time": behind(lambda _: "20270115080000"),
    "UUIDs of version 1": numbered(uuid1),
    "UUIDs of version 7": uuid7,
    "the generator of ANSI C": congruential(1103515245, 12345, 2**31, "{:08x}"),
    "the generator of Knuth's MMIX": congruential(
        6364136223846793005, 1442695040888963407, 2**64, "{:016x}"
    ),
    "the minimal standard generator": congruential(16807, 0, 2**31 - 1, "{}"),
    "an alternating bit": lambda chance: (
        f"{chance.getrandbits(64) & ~1 | number & 1:016x}" for number in count()
    ),
}

# Nobody can tell these from good ones without knowing how they are made (ID-9).
HIDDEN: dict[str, Make] = {
    "the MD5 hash of the time": numbered(
        lambda number: hashlib.md5(f"{time_of(number)}".encode(), usedforsecurity=False).hexdigest()
    ),
    "the SHA-256 hash of a counter": numbered(
        lambda number: hashlib.sha256(str(number).encode()).hexdigest()
    ),
    "the upper half of a congruential generator": lambda _: (
        f"{state:016x}" for state in upper_halves()
    ),
}


def upper_halves() -> Iterator[int]:
    state = 1
    while True:
        value = 0
        for _ in range(2):
            state = (state * 0x5DEECE66D + 0xB) % 2**48
            value = value << 32 | state >> 16
        yield value


def sample(make: Make, seed: int) -> list[str]:
    tokens = make(random.Random(seed))
    return [next(tokens) for _ in range(SAMPLE)]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("name", GOOD)
def test_good_tokens_raise_no_alarm(name: str, seed: int) -> None:
    assert pattern_in(sample(GOOD[name], seed), NOW + SAMPLE * LOGIN_TAKES) is None


@pytest.mark.parametrize("name", BAD)
def test_bad_tokens_are_found(name: str) -> None:
    tokens = sample(BAD[name], 1)
    finding = pattern_in(tokens, NOW + SAMPLE * LOGIN_TAKES * ("same" not in name))
    assert finding
    assert not any(token in finding for token in tokens)


@pytest.mark.parametrize("name", HIDDEN)
def test_a_hash_hides_what_is_below_it(name: str) -> None:
    assert pattern_in(sample(HIDDEN[name], 1), NOW) is None


def test_numbers_in_order_are_ordered_if_there_are_enough_of_them() -> None:
    assert is_ordered([*range(50)])
    assert is_ordered([*range(20), 20, 20])
    assert is_ordered([*range(50, 0, -1)])
    assert not is_ordered([*range(9)])
    assert not is_ordered([5] * 50)
    assert not is_ordered([*range(50), 7])


def test_a_counter_may_run_over() -> None:
    assert is_counter([number % 256 for number in range(250, 300)])
    assert is_counter([number * 3 % 256 for number in range(50)])
    assert not is_counter([7] * 50)
    assert not is_counter([1, 2, 4, *range(5, 40)])


def test_equal_neighbours_are_no_generator() -> None:
    assert not is_congruential([1, 1, 1, 1])
    assert not is_congruential([1, 2, 3, 4, 5])


def test_a_short_sample_tells_nothing_about_single_bits() -> None:
    assert is_periodic([0, 1, 1] * 20)
    assert not is_periodic([0, 1] * 20)
    assert not is_periodic([1] * 60)


def test_the_same_time_everywhere_has_to_be_this_very_moment() -> None:
    assert is_near([NOW, NOW + 60], NOW)
    assert is_near([NOW + 5, NOW + 5], NOW)
    assert not is_near([NOW + 60, NOW + 60], NOW)
    assert not is_near([NOW, NOW - 100_000], NOW)


@pytest.mark.parametrize("text", ["20270115080000", "20270115180000", "20270114200000"])
def test_a_date_is_told_in_any_zone(text: str) -> None:
    assert is_date_near(text, NOW)


@pytest.mark.parametrize("text", ["20270118080000", "2027011508000", "99999999999999", "x" * 14])
def test_other_digits_are_no_date_of_today(text: str) -> None:
    assert not is_date_near(text, NOW)
