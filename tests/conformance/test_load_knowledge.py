"""What is known of a session blames no right server, and lets no wrong one go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product

import pytest

from conformance.load.accountbook import Account
from conformance.load.judgement import WRONG, Finding, judged, judged_without_session
from conformance.load.knowledge import (
    MAY_BE_PUSHED_OUT,
    MAY_BE_UNKNOWN_ELSEWHERE,
    MAY_HAVE_ENDED,
    MAY_HAVE_EXPIRED,
    Due,
    KnownSession,
    Lifetimes,
    Seen,
    Span,
)
from conformance.model import User

FOR_EVER = Lifetimes()
LOGIN = Span(0, 1)
SPANS = [Span(*pair) for pair in combinations(range(1, 6), 2)]


def findings(visits: list[tuple[Span, Seen]], end: Span | None, *, answered: bool) -> list[Finding]:
    """Feed one session with what happened, in the order in which it was known."""
    session = KnownSession(LOGIN)
    happened: list[tuple[float, int, int]] = [
        (span.end, 1, number) for number, (span, _) in enumerate(visits)
    ]
    if end:
        happened.append((end.begin, 0, -1))
        happened += [(end.end, 0, -2)] if answered else []
    found = []
    for _, _, what in sorted(happened):
        if what == -1:
            assert end
            session.may_end(Span(end.begin, end.begin))
        elif what == -2:
            assert end
            session.has_ended(end)
        else:
            span, seen = visits[what]
            due, why = session.due(span, FOR_EVER)
            found.append(judged(due, seen))
            session.saw(span, seen, due, why)
    return found


@dataclass(frozen=True)
class RightServer:
    """When a logout took effect (None: never), as one of all that may happen on the way."""

    effect: float | None

    def shows(self, moment: float) -> Seen:
        ended = self.effect is not None and self.effect < moment
        return Seen.SIGNED_OUT if ended else Seen.OWNER


def moments(span: Span) -> Iterator[float]:
    """Yield moments at which a server may look at a request: two in each unit of time."""
    for start in range(int(span.begin), int(span.end)):
        yield from (start + 0.25, start + 0.75)


def right_servers(end: Span, *, answered: bool) -> list[RightServer]:
    """Return all that a right server may make of a logout: an unanswered one may come late."""
    last = int(end.end) if answered else 7
    effects: list[float | None] = [start + 0.5 for start in range(int(end.begin), last)]
    return [RightServer(one) for one in (effects if answered else [*effects, None])]


@pytest.mark.parametrize("answered", [True, False])
def test_no_right_server_is_blamed_whenever_its_requests_overlap(answered: bool) -> None:
    tried = 0
    for end, first, second in product(SPANS, SPANS, SPANS):
        for server in right_servers(end, answered=answered):
            for one, other in product(moments(first), moments(second)):
                visits = [(first, server.shows(one)), (second, server.shows(other))]
                found = findings(visits, end, answered=answered)
                assert not set(found) & set(WRONG), (end, visits, server)
                tried += 1
    assert tried > 1_000


def test_whatever_all_right_servers_agree_on_is_demanded() -> None:
    for end, visit in product(SPANS, SPANS):
        for answered in (True, False):
            servers = right_servers(end, answered=answered)
            possible = {one.shows(moment) for one in servers for moment in moments(visit)}
            for seen in (Seen.OWNER, Seen.SIGNED_OUT):
                (found,) = findings([(visit, seen)], end, answered=answered)
                touches = visit.end == end.begin  # counted as an overlap: clocks are not that good
                assert (found in WRONG) == (seen not in possible) or touches, (end, visit, seen)


def test_a_session_without_any_end_has_to_be_served() -> None:
    for visit in SPANS:
        assert findings([(visit, Seen.OWNER)], None, answered=False) == [Finding.SERVED]
        assert findings([(visit, Seen.SIGNED_OUT)], None, answered=False) == [Finding.LIVE_REFUSED]


def test_what_was_seen_ended_after_an_unanswered_logout_stays_ended() -> None:
    visits = [(Span(3, 4), Seen.SIGNED_OUT), (Span(4, 5), Seen.OWNER)]
    found = findings(visits, Span(1, 2), answered=False)
    assert found == [Finding.EITHER, Finding.ENDED_SERVED]


def test_a_live_session_that_was_refused_is_blamed_once() -> None:
    visits = [(Span(1, 2), Seen.SIGNED_OUT), (Span(2, 3), Seen.SIGNED_OUT)]
    found = findings(visits, None, answered=False)
    assert found == [Finding.LIVE_REFUSED, Finding.EITHER]


@pytest.mark.parametrize("due", Due)
def test_another_users_page_is_wrong_in_every_state(due: Due) -> None:
    assert judged(due, Seen.OTHER) is Finding.OTHER_USER


@pytest.mark.parametrize("due", Due)
@pytest.mark.parametrize(
    ("seen", "finding"),
    [
        (Seen.NO_ANSWER, Finding.NO_ANSWER),
        (Seen.THROTTLED, Finding.THROTTLED),
        (Seen.NOT_UNDERSTOOD, Finding.NOT_UNDERSTOOD),
    ],
)
def test_what_shows_nothing_is_never_judged(due: Due, seen: Seen, finding: Finding) -> None:
    assert judged(due, seen) is finding
    assert judged_without_session(seen) is finding


def test_who_has_no_session_is_signed_out() -> None:
    assert judged_without_session(Seen.SIGNED_OUT) is Finding.STRANGER_REFUSED
    for seen in (Seen.OWNER, Seen.SOMEBODY, Seen.OTHER):
        assert judged_without_session(seen) is Finding.STRANGER_SERVED


# --- time ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lifetimes", "visit", "due"),
    [
        (Lifetimes(idle=10, allowance=1), Span(5, 8), Due.SERVED),
        (Lifetimes(idle=10, allowance=1), Span(5, 9), Due.EITHER),
        (Lifetimes(idle=10, allowance=1, skew=3), Span(5, 6), Due.EITHER),
        (Lifetimes(idle=10, allowance=1, skew=3), Span(4, 5), Due.SERVED),
        (Lifetimes(idle=10, allowance=1), Span(50, 60), Due.EITHER),
        (Lifetimes(absolute=10, allowance=1), Span(5, 8), Due.SERVED),
        (Lifetimes(absolute=10, allowance=1), Span(5, 9), Due.EITHER),
    ],
)
def test_near_a_timeout_and_behind_it_nothing_is_demanded(
    lifetimes: Lifetimes, visit: Span, due: Due
) -> None:
    why = MAY_HAVE_EXPIRED if due is Due.EITHER else ""
    assert KnownSession(LOGIN).due(visit, lifetimes) == (due, why)


def test_only_a_visit_that_was_served_puts_the_idle_timeout_off() -> None:
    lifetimes = Lifetimes(idle=10, allowance=1)
    for seen, due in (
        (Seen.OWNER, Due.SERVED),
        (Seen.NO_ANSWER, Due.EITHER),
        (Seen.THROTTLED, Due.EITHER),
    ):
        session = KnownSession(LOGIN)
        session.saw(Span(5, 6), seen, Due.SERVED, "")
        assert session.due(Span(10, 13), lifetimes)[0] is due


def test_nothing_puts_the_absolute_timeout_off() -> None:
    session = KnownSession(LOGIN)
    session.saw(Span(5, 6), Seen.OWNER, Due.SERVED, "")
    assert session.due(Span(8, 9), Lifetimes(absolute=10, allowance=1))[0] is Due.EITHER


def test_a_node_may_be_stale_for_as_long_as_is_declared() -> None:
    lifetimes = Lifetimes(staleness=2)
    session = KnownSession(LOGIN)
    assert session.due(Span(2, 3), lifetimes) == (Due.EITHER, MAY_BE_UNKNOWN_ELSEWHERE)
    assert session.due(Span(3, 4), lifetimes) == (Due.SERVED, "")
    session.has_ended(Span(5, 6))
    assert session.due(Span(7, 8), lifetimes) == (Due.EITHER, MAY_HAVE_ENDED)
    assert session.due(Span(8, 9), lifetimes) == (Due.REFUSED, "")


def test_a_refusal_that_an_expiry_may_explain_ends_nothing_for_certain() -> None:
    lifetimes = Lifetimes(idle=10, allowance=1)
    session = KnownSession(LOGIN)
    session.may_end(Span(2, 3))
    due, why = session.due(Span(9, 10), lifetimes)
    session.saw(Span(9, 10), Seen.SIGNED_OUT, due, why)
    assert session.ended is None


def test_an_expired_session_counts_no_more_once_every_late_request_is_over() -> None:
    lifetimes = Lifetimes(idle=10, absolute=20, allowance=1)
    session = KnownSession(LOGIN)
    assert session.may_live(40, lifetimes)
    assert not session.may_live(60, lifetimes)
    assert session.may_live(1000, FOR_EVER)
    session.has_ended(Span(1, 2))
    assert not session.may_live(2, FOR_EVER)


# --- an account ----------------------------------------------------------------------------------

ALICE = User("alice", "a password")


def account(limit: int | None = None) -> Account:
    return Account(ALICE, FOR_EVER, limit)


def test_an_account_without_a_limit_always_has_room() -> None:
    one = account()
    for start in range(50):
        assert one.may_log_in(start)
        one.logged_in(Span(start, start + 1))
    assert not one.is_crowded(60)


def test_a_full_account_has_room_again_after_a_logout() -> None:
    one = account(2)
    first, _ = one.logged_in(Span(0, 1)), one.logged_in(Span(1, 2))
    assert not one.may_log_in(3)
    first.has_ended(Span(3, 4))
    assert one.may_log_in(5)


def test_logins_under_way_or_without_an_answer_take_room() -> None:
    one = account(2)
    one.may_have_logged_in(Span(0, 1))
    assert one.may_log_in(2)
    one.beginning = 1
    assert not one.may_log_in(2)


def test_an_account_that_is_full_of_doubt_lets_one_in_and_blames_nobody() -> None:
    one = account(1)
    old = one.logged_in(Span(0, 1))
    old.may_end(Span(2, 3))
    assert one.may_log_in(4)
    assert one.is_crowded(4)
    one.crowd()
    new = one.logged_in(Span(4, 5))
    assert not one.may_log_in(6)
    assert old.due(Span(6, 7), FOR_EVER) == (Due.EITHER, MAY_BE_PUSHED_OUT)
    assert new.due(Span(6, 7), FOR_EVER) == (Due.SERVED, "")


def test_an_unanswered_end_of_all_sessions_makes_an_account_of_no_use() -> None:
    one = account()
    session = one.logged_in(Span(0, 1))
    one.may_end_all(Span(2, 3))
    assert one.is_lost
    assert session.due(Span(4, 5), FOR_EVER) == (Due.EITHER, MAY_HAVE_ENDED)


@pytest.mark.parametrize(
    ("policy", "own", "other"),
    [
        ("others end", Due.SERVED, Due.REFUSED),
        ("all end", Due.REFUSED, Due.REFUSED),
        ("others are offered an end", Due.SERVED, Due.SERVED),
    ],
)
def test_a_password_change_ends_what_the_profile_says(policy: str, own: Due, other: Due) -> None:
    one = account()
    by, beside = one.logged_in(Span(0, 1)), one.logged_in(Span(1, 2))
    one.changed_password(User("alice", "a new one"), Span(2, 3), by, policy)  # type: ignore[arg-type]
    assert one.user.password == "a new one"
    assert by.due(Span(4, 5), FOR_EVER)[0] is own
    assert beside.due(Span(4, 5), FOR_EVER)[0] is other
