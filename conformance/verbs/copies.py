"""The verb of a browser that holds a copy of the page."""

from __future__ import annotations

from dataclasses import replace

from conformance.model import Exchange
from conformance.stage import DoesNotApply, Seat, Seen, Stage
from conformance.verbs.pages import page_request, page_shown
from conformance.verbs.registry import verbs

_VALIDATORS = (("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since"))


@verbs("ask whether the copy is good", shows=("answer", "page", "copy"))
def revalidate(stage: Stage, seat: Seat, _: None) -> Seen:
    """Ask for the protected page with this browser's cookies, unless it is as it was last.

    The scenario's last answer of that page is the copy; without ETag and Last-Modified there is
    nothing to ask by.
    """
    request = page_request(stage)
    conditions = _conditions(stage, seat.browser.url_of(request.target))
    conditional = replace(request, headers=(*request.headers, *conditions))
    exchange = seat.browser.send(conditional)
    page = page_shown(stage, exchange, seat.role, seat.life)
    return Seen((exchange,), pages=(page,))


def _conditions(stage: Stage, url: str) -> tuple[tuple[str, str], ...]:
    copies = [one for one in stage.exchanges if one.url == url and _validators(one)]
    if not copies:
        raise DoesNotApply("the protected page has neither ETag nor Last-Modified")
    return _validators(copies[-1])


def _validators(exchange: Exchange) -> tuple[tuple[str, str], ...]:
    found = ((condition, exchange.header(name)) for name, condition in _VALIDATORS)
    return tuple((condition, value) for condition, value in found if value)
