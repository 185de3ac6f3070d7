"""Follows the tokens of a target that gives a session a new one whenever it is used."""

from __future__ import annotations

from dataclasses import replace

from conformance.model import Exchange, Pairs
from conformance.stage import KeptSession, Stage
from conformance.verbs.registry import held_cookies, is_session_cookie, session_cookies_in


def follow(stage: Stage, exchange: Exchange) -> None:
    """Hand the token that an answer brought to all who hold the one that the request had.

    Where the profile declares `token rotation`, browsers and kept copies go on with the session as
    its one user would. A kept copy remembers the tokens before, which end with the session too.
    """
    if not stage.profile.rotates_tokens:
        return
    cookies = session_cookies_in(stage, (exchange,))
    new = {cookie.name: cookie.value for cookie in cookies if cookie.value}
    sent = {pair for pair in exchange.sent_cookies if is_session_cookie(stage, pair[0])}
    old = {(name, value) for name, value in sent if new.get(name, value) != value}
    for seat in tuple(stage.seats.values()):
        if old & set(held_cookies(stage, seat)):
            seat.browser.keep(exchange)
    for sessions in tuple(stage.kept.values()):
        for place, one in enumerate(sessions):
            if old & set(one.cookies):
                sessions[place] = _rotated(one, new)


def _rotated(session: KeptSession, new: dict[str, str]) -> KeptSession:
    cookies: Pairs = tuple((name, new.get(name, value)) for name, value in session.cookies)
    return replace(session, cookies=cookies, earlier=(*session.earlier, session.cookies))
