"""What a server gives to somebody who has not logged in yet."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.composition import compose, used_placeholders
from conformance.model import Profile, Request
from conformance.stage import DoesNotApply, KeptSession, Life, Seat, Seen, Stage
from conformance.verbs.registry import held_cookies, verbs


@verbs("keep session of a stranger as", takes="name")
def keep_session_of_a_stranger(stage: Stage, seat: Seat, name: str) -> Seen:
    """Look at the pages that lead to a login, and keep the session cookies that they give.

    Where none of them gives any, the scenario does not apply: there is no session before a login.
    """
    exchanges = [seat.browser.send(request) for request in _pages_before_a_login(stage.profile)]
    cookies = held_cookies(stage, seat)
    if not cookies:
        raise DoesNotApply("the server gives no session cookie before a login")
    stage.kept.setdefault(name, []).append(KeptSession(cookies, "", Life(0.0, 0.0)))
    return Seen(tuple(exchanges))


def _pages_before_a_login(profile: Profile) -> Iterator[Request]:
    """Yield the protected page, and what is read before a login or stands at its address."""
    early = [profile.csrf] if profile.csrf else []
    early += [one for one in profile.log_in.requests[:-1] if not used_placeholders(one)]
    for one in (profile.protected_page.request, *early):
        yield compose(one, {})
    yield Request("GET", profile.log_in.requests[-1].path)
