import threading
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

import pytest
from werkzeug.test import TestResponse

from reference_impl.auth.session_auth import SessionAuth, SignedIn
from reference_impl.passwords import Hasher

from .conftest import MakeWorld, on_both_databases
from .helpers import ALICE, World

pytestmark = on_both_databases

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


def test_wrong_passwords_from_many_addresses_at_once_keep_the_limit(make: MakeWorld) -> None:
    world = make({"LOGIN_PER_ACCOUNT": "5"})
    wrong = {**ALICE, "password": "wrong password"}
    guesses = [
        lambda host=host: world.browser(address=f"192.0.2.{host}").log_in(wrong).status_code  # type: ignore[misc]
        for host in range(20)
    ]
    assert Counter(at_once(*guesses)) == {401: 5, 429: 15}


def test_guesses_at_login_change_and_removal_at_once_share_one_limit(make: MakeWorld) -> None:
    world = make()
    token = world.signed_in().token
    wrong = {"current_password": "wrong password", "new_password": "another long one"}

    def change() -> int:
        return world.browser(token).send("PUT", "/users/me/password", json=wrong).status_code

    def remove() -> int:
        return world.browser(token).send("DELETE", "/users/me", json=wrong).status_code

    def log_in() -> int:
        return world.browser().log_in({**ALICE, "password": "wrong password"}).status_code

    statuses = Counter(at_once(*[change, remove, log_in] * 7))
    assert statuses[400] + statuses[401] == 10
    assert statuses[429] == 11


def test_of_two_that_log_each_other_out_at_once_one_stays(make: MakeWorld, auth_type: str) -> None:
    world = make({**FREE, "AUTH_TYPE": auth_type})
    for _ in range(5):
        tokens = [world.signed_in().token for _ in range(3)]
        statuses = at_once(
            *[
                lambda token=token: (  # type: ignore[misc]
                    world.browser(token).send("DELETE", "/sessions/others").status_code
                )
                for token in tokens
            ]
        )
        assert sorted(statuses) == [200, 401, 401]  # type: ignore[type-var]
        assert sorted(world.browser(token).me() for token in tokens) == [200, 401, 401]


def test_of_two_removals_at_once_one_wins(make: MakeWorld, auth_type: str) -> None:
    world = make({**FREE, "AUTH_TYPE": auth_type})
    tokens = [world.signed_in().token for _ in range(3)]
    statuses = at_once(
        *[
            lambda token=token: (  # type: ignore[misc]
                world.browser(token).send("DELETE", "/users/me", json=CHANGE).status_code
            )
            for token in tokens
        ]
    )
    assert sorted(statuses) == [200, 401, 401]  # type: ignore[type-var]


def test_a_login_overtaken_by_the_removal_of_the_account_is_refused(
    make: MakeWorld, auth_type: str
) -> None:
    world = make({"AUTH_TYPE": auth_type}, hasher=Meddling)
    late = world.browser()
    keeper: SessionAuth = world.app.extensions["auth"]._keeper
    found = keeper.find(world.signed_in().token)
    assert found is not None
    Meddling.meanwhile = lambda: keeper.remove_account(found.user)
    assert late.log_in().status_code == 401
    assert (world.rows("users"), world.rows("sessions")) == (1, 0)


@pytest.mark.parametrize(
    ("method", "path"), [("DELETE", "/auth_session/logout"), ("PUT", "/users/me/password")]
)
def test_a_removal_overtaken_by_something_else_removes_nothing(
    make: MakeWorld, auth_type: str, method: str, path: str
) -> None:
    world = make({"AUTH_TYPE": auth_type}, hasher=Meddling)
    owner = world.signed_in()
    copy = world.browser(owner.token)
    Meddling.meanwhile = lambda: copy.send(method, path, json=CHANGE)
    assert owner.send("DELETE", "/users/me", json=CHANGE).status_code == 401
    assert world.rows("users") == 2


def test_a_password_change_overtaken_by_the_removal_of_the_account_is_refused(
    make: MakeWorld, auth_type: str
) -> None:
    world = make({"AUTH_TYPE": auth_type}, hasher=Meddling)
    owner, other = world.signed_in(), world.signed_in()
    Meddling.meanwhile = lambda: other.send("DELETE", "/users/me", json=CHANGE)
    assert owner.send("PUT", "/users/me/password", json=CHANGE).status_code == 401
    assert (world.rows("users"), world.rows("sessions")) == (1, 0)


def test_logins_beside_the_removal_of_the_account_leave_no_session(
    make: MakeWorld, auth_type: str
) -> None:
    world = make({**FREE, "AUTH_TYPE": auth_type})
    keeper: SessionAuth = world.app.extensions["auth"]._keeper
    for number in range(5):
        user = {"email": f"carol{number}@example.com", "password": "the password of carol"}
        world.add(user)
        owner = world.signed_in(user)
        found = keeper.find(owner.token)
        assert found is not None
        late = [world.browser() for _ in range(3)]

        def remove(found: SignedIn = found) -> bool:
            return keeper.remove_account(found.user)

        logins = [
            lambda one=one, user=user: one.log_in(user)  # type: ignore[misc]
            for one in late
        ]
        at_once(remove, *logins)
        assert {one.me() for one in [owner, *late]} == {401}
    assert world.rows("sessions") == 0


def test_a_session_removed_between_look_up_and_listing_is_not_listed(world: World) -> None:
    keeper: SessionAuth = world.app.extensions["auth"]._keeper
    found = keeper.find(world.signed_in().token)
    assert isinstance(found, SignedIn)
    keeper.revoke_all(found.user)
    assert keeper.sessions_of(found.user) == []
