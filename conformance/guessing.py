"""How somebody who guesses passwords may try to look like somebody else at every guess."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from conformance.words import Words

STOPPED = (403, 423, 429, 503)  # statuses by which servers stop who guesses
MOST_GUESSES = 100  # wrong ones in a row that may go unhindered: NIST SP 800-63B-4 3.2.2


@dataclass(frozen=True)
class Guise:
    """What a guess looks like: the name it is for, more headers, whether the browser is new."""

    name: str
    headers: Mapping[str, str] = field(default_factory=dict)
    new_browser: bool = False


Disguise: TypeAlias = Callable[[str, int], Guise]

# Each gets the user's name and the number of the guess, from 0.
disguises: Words[Disguise] = Words("disguise")


@disguises("a new browser each time")
def _new_browser(name: str, _: int) -> Guise:
    """Every guess comes without the cookies that the answers before have set."""
    return Guise(name, new_browser=True)


@disguises("another User-Agent each time")
def _user_agent(name: str, number: int) -> Guise:
    """Every guess names another program as its sender."""
    return Guise(name, {"User-Agent": f"Mozilla/5.0 (guess {number})"})


@disguises("another forwarded address each time")
def _forwarded(name: str, number: int) -> Guise:
    """Every guess claims to be forwarded for another address, in all the headers that say so."""
    address = f"203.0.113.{number + 1}"
    names = ("X-Forwarded-For", "X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP")
    return Guise(name, {**dict.fromkeys(names, address), "Forwarded": f"for={address}"})


@disguises("the name in changing case")
def _case(name: str, number: int) -> Guise:
    """Every guess writes other letters of the name in capitals."""
    letters = [
        letter.upper() if number + 1 >> place & 1 else letter.lower()
        for place, letter in enumerate(name)
    ]
    return Guise("".join(letters))


@disguises("the name with more and more spaces")
def _spaces(name: str, number: int) -> Guise:
    """Every guess writes one space more behind the name."""
    return Guise(name + " " * (number + 1))
