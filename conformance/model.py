"""The words of the project as types: what is read, what is exchanged, what is concluded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from functools import cached_property
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

# What a YAML value is once read: texts, lists and mappings, nothing else.
Plain: TypeAlias = "str | list[Plain] | dict[str, Plain] | None"
Pairs: TypeAlias = "tuple[tuple[str, str], ...]"  # names and values, in order and with repetition

REDIRECTS = frozenset({301, 302, 303, 307, 308})  # browsers follow their Location; RFC 9110 15.4


class Exactly(str):
    """A text that goes as it is: what looks like a placeholder in it is none."""

    __slots__ = ()


class JsonWord(str):
    """What JSON writes without quotes, such as `true` or `12`."""

    __slots__ = ()


class Level(str, Enum):
    """How binding a requirement is."""

    MUST = "must"
    SHOULD = "should"
    MAY = "may"


class ConformanceClass(str, Enum):
    """The part of the specification that a requirement belongs to; each has its own verdict."""

    CORE = "core"
    EXPIRY = "expiry"
    DURABLE = "durable"
    HARDENED = "hardened"
    CONTRACT = "contract"


class Outcome(str, Enum):
    """What became of a scenario or a requirement."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    NOT_APPLICABLE = "not applicable"
    NOT_TESTED = "not tested"
    ERROR = "error"
    KNOWN_FAILURE = "known failure"


class Verdict(str, Enum):
    """What a run concludes about a class or about the whole target."""

    CONFORMANT = "conformant"
    NOT_CONFORMANT = "not conformant"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True)
class Place:
    """Where in a file something is said; `line` and `column` count from 1."""

    path: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


# --- the specification -----------------------------------------------------------------------


@dataclass(frozen=True)
class Requirement:
    """One rule of session authentication."""

    id: str
    level: Level
    conformance_class: ConformanceClass
    says: str
    refs: tuple[str, ...]
    area: str
    place: Place
    why: str = ""
    untestable: str = ""  # the reason; empty when a black-box client can check it
    ref_places: tuple[Place, ...] = field(default=(), compare=False)  # where each of `refs` stands


@dataclass(frozen=True)
class Step:
    """One verb and its object, what is expected of it, and who does it."""

    verb: str
    object: Plain
    place: Place
    expect: tuple[str, ...] = ()
    response: Mapping[str, Plain] = field(default_factory=dict)  # contract only: the exact answer
    browser: str = ""
    on: str = ""  # the node that is asked; empty for the one at the base URL
    times: int = 1
    steps: tuple[Step, ...] = ()  # of `at once` and `in turn`


