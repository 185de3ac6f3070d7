"""What a running scenario has at hand: users, browsers, kept sessions, time, and what was seen."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock, local
from typing import TYPE_CHECKING, Protocol

from conformance.browser import Browser
from conformance.errors import SuiteError
from conformance.model import Exchange, Profile, Step, User
from conformance.origins import Page as OriginPage
from conformance.readings import token_in
from conformance.recognition import Answer, Shown
from conformance.setcookie import SetCookie, set_cookies_in
from conformance.signs import credentials
from conformance.spellings import spellings

if TYPE_CHECKING:  # whoever only reads scenarios needs no connections
    from conformance.wire import Wire
from conformance.timing import Timing


class NotTried(SuiteError):
    """A step can't be tried with this profile, for example because the password has no letters."""


class DoesNotApply(SuiteError):
    """A step makes no sense at this target, for example since its tokens hold nothing to alter."""


class Unproved(SuiteError):
    """What was seen decides nothing, for example since measured times vary too much."""


class Throttled(SuiteError):
    """The target asks for less; `seconds` is how long it wants to be left alone, if it says so."""

    def __init__(self, message: str, seconds: float | None = None) -> None:
        super().__init__(message)
        self.seconds = seconds


class TooSlow(Unproved):
    """So much time went by that the target was free to end the session: nothing is proved."""


class TooNoisy(Unproved):
    """Measured times vary too much for a verdict; another try may have a better moment."""


class Server(Protocol):
    """A target that the suite can stop and start; it keeps its URL and its stored data."""

    def start(self) -> None:
        """Start the target and return once it answers; raises ServerProcessError."""

    def stop(self) -> None:
        """Stop the target and return once it is gone."""

    def kill(self) -> None:
        """End the target without a warning and return once it is gone."""


class Store(Protocol):
    """The session store of a target, as far as the suite can act on it."""

    def dump(self) -> bytes:
        """Return all that the store holds; raises ServerProcessError."""

    def take_away(self) -> None:
        """Make the store unreachable for the target; raises ServerProcessError."""

    def bring_back(self) -> None:
        """Make the store reachable again; raises ServerProcessError."""


@dataclass
class Life:
    """The times of one session, as readings of the clock before the requests were sent."""

    started: float
    active: float


@dataclass(frozen=True)
class KeptSession:
    """The session cookies of a browser at one moment.

    `earlier` are those that the session had before, where the target gives it new ones on use.
    """

    cookies: tuple[tuple[str, str], ...] = field(repr=False)
    role: str
    life: Life
    earlier: tuple[tuple[tuple[str, str], ...], ...] = field(default=(), repr=False)


@dataclass
class Seat:
    """A browser and who has logged in with it last."""

    browser: Browser
    role: str = ""
    life: Life = field(default_factory=lambda: Life(0.0, 0.0))
    not_kept: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # session cookies of the
    # last login that a browser refuses or would not send to the protected page
    tried: str = ""  # whose credentials were sent last
    visited: float = 0.0  # when the protected page was last asked for
    cookies: tuple[SetCookie, ...] = field(default=(), repr=False)  # session cookies, as last set
    csrf_tokens: dict[str, str] = field(default_factory=dict, repr=False)  # last used, by action


@dataclass(frozen=True)
class Page:
    """A response of the protected page and what it shows."""

    exchange: Exchange
    shown: Shown
    owner: str  # the role of the user whose page it ought to be
    life: Life | None = None
    tried: str = ""  # the role whose credentials this browser sent last


@dataclass(frozen=True)
class Seen:
    """What a step showed, for its expectations to judge."""

    exchanges: tuple[Exchange, ...] = ()
    answer: Answer | None = None
    pages: tuple[Page, ...] = ()
    cookies: tuple[SetCookie, ...] = ()
    tokens: tuple[str, ...] = field(default=(), repr=False)
    life: Life | None = None  # of the session that an exact request presented
    still_held: tuple[str, ...] = ()  # names of session cookies that a logout left unchanged
    asked_from: OriginPage | None = None  # the foreign page that asked, if one did
    listing: Listing | None = None
    likeness: Mapping[str, list[dict[str, str]]] = field(default_factory=dict)  # of kept answers
    timing: Timing | None = None
    dump: bytes = field(default=b"", repr=False)  # of the session store
    sought: tuple[KeptSession, ...] = ()  # what is looked for in it
    looked_at: int | None = None  # passwords that were tried at once and not throttled


@dataclass(frozen=True)
class Listing:
    """The handles of a user's sessions: as the list shows them now, and at the look before."""

    now: tuple[str, ...] = ()
    before: tuple[str, ...] = ()

    @property
    def added(self) -> tuple[str, ...]:
        """What the list shows now and did not show before."""
        return tuple(handle for handle in self.now if handle not in self.before)


@dataclass(frozen=True)
class Guesses:
    """Wrong passwords that were sent in a row: since when, and whether the target grew slow."""

    started: float
    slowed: bool


