"""Many users at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle, islice

from conformance.actions import Performer
from conformance.browser import Browser
from conformance.composition import compose, surroundings
from conformance.errors import Unrecognised
from conformance.model import User
from conformance.recognition import recognise
from conformance.registration import fresh_name, registered
from conformance.stage import Life, Page, Seat, Seen, Stage
from conformance.verbs.registry import ON_PAGE, verbs

_THREADS = 8
_ROUNDS = 3


@dataclass(frozen=True)
class _Member:
    role: str
    user: User
    browser: Browser
    life: Life


@verbs("crowd", takes="count", shows=ON_PAGE, needs=("identity", "second user", "own account"))
def crowd(stage: Stage, _: Seat, count: str) -> Seen:
    """So many browsers log in and visit the protected page three times, many of them at once.

    Each is a user of its own, newly registered. Where the profile has no action `register`, they
    are alice and bob in turn, no more than the target's limit of sessions allows.
    """
    members = _members(stage, int(count))
    users = {member.role: member.user for member in members}
    with ThreadPoolExecutor(_THREADS) as pool:
        came = pool.map(lambda member: _come(stage, member, users), members)
        pages = [page for shown in came for page in shown]
    return Seen(tuple(page.exchange for page in pages), pages=tuple(pages))


def _members(stage: Stage, count: int) -> list[_Member]:
    if not stage.profile.register:
        limit = stage.profile.session_limit or count
        roles = list(islice(cycle(("alice", "bob")), min(count, 2 * limit)))
        return [_member(stage, role, stage.user(role)) for role in roles]
    model = stage.user("alice")
    new = [User(fresh_name(model.username), model.password) for _ in range(count)]
    with ThreadPoolExecutor(_THREADS) as pool:
        refusals = list(
            pool.map(lambda user: registered(user, stage.profile, stage.new_browser()), new)
        )
    if any(refusals):
        raise Unrecognised("not all of the users could be registered")
    return [_member(stage, f"user {number}", user) for number, user in enumerate(new, 1)]


def _member(stage: Stage, role: str, user: User) -> _Member:
    now = stage.clock()
    return _Member(role, user, stage.new_browser(), Life(now, now))


def _come(stage: Stage, member: _Member, users: dict[str, User]) -> list[Page]:
    """Log in and visit the page: at once, before a short timeout ends the session."""
    _log_in(stage, member)
    return [_visit(stage, member, users) for _ in range(_ROUNDS)]


def _log_in(stage: Stage, member: _Member) -> None:
    values: dict[str, str | None] = {
        "username": member.user.username,
        "password": member.user.password,
    }
    member.life.started = member.life.active = stage.clock()
    answer, _ = Performer(stage.profile, member.browser, values).perform(stage.profile.log_in)
    if answer != "accepted":
        raise Unrecognised(f"{member.role} could not log in")


def _visit(stage: Stage, member: _Member, users: dict[str, User]) -> Page:
    exchange = member.browser.send(
        compose(stage.profile.protected_page.request, surroundings(stage.profile))
    )
    shown = recognise(stage.profile, exchange, users)
    return Page(exchange, shown, member.role, member.life)
