"""Limits of guessing that are none, or that hurt the wrong ones."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

from flask import Flask, Response, abort, request
from sqlalchemy import text
from variants.attempts import Attempts as VariantAttempts
from variants.server import Server, Visit
from variants.store import Failures

from reference_impl.auth.attempts import Attempt, Attempts, TooManyAttempts

from .harness import WSGI, ReferenceSite, mutant
from .planting import LOGIN, after, before, credentials, text_in

LIMIT = 10
NO_LIMIT = {"LOGIN_PER_ADDRESS_AND_ACCOUNT": "0", "LOGIN_PER_ACCOUNT": "0"}
NOTHING = Attempt(b"", b"", None)
END_ALL = text("DELETE FROM sessions WHERE user_id = (SELECT id FROM users WHERE email = :email)")


@mutant("RATE-1", "passwords may be guessed without end", on="html")
class WithoutLimit(VariantAttempts):
    limit = 10**9


@mutant("RATE-1", "wrong passwords are counted and the right one is let in all the same")
def right_one_gets_in(site: ReferenceSite) -> WSGI:
    class AfterThePassword(Attempts):
        def count(self, account: str, address: str) -> Attempt:
            try:
                return super().count(account, address)
            except TooManyAttempts:
                user = auth._users.by_email(account)
                password = text_in(credentials(), "password")
                if user and auth._hasher.verify(user.password_hash, password):
                    return NOTHING
                raise

    app = site.app(attempts=AfterThePassword)
    auth = app.extensions["auth"]
    return app


@mutant("RATE-1", "one attempt beyond the limit is stopped, and none after it")
class OneIsStopped(Attempts):
    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.seen: Counter[str] = Counter()

    def count(self, account: str, address: str) -> Attempt:
        self.seen[account + address] += 1
        if self.seen[account + address] == LIMIT + 1:
            raise TooManyAttempts(15)
        return NOTHING

    def forgive(self, attempt: Attempt) -> None:
        """Nothing is stored."""


@mutant("RATE-2", "the answer does not say when to come back")
def without_retry_after(site: ReferenceSite) -> Flask:
    def hook(response: Response) -> Response:
        response.headers.pop("Retry-After", None)
        return response

    return after(site.app(), LOGIN, hook)


@mutant("RATE-2", "Retry-After is a sentence")
def sentence_in_retry_after(site: ReferenceSite) -> Flask:
    def hook(response: Response) -> Response:
        if response.status_code == 429:
            response.headers["Retry-After"] = "in a while"
        return response

    return after(site.app(), LOGIN, hook)


class Elsewhere(Attempts):
    """Counts under another key than the account and the address."""

    def count(self, account: str, address: str) -> Attempt:
        return super().count(*self.key(account, address))

    def key(self, account: str, address: str) -> tuple[str, str]:
        raise NotImplementedError


@mutant("RATE-3", "failures are counted for everybody together")
class ForEverybody(Elsewhere):
    def key(self, account: str, address: str) -> tuple[str, str]:  # noqa: ARG002
        return "everybody", address


@mutant("RATE-4", "the lockout ends the sessions of the account")
class EndsSessions(Attempts):
    def count(self, account: str, address: str) -> Attempt:
        try:
            return super().count(account, address)
        except TooManyAttempts:
            self._database.change(END_ALL, {"email": account})
            raise


@mutant("RATE-5", "an account that was locked stays locked", on="throttle")
class NeverUnlocked(VariantAttempts):
    limit = 4

    def wait(self, name: str) -> int:
        failures = self.store.failures.setdefault(name, Failures())
        failures.count += 1
        return 900 if failures.count > self.limit else 0


@mutant("RATE-6", "failures are counted for each User-Agent")
class ForEachProgram(Elsewhere):
    def key(self, account: str, address: str) -> tuple[str, str]:
        return account, f"{address} {request.user_agent}"


@mutant("RATE-6", "forwarding headers are believed whoever sends them")
class BelievesForwarding(Elsewhere):
    def key(self, account: str, address: str) -> tuple[str, str]:
        return account, request.headers.get("X-Forwarded-For", address)


@mutant("RATE-6", "failures are counted for each spelling of the name")
class ForEachSpelling(Elsewhere):
    def key(self, account: str, address: str) -> tuple[str, str]:  # noqa: ARG002
        return text_in(credentials(), "email"), address


@mutant("RATE-6", "failures are counted in a cookie")
def counted_in_a_cookie(site: ReferenceSite) -> Flask:
    def stop() -> Response | None:
        if int(request.cookies.get("failures", "0")) >= LIMIT:
            abort(429)
        return None

    def add(response: Response) -> Response:
        failures = int(request.cookies.get("failures", "0"))
        if response.status_code == 401:
            response.set_cookie("failures", str(failures + 1))
        return response

    return after(before(site.app(NO_LIMIT), LOGIN, stop), LOGIN, add)


@mutant("RATE-6", "spaces behind a name are dropped, but not before it is counted", on="throttle")
class DropsSpaces(Server):
    def log_in(self, visit: Visit) -> Any:
        name = visit.fields.get("username", "")
        seconds = self.attempts.wait(name)
        visit.fields["username"] = name.strip()
        self.store.failures.pop(name.strip(), None)  # what it is counted as next
        if seconds:
            return self.answers.throttled(seconds, "")
        return super().log_in(visit)


@mutant("RACE-6", "attempts are read, and written after the password was looked at")
class ReadThenWritten(Attempts):
    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.seen: Counter[str] = Counter()

    def count(self, account: str, address: str) -> Attempt:  # noqa: ARG002
        seen = self.seen[account]
        if seen >= LIMIT:
            raise TooManyAttempts(15)
        time.sleep(0.05)  # of the password's hash
        self.seen[account] = seen + 1
        return NOTHING

    def forgive(self, attempt: Attempt) -> None:
        """Nothing is stored."""
