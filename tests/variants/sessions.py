"""Sessions, by a token that is looked up: how it is spelt, how long it lives, when it changes."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from conformance.model import Timeouts

from .store import Account, Session, Store

IDLE, ABSOLUTE = 30 * 60.0, 12 * 3600.0  # seconds, where the profile declares neither


class Sessions:
    """Sessions on the server, by 256 random bits in hexadecimal digits.

    The attributes are what variants change: `name` of the cookie, whether every stranger is
    greeted with a session (`greets`), whether each answer sends the cookie again (`resends`), and
    whether a login beyond the limit is refused instead of ending the oldest (`refuses_more`).
    """

    name = "sid"
    greets = False
    resends = False
    refuses_more = False
    granularity = 0.0  # seconds: a use soon after the last is not noted

    def __init__(
        self, store: Store, now: Callable[[], float], timeouts: Timeouts, limit: int | None
    ) -> None:
        self.store, self.now, self.limit = store, now, limit
        declared = bool(timeouts.idle or timeouts.absolute)
        self.idle = timeouts.idle if declared else IDLE
        self.absolute = timeouts.absolute if declared else ABSOLUTE

    # --- how a token looks ---------------------------------------------------------------------

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the session's cookies."""
        return (self.name,)

    def new_id(self) -> str:
        return secrets.token_hex(32)

    def cookies(self, session: Session) -> dict[str, str]:
        """Return the cookies that carry a session."""
        return {self.name: session.id}

    def presented(self, cookies: Mapping[str, str]) -> str:
        """Return the id in a request's cookies, or an empty text."""
        return cookies.get(self.name, "")

    # --- life and end --------------------------------------------------------------------------

    def start(self, user: Account | None) -> Session:
        session = Session(self.new_id(), user, self.now(), self.now())
        self.store.sessions[session.id] = session
        if user and self.limit:
            for oldest in self.of(user)[: -self.limit]:
                self.end(oldest)
        return session

    def is_full(self, user: Account) -> bool:
        """Say whether the user may not log in once more."""
        return self.refuses_more and self.limit is not None and len(self.of(user)) >= self.limit

    def find(self, cookies: Mapping[str, str]) -> Session | None:
        """Return the live session that is presented, and count this as its use."""
        id_ = self.presented(cookies)
        session = self.load(id_)
        if session is None or not self.is_alive(session):
            return None
        if self.now() - session.used >= self.granularity:
            session.used = self.now()
        session.presented = id_
        return session

    def load(self, id_: str) -> Session | None:
        return self.store.sessions.get(id_)

    def is_alive(self, session: Session) -> bool:
        return self.now() < self.ends(session)

    def ends(self, session: Session) -> float:
        """Return when the session ends, unless it is used before."""
        by_idle = session.used + self.idle if self.idle else float("inf")
        by_absolute = session.started + self.absolute if self.absolute else float("inf")
        return min(by_idle, by_absolute)

    def lifetime(self, session: Session) -> int:
        """Return for how many seconds a browser needs the cookie."""
        return int(self.ends(session) - self.now())

    def end(self, session: Session) -> None:
        self.store.sessions.pop(session.id, None)

    def of(self, user: Account) -> list[Session]:
        """Return the live sessions of a user, the oldest first."""
        known = list(self.store.sessions.values())
        return [one for one in known if one.user is user and self.is_alive(one)]

    def end_all(self, user: Account, but: Session | None = None) -> None:
        for session in self.of(user):
            if session is not but:
                self.end(session)

    def rotate(self, session: Session) -> None:
        """Give the session a new token and new secrets, and the old ones no meaning."""
        session.csrf = secrets.token_urlsafe(32)
        self.renew(session)

    def renew(self, session: Session) -> None:
        """Give the session a new token."""
        self.store.sessions.pop(session.id, None)
        session.id = self.new_id()
        self.store.sessions[session.id] = session

    def refresh(self, session: Session) -> None:
        """Do what is to be done before the cookie is sent again."""


class Base64Url(Sessions):
    def new_id(self) -> str:
        return secrets.token_urlsafe(24)


class UuidPair(Sessions):
    """Two UUIDs of version 4, since one has 122 random bits."""

    def new_id(self) -> str:
        return f"{uuid4()}.{uuid4()}"


