"""What a sample of tokens gives away, in the order in which they were given out.

Every finding is one that random tokens show with a probability below 1e-6 for a whole sample of 20
or more; the functions say why. Nothing found proves nothing: the hash of a counter or of the time
looks like chance to whoever does not know how it is made (ID-9).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from math import gcd
from uuid import UUID

from conformance.decodings import columns

Numbers = Sequence[int]

LEAST_TOKENS = 20
_LEAST_VALUES = 10  # different ones, before their order means anything
_SIZES = (1, 2, 4, 6, 8, 16)  # bytes of a number; 6 as in UUIDs of version 7
_LONGEST = 64  # bytes that are looked at
_PERIODS = range(2, 9)
_MODULUS = 1000  # smaller ones come out of a few random numbers too
_DAY, _MOMENT = 86400.0, 10.0  # seconds
_UNITS = (1.0, 1e3, 1e6)  # of a second: s, ms, µs
_UUID_EPOCH = 12_219_292_800  # seconds from 1582-10-15 to 1970
_UUID_TICKS = 10_000_000  # in a second


def pattern_in(tokens: Sequence[str], now: float) -> str | None:
    """Return what is wrong with the tokens, or None; `now` is in seconds since 1970."""
    for name, column in columns(tokens):
        finding = next(_findings(column, now), None)
        if finding:
            return f"{name}: {finding}"
    return None


def _findings(column: Sequence[str | bytes], now: float) -> Iterator[str]:
    texts = [one for one in column if isinstance(one, str)]
    data = [one for one in column if isinstance(one, bytes)]
    if texts:
        yield from _in_texts(texts, now)
    if data:
        yield from _in_bytes(data, now)


def _in_texts(texts: Sequence[str], now: float) -> Iterator[str]:
    if is_ordered([*map(sorted(set(texts)).index, texts)]):
        yield "they come in alphabetical order"
    if all(text.isascii() and text.isdecimal() for text in texts):
        numbers = [int(text) for text in texts]
        yield from _in_numbers(numbers, now, _UNITS)
    if all(is_date_near(text[:14], now) for text in texts):
        yield "it begins with the date and the time of day"
    if all(map(_is_time_based_uuid, texts)):
        ticks = [UUID(text).time / _UUID_TICKS - _UUID_EPOCH for text in texts]
        if is_near(ticks, now):
            yield "it is a UUID that tells the time"


def _in_bytes(data: Sequence[bytes], now: float) -> Iterator[str]:
    length = min(_LONGEST, *map(len, data))
    for size in _SIZES:
        for start in range(length - size + 1):
            pieces = [one[start : start + size] for one in data]
            units = {4: _UNITS[:1], 6: _UNITS[1:2], 8: _UNITS[1:]}.get(size, ())
            for finding in _in_either_order(pieces, now, units):
                yield f"bytes {start} to {start + size - 1}: {finding}"
    bits = ([one[n // 8] >> n % 8 & 1 for one in data] for n in range(8 * length))
    if any(map(is_periodic, bits)):
        yield "a bit changes in a short cycle"


def _in_either_order(pieces: Sequence[bytes], now: float, units: Sequence[float]) -> Iterator[str]:
    yield from _in_numbers([int.from_bytes(one, "big") for one in pieces], now, units)
    yield from _in_numbers([int.from_bytes(one, "little") for one in pieces], now, units)


def _in_numbers(numbers: Numbers, now: float, units: Sequence[float]) -> Iterator[str]:
    checks: dict[str, Callable[[Numbers], bool]] = {
        "it grows or shrinks from login to login": is_ordered,
        "it changes by the same number at each login": is_counter,
        "each number follows from the one before": is_congruential,
    }
    yield from (finding for finding, check in checks.items() if check(numbers))
    if any(is_near([number / unit for number in numbers], now) for unit in units):
        yield "it is the time"


def is_ordered(numbers: Numbers) -> bool:
    """Say whether numbers never fall, or never rise, with at least ten different ones.

    Twenty random ones, of ten different values, are in order with a probability of at most
    2 * 11! / 20! < 1e-10; fifty with less than 1e-14.
    """
    if len(set(numbers)) < _LEAST_VALUES:
        return False
    return list(numbers) in (sorted(numbers), sorted(numbers, reverse=True))


def is_counter(numbers: Numbers) -> bool:
    """Say whether numbers change by the same step, which is not 0, as a byte or more would.

    Random bytes do so with a probability of 256 ** -18 for twenty.
    """
    steps = {(after - before) % 256 for before, after in pairwise(numbers)}
    return len(steps) == 1 and steps != {0} and len(set(numbers)) > _LEAST_VALUES


def is_congruential(numbers: Numbers) -> bool:
    """Say whether numbers are the whole states of a linear congruential generator.

    Then t[n] * t[n+2] - t[n+1]**2 of their differences t are multiples of its modulus. Of random
    numbers these have no common divisor above 1000, but with a probability below
    1000 ** -15 for twenty; bits that never change are divided away before. A generator that shows
    only a part of its state escapes.
    """
    steps = [after - before for before, after in pairwise(numbers)]
    if min(map(abs, steps)) == 0:
        return False
    common = gcd(*steps)
    steps = [step // common for step in steps]
    divisor = 0
    for one, two, three in zip(steps, steps[1:], steps[2:]):  # noqa: B905
        divisor = gcd(divisor, one * three - two * two)
        if 0 < divisor <= _MODULUS:  # it can't grow again
            return False
    return divisor > _MODULUS


def is_periodic(bits: Numbers) -> bool:
    """Say whether a bit repeats itself in a cycle of two to eight, and is not the same always.

    A random one does so with a probability of at most 2 ** (9 - n); so the longest token that is
    looked at (512 bits) raises a false alarm by that with less than 1e-8 for fifty. It takes 50.
    """
    if len(bits) < 50 or len(set(bits)) == 1:
        return False
    return any(list(bits[period:]) == list(bits[:-period]) for period in _PERIODS)


def is_near(times: Sequence[float], now: float) -> bool:
    """Say whether all of these are about now: within a day, or 10 s where all are the same.

    One random number of 32 bits is within 10 s with a probability of 5e-9; and a token has
    at most 122 places where it may stand.
    """
    reach = _DAY if len(set(times)) > 1 else _MOMENT
    return all(abs(time - now) <= reach for time in times)


def is_date_near(text: str, now: float) -> bool:
    """Say whether 14 digits are a date and a time of day within a day of now, in any zone.

    One random number of 14 digits is that with a probability of 2e-9.
    """
    if len(text) != 14 or not text.isdecimal():
        return False
    try:
        when = datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc)
    except ValueError:
        return False
    return abs(when - datetime.fromtimestamp(now, timezone.utc)) <= timedelta(days=1)


def _is_time_based_uuid(text: str) -> bool:
    try:
        return len(text) == 36 and UUID(text).version == 1
    except ValueError:
        return False
