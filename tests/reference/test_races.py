import threading
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

from werkzeug.test import TestResponse

from reference_impl.auth.session_auth import SessionAuth, SignedIn
from reference_impl.passwords import Hasher

from .conftest import MakeWorld
from .helpers import ALICE, World

FREE = {"LOGIN_PER_ADDRESS_AND_ACCOUNT": "0", "LOGIN_PER_ACCOUNT": "0"}
CHANGE = {"current_password": ALICE["password"], "new_password": "quite another password"}


def at_once(*actions: Callable[[], object]) -> list[object]:
    """Run the actions in threads that start together and return their results in order."""
    gate, results = threading.Barrier(len(actions)), [None] * len(actions)

    def run(index: int, action: Callable[[], object]) -> None:
        gate.wait()
        results[index] = action()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return list(results)


def test_of_logouts_at_once_exactly_one_wins(world: World) -> None:
    for _ in range(5):
        token = world.signed_in().token

        def log_out(token: str | None = token) -> int:
            return world.browser(token).send("DELETE", "/auth_session/logout").status_code

        assert sorted(at_once(*[log_out] * 4)) == [200, 401, 401, 401]  # type: ignore[type-var]


def test_a_request_in_flight_does_not_bring_a_session_back(make: MakeWorld, auth_type: str) -> None:
    world = make({**FREE, "AUTH_TYPE": auth_type, "SESSION_TOUCH_INTERVAL": "0"})
    for _ in range(10):
        token = world.signed_in().token
        world.clock.advance(1)

        def use(token: str | None = token) -> int:
            return world.browser(token).me()

        def log_out(token: str | None = token) -> TestResponse:
            return world.browser(token).send("DELETE", "/auth_session/logout")

        at_once(use, log_out, use, use)
        assert world.browser(token).me() == 401


def test_a_touch_after_the_logout_writes_nothing(make: MakeWorld, auth_type: str) -> None:
    world = make({"AUTH_TYPE": auth_type, "SESSION_TOUCH_INTERVAL": "0"})
    keeper: SessionAuth = world.app.extensions["auth"]._keeper
    token = world.signed_in().token
    found = keeper.find(token)
    assert found is not None
    assert keeper.revoke(found)
    keeper.touch(found.session, not_seen_since=world.clock())
    assert keeper.find(token) is None


def test_a_touch_that_comes_late_does_not_revive_an_expired_session(
    make: MakeWorld, auth_type: str
) -> None:
    world = make({"AUTH_TYPE": auth_type})
    keeper: SessionAuth = world.app.extensions["auth"]._keeper
    token = world.signed_in().token
    found = keeper.find(token)
    assert found is not None
    world.clock.advance(1800)
    keeper._see(found.session, world.clock())
    assert keeper.find(token) is None


class Meddling(Hasher):
    """Lets something happen between the check of the password and what follows it."""

    meanwhile: Callable[[], object] | None = None

    def verify(self, stored: str | None, password: str) -> bool:
        matches = super().verify(stored, password)
        meanwhile, Meddling.meanwhile = Meddling.meanwhile, None
        if meanwhile:
            meanwhile()
        return matches


def test_a_login_overtaken_by_a_password_change_is_refused(make: MakeWorld, auth_type: str) -> None:
    world = make({"AUTH_TYPE": auth_type}, hasher=Meddling)
    owner, late = world.signed_in(), world.browser()
    Meddling.meanwhile = lambda: owner.send("PUT", "/users/me/password", json=CHANGE)
    assert late.log_in().status_code == 401
    assert late.me() == 401
    assert owner.me() == 200


def test_a_login_overtaken_by_a_logout_everywhere_is_refused(
    make: MakeWorld, auth_type: str
) -> None:
    world = make({"AUTH_TYPE": auth_type}, hasher=Meddling)
    owner, late = world.signed_in(), world.browser()
    Meddling.meanwhile = lambda: owner.send("DELETE", "/sessions")
    assert late.log_in().status_code == 401


def test_a_password_change_overtaken_by_a_logout_changes_nothing(
    make: MakeWorld, auth_type: str
) -> None:
    world = make({"AUTH_TYPE": auth_type}, hasher=Meddling)
    owner = world.signed_in()
    copy = world.browser(owner.token)
    Meddling.meanwhile = lambda: copy.send("DELETE", "/auth_session/logout")
    assert owner.send("PUT", "/users/me/password", json=CHANGE).status_code == 401
    assert world.browser().log_in(ALICE).status_code == 200


def test_of_two_password_changes_the_second_is_refused(make: MakeWorld, auth_type: str) -> None:
    world = make({"AUTH_TYPE": auth_type}, hasher=Meddling)
    first, second = world.signed_in(), world.signed_in()
    Meddling.meanwhile = lambda: first.send("PUT", "/users/me/password", json=CHANGE)
    other = {**CHANGE, "new_password": "a third password"}
    assert second.send("PUT", "/users/me/password", json=other).status_code == 401
    assert (first.me(), second.me()) == (200, 401)


def test_logins_beside_a_password_change_leave_no_old_session(
    make: MakeWorld, auth_type: str
) -> None:
    world = make({**FREE, "AUTH_TYPE": auth_type})
    passwords = ["password number one", "password number two"] * 3
    user = {"email": "carol@example.com", "password": passwords[0]}
    world.browser().send("POST", "/users", json=user)
    for old, new in pairwise(passwords):
        owner = world.signed_in({**user, "password": old})
        change = {"current_password": old, "new_password": new}
        late = [world.browser() for _ in range(3)]

        def change_it(owner: object = owner, change: object = change) -> None:
            owner.send("PUT", "/users/me/password", json=change)  # type: ignore[attr-defined]

        logins = [
            lambda one=one, old=old: one.log_in({**user, "password": old})  # type: ignore[misc]
            for one in late
        ]
        at_once(change_it, *logins)
        assert owner.me() == 200
        assert {one.me() for one in late} == {401}


def test_wrong_passwords_at_once_do_not_slip_through_the_limit(make: MakeWorld) -> None:
    world = make()

    def guess() -> int:
        return world.browser().log_in({**ALICE, "password": "wrong password"}).status_code

    assert Counter(at_once(*[guess] * 30)) == {401: 10, 429: 20}


def test_logins_at_once_keep_the_limit_of_sessions(make: MakeWorld, auth_type: str) -> None:
    world = make({**FREE, "AUTH_TYPE": auth_type, "SESSION_MAX_PER_USER": "3"})
    browsers = [world.browser() for _ in range(8)]
    at_once(*[browser.log_in for browser in browsers])
    assert len({browser.token for browser in browsers}) == 8
    assert sorted(browser.me() for browser in browsers) == [200] * 3 + [401] * 5


def test_a_session_removed_between_look_up_and_listing_is_not_listed(world: World) -> None:
    keeper: SessionAuth = world.app.extensions["auth"]._keeper
    found = keeper.find(world.signed_in().token)
    assert isinstance(found, SignedIn)
    keeper.revoke_all(found.user)
    assert keeper.sessions_of(found.user) == []