@dataclass
class Stage:
    """The state of one scenario while it runs."""

    profile: Profile
    users: Mapping[str, User]
    wire: Wire
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    server: Server | None = None
    others: tuple[Server | None, ...] = ()  # the servers of the profile's nodes
    store: Store | None = None
    seats: dict[str, Seat] = field(default_factory=dict)
    kept: dict[str, list[KeptSession]] = field(default_factory=dict)
    listings: dict[str, Listing] = field(default_factory=dict)  # of each role, as seen last
    handles: dict[str, str] = field(default_factory=dict)  # of sessions, as kept by name
    answers: dict[str, list[Exchange]] = field(default_factory=dict)  # as kept by name
    store_is_away: bool = False  # and has to be brought back
    down: list[Server] = field(default_factory=list)  # and have to be started again
    guesses: Guesses | None = None  # the last row of them
    exchanges: list[Exchange] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set, repr=False)
    lines: list[int] = field(default_factory=list)  # of the step that made each exchange
    _spellings: tuple[int, Sequence[str]] = field(
        default=(0, ()), repr=False
    )  # of how many secrets
    _step: local = field(default_factory=local)  # of each thread, as steps may run at once
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.secrets.update(user.password for user in self.users.values())
        self.secrets.update(self.profile.secrets.values())
        self.secrets.update(_in_base64(self.profile, tuple(self.users.values())))

    def change_password(self, role: str, password: str) -> None:
        """Remember that this role's account has another password from now on."""
        user = self.user(role)
        changed = replace(user, password=password, former=user.password)
        self.users = {**self.users, role: changed}
        self.secrets.add(password)

    def seat(self, name: str) -> Seat:
        """Return the browser of this name; a new name opens a new browser."""
        if name not in self.seats:
            self.seats[name] = Seat(self.new_browser())
        return self.seats[name]

    def new_browser(self) -> Browser:
        """Return a browser without cookies whose exchanges are recorded here."""
        return Browser(
            self.profile.base_url,
            wire=self.wire,
            clock=self.clock,
            record=self.record,
            elsewhere=self.node_url,
            token=self.profile.session_token,
        )

    def at_step(self, step: Step) -> None:
        """Say which step makes the exchanges of this thread from now on, and at which node."""
        self._step.line, self._step.on = step.place.line, step.on

    def restore(self) -> None:
        """Leave the target to others as it was found, whatever came in between."""
        if self.store_is_away and self.store:
            self.store.bring_back()
        for server in self.down:
            server.start()

    def node_url(self) -> str:
        """Return the URL of the other node that this thread is to ask, or an empty text."""
        return self.profile.nodes[0].url if getattr(self._step, "on", "") else ""

    def asked_server(self) -> Server | None:
        """Return what starts and stops the node that this thread is to ask, if anything can."""
        if not getattr(self._step, "on", ""):
            return self.server
        return self.others[0] if self.others else None

    def record(self, exchange: Exchange) -> None:
        """Remember an exchange and its step, and the values of its cookies as secrets."""
        cookies = set_cookies_in(exchange.headers)
        with self._lock:
            self.exchanges.append(exchange)
            self.lines.append(getattr(self._step, "line", 0))
            self.secrets.update(value for _, value in exchange.sent_cookies)
            self.secrets.update(cookie.value for cookie in cookies)
            self.secrets.add(token_in(self.profile.session_token, exchange))

    def redact(self, text: str) -> str:
        """Return the text without any password, token or cookie value, however encoded."""
        for spelling in self._spelt() if text else ():
            text = text.replace(spelling, "<hidden>")
        return text

    def _spelt(self) -> Sequence[str]:
        """Return every spelling of every secret, the longest first."""
        known = len(self.secrets)  # they only become more
        if self._spellings[0] != known:
            secrets = [secret for secret in self.secrets if len(secret) >= _SHORTEST_SECRET]
            every = set().union(*map(spellings, secrets))
            self._spellings = known, sorted(every, key=len, reverse=True)
        return self._spellings[1]

    def user(self, role: str) -> User:
        """Return the account that plays this role; raises NotTried when there is none."""
        if role not in self.users:
            raise NotTried(f"the profile has no user '{role}'")
        return self.users[role]

    def note_use(self, exchange: Exchange, life: Life) -> None:
        """Count an exchange as use of its session.

        Not if the session was free to end before the answer came: a target that was so slow need
        not have prolonged it in time.
        """
        if not self._free_to_end(exchange, life):
            life.active = max(life.active, exchange.started)

    def refuse_slowness(self, exchange: Exchange, life: Life | None) -> None:
        """Raise TooSlow when a session had so much time before this that it was free to end."""
        reason = self._free_to_end(exchange, life) if life else ""
        if reason:
            raise TooSlow(reason)

    def _free_to_end(self, exchange: Exchange, life: Life) -> str:
        """Say why a session was free to end before an answer came, if it was."""
        timeouts = self.profile.timeouts
        end = exchange.started + exchange.seconds
        for name, limit, since in (
            ("idle", timeouts.idle, life.active),
            ("absolute", timeouts.absolute, life.started),
        ):
            if limit and life.started and end - since > limit - timeouts.allowance:
                return (
                    f"{end - since:.1f} s went by, too close to the {name} timeout of {limit:g} s"
                )
        return ""

    def credentials(self) -> dict[str, str]:
        """Return the values of `{alice.username}` and the like."""
        return credentials(self.users)


def _in_base64(profile: Profile, users: Iterable[User]) -> Iterator[str]:
    """Yield the declared secrets as a header such as Authorization may have them."""
    pairs = [f"{user.username}:{user.password}" for user in users]
    for secret in (*pairs, *(user.password for user in users), *profile.secrets.values()):
        yield b64encode(secret.encode()).decode()


_SHORTEST_SECRET = 4  # shorter values (an empty cookie, "1") stand in every text
