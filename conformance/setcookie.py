"""A Set-Cookie header as a browser reads it.

The rules are those of draft-ietf-httpbis-rfc6265bis-22 (cited as 6265bis-22), which says what
browsers do; RFC 6265 is still the RFC in force.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import lru_cache

_LARGEST_PAIR = 4096
_LARGEST_ATTRIBUTE = 1024
_LONGEST_LIFETIME = timedelta(days=400).total_seconds()
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_SPACE = " \t"

# The tokens of a cookie-date; what follows the digits is ignored.
_DATE_DELIMITERS = re.compile(r"[\x09\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[^0-9].*)?", re.DOTALL)
_DAY = re.compile(r"([0-9]{1,2})(?:[^0-9].*)?", re.DOTALL)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = re.compile(rf"({'|'.join(_MONTHS)}).*", re.DOTALL)
_YEAR = re.compile(r"([0-9]{2,4})(?:[^0-9].*)?", re.DOTALL)


@dataclass(frozen=True)
class SetCookie:
    """One Set-Cookie header as a browser reads it.

    `attributes` keeps order and repetition, names in lower case; a value is None without "=".
    """

    name: str
    value: str = field(repr=False)
    attributes: tuple[tuple[str, str | None], ...] = ()

    def _values(self, name: str) -> list[str]:
        """Return the values of an attribute, the last one first, as that is the one that counts."""
        return [value or "" for key, value in reversed(self.attributes) if key == name]

    def _last(self, name: str) -> str | None:
        return next(iter(self._values(name)), None)

    @property
    def http_only(self) -> bool:
        """Whether scripts can't see it (6265bis-22 section 5.6.6)."""
        return bool(self._values("httponly"))

    @property
    def secure(self) -> bool:
        """Whether it is for secure connections only (6265bis-22 section 5.6.5)."""
        return bool(self._values("secure"))

    @property
    def same_site(self) -> str | None:
        """The SameSite value in lower case, unknown ones too (6265bis-22 section 5.6.7)."""
        value = self._last("samesite")
        return None if value is None else value.lower()

    @property
    def path(self) -> str | None:
        """The path; None where the default path applies (6265bis-22 section 5.6.4)."""
        value = self._last("path")
        return value if value and value.startswith("/") else None

    @property
    def domain(self) -> str | None:
        """The domain without a leading dot; None when host-only (6265bis-22 section 5.6.3)."""
        return (self._last("domain") or "").removeprefix(".").lower() or None

    @property
    def max_age(self) -> int | None:
        """The last Max-Age that is a number of seconds (6265bis-22 section 5.6.2)."""
        numbers = (value for value in self._values("max-age") if re.fullmatch("-?[0-9]+", value))
        return next((int(number) for number in numbers), None)

    @property
    def expires(self) -> datetime | None:
        """The last Expires that is a date, in UTC (6265bis-22 section 5.6.1)."""
        dates = (parse_cookie_date(value) for value in self._values("expires"))
        return next((date for date in dates if date), None)

    def lifetime(self, now: datetime) -> float | None:
        """Return the seconds until it ends, None for as long as the browser runs.

        Zero or less deletes it. Max-Age goes before Expires (6265bis-22 section 5.7) and nothing
        lives longer than 400 days (section 5.5).
        """
        max_age, expires = self.max_age, self.expires
        if max_age is not None:
            return float(min(max(max_age, 0), _LONGEST_LIFETIME))
        if expires is not None:
            return min((expires - now).total_seconds(), _LONGEST_LIFETIME)
        return None

    def removes(self, now: datetime) -> bool:
        """Tell whether a browser that receives it ends up without this cookie."""
        lifetime = self.lifetime(now)
        return lifetime is not None and lifetime <= 0


@lru_cache(maxsize=64)  # each answer is looked at for several reasons
def set_cookies_in(headers: tuple[tuple[str, str], ...]) -> tuple[SetCookie, ...]:
    """Return what a browser reads in the Set-Cookie headers among these."""
    lines = [value for name, value in headers if name.lower() == "set-cookie"]
    return tuple(cookie for cookie in map(parse_set_cookie, lines) if cookie)


@lru_cache(maxsize=256)  # each answer is looked at for several reasons
def parse_set_cookie(header: str) -> SetCookie | None:
    """Read a Set-Cookie header's value; None where a browser ignores it (6265bis-22 section 5.6).

    Quotes belong to the value, and a pair without "=" is a value without a name.
    """
    pair, *rest = header.split(";")
    name, equals, value = pair.partition("=")
    name, value = (name.strip(_SPACE), value.strip(_SPACE)) if equals else ("", pair.strip(_SPACE))
    size = _octets(name) + _octets(value)
    if _CONTROL.search(header) or not 0 < size <= _LARGEST_PAIR:
        return None
    attributes = (_parse_attribute(text) for text in rest)
    return SetCookie(name, value, tuple(item for item in attributes if _counts(*item)))


def _parse_attribute(text: str) -> tuple[str, str | None]:
    name, equals, value = text.partition("=")
    return name.strip(_SPACE).lower(), value.strip(_SPACE) if equals else None


def _counts(name: str, value: str | None) -> bool:
    return bool(name) and _octets(value or "") <= _LARGEST_ATTRIBUTE


def _octets(text: str) -> int:
    """Return how many bytes a text is on the wire, where one character stands for one byte."""
    try:
        return len(text.encode("latin-1"))
    except UnicodeEncodeError:
        return len(text.encode("utf-8", "surrogatepass"))


def parse_cookie_date(text: str) -> datetime | None:
    """Read a date as leniently as browsers do (6265bis-22 section 5.1.1)."""
    found: dict[str, re.Match[str]] = {}
    kinds = {"time": _TIME, "day": _DAY, "month": _MONTH, "year": _YEAR}
    for token in _DATE_DELIMITERS.split(text.lower()):
        for kind, pattern in kinds.items():
            match = pattern.fullmatch(token)
            if match and kind not in found:
                found[kind] = match
                break
    return _date(found) if len(found) == len(kinds) else None


def _date(found: dict[str, re.Match[str]]) -> datetime | None:
    hour, minute, second = (int(digits) for digits in found["time"].groups())
    month, day = _MONTHS.index(found["month"][1]) + 1, int(found["day"][1])
    year = _full_year(int(found["year"][1]))
    try:
        date = datetime(year, month, day, hour, minute, second, tzinfo=timezone.utc)
    except ValueError:
        return None
    return date if year >= 1601 else None


def _full_year(year: int) -> int:
    if year > 99:
        return year
    return year + (1900 if year >= 70 else 2000)
