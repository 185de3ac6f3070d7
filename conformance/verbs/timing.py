"""The verb that measures how long refused logins take."""

from __future__ import annotations

import secrets

from conformance.changes import Credentials, credential_changes
from conformance.errors import Unrecognised
from conformance.guessing import STOPPED
from conformance.model import Exchange, User
from conformance.stage import NotTried, Seat, Seen, Stage
from conformance.timing import Timing, pairs_within
from conformance.verbs.acting import perform
from conformance.verbs.login import log_in
from conformance.verbs.registry import verbs

_PAIRS_PER_LOGIN = 2  # a right login between keeps counters of failures low


@verbs("time refused logins of", takes="user", shows=("timing",), needs=("own account", "quiet"))
def time_refused_logins(stage: Stage, _: Seat, role: str) -> Seen:
    """Log in with a wrong password and with an unknown name, in pairs, and take the time of each.

    24 to 60 pairs, as many as fit into 8 s, each in an order drawn by lot, with a right login
    after every second pair. Each unknown name is a new one. A target that throttles so few
    failures can't be tried.
    """
    user, pairs = stage.user(role), list[tuple[float, float]]()
    usual = _refused(stage, _wrong(user))
    while len(pairs) < pairs_within(_pair_takes(pairs)):
        if len(pairs) % _PAIRS_PER_LOGIN == 0:
            _log_in(stage, role)
        kinds = [("known", _wrong(user)), ("unknown", _unknown(user))]
        if secrets.randbelow(2):
            kinds.reverse()
        taken = {kind: _seconds(stage, credentials, usual) for kind, credentials in kinds}
        pairs.append((taken["known"], taken["unknown"]))
    return Seen(timing=Timing(tuple(pairs)))


def _pair_takes(pairs: list[tuple[float, float]]) -> float:
    return sum(map(sum, pairs)) / len(pairs) if pairs else 0.0


def _wrong(user: User) -> Credentials:
    return credential_changes["wrong password"](user)


def _unknown(user: User) -> Credentials:
    return f"nobody-{secrets.token_hex(3)}-{user.username}", _wrong(user)[1]


def _seconds(stage: Stage, credentials: Credentials, usual: Exchange) -> float:
    exchange = _refused(stage, credentials)
    # What differs by kind is told apart by ENUM-1; here it is only about being stopped.
    if exchange.status != usual.status and exchange.status in STOPPED:
        raise _throttled(exchange)
    return exchange.seconds


def _refused(stage: Stage, credentials: Credentials) -> Exchange:
    values = dict(zip(("username", "password"), credentials, strict=True))
    seat = Seat(stage.new_browser())
    answer, exchanges = perform(stage, seat, stage.profile.log_in, values, {})
    if answer == "accepted":
        raise Unrecognised("a wrong password was accepted, so no refusals can be timed")
    return exchanges[-1]


def _log_in(stage: Stage, role: str) -> None:
    seen = log_in(stage, Seat(stage.new_browser()), role)
    if seen.answer != "accepted":
        raise _throttled(seen.exchanges[-1])


def _throttled(exchange: Exchange) -> NotTried:
    status = f"it answered {exchange.status}"
    return NotTried(f"the target throttles before enough logins could be timed: {status}")
