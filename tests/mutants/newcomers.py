"""Servers that confuse newcomers with those who are there, or take no long passwords."""

from __future__ import annotations

from typing import Any
from unicodedata import normalize

from variants.server import Server, Visit

from reference_impl.passwords import Hasher

from .harness import mutant

CUT = 60
LONGEST = 40


@mutant(
    "LOGIN-9", "registration overwrites the account of a name that is almost the same", on="html"
)
class Overwriting(Server):
    def register(self, visit: Visit) -> Any:
        self.store.accounts.pop(self.tidied(visit), None)
        return super().register(visit)

    def log_in(self, visit: Visit) -> Any:
        self.tidied(visit)
        return super().log_in(visit)

    def tidied(self, visit: Visit) -> str:
        name = normalize("NFKC", visit.fields.get("username", "")).strip().casefold()
        visit.fields["username"] = name
        return name


@mutant("LOGIN-12", "nobody may have a long password", on="html")
class ShortPasswords(Server):
    def register(self, visit: Visit) -> Any:
        if len(visit.fields.get("password", "")) > LONGEST:
            return self.answers.refused(400, "That password is too long.")
        return super().register(visit)


@mutant("LOGIN-12", "the end of a long password does not count")
class Cut(Hasher):
    def hash(self, password: str) -> str:
        return super().hash(password[:CUT])

    def verify(self, stored: str | None, password: str) -> bool:
        return super().verify(stored, password[:CUT])
