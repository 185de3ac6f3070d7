"""Verbs that show whether a session is alive, and those that let time go by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlencode

from conformance.claims import claims
from conformance.composition import compose, surroundings, with_query
from conformance.durations import durations
from conformance.model import Exchange, Plain, Request
from conformance.origins import origins
from conformance.paths import spelt
from conformance.recognition import recognise
from conformance.stage import (
    DoesNotApply,
    KeptSession,
    Life,
    NotTried,
    Page,
    Seat,
    Seen,
    Stage,
    TooSlow,
)
from conformance.verbs.registry import ON_PAGE, verbs
from conformance.verbs.rotation import follow
from conformance.verbs.tokens import presented

_VISITS_PER_IDLE_TIMEOUT = 2
_TIMES_BESIDE = 3
_VISITS_PER_STAY = 10  # where the target declares no idle timeout


@verbs("visit", takes="page", shows=(*ON_PAGE, "reading"))
def visit(stage: Stage, seat: Seat, wanted: Mapping[str, str]) -> Seen:
    """Visit the protected page with the cookies that a browser would still send.

    The object is `protected page`, or a mapping of `page` and how it is asked for: `from` (the page
    whose script asks), `method`, `path` (see the list of spellings) and `claim` (what the request
    says of alice; see the list of claims).
    """
    request, page = _asked_for(stage, wanted), None
    if "from" in wanted:
        page = origins[wanted["from"]](stage.profile.base_url)
        request = replace(request, headers=(*request.headers, *page.headers("GET", "cors")))
    exchange = seat.browser.send(request, own_page=page is None)
    seat.visited = exchange.started
    shown = replace(page_shown(stage, exchange, seat.role, seat.life), tried=seat.tried)
    return Seen((exchange,), pages=(shown,), asked_from=page)


def _asked_for(stage: Stage, wanted: Mapping[str, str]) -> Request:
    """Return the request for the protected page, by the method, path and claim that are wanted."""
    request = page_request(stage)
    if "path" in wanted:
        open_page = stage.profile.log_in.requests[-1].path
        target = spelt(request.target, wanted["path"], open_page)
        if target == request.target:
            raise NotTried(f"'{wanted['path']}' leaves this path as it is")
        request = replace(request, target=target)
    if "claim" in wanted:
        claimed = claims[wanted["claim"]](stage.user("alice"))
        token = stage.profile.session_token
        if token and token.header.lower() in {name.lower() for name, _ in claimed}:
            raise DoesNotApply(f"the session itself goes along in the header {token.header}")
        request = replace(request, headers=(*request.headers, *claimed))
    return replace(request, method=wanted.get("method", request.method))


@verbs("present", takes="session", shows=ON_PAGE)
def present(stage: Stage, _: Seat, wanted: Mapping[str, str]) -> Seen:
    """Visit the protected page from elsewhere with kept session cookies, whatever their lifetime.

    The object is the name under which a session was kept. As a mapping: `session` (a kept one) or
    `token` (a text for every session cookie), `change` (see the list of changes), `in` (where to
    put the token instead of the cookie), and `beside` (another kept session, whose cookies of the
    same names stand behind in the same header; this is sent three times). A session that has ended
    is presented with the tokens that it had earlier as well.
    """
    pages: list[Page] = []
    carrier = wanted.get("in", "cookie")
    times = _TIMES_BESIDE if "beside" in wanted else 1
    for session in presented(stage, wanted) * times:
        pages.append(_present(stage, session, carrier))
        if pages[-1].shown.state == "signed out":
            pages += [_present(stage, one, carrier) for one in _earlier(session)]
    return Seen(tuple(page.exchange for page in pages), pages=tuple(pages))


def _earlier(session: KeptSession) -> list[KeptSession]:
    return [replace(session, cookies=cookies) for cookies in session.earlier]


def _present(stage: Stage, session: KeptSession, carrier: str) -> Page:
    browser = stage.new_browser()
    stage.secrets.update(value for _, value in session.cookies)
    if carrier == "cookie":
        exchange = browser.send(page_request(stage), cookies=session.cookies)
    else:
        exchange = browser.send(_carrying(page_request(stage), session, carrier), cookies=())
    return page_shown(stage, exchange, session.role, session.life)


def kept_pages(stage: Stage) -> list[Page]:
    """Return what the protected page shows to every session that is kept now."""
    every = [session for sessions in stage.kept.values() for session in sessions]
    return [_present(stage, session, "cookie") for session in every]


def _carrying(request: Request, session: KeptSession, carrier: str) -> Request:
    if carrier == "query string":
        query: Plain = dict(session.cookies)
        return Request(request.method, with_query(request.target, query), request.headers)
    if carrier == "form body":
        form = ("Content-Type", "application/x-www-form-urlencoded")
        body = urlencode(session.cookies).encode()
        return Request("POST", request.target, (*request.headers, form), body)
    token = session.cookies[0][1]
    bearer = ("Authorization", f"Bearer {token}")
    return Request(request.method, request.target, (*request.headers, bearer))


def page_request(stage: Stage) -> Request:
    """Return the request for the protected page."""
    return compose(stage.profile.protected_page.request, surroundings(stage.profile))


def page_shown(stage: Stage, exchange: Exchange, owner: str, life: Life) -> Page:
    """Return what an answer shows to its owner; a page of a signed-in user counts as use."""
    shown = recognise(stage.profile, exchange, stage.users)
    if shown.state == "signed in":
        stage.note_use(exchange, life)
        follow(stage, exchange)
    return Page(exchange, shown, owner, life)


@verbs("wait", takes="duration")
def wait(stage: Stage, _: Seat, duration: str) -> Seen:
    """Wait without sending anything."""
    stage.sleep(durations[duration](stage.profile.timeouts))
    return Seen()


def _refuse_gap(stage: Stage, before: float, exchange: Exchange) -> float:
    """Raise TooSlow when so long a pause lay before a visit that the session was free to end."""
    timeouts = stage.profile.timeouts
    gap = exchange.started - before
    if before and timeouts.idle and gap > timeouts.idle - timeouts.allowance:
        raise TooSlow(f"{gap:.1f} s went by between two visits: nobody kept the session busy")
    return exchange.started


@verbs("keep visiting", takes="duration", shows=ON_PAGE)
def keep_visiting(stage: Stage, seat: Seat, duration: str) -> Seen:
    """Visit the protected page again and again for so long, twice in every idle timeout."""
    timeouts = stage.profile.timeouts
    seconds = durations[duration](timeouts)
    pause = seconds / _VISITS_PER_STAY
    if timeouts.idle:
        pause = min(seconds, timeouts.idle / _VISITS_PER_IDLE_TIMEOUT)
    until = stage.clock() + seconds
    pages: list[Page] = []
    before = max(seat.visited, seat.life.started)
    while (left := until - stage.clock()) > 0:
        stage.sleep(min(pause, left))
        pages += visit(stage, seat, {}).pages
        before = _refuse_gap(stage, before, pages[-1].exchange)
    return Seen(tuple(page.exchange for page in pages), pages=tuple(pages))
