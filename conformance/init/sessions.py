"""A way to log in that works: sessions are begun with it, and looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from conformance.browser import Browser
from conformance.errors import TargetError, Unrecognised
from conformance.init import forms
from conformance.init.logins import Way
from conformance.init.site import Site, page_of
from conformance.model import ActionRequest, Exchange, Pairs, Request, User

_CLIENT_ERROR = 400


@dataclass
class Session:
    """What a login left in a browser; `landing` is the page that it led to."""

    browser: Browser
    login: Exchange
    landing: Exchange

    @property
    def cookies(self) -> Pairs:
        """The cookies that the browser keeps."""
        return tuple((one.name, one.value) for one in self.browser.cookies)


@dataclass
class Account:
    """Somebody who can log in at a site, and how; `log_out` is used as soon as it is known."""

    site: Site
    user: User
    way: Way
    log_out: tuple[ActionRequest, ...] = ()
    values: Mapping[str, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.values = {"username": self.user.username, "password": self.user.password}

    def session(self) -> Session | None:
        """Log in with a new browser; None where that is not accepted, by its looks."""
        browser = self.site.new_browser()
        try:
            login = self.site.perform(self.way.requests, browser, self.values)[-1]
        except Unrecognised:
            return None
        self.site.logins += 1
        if login.status >= _CLIENT_ERROR or not browser.cookies or _asks_again(login):
            return None
        led = self.site.led_to(login)
        if led and forms.means_logout(led):
            return None
        landing = self.site.visit(led, browser) if led else login
        return None if led and _asks_again(landing) else Session(browser, login, landing)

    def answer(self, **changed: str | None) -> Exchange | None:
        """Try to log in with other values; a value of None leaves its field out."""
        browser = self.site.new_browser()
        try:
            values: dict[str, str | None] = {**self.values}
            values |= changed
            return self.site.perform(self.way.requests, browser, values)[-1]
        except TargetError:
            return None

    def leave(self, session: Session) -> None:
        """End a session, where it is known how."""
        if not self.log_out:
            return
        try:
            self.site.perform(self.log_out, session.browser, self.values)
        except Unrecognised:
            return

    def page(self, path: str, cookies: Sequence[tuple[str, str]]) -> Exchange:
        """Ask for a page with just these cookies."""
        return self.site.new_browser().send(Request("GET", path), cookies=tuple(cookies))


def _asks_again(exchange: Exchange) -> bool:
    """Say whether the answer is the login form once more."""
    return forms.login_form(page_of(exchange)) is not None
