"""Tokens that come back, can be guessed, are taken for each other, or come from the client."""

from __future__ import annotations

import base64
import json
import secrets
import time
from dataclasses import replace
from itertools import count
from typing import Any
from uuid import UUID, uuid1, uuid4

from flask import Flask, Response

from reference_impl.auth.session_auth import hash_token
from reference_impl.auth.session_db_auth import SessionDBAuth
from reference_impl.models.session import Session
from reference_impl.models.user import User

from .harness import ReferenceSite, mutant
from .planting import LOGIN, AnyToken, Lenient, after


class Repeating(AnyToken):
    """Stores a session even where its token is in use; the one before is forgotten."""

    def add(self, session: Session, ended: bytes | None) -> bool:
        self.remove(session.token_hash)
        return super().add(session, ended)


@mutant("ID-1", "the token is the second of the login")
class TokenOfTheSecond(Repeating):
    def new_token(self) -> str:
        return f"{self._clock():%Y%m%d%H%M%S}-and-more-than-thirty-digits"


@mutant("ID-1", "tokens come from a random number that is too short")
class ShortSeed(Repeating):
    def new_token(self) -> str:
        return f"{secrets.randbelow(20):043}"


@mutant("ID-2", "tokens are 8 hexadecimal characters")
class EightCharacters(AnyToken):
    def new_token(self) -> str:
        return secrets.token_hex(4)


@mutant("ID-2", "tokens of 64 bits are filled up to a good length")
class FilledUp(SessionDBAuth):
    def new_token(self) -> str:
        return secrets.token_hex(8).rjust(43, "0")


@mutant("ID-2", "tokens of 64 bits are written twice")
class WrittenTwice(AnyToken):
    def new_token(self) -> str:
        return secrets.token_hex(8) * 2


@mutant("ID-3", "tokens are a counter and the time")
class CounterAndTime(AnyToken):
    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.numbers = count(1)

    def new_token(self) -> str:
        return f"{next(self.numbers):08}-{time.time_ns()}"


@mutant("ID-3", "tokens are UUIDs of version 1")
class TimeBasedUuid(AnyToken):
    def new_token(self) -> str:
        return str(uuid1())


@mutant("ID-3", "the time stands in hexadecimal digits before the random number")
class TimeBefore(AnyToken):
    def new_token(self) -> str:
        return f"{int(time.time()):08x}{secrets.token_hex(16)}"


@mutant("ID-3", "tokens come from a linear congruential generator")
class Congruential(AnyToken):
    state = 12345

    def new_token(self) -> str:
        Congruential.state = (6364136223846793005 * self.state + 1442695040888963407) % 2**64
        return f"{self.state:032x}"


class OfUser(AnyToken):
    """Makes tokens for a user whom it knows."""

    user: User

    def start(self, user: User, user_agent: str, presented: str | None) -> str:
        self.user = user
        return super().start(user, user_agent, presented)

    def encoded(self, text: str) -> str:
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@mutant("ID-4", "tokens are base64 of the user's name and a random number")
class NameInBase64(OfUser):
    def new_token(self) -> str:
        return self.encoded(f"{self.user.email}:{super().new_token()}")


@mutant("ID-4", "tokens hold the user's rights as JSON")
class RightsAsJson(OfUser):
    def new_token(self) -> str:
        rights = json.dumps({"may": ["read"], "n": super().new_token()})
        return f"{self.encoded(rights)}.{secrets.token_hex(16)}"


@mutant("ID-7", "the login sets PHPSESSID as well")
def names_its_framework(site: ReferenceSite) -> Flask:
    def hook(response: Response) -> Response:
        response.set_cookie("PHPSESSID", secrets.token_hex(16), httponly=True)
        return response

    return after(site.app(), LOGIN, hook)


@mutant("ID-5", "only the first 20 characters of a token are looked up")
class FirstTwenty(Lenient):
    def same(self, known: str, presented: str) -> bool:
        return known[:20] == presented[:20] and len(known) == len(presented)


@mutant("ID-5", "the first character of a token tells the shard and is looked up no more")
class WithoutTheFirst(Lenient):
    def same(self, known: str, presented: str) -> bool:
        return known[1:] == presented[1:]


@mutant("ID-6", "a token is found by its beginning")
class Beginnings(Lenient):
    def same(self, known: str, presented: str) -> bool:
        return len(presented) > 10 and known.startswith(presented)


@mutant("ID-6", "what follows a token is ignored")
class Endings(Lenient):
    def same(self, known: str, presented: str) -> bool:
        return presented.startswith(known)


@mutant("ID-6", "tokens are compared without case, as some databases do")
class WithoutCase(Lenient):
    def same(self, known: str, presented: str) -> bool:
        return known.lower() == presented.lower()


@mutant("ID-8", "each user has one token for ever")
class OnePerUser(Repeating):
    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.of_user: dict[UUID, str] = {}

    def start(self, user: User, user_agent: str, presented: str | None) -> str:
        self.user = user
        return super().start(user, user_agent, presented)

    def new_token(self) -> str:
        return self.of_user.setdefault(self.user.id, super().new_token())


class Adopting(AnyToken):
    """Gives the token that came with the login, if `adopts` says so."""

    presented: str | None = None

    def start(self, user: User, user_agent: str, presented: str | None) -> str:
        self.presented = presented
        return super().start(user, user_agent, presented)

    def new_token(self) -> str:
        if self.presented and self.adopts(self.presented):
            return self.presented
        return super().new_token()

    def adopts(self, presented: str) -> bool:
        raise NotImplementedError


@mutant("FIX-1", "the login keeps the token of the session it came with")
class KeepsTheToken(Adopting):
    def adopts(self, presented: str) -> bool:
        return self.load(hash_token(presented)) is not None


@mutant("FIX-2", "the login adopts any token that is unknown")
class AdoptsUnknown(Adopting):
    def adopts(self, presented: str) -> bool:
        return self.load(hash_token(presented)) is None


@mutant(
    "FIX-2",
    "the login adopts unknown tokens that look like its own",
    also=["session_ids/made-up-from-a-real-token"],
)
class AdoptsLookalikes(AdoptsUnknown):
    def adopts(self, presented: str) -> bool:
        return len(presented) == 43 and super().adopts(presented)


@mutant("FIX-2", "the token that came with the login is good as well as the new one")
class BothTokens(AnyToken):
    def start(self, user: User, user_agent: str, presented: str | None) -> str:
        token = super().start(user, user_agent, presented)
        found = self.load(hash_token(token))
        if presented and found:
            both = replace(found.session, token_hash=hash_token(presented), public_id=uuid4())
            self.add(both, None)
        return token