@dataclass(frozen=True)
class Scenario:
    """One case of the specification: a scenario file, or one row of its examples.

    `name` is `<area>/<file>` or `<area>/<file>[<row>]`.
    """

    name: str
    title: str
    verifies: tuple[str, ...]
    place: Place
    given: tuple[Step, ...]
    when: tuple[Step, ...]
    then: tuple[Step, ...]
    needs: tuple[str, ...] = ()
    notes: str = ""
    row: str = ""

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps in order, without what is nested in them."""
        return self.given + self.when + self.then

    @property
    def area(self) -> str:
        """The folder below `scenarios/` that the file is in."""
        return self.file.rpartition("/")[0]

    @property
    def file(self) -> str:
        """The name of the file, without the row."""
        return self.name.partition("[")[0]


# --- the vocabulary ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Word:
    """One word of the closed vocabulary, as documents and loaders need it.

    `takes` is the kind of a verb's object, `shows` what can be expected of a verb, `about` what an
    expectation judges, `default` the expectation of a verb that is given none.
    """

    word: str
    says: str
    takes: str = "nothing"
    shows: frozenset[str] = frozenset()
    about: str = ""
    default: str = ""
    refusal: bool = False
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vocabulary:
    """Every word that a scenario may use."""

    verbs: Mapping[str, Word]
    expectations: Mapping[str, Word]
    durations: Mapping[str, Word]
    needs: Mapping[str, Word]
    credential_changes: Mapping[str, Word]
    token_changes: Mapping[str, Word]
    carriers: Mapping[str, Word]
    csrf_changes: Mapping[str, Word]
    origins: Mapping[str, Word]
    path_spellings: Mapping[str, Word]
    claims: Mapping[str, Word]
    newcomers: Mapping[str, Word]
    shapes: Mapping[str, Word]
    sendings: Mapping[str, Word]
    addresses: Mapping[str, Word]
    disguises: Mapping[str, Word]


# --- a target profile --------------------------------------------------------------------------

# What becomes of a user's sessions when the password was changed in one of them.
SessionPolicy: TypeAlias = Literal["others end", "all end", "others are offered an end"]


@dataclass(frozen=True)
class User:
    """An account at the target."""

    username: str
    password: str = field(repr=False)
    former: str = field(default="", repr=False)  # the password before the last change


@dataclass(frozen=True)
class Timeouts:
    """The target's lifetimes in seconds; None where it declares none.

    `allowance` is how much earlier or later than declared the target may act, `throttling` how
    long an account is throttled, `staleness` how long another node may show what was true before,
    and `skew` how far the clocks of the nodes are apart.
    """

    idle: float | None = None
    absolute: float | None = None
    allowance: float = 1.0
    throttling: float | None = None
    staleness: float = 0.0
    skew: float = 0.0


@dataclass(frozen=True)
class Throttling:
    """After how many wrong passwords in a row an account is throttled.

    `signs` tell the answers that say so; without any they look like other refusals.
    """

    attempts: int
    signs: tuple[Sign, ...] = ()


@dataclass(frozen=True)
class Sign:
    """What must hold of a response, and where the profile says so; several are alternatives."""

    conditions: Mapping[str, Plain]
    place: Place


@dataclass(frozen=True)
class Reading:
    """A value to take out of a response: its placeholder, and where it stands there."""

    name: str
    source: str
    key: str
    place: Place
    decodings: tuple[str, ...] = ()  # words of `readings.decodings`, applied in this order
    optional: bool = False  # what is not there leaves out the fields that would hold it


@dataclass(frozen=True)
class SessionToken:
    """A session token that goes along in a header: where answers give it, and how it is sent.

    `text` is the header's value, in which `{token}` stands for the token.
    """

    reading: Reading
    header: str
    text: str

    @property
    def name(self) -> str:
        """What it is called among session cookies; no cookie has such a name."""
        return f"{self.header}:"


@dataclass(frozen=True)
class FormSource:
    """The page whose form a request sends on, with all its hidden fields.

    `selector` chooses the form; without it, it is the one that has the fields of the request.
    """

    page: ActionRequest
    selector: str = ""


@dataclass(frozen=True)
class ActionRequest:
    """One HTTP request of an action; texts may hold placeholders such as `{username}`.

    It has one body at most: `form`, `multipart` or `json`.
    """

    method: str
    path: str
    place: Place
    headers: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] | None = None
    json: Plain = None
    readings: tuple[Reading, ...] = ()
    multipart: Mapping[str, str] | None = None
    fields_from: FormSource | None = None
    follows: bool = False  # redirects within the target


@dataclass(frozen=True)
class Action:
    """The requests by which a target performs a verb, and the signs that tell how it went.

    The last request's response is the one that is judged.
    """

    name: str
    requests: tuple[ActionRequest, ...]
    success: tuple[Sign, ...]
    refused: tuple[Sign, ...]
    place: Place


@dataclass(frozen=True)
class ProtectedPage:
    """A page that shows whether a request is signed in, and as whom."""

    request: ActionRequest
    signed_in: tuple[Sign, ...]
    signed_out: tuple[Sign, ...]


@dataclass(frozen=True)
class SessionList:
    """A page that lists the user's sessions; `handles` finds what ends one of them, for each."""

    action: Action
    handles: Reading


@dataclass(frozen=True)
class Command:
    """A program to run, without a shell, with `input` (if any) on its standard input."""

    arguments: tuple[str, ...]
    place: Place
    input: str = field(default="", repr=False)


@dataclass(frozen=True)
class Ready:
    """The page that a started server answers once it is ready, and how many seconds that takes."""

    path: str
    seconds: float = 60.0


