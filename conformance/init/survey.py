"""All that is found out about a server, one thing after the other, and as a draft of a profile."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from conformance.errors import TargetError, UsageError
from conformance.init import logins, logouts, protected
from conformance.init.cookies import Needed, session_cookies
from conformance.init.logins import Way
from conformance.init.logouts import Exit
from conformance.init.protected import Seen
from conformance.init.sessions import Account, Session
from conformance.init.site import Site
from conformance.init.telling import found_in, sign_of
from conformance.model import ActionRequest, Exchange, User

_CLIENT_ERRORS = range(400, 500)
_MOST_WAYS = 14


@dataclass(frozen=True)
class Told:
    """What the user said of the server beside its URL: each may be empty."""

    page: str = ""
    way: Way | None = None
    pages: tuple[str, ...] = ()  # to be looked at first
    exit: tuple[ActionRequest, ...] = ()


@dataclass
class Findings:
    """What was found out; answers are kept, so that signs can be made of them."""

    account: Account
    page: Seen
    accepted: list[Exchange]
    refused: list[Exchange] = field(default_factory=list)
    exit: Exit | None = None
    strangers_exit: Exchange | None = None
    strangers: list[Exchange] = field(default_factory=list)
    missing: list[Exchange] = field(default_factory=list)  # what a page that is not there answers
    tried: bool = True  # at the server, not only recorded
    cookies: Needed = field(default_factory=lambda: Needed((), 0))


def surveyed(
    site: Site, start: str, user: User, told: Told, tell: Callable[[str], None]
) -> Findings:
    """Find out all that a profile has to say; raises TargetError where no login works."""
    tell(f"looking for the login of {site.url}")
    described = logins.document_of(site)
    account, session, page = _first_that_works(site, start, user, told, described)
    tell(f"logged in by {account.way.found}, and signed in on {page.path.partition('?')[0]}")
    findings = Findings(account, page, [session.login], strangers=[*page.without])
    findings.missing.append(site.get("/session-conformance-no-such-page"))
    _leave(findings, session, start, told, described)
    _look_signed_out(findings, session)
    again = account.session()
    if again:
        findings.accepted.append(again.login)
        shown = site.get(page.path, again.browser)
        findings.page = replace(page, with_session=(*page.with_session, shown))
        account.leave(again)
    findings.cookies = session_cookies(account, page.path, lambda one: is_in(findings, one))
    tell("trying what is refused")
    findings.refused = _refusals(account)
    return findings


def is_in(findings: Findings, exchange: Exchange) -> bool:
    """Say whether an answer of the protected page looks like those with a session."""
    page, name = findings.page, findings.account.user.username
    sign = sign_of(page.with_session, page.without, name if page.names_user else "")
    return sign is not None and found_in(sign, exchange, name)


def _first_that_works(
    site: Site, start: str, user: User, told: Told, described: Mapping[str, Any]
) -> tuple[Account, Session, Seen]:
    tried: list[str] = []
    accepted: list[str] = []
    for way in _ways(site, start, user, told, described):
        if way.has_name and not user.username:
            raise UsageError(f"the login at {way.login_path} asks for a name: --user NAME")
        account = Account(site, user, way)
        session = account.session()
        tried.append(f"{way.last.method} {way.login_path} ({way.found})")
        if session is not None:
            paths = protected.Paths(told.page, told.pages, start)
            page = protected.protected_page(account, session, paths, described)
            if page is not None:
                return account, session, page
            accepted.append(tried[-1])
        if len(tried) >= _MOST_WAYS:
            break
    raise TargetError(_nothing(site, tried, accepted))


def _nothing(site: Site, tried: list[str], accepted: list[str]) -> str:
    """Say what kept it from finding a login, and what to add to the command."""
    if accepted:
        return (
            f"{site.url}: {accepted[0]} looks like a login that works, and no page was found that "
            "shows it; name one that only users see: --page /path"
        )
    if tried:
        listed = "; ".join(dict.fromkeys(tried))
        return (
            f"{site.url}: no login was accepted. Tried: {listed}. Are name and password right? "
            'Else name the login: --login "POST /path", with --name-field and --password-field'
        )
    return (
        f"{site.url}: no login form and no usual address of a login was found; give the URL of the "
        'login page, or name the login: --login "POST /path"'
    )


def _ways(
    site: Site, start: str, user: User, told: Told, described: Mapping[str, Any]
) -> Iterable[Way]:
    if told.way is not None:
        yield told.way
        if not told.pages:  # the user said it, and no recording
            return
    yield from logins.ways_by_form(site, start)
    yield from logins.ways_by_document(described)
    yield from logins.ways_by_address(site, start, user.username)


def _leave(
    findings: Findings, session: Session, start: str, told: Told, described: Mapping[str, Any]
) -> None:
    """Find the logout, with the help of the session, and see what it does for a stranger."""
    account = findings.account
    pages = (findings.page.path, session.landing.path, start)
    places = logouts.Places(pages, told.exit, described)
    found = logouts.logout(account, session, places, lambda one: not _still_in(findings, one))
    if found is None:
        return
    findings.exit, account.log_out = found, found.requests
    browser = account.site.new_browser()
    try:
        requests = found.requests
        findings.strangers_exit = account.site.perform(requests, browser, account.values)[-1]
    except TargetError:
        return


def _still_in(findings: Findings, session: Session) -> bool:
    return is_in(findings, findings.account.site.get(findings.page.path, session.browser))


def _look_signed_out(findings: Findings, session: Session) -> None:
    """See what the page shows after the logout, and to who brings a session that never was."""
    account, path = findings.account, findings.page.path
    made_up = [(name, secrets.token_hex(16)) for name, _ in session.cookies]
    shown = [account.page(path, made_up)]
    if findings.exit:
        shown.append(account.site.get(path, session.browser))
    findings.strangers += [one for one in shown if not is_in(findings, one) and one.status < 500]


def _refusals(account: Account) -> list[Exchange]:
    """Return what a wrong, an empty and no password and an unknown name are answered."""
    user = account.user
    domain = "@example.com" if "@" in user.username else ""
    tries: list[dict[str, str | None]] = [
        {"password": f"{user.password}-wrong"},
        {"password": ""},
        {"password": None},
    ]
    if account.way.has_name:
        tries.append({"username": f"nobody-{secrets.token_hex(4)}{domain}"})
    answers = [account.answer(**one) for one in tries]
    return [one for one in answers if one is not None and one.status < 500]
