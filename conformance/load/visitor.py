"""One user at work: does what users do, and judges each answer by what is known of the session."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from conformance.actions import Performer
from conformance.composition import compose
from conformance.errors import Unreachable, Unrecognised
from conformance.load.accountbook import Account
from conformance.load.answers import asks_to_wait, pause_after, seen_on_page, without_sign
from conformance.load.judgement import WRONG, Finding, judged, judged_without_session
from conformance.load.knowledge import (
    MAY_HAVE_ANOTHER_TOKEN,
    Due,
    KnownSession,
    Lifetimes,
    Seen,
    Span,
)
from conformance.load.roaming import Roaming, node_of
from conformance.load.tally import Example, Tally
from conformance.model import Action, Exchange, Pairs, Profile, User
from conformance.registration import fresh_name
from conformance.wire import Wire


class Stopped(Exception):
    """The run is over; whoever is at work leaves everything as it is."""


@dataclass
class Surroundings:
    """What all users of a process share.

    `told` gets the name of what was done, the seconds and bytes of an answer, and what was wrong
    with it, if anything; `clock` and `sleep` are in seconds, `began` is a reading of the clock.
    """

    profile: Profile
    nodes: Sequence[str]
    lifetimes: Lifetimes
    tally: Tally
    told: Callable[[str, float, int, str], None]
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    is_over: Callable[[], bool] = lambda: False
    everybody: dict[str, User] = field(default_factory=dict)
    began: float = 0.0


@dataclass
class Held:
    """A session that a user has in a browser; `ended_by` says what ended it, and where."""

    known: KnownSession
    account: Account
    browser: Roaming
    cookies: Pairs = field(default=(), repr=False)
    began_at: str = ""
    ended_by: str = ""


@dataclass(frozen=True)
class Act:
    """What became of an action: None in `seen` where the answer was understood."""

    span: Span
    accepted: bool
    seen: Seen | None = None
    node: str = ""


class Visitor:
    """One user, with any number of browsers."""

    def __init__(self, around: Surroundings, wire: Wire) -> None:
        self.around, self.profile, self._wire = around, around.profile, wire

    # --- the account ---------------------------------------------------------------------------

    def register(self) -> Account | None:
        """Register a new account; None when that did not work."""
        action = self.profile.register
        if action is None:
            return None
        model = self.profile.users["alice"]
        user = User(fresh_name(model.username), model.password)
        act = self._act("register", self._browser(), action, _values(user))
        if not act.accepted:
            return None
        self.around.everybody[user.username] = user
        return Account(user, self.around.lifetimes, self.profile.session_limit)

    def log_in(self, account: Account) -> Held | None:
        """Log in with a new browser; None when the target did not let the user in."""
        crowded = account.is_crowded(self.around.clock())
        if crowded:
            account.crowd()
        account.beginning += 1
        try:
            browser = self._browser()
            act = self._act("log in", browser, self.profile.log_in, _values(account.user))
        finally:
            account.beginning -= 1
        if act.accepted and self._session_cookies(browser):
            known = account.logged_in(act.span)
            cookies = self._session_cookies(browser)
            return Held(known, account, browser, cookies, f"log in at {act.node}")
        if act.accepted:
            self.around.tally.odd["log in sets no session cookie"] += 1
        if act.seen in (Seen.NO_ANSWER, Seen.NOT_UNDERSTOOD):
            account.may_have_logged_in(act.span)
        if not act.accepted and act.seen is None and not crowded:
            self.around.tally.odd["log in refuses the right password"] += 1
        return None

    # --- ends ----------------------------------------------------------------------------------

    def log_out(self, held: Held) -> None:
        """Log out; after an answer the session has ended."""
        copy = held.cookies
        act = self._ending("log out", held, self.profile.log_out)
        if act.accepted:
            held.known.has_ended(act.span)
            held.ended_by = f"log out at {act.node}"
        elif act.seen is not None:
            held.known.may_end(act.span)
        held.cookies = copy  # that is what must not work any more
        if not act.accepted and act.seen is None:
            self.present(held)  # refused: the page tells whether the session was alive

    def log_out_everywhere(self, held: Held) -> None:
        """End all sessions of the user."""
        name = "log out everywhere"
        copy = held.cookies
        act = self._ending(name, held, self.profile.actions[name])
        held.cookies = copy
        if act.accepted:
            held.account.ended_all(act.span)
            held.ended_by = f"{name} at {act.node}"
        elif act.seen is not None:
            held.account.may_end_all(act.span)

    def log_out_others(self, held: Held) -> None:
        """End all sessions of the user but this one."""
        name = "log out others"
        act = self._ending(name, held, self.profile.actions[name])
        if act.accepted:
            held.account.ended_all(act.span, held.known)
        elif act.seen is not None:
            held.account.may_end_all(act.span)

    def change_password(self, held: Held) -> None:
        """Change the user's password, which ends sessions as the profile says."""
        user = held.account.user
        new = f"{self.profile.users['alice'].password} {secrets.token_hex(6)}"
        action = self.profile.actions["change password"]
        act = self._ending("change password", held, action, new_password=new)
        if act.accepted:
            policy = self.profile.session_policy
            changed = replace(user, password=new, former=user.password)
            held.account.changed_password(changed, act.span, held.known, policy)
            held.ended_by = f"change password at {act.node}" if policy == "all end" else ""
        elif act.seen is not None:
            held.account.may_end_all(act.span)

    def _ending(self, name: str, held: Held, action: Action, **more: str) -> Act:
        """Perform what may end the session; what an answer means for it is for the caller."""
        before, now = held.known.ending, self.around.clock()
        held.known.may_end(Span(now, now))  # visits at the same moment have to know
        act = self._act(name, held.browser, action, {**_values(held.account.user), **more})
        if act.seen is None:
            held.known.ending = before
        held.cookies = self._session_cookies(held.browser) or held.cookies
        return act

    # --- visits --------------------------------------------------------------------------------

    def visit(self, held: Held) -> Seen:
        """Visit the protected page in the session's own browser."""
        seen = self._page("protected page", held, held.browser, None)
        held.cookies = self._session_cookies(held.browser) or held.cookies
        return seen

    def present(self, held: Held) -> Seen:
        """Present the session's token from another browser."""
        return self._page("kept token", held, self._browser(), held.cookies)

    def visit_as_stranger(self) -> None:
        """Visit the protected page without any session."""
        _, seen, exchange = self._asked("no session", None, self._browser(), ())
        finding = judged_without_session(seen)
        self._conclude("no session", finding, "", exchange, "nobody had logged in")

    def at_once(self, *doings: Callable[[], object]) -> None:
        """Do several things at the same time; return when all are done."""
        failed: list[BaseException] = []

        def guarded(doing: Callable[[], object]) -> None:
            try:
                doing()
            except BaseException as error:
                failed.append(error)

        threads = [threading.Thread(target=guarded, args=(one,), daemon=True) for one in doings]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failed:
            raise failed[0]

    def _page(self, name: str, held: Held, browser: Roaming, cookies: Pairs | None) -> Seen:
        span, seen, exchange = self._asked(name, held.account.user, browser, cookies)
        due, why = held.known.due(span, self.around.lifetimes)
        finding = judged(due, seen)
        story = _story(held, span, due)
        held.known.saw(span, seen, due, why)
        if seen is Seen.NO_ANSWER and self.profile.rotates_tokens:
            held.known.doubt = held.known.doubt or MAY_HAVE_ANOTHER_TOKEN
        self._conclude(name, finding, why, exchange, story)
        return seen

    def _asked(
        self, name: str, owner: User | None, browser: Roaming, cookies: Pairs | None
    ) -> tuple[Span, Seen, Exchange | None]:
        self._go_on()
        request = compose(self.profile.protected_page.request, _values(owner) if owner else {})
        browser.move()
        begin = self.around.clock()
        try:
            exchange = browser.send(request, cookies=cookies)
        except Unreachable:
            span = Span(begin, self.around.clock())
            self.around.told(name, span.end - span.begin, 0, Seen.NO_ANSWER.value)
            return span, Seen.NO_ANSWER, None
        seen = seen_on_page(self.profile, exchange, owner, self.around.everybody)
        return _span((exchange,)), seen, exchange

    def _conclude(
        self, name: str, finding: Finding, why: str, exchange: Exchange | None, story: str
    ) -> None:
        tally = self.around.tally
        tally.count(finding, why)
        if exchange is not None:
            wrong = finding.value if finding in WRONG else ""
            self.around.told(name, exchange.seconds, len(exchange.body), wrong)
        if finding is Finding.NOT_UNDERSTOOD and exchange is not None:
            tally.odd[_shown(exchange)] += 1
        if finding in WRONG and exchange is not None:
            at = round(exchange.started - self.around.began, 3)
            node = node_of(exchange)
            tally.example(
                Example(finding.value, at, node, _shown(exchange), exchange.status, story)
            )
        if finding in (Finding.NO_ANSWER, Finding.THROTTLED):
            self.around.sleep(pause_after(exchange))

    # --- actions -------------------------------------------------------------------------------

    def _act(
        self, name: str, browser: Roaming, action: Action, values: Mapping[str, str | None]
    ) -> Act:
        self._go_on()
        browser.exchanges.clear()
        browser.move()
        begin = self.around.clock()
        answer, seen = "", None
        try:
            answer, _ = Performer(self.profile, browser, values).perform(action)
        except Unreachable:
            seen = Seen.NO_ANSWER
        except Unrecognised:  # a value to be read is missing
            seen = without_sign(self.profile, browser.exchanges[-1])
        exchanges = tuple(browser.exchanges)
        if answer == "unrecognised":
            seen = without_sign(self.profile, exchanges[-1])
        elif answer == "refused" and asks_to_wait(self.profile, exchanges[-1]):
            seen = Seen.THROTTLED
        self._tell(name, exchanges, seen, begin)
        span = _span(exchanges) if exchanges else Span(begin, self.around.clock())
        if seen is Seen.NO_ANSWER:
            span = Span(span.begin, self.around.clock())
        node = node_of(exchanges[-1]) if exchanges else ""
        return Act(span, answer == "accepted", seen, node)

    def _tell(
        self, name: str, exchanges: Sequence[Exchange], seen: Seen | None, begin: float
    ) -> None:
        tally, last = self.around.tally, exchanges[-1] if exchanges else None
        for exchange in exchanges:
            self.around.told(name, exchange.seconds, len(exchange.body), "")
        if seen is Seen.NO_ANSWER:
            self.around.told(name, self.around.clock() - begin, 0, seen.value)
        tally.events[f"{name}: {seen.name.lower().replace('_', ' ') if seen else 'answered'}"] += 1
        if seen is Seen.NOT_UNDERSTOOD and last is not None:
            tally.odd[_shown(last)] += 1
        if seen in (Seen.NO_ANSWER, Seen.THROTTLED):
            tally.count(Finding.NO_ANSWER if seen is Seen.NO_ANSWER else Finding.THROTTLED)
            self.around.sleep(pause_after(last))

    def _browser(self) -> Roaming:
        return Roaming(self.around.nodes, self._wire)

    def _session_cookies(self, browser: Roaming) -> Pairs:
        pairs = browser.cookies_for(self.profile.protected_page.request.path)
        return tuple(pair for pair in pairs if self.profile.is_session_cookie(pair[0]))

    def _go_on(self) -> None:
        if self.around.is_over():
            raise Stopped


def _values(user: User) -> dict[str, str | None]:
    return {"username": user.username, "password": user.password}


def _span(exchanges: Sequence[Exchange]) -> Span:
    last = exchanges[-1]
    return Span(exchanges[0].started, last.started + last.seconds)


def _shown(exchange: Exchange) -> str:
    """Name a request and its answer without a query, which may hold a token."""
    return f"{exchange.method} {exchange.path.partition('?')[0]} {exchange.status}"


def _story(held: Held, span: Span, due: Due) -> str:
    known = held.known
    if due is Due.REFUSED and known.ended is not None:
        by = held.ended_by or "another browser of the user, or a visit that was refused"
        return f"ended {span.begin - known.ended:.3f} s before by {by}"
    used = f"used {span.begin - known.used:.3f} s before"
    return f"{held.began_at}, {span.begin - known.login.end:.3f} s before; {used}"
