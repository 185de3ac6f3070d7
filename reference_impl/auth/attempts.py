"""Throttling of password guesses, counted before the password is looked at."""

import hashlib
import ipaddress
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    LargeBinary,
    Table,
    bindparam,
    case,
    delete,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from reference_impl.clock import Clock, from_millis, to_millis
from reference_impl.models.database import Database, metadata
from reference_impl.settings import Settings

PER_ACCOUNT = timedelta(hours=1)
PURGED_AT_ATTEMPT = 10

attempts = Table(
    "login_attempts",
    metadata,
    Column("key", LargeBinary(32), primary_key=True),
    Column("window_start", BigInteger, nullable=False, index=True),
    Column("count", Integer, nullable=False),
)


def _count_statement(dialect: Any) -> Any:
    # Counting and reading are one statement: with two, attempts made at once would all read the
    # same number (CVE-2019-5421, CWE-362).
    stale = attempts.c.window_start <= bindparam("stale")
    row = {"key": bindparam("this"), "window_start": bindparam("now"), "count": 1}
    return (
        dialect.insert(attempts)
        .values(row)
        .on_conflict_do_update(
            index_elements=[attempts.c.key],
            set_={
                "window_start": case((stale, bindparam("now")), else_=attempts.c.window_start),
                "count": case((stale, 1), else_=attempts.c.count + 1),
            },
        )
        .returning(attempts.c.count, attempts.c.window_start)
    )


COUNT = {"sqlite": _count_statement(sqlite), "postgresql": _count_statement(postgresql)}
FORGET = delete(attempts).where(attempts.c.key == bindparam("this"))
GIVE_BACK = (
    update(attempts)
    .where(
        attempts.c.key == bindparam("this"),
        attempts.c.window_start == bindparam("start"),
        attempts.c.count > 0,
    )
    .values(count=attempts.c.count - 1)
)
REMOVE_OLD = delete(attempts).where(
    attempts.c.key.in_(
        select(attempts.c.key)
        .where(attempts.c.window_start <= bindparam("stale"))
        .order_by(attempts.c.window_start)
        .limit(PURGED_AT_ATTEMPT)
        .with_for_update(skip_locked=True)
    )
)


class TooManyAttempts(Exception):
    """The limit is reached; ``retry_after`` is in whole seconds, at least 1."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"too many attempts, try again in {retry_after} s")
        self.retry_after = retry_after


@dataclass(frozen=True)
class Attempt:
    """One counted attempt, to be given back if the password turns out to be right."""

    address_key: bytes
    account_key: bytes
    account_window: datetime | None


class Attempts:
    """Counts attempts in fixed windows, in the database, so that all workers share them.

    Nobody is locked out for ever and live sessions are not touched (ASVS 5.0.0 6.3.1, NIST
    SP 800-63B-4 3.2.2). Methods raise DatabaseUnavailable: without a count there is no login.
    """

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self._per_address_and_account = settings.login_per_address_and_account
        self._per_account = settings.login_per_account
        self._window = settings.login_window
        self._database = database
        self._clock = clock

    def count(self, account: str, address: str) -> Attempt:
        """Count one attempt on a normalised account name; raises TooManyAttempts.

        The pair of address and account comes first: who is stopped there does not use up the
        attempts of the account, which its owner needs too.
        """
        address_key, account_key = _key(_network(address), account), _key(account)
        if self._per_address_and_account:
            limit = self._per_address_and_account
            self._count(address_key, limit, self._window)
        window = None
        if self._per_account:
            window = self._count(account_key, self._per_account, PER_ACCOUNT)
        return Attempt(address_key, account_key, window)

    def forgive(self, attempt: Attempt) -> None:
        """Take back what was counted for a password that was right.

        The pair of address and account starts again at zero. Someone behind the same address
        gains tries whenever the owner logs in, but not on the account's own count: of that only
        this one attempt is given back, so wrong passwords stay limited however often the owner
        logs in, and the owner's own logins use nothing up.
        """
        self._database.change(FORGET, {"this": attempt.address_key})
        if attempt.account_window is not None:
            start = to_millis(attempt.account_window)
            self._database.change(GIVE_BACK, {"this": attempt.account_key, "start": start})

    def _count(self, key: bytes, limit: int, window: timedelta) -> datetime:
        now = self._clock()
        values = {"this": key, "now": to_millis(now), "stale": to_millis(now - window)}
        oldest = {"stale": to_millis(now - PER_ACCOUNT)}
        with self._database.transaction() as connection:
            connection.execute(REMOVE_OLD, oldest)
            counted, start = connection.execute(COUNT[self._database.dialect], values).one()
        started = from_millis(start)
        if counted > limit:
            left = started + window - now
            raise TooManyAttempts(max(1, math.ceil(left.total_seconds())))
        return started


def _key(*parts: str) -> bytes:
    # A hash, so that the table holds neither addresses nor names that people typed by mistake
    # (now and then a password), and every key has the same size.
    return hashlib.sha256("\0".join(parts).encode()).digest()


def _network(address: str) -> str:
    """Return the address that is counted: an IPv6 customer has a whole /64 to choose from."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network((int(ip), 64), strict=False))
