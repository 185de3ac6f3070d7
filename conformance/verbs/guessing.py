"""Verbs that guess passwords."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from conformance.changes import credential_changes
from conformance.errors import Unrecognised
from conformance.guessing import MOST_GUESSES, STOPPED, Guise, disguises
from conformance.model import Action, Exchange
from conformance.signs import holds
from conformance.stage import DoesNotApply, Guesses, Seat, Seen, Stage
from conformance.verbs.acting import perform
from conformance.verbs.pages import visit
from conformance.verbs.registry import ON_ACTION, verbs

_SLOWER = 1.0  # seconds; less may be the machine
_COMPARED = 3  # guesses at the beginning and at the end
_AT_ONCE = 4  # times as many as are allowed one after another

Wanted = Mapping[str, str]


@verbs("guess passwords", takes="guesses")
def guess_passwords(stage: Stage, seat: Seat, wanted: Wanted) -> Seen:
    """Log in with one wrong password after another, each a different one.

    As many as the profile declares as `attempts` of `throttling`, or else 100, unless the answers
    change their status or get slower by a second before that. `user` is whose password is guessed,
    `change: unknown name` guesses that of nobody, and `disguised by` names a disguise.
    """
    most = stage.profile.throttling.attempts if stage.profile.throttling else MOST_GUESSES
    started, exchanges = stage.clock(), list[Exchange]()
    while len(exchanges) < most and not _hindered(exchanges):
        exchanges.append(_guess(stage, seat, wanted, len(exchanges)))
    stage.guesses = Guesses(started, _slowed(exchanges))
    return Seen(tuple(exchanges))


@verbs("try a disguised login", takes="guesses", shows=ON_ACTION, default="accepted")
def disguised_login(stage: Stage, _: Seat, wanted: Wanted) -> Seen:
    """Log in with the right password, disguised as the guesses are.

    Where that is refused, the target does not see through the disguise: it does not apply.
    """
    user, seat = stage.user(wanted["user"]), Seat(stage.new_browser(), role=wanted["user"])
    guise = disguises[wanted["disguised by"]](user.username, 0)
    seen = _send(stage, seat, guise, user.password)
    # The answer may name the user as the server writes it: the page behind the login tells.
    if visit(stage, seat, {}).pages[0].shown.state != "signed in":
        raise DoesNotApply(f"a right password with '{wanted['disguised by']}' is not accepted")
    return replace(seen, answer="accepted")


@verbs("guess passwords at once", takes="guesses", shows=("guesses",), needs=("throttling",))
def guess_at_once(stage: Stage, _: Seat, wanted: Wanted) -> Seen:
    """Log in with wrong passwords all together, four times as many as the profile declares."""
    throttling = stage.profile.throttling
    if throttling is None:
        raise DoesNotApply("the profile declares no 'throttling'")
    number, started = min(_AT_ONCE * throttling.attempts, MOST_GUESSES), stage.clock()
    seats = [Seat(stage.new_browser()) for _ in range(number)]
    with ThreadPoolExecutor(number) as pool:
        sent = [pool.submit(_guess, stage, seat, wanted, n) for n, seat in enumerate(seats)]
    exchanges = tuple(one.result() for one in sent)
    stage.guesses = Guesses(started, slowed=False)
    told = [any(holds(sign, one, {}) for sign in throttling.signs) for one in exchanges]
    return Seen(exchanges, looked_at=told.count(False))


def _guess(stage: Stage, seat: Seat, wanted: Wanted, number: int) -> Exchange:
    """Send one wrong password; raises Unrecognised if it is accepted or crashes the server."""
    user = stage.user(wanted["user"])
    name = credential_changes[wanted["change"]](user)[0] if "change" in wanted else user.username
    guise = Guise(name or "")
    if "disguised by" in wanted:
        guise = disguises[wanted["disguised by"]](guise.name, number)
    wrong = credential_changes["wrong password"](user)[1]
    seat = Seat(stage.new_browser()) if guise.new_browser else seat
    seen = _send(stage, seat, guise, f"{wrong}{number}")
    last = seen.exchanges[-1]
    if seen.answer == "accepted" or (last.status >= 500 and last.status not in STOPPED):
        raise Unrecognised(f"a wrong password was answered {last.status}")
    return last


def _send(stage: Stage, seat: Seat, guise: Guise, password: str) -> Seen:
    stage.secrets.add(password)
    action = _with_headers(stage.profile.log_in, guise.headers)
    values: dict[str, str | None] = {"username": guise.name, "password": password}
    answer, exchanges = perform(stage, seat, action, values, {})
    return Seen(exchanges, answer=answer)


def _with_headers(action: Action, headers: Mapping[str, str]) -> Action:
    requests = (replace(one, headers={**one.headers, **headers}) for one in action.requests)
    return replace(action, requests=tuple(requests))


def _hindered(exchanges: list[Exchange]) -> bool:
    statuses = {exchange.status for exchange in exchanges}
    return len(statuses) > 1 or _slowed(exchanges)


def _slowed(exchanges: list[Exchange]) -> bool:
    """Say whether each of the last answers took a second longer than each of the first."""
    if len(exchanges) < 2 * _COMPARED:
        return False
    first = max(one.seconds for one in exchanges[:_COMPARED])
    return min(one.seconds for one in exchanges[-_COMPARED:]) >= first + _SLOWER