@dataclass(frozen=True)
class Launch:
    """How the suite itself prepares and starts the target, and what it runs after everything."""

    start: Command
    folder: str
    set_up: tuple[Command, ...] = ()
    clean_up: tuple[Command, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    ready: Ready | None = None  # without it: once it listens


@dataclass(frozen=True)
class SharedNode:
    """Another server that shares the session store with the one at `base url`.

    `start` is None where it runs already; `environment` is added to that of the launch.
    `clock_ahead` is by how many seconds its clock is declared to be ahead of the other's.
    """

    url: str
    place: Place
    start: Command | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    clock_ahead: float = 0.0


@dataclass(frozen=True)
class SharedStore:
    """Commands that act on the session store, run in `folder`; None where there is none.

    `staleness` is how many seconds another node may still show what was true before.
    """

    folder: str
    dump: Command | None = None
    take_away: Command | None = None
    bring_back: Command | None = None
    staleness: float = 0.0


@dataclass(frozen=True)
class KnownFailure:
    """A scenario that is known to fail on a target, and why that is accepted for now.

    `until` is the last day (UTC) on which it is; None where no end is set.
    """

    scenario: str
    reason: str
    issue: str
    place: Place
    until: date | None = None


@dataclass(frozen=True)
class Profile:
    """How one target says "log in", "log out" and "protected page", and what it declares."""

    name: str
    place: Place
    base_url: str
    session_cookies: tuple[str, ...]  # names, or patterns where `cookie_patterns`
    cookie_patterns: bool
    users: Mapping[str, User]
    timeouts: Timeouts
    log_in: Action
    log_out: Action
    protected_page: ProtectedPage
    csrf: ActionRequest | None = None
    register: Action | None = None
    actions: Mapping[str, Action] = field(default_factory=dict)  # the optional ones, by name
    session_list: SessionList | None = None
    contract: str = ""
    durable: bool = True  # sessions are kept where a restart does not lose them
    session_limit: int | None = None  # live sessions that one user may have
    throttling: Throttling | None = None
    rotates_tokens: bool = False  # a session may get a new token whenever it is used
    ignores_logins: bool = False  # of browsers that are signed in already
    session_policy: SessionPolicy = "others end"  # after a password change
    ca_file: str = ""
    session_token: SessionToken | None = None
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)  # by placeholder
    names_page: bool = True  # Origin, Referer and the like go along as a browser sends them
    version: str | Command = ""  # of the server: as it is, or what prints it
    launch: Launch | None = None
    nodes: tuple[SharedNode, ...] = ()
    store: SharedStore | None = None
    known_failures: Mapping[str, KnownFailure] = field(default_factory=dict)

    @property
    def session_names(self) -> tuple[str, ...]:
        """The names (or patterns) of session cookies, and that of a session token in a header."""
        token = self.session_token
        return (*self.session_cookies, *([token.name] if token else []))

    def is_session_cookie(self, name: str) -> bool:
        """Say whether the profile calls the cookie of this name a session cookie.

        The session token of a header counts as one, under its own name.
        """
        if self.session_token and name == self.session_token.name:
            return True
        if self.cookie_patterns:
            return any(re.fullmatch(pattern, name) for pattern in self.session_cookies)
        return name in self.session_cookies


# --- what happens at a run ---------------------------------------------------------------------


@dataclass(frozen=True)
class Request:
    """One HTTP request: `target` is a path (with query) below the base URL, or a whole URL."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Exchange:
    """One request and its response as they went over the wire.

    `headers` keeps order and repetition. `started` is the reading of the browser's clock before
    sending, `seconds` the time until the body was read.
    """

    method: str
    url: str
    sent_cookies: tuple[tuple[str, str], ...] = field(repr=False)
    status: int
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)
    started: float
    seconds: float
    base_path: str = ""  # of the target's base URL, without a slash at the end

    @property
    def path(self) -> str:
        """The path and query of the URL."""
        parts = urlsplit(self.url)
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def header(self, name: str) -> str | None:
        """Return the values of a header joined with ", ", or None where there is none."""
        values = self.header_values(name)
        return ", ".join(values) if values else None

    def header_values(self, name: str) -> tuple[str, ...]:
        """Return the values of a header one by one; its name in any case."""
        return self._values.get(name.lower(), ())

    @cached_property
    def _values(self) -> Mapping[str, tuple[str, ...]]:
        """The values of each header, by its name in small letters."""
        values: dict[str, tuple[str, ...]] = {}
        for name, value in self.headers:
            key = name.lower()
            values[key] = (*values.get(key, ()), value)
        return values

    @cached_property
    def text(self) -> str:
        """The body as text; bytes that are not UTF-8 are replaced."""
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True)
class RecordedExchange:
    """What a report may say of an exchange: never a body, never a cookie's value."""

    method: str
    path: str
    status: int
    cookies_sent: tuple[str, ...]
    cookies_set: tuple[str, ...]
    seconds: float
    line: int


@dataclass(frozen=True)
class Result:
    """What came of one scenario.

    `place` is the line that decided; `expected` and `observed` say what was wrong there.
    """

    name: str
    title: str
    verifies: tuple[str, ...]
    outcome: Outcome
    place: Place
    reason: str = ""
    expected: str = ""
    observed: str = ""
    seconds: float = 0.0
    exchanges: tuple[RecordedExchange, ...] = ()
    too_slow: bool = False  # nothing was proved because this machine was too slow
    throttled: float | None = None  # nothing was proved: leave the target alone for so many seconds