class Signed(Sessions):
    """The id and its signature; what is not signed is not looked up."""

    def cookies(self, session: Session) -> dict[str, str]:
        return {self.name: f"{session.id}.{self.store.signature(session.id).hex()}"}

    def presented(self, cookies: Mapping[str, str]) -> str:
        id_, _, signature = super().presented(cookies).partition(".")
        is_ours = hmac.compare_digest(signature.encode(), self.store.signature(id_).hex().encode())
        return id_ if is_ours else ""


class TwoCookies(Sessions):
    """The token comes in two halves, each in a cookie of its own; one alone opens nothing."""

    half = 32

    @property
    def names(self) -> tuple[str, ...]:
        return f"{self.name}_a", f"{self.name}_b"

    def cookies(self, session: Session) -> dict[str, str]:
        halves = session.id[: self.half], session.id[self.half :]
        return dict(zip(self.names, halves, strict=True))

    def presented(self, cookies: Mapping[str, str]) -> str:
        first, second = (cookies.get(name, "") for name in self.names)
        return first + second if len(first) == self.half else ""


class AccessAndRefresh(Sessions):
    """One token for minutes, and one that brings another such: each opens the page by itself."""

    resends = True
    minutes = 5

    @property
    def names(self) -> tuple[str, ...]:
        return f"{self.name}_access", f"{self.name}_refresh"

    def cookies(self, session: Session) -> dict[str, str]:
        access = self.new_id()
        self.store.past[access] = (session, self.now() + self.minutes * 60)
        return dict(zip(self.names, (access, session.id), strict=True))

    def presented(self, cookies: Mapping[str, str]) -> str:
        access, refresh = (cookies.get(name, "") for name in self.names)
        session, until = self.store.past.get(access, (None, 0.0))
        return session.id if session and self.now() < until else refresh

    def rotate(self, session: Session) -> None:
        self.store.past.clear()  # of everybody: each has a refresh token
        super().rotate(session)


class Remembering(Sessions):
    """A second cookie finds the session where the first is gone, and ends with it."""

    remember = "remember"

    @property
    def names(self) -> tuple[str, ...]:
        return self.name, self.remember

    def cookies(self, session: Session) -> dict[str, str]:
        return {self.name: session.id, self.remember: self.remembered(session)}

    def remembered(self, session: Session) -> str:
        """Return what stands for the session as long as it has this token."""
        return self.store.signature(f"remember {session.id}").hex()

    def presented(self, cookies: Mapping[str, str]) -> str:
        id_ = super().presented(cookies)
        if id_ in self.store.sessions:
            return id_
        wanted = cookies.get(self.remember, "")
        known = self.store.sessions.values()
        return next((one.id for one in known if self.remembered(one) == wanted), "")


class NamedAtRandom(Sessions):
    """The cookie's name differs from one installation to the next."""

    @property
    def name(self) -> str:  # type: ignore[override]
        return f"sid-{self.store.signature('name').hex()[:8]}"


class Stale(Sessions):
    """What was looked up is remembered for two seconds, at this node alone."""

    memory = 2.0

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.known: dict[str, tuple[Session, float]] = {}

    def load(self, id_: str) -> Session | None:
        session, since = self.known.get(id_, (None, 0.0))
        if session is None or session.id != id_ or self.now() - since >= self.memory:
            session = super().load(id_)
            self.known.pop(id_, None)
            if session:
                self.known[id_] = session, self.now()
        return session

    def end(self, session: Session) -> None:
        self.known.pop(session.id, None)
        super().end(session)


class Rotating(Sessions):
    """Every answer brings a new token; the one before stays good for requests on their way."""

    resends = True
    grace = 10.0  # seconds

    def load(self, id_: str) -> Session | None:
        session, until = self.store.past.get(id_, (None, 0.0))
        if session and self.now() < until:
            return self.store.sessions.get(session.id)  # None once it has ended
        return super().load(id_)

    def rotate(self, session: Session) -> None:
        past = self.store.past.items()
        self.store.past = {old: kept for old, kept in past if kept[0] is not session}
        super().rotate(session)

    def refresh(self, session: Session) -> None:
        if session.presented == session.id:
            old = session.id
            self.renew(session)
            self.store.past[old] = (session, self.now() + self.grace)
