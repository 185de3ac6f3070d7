"""One user of `load` at servers that are right, or wrong in one respect: no Locust, no time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from toyserver import Asked, Reply, Toy
from toysuite import REGISTER, write_profile

from conformance.load.accountbook import Account
from conformance.load.journeys import Journeys
from conformance.load.judgement import Finding
from conformance.load.knowledge import Lifetimes, Seen
from conformance.load.tally import Tally
from conformance.load.visitor import Held, Stopped, Surroundings, Visitor
from conformance.profiles import read_profile
from conformance.wire import Wire

ALL = {"send": "POST /all", "success": {"status": "200"}}
OTHERS = {"send": "POST /others", "success": {"status": "200"}}
CHANGE = {
    "send": "POST /change",
    "form": {"old": "{password}", "new": "{new_password}"},
    "success": {"status": "200"},
}
EVERYTHING = {
    **REGISTER,
    "log out everywhere": ALL,
    "log out others": OTHERS,
    "change password": CHANGE,
}


class WholeToy(Toy):
    """A toy with ends of several sessions."""

    def __init__(self) -> None:
        super().__init__()
        self.routes |= {
            "POST /all": lambda asked: self.end(asked, own=True),
            "POST /others": lambda asked: self.end(asked, own=False),
            "POST /change": self.change,
        }

    def end(self, asked: Asked, *, own: bool) -> Reply:
        name, token = self.user(asked), asked.cookies.get("sid", "")
        if not name:
            return Reply(401)
        for one in [key for key, session in self.sessions.items() if session[0] == name]:
            if own or one != token:
                del self.sessions[one]
        return Reply()

    def change(self, asked: Asked) -> Reply:
        reply, form = self.end(asked, own=False), asked.form
        if reply.status == 200:
            self.passwords[self.user(asked)] = form["new"]
        return reply


class Place:
    """A user at toys, and what came of what they did."""

    def __init__(self, folder: Path, changes: dict[str, Any] | None = None, nodes: int = 1) -> None:
        self.stack = ExitStack()
        toys = [WholeToy() for _ in range(nodes)]
        for one in toys:
            one.sessions, one.passwords = toys[0].sessions, toys[0].passwords
            self.stack.enter_context(one.serving())
        self.toy, self.toys = toys[0], toys
        path = write_profile(folder / "toy.yaml", self.toy.url, {**EVERYTHING, **(changes or {})})
        self.profile = read_profile(path)
        self.tally, self.told = Tally(), []  # type: ignore[var-annotated]
        self.around = Surroundings(
            profile=self.profile,
            nodes=[one.url for one in toys],
            lifetimes=Lifetimes(),
            tally=self.tally,
            told=lambda *what: self.told.append(what),
            clock=time.monotonic,
            sleep=lambda _: None,
            everybody={user.username: user for user in self.profile.users.values()},
        )
        self.wire = Wire(timeout=2)
        self.stack.callback(self.wire.drop_connections)
        self.visitor = Visitor(self.around, self.wire)
        self.account = Account(self.profile.users["alice"], Lifetimes())

    def log_in(self) -> Held:
        held = self.visitor.log_in(self.account)
        assert held is not None
        return held

    @property
    def found(self) -> dict[str, int]:
        return {name: times for name, times in self.tally.answers.items() if times}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    one = Place(tmp_path)
    with one.stack:
        yield one


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[Place]:
    one = Place(tmp_path, nodes=3)
    with one.stack:
        yield one


def spoilt(place: Place, route: str, *replies: Reply) -> None:
    """Let the first answers of a route be these."""
    answer, left = place.toy.routes[route], list(replies)
    place.toy.routes[route] = lambda asked: left.pop(0) if left else answer(asked)


# --- what is right -------------------------------------------------------------------------------


def test_a_session_is_served_until_the_logout_and_never_after(place: Place) -> None:
    held = place.log_in()
    assert place.visitor.visit(held) is Seen.OWNER
    place.visitor.log_out(held)
    assert place.visitor.present(held) is Seen.SIGNED_OUT
    place.visitor.visit_as_stranger()
    assert place.found == {
        Finding.SERVED.value: 1,
        Finding.REFUSED.value: 1,
        Finding.STRANGER_REFUSED.value: 1,
    }


def test_every_node_is_asked_as_its_own_pages_would(nodes: Place) -> None:
    def own_origin(one: Toy) -> Callable[[Asked], Reply]:
        answer = one.answer
        return lambda asked: (
            answer(asked) if asked.headers.get("Origin") in (None, one.url) else Reply(403)
        )

    for one in nodes.toys:
        one.answer = own_origin(one)  # type: ignore[method-assign]
    for _ in range(12):
        held = nodes.log_in()
        nodes.visitor.visit(held)
        nodes.visitor.log_out(held)
        nodes.visitor.present(held)
    assert nodes.found == {Finding.SERVED.value: 12, Finding.REFUSED.value: 12}
    assert all(one.asked for one in nodes.toys)


@pytest.mark.parametrize("name", ["log_out_everywhere", "log_out_others", "change_password"])
def test_the_end_of_all_sessions_ends_those_that_it_says(name: str, place: Place) -> None:
    held, other = place.log_in(), place.log_in()
    getattr(place.visitor, name)(held)
    seen = place.visitor.present(held), place.visitor.present(other)
    own = Seen.SIGNED_OUT if name == "log_out_everywhere" else Seen.OWNER
    assert seen == (own, Seen.SIGNED_OUT)
    assert not place.tally.wrong
    assert not place.tally.of(Finding.EITHER)
    assert place.visitor.log_in(place.account) is not None  # with the password of now


def test_whole_journeys_at_a_right_server_find_nothing(nodes: Place) -> None:
    journeys = Journeys(nodes.visitor)
    for _ in range(40):
        journeys.travel()
    assert nodes.tally.wrong == 0
    assert nodes.tally.odd == {}
    assert nodes.tally.right > 100


# --- what is wrong -------------------------------------------------------------------------------


def test_an_end_of_all_sessions_that_forgets_some_is_caught(place: Place) -> None:
    place.toy.routes["POST /all"] = lambda _: Reply()
    held, other = place.log_in(), place.log_in()
    place.visitor.log_out_everywhere(held)
    place.visitor.present(other)
    assert place.found == {Finding.ENDED_SERVED.value: 1}
    (example,) = place.tally.examples
    assert example.request == "GET /me 200"


def test_the_page_of_a_user_whom_only_the_process_knows_is_somebody_elses(tmp_path: Path) -> None:
    page = {
        "send": "GET /me",
        "signed in": {"status": "200", "body contains": "{username}"},
        "signed out": {"status": "401"},
    }
    one = Place(tmp_path, {"protected page": page})
    with one.stack:
        held = one.log_in()
        spoilt(one, "GET /me", Reply(200, {"user": "bob"}), Reply(200, {"user": "nobody"}))
        assert one.visitor.visit(held) is Seen.OTHER
        assert one.visitor.visit(held) is Seen.NOT_UNDERSTOOD
    assert one.found == {Finding.OTHER_USER.value: 1, Finding.NOT_UNDERSTOOD.value: 1}


# --- what can't be judged ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "finding"),
    [
        (Reply(429), Finding.THROTTLED),
        (Reply(503, headers=[("Retry-After", "1")]), Finding.THROTTLED),
        (Reply(503), Finding.NO_ANSWER),
        (Reply(502), Finding.NO_ANSWER),
        (Reply(504), Finding.NO_ANSWER),
        (Reply(500), Finding.NOT_UNDERSTOOD),
    ],
)
def test_an_answer_that_shows_nothing_is_counted_and_judged_by_nobody(
    reply: Reply, finding: Finding, place: Place
) -> None:
    held = place.log_in()
    spoilt(place, "GET /me", reply)
    place.visitor.visit(held)
    assert place.found == {finding.value: 1}
    assert bool(place.tally.odd) == (finding is Finding.NOT_UNDERSTOOD)
    assert place.visitor.visit(held) is Seen.OWNER


@pytest.mark.parametrize("happened", [True, False])
def test_after_a_logout_without_an_answer_the_session_may_be_either(
    happened: bool, place: Place
) -> None:
    logout = place.toy.logout

    def lost(asked: Asked) -> Reply:
        if happened:
            logout(asked)
        return Reply(502)

    held = place.log_in()
    place.toy.routes["POST /logout"] = lost
    place.visitor.log_out(held)
    place.visitor.present(held)
    assert place.found == {Finding.NO_ANSWER.value: 1, Finding.EITHER.value: 1}


def test_a_logout_that_is_refused_leaves_the_session_alive(place: Place) -> None:
    held = place.log_in()
    spoilt(place, "POST /logout", Reply(401))
    place.visitor.log_out(held)
    assert place.found == {Finding.SERVED.value: 1}


def test_a_refused_logout_tells_of_a_session_that_was_lost(place: Place) -> None:
    held = place.log_in()
    place.toy.sessions.clear()
    place.visitor.log_out(held)
    assert place.found == {Finding.LIVE_REFUSED.value: 1}


def test_a_password_change_without_an_answer_costs_the_account(place: Place) -> None:
    held = place.log_in()
    spoilt(place, "POST /change", Reply(502))
    place.visitor.change_password(held)
    assert place.account.is_lost
    assert place.visitor.present(held) is Seen.OWNER
    assert not place.tally.wrong


def test_a_login_that_is_refused_is_odd(place: Place) -> None:
    spoilt(place, "POST /login", Reply(401))
    assert place.visitor.log_in(place.account) is None
    assert place.tally.odd == {"log in refuses the right password": 1}


def test_a_login_without_an_answer_leaves_a_session_that_nobody_knows(place: Place) -> None:
    spoilt(place, "POST /login", Reply(502))
    assert place.visitor.log_in(place.account) is None
    assert len(place.account.strays) == 1


def test_nothing_is_asked_once_the_run_is_over(place: Place) -> None:
    held = place.log_in()
    place.around.is_over = lambda: True
    for doing in (place.visitor.visit, place.visitor.log_out):
        with pytest.raises(Stopped):
            doing(held)
    with pytest.raises(Stopped):
        place.visitor.at_once(lambda: place.visitor.visit(held))


def test_a_tally_is_the_same_after_a_journey_to_another_process(place: Place) -> None:
    place.toy.routes["POST /logout"] = lambda _: Reply()
    held = place.log_in()
    place.visitor.log_out(held)
    place.visitor.present(held)
    data = place.tally.as_data()
    sent = Tally.from_data(place.tally.taken())
    assert sent.as_data() == data
    assert place.tally == Tally()
    place.tally.add(sent)
    assert place.tally.as_data() == data
