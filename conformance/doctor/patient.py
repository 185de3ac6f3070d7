"""What all checks of the doctor share: the profile, browsers to try it in, and a place to write."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone

from conformance.actions import Manner, Performer
from conformance.browser import Browser
from conformance.doctor.findings import Finding, Grade
from conformance.errors import Unrecognised
from conformance.expectations.registry import describe
from conformance.model import Action, Exchange, Place, Profile, Sign, User
from conformance.readings import token_in
from conformance.recognition import Answer, Shown, recognise
from conformance.setcookie import SetCookie, parse_set_cookie
from conformance.signs import broken
from conformance.stage import Stage
from conformance.verbs.pages import page_request

_REDIRECTS = range(300, 400)


@dataclass(frozen=True)
class Attempt:
    """An action that was tried, and what its last answer means.

    `answered` tells of that answer without a secret. There is none where a page before lacked a
    value that the profile reads there; it tells of that then.
    """

    action: Action
    answer: Answer | None
    answered: str
    exchanges: tuple[Exchange, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def accepted(self) -> bool:
        """Whether the sign of success held, and no sign of refusal."""
        return self.answer == "accepted"

    @property
    def seen(self) -> str:
        """What was answered and what the signs make of it."""
        if self.answer is None:
            return self.answered
        if self.answer != "unrecognised":
            return f"{self.answered}, which counts as {self.answer}"
        if not all(broken_of(self.action.success, self.exchanges[-1], self.values)):
            return f"{self.answered}, where both 'success' and 'refused' hold"
        return f"{self.answered}, which no sign recognises"


@dataclass(frozen=True)
class Page:
    """The protected page as it was answered, what its signs make of it, and that in words."""

    exchange: Exchange
    shown: Shown
    seen: str

    @property
    def signed_in(self) -> bool:
        """Whether the page shows somebody who is signed in."""
        return self.shown.state == "signed in"

    @property
    def signed_out(self) -> bool:
        """Whether the page shows that nobody is."""
        return self.shown.state == "signed out"


@dataclass(frozen=True)
class Visitor:
    """A browser in which somebody tried to log in; `cookies` are all that the login left."""

    user: User
    browser: Browser
    login: Attempt
    cookies: Mapping[str, SetCookie] = field(repr=False)


@dataclass
class Patient:
    """A profile that is examined: what is found goes into `findings`.

    What the target says is freed of secrets where it becomes words, and not the whole of a finding:
    who has the password "password" would else read it between our own words.
    """

    profile: Profile
    stage: Stage
    places: Mapping[str, Place]
    findings: list[Finding] = field(default_factory=list)
    visitors: list[Visitor] = field(default_factory=list)  # who may still be signed in

    # --- writing down ----------------------------------------------------------------------------

    def ok(self, subject: str, seen: str) -> None:
        """Write down that something is as it should be."""
        self._note(Grade.OK, subject, seen, None, "")

    def warn(self, subject: str, seen: str, place: Place | None, change: str) -> None:
        """Write down what leaves a part of the profile unproved, or is odd."""
        self._note(Grade.WARNING, subject, seen, place, change)

    def wrong(self, subject: str, seen: str, place: Place | None, change: str) -> None:
        """Write down what makes the profile judge wrongly."""
        self._note(Grade.WRONG, subject, seen, place, change)

    def _note(
        self, grade: Grade, subject: str, seen: str, place: Place | None, change: str
    ) -> None:
        self.findings.append(Finding(grade, subject, seen, place, change))

    def place(self, key: str) -> Place:
        """Return where the profile has this key, or where it begins."""
        return self.places.get(key, self.profile.place)

    def described(self, exchange: Exchange) -> str:
        """Say in a few words what was sent and answered, without any secret."""
        return self.stage.redact(describe(exchange))

    def suggestion(self, exchange: Exchange) -> str:
        """Return a sign that this answer has, as a profile would say it."""
        location = exchange.header("Location") or ""
        path = self.stage.redact(location.partition("?")[0])
        more = f", location: {path}" if exchange.status in _REDIRECTS and path else ""
        return f"{{status: {exchange.status}{more}}}"

    # --- trying ----------------------------------------------------------------------------------

    def attempt(
        self,
        action: Action,
        browser: Browser,
        values: Mapping[str, str],
        csrf: Callable[[str], str | None] | None = None,
    ) -> Attempt:
        """Perform an action; `csrf` spoils the token. Raises Unreachable without an answer."""
        self.stage.secrets.update(
            value for name, value in values.items() if name.endswith("password")
        )
        performer = Performer(self.profile, browser, dict(values), Manner(csrf=csrf))
        try:
            answer, exchanges = performer.perform(action)
        except Unrecognised as error:
            return Attempt(action, None, self.stage.redact(str(error)), (), values)
        return Attempt(action, answer, self.described(exchanges[-1]), exchanges, values)

    def log_in(self, user: User, password: str | None = None) -> Visitor:
        """Log in with a new browser, by the user's own password or by another."""
        browser = self.stage.new_browser()
        given = user.password if password is None else password
        values = {"username": user.username, "password": given}
        login = self.attempt(self.profile.log_in, browser, values)
        visitor = Visitor(user, browser, login, self._left_by(login))
        if login.accepted:
            self.visitors.append(visitor)
        return visitor

    def _left_by(self, login: Attempt) -> dict[str, SetCookie]:
        """Return all cookies of a login, and its session token as if it were one."""
        token = self.profile.session_token
        values = [token_in(token, exchange) for exchange in login.exchanges]
        given = next((value for value in reversed(values) if value), "")
        more = {token.name: SetCookie(token.name, given)} if token and given else {}
        return {**cookies_of(login.exchanges), **more}

    def leave(self) -> None:
        """Log everybody out, as targets limit how many sessions there may be."""
        while self.visitors:
            self.perform("log out", self.visitors.pop())

    def perform(self, name: str, visitor: Visitor, **more: str) -> Attempt:
        """Perform an optional action, or the logout, in a visitor's browser."""
        action = self.profile.log_out if name == "log out" else self.profile.actions[name]
        user = visitor.user
        own = {"username": user.username, "password": user.password}
        return self.attempt(action, visitor.browser, own | more)

    def page(self, browser: Browser, user: User | None = None) -> Page:
        """Visit the protected page as this browser does it."""
        return self._shown(browser.send(page_request(self.stage)), user)

    def page_with(self, cookies: Sequence[SetCookie], user: User | None = None) -> Page:
        """Visit the protected page from elsewhere with just these cookies, kept or not."""
        pairs = tuple((cookie.name, cookie.value) for cookie in cookies)
        browser = self.stage.new_browser()
        return self._shown(browser.send(page_request(self.stage), cookies=pairs), user)

    def _shown(self, exchange: Exchange, user: User | None) -> Page:
        """Judge an answer; a user that is not one of the profile's plays alice."""
        users = dict(self.profile.users)
        if user is not None and user not in users.values():
            users["alice"] = user
        return Page(exchange, recognise(self.profile, exchange, users), self.described(exchange))

    def session_cookies(self, visitor: Visitor) -> list[SetCookie]:
        """Return what a login left of the cookies that the profile lists."""
        named = visitor.cookies.values()
        return [cookie for cookie in named if self.profile.is_session_cookie(cookie.name)]

    def is_in(self, visitor: Visitor) -> bool:
        """Say whether the visitor's session, as the profile knows it, is alive."""
        return self.page_with(self.session_cookies(visitor), visitor.user).signed_in


def cookies_of(exchanges: Sequence[Exchange]) -> dict[str, SetCookie]:
    """Return what the cookies are, by name, after all these answers."""
    kept: dict[str, SetCookie] = {}
    now = datetime.now(timezone.utc)
    for exchange in exchanges:
        for line in exchange.header_values("Set-Cookie"):
            cookie = parse_set_cookie(line)
            if cookie is None:
                continue
            kept.pop(cookie.name, None)
            if cookie.value and not cookie.removes(now):
                kept[cookie.name] = cookie
    return kept


def broken_of(
    signs: Sequence[Sign], exchange: Exchange, values: Mapping[str, str]
) -> list[list[str]]:
    """Return for each alternative the names of its conditions that do not hold."""
    return [broken(sign.conditions, exchange, values) for sign in signs]


def what_is_broken(signs: Sequence[Sign], exchange: Exchange, values: Mapping[str, str]) -> str:
    """Say which conditions of a sign do not hold; of several signs for each one."""
    said = [
        " and ".join(f"'{one}'" for one in names) for names in broken_of(signs, exchange, values)
    ]
    return f"what does not hold: {', or '.join(said)}" if all(said) else "it holds"
