import pytest

from .conftest import MakeWorld, on_both_databases
from .helpers import ALICE, BOB, World, error_of

pytestmark = on_both_databases

WRONG = {**ALICE, "password": "wrong password"}
UNKNOWN = {"email": "nobody@example.com", "password": "wrong password"}


@pytest.mark.parametrize("user", [WRONG, UNKNOWN])
def test_repeated_wrong_passwords_are_stopped_for_a_stated_time(
    server: World, user: dict[str, str]
) -> None:
    browser = server.browser()
    assert [browser.log_in(user).status_code for _ in range(11)] == [401] * 10 + [429]
    server.clock.advance(30.5)
    response = browser.log_in(user)
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "30"
    assert error_of(response) == "too many attempts"
    server.clock.advance(30)
    assert browser.log_in(user).status_code == 401


def test_a_right_password_waits_too_and_then_works(server: World) -> None:
    browser = server.browser()
    for _ in range(11):
        browser.log_in(WRONG)
    response = browser.log_in(ALICE)
    assert response.status_code == 429
    assert "Set-Cookie" not in response.headers
    server.clock.advance(int(response.headers["Retry-After"]))
    assert browser.log_in(ALICE).status_code == 200


def test_the_spelling_of_the_address_does_not_matter(server: World) -> None:
    browser = server.browser()
    for _ in range(10):
        browser.log_in(WRONG)
    assert browser.log_in({**WRONG, "email": ALICE["email"].upper()}).status_code == 429


def test_other_accounts_other_addresses_and_live_sessions_stay_free(server: World) -> None:
    live, browser = server.signed_in(), server.browser()
    for _ in range(11):
        browser.log_in(WRONG)
    assert live.me() == 200
    assert browser.log_in(BOB).status_code == 200
    assert server.browser(address="198.51.100.7").log_in(ALICE).status_code == 200


def test_a_right_password_clears_the_count_of_the_address(server: World) -> None:
    browser = server.browser()
    for _ in range(3):
        for _ in range(9):
            assert browser.log_in(WRONG).status_code == 401
        assert browser.log_in(ALICE).status_code == 200


def test_an_account_is_protected_against_many_addresses(make: MakeWorld) -> None:
    world = make({"LOGIN_PER_ACCOUNT": "3"})
    statuses = [
        world.browser(address=f"192.0.2.{host}").log_in(WRONG).status_code for host in range(5)
    ]
    assert statuses == [401, 401, 401, 429, 429]
    response = world.browser(address="192.0.2.99").log_in(ALICE)
    assert response.headers["Retry-After"] == "3600"
    world.clock.advance(3600)
    assert world.browser().log_in(ALICE).status_code == 200


def test_right_passwords_neither_use_up_nor_refill_the_account(make: MakeWorld) -> None:
    world = make({"LOGIN_PER_ACCOUNT": "3"})
    for _ in range(5):
        world.signed_in()
    world.browser().log_in(WRONG)
    world.browser().log_in(WRONG)
    world.signed_in()
    world.browser().log_in(WRONG)
    assert world.browser().log_in(WRONG).status_code == 429


def test_addresses_of_one_ipv6_network_are_counted_as_one(server: World) -> None:
    for host in range(10):
        server.browser(address=f"2001:db8:1:2::{host:x}").log_in(WRONG)
    assert server.browser(address="2001:db8:1:2:ffff::1").log_in(WRONG).status_code == 429
    assert server.browser(address="2001:db8:1:3::1").log_in(WRONG).status_code == 401


def test_a_mapped_address_is_the_ipv4_address(server: World) -> None:
    for _ in range(10):
        server.browser(address="192.0.2.1").log_in(WRONG)
    assert server.browser(address="::ffff:192.0.2.1").log_in(WRONG).status_code == 429


def test_an_address_that_is_none_is_counted_all_the_same(server: World) -> None:
    for _ in range(10):
        server.browser(address="").log_in(WRONG)
    assert server.browser(address="").log_in(WRONG).status_code == 429


def test_guesses_at_the_password_change_are_counted_as_well(server: World) -> None:
    browser = server.signed_in()
    wrong = {"current_password": "wrong password", "new_password": "another long one"}
    statuses = [
        browser.send("PUT", "/users/me/password", json=wrong).status_code for _ in range(11)
    ]
    assert statuses == [400] * 10 + [429]
    assert browser.me() == 200
    assert server.browser().log_in(ALICE).status_code == 429


def test_missing_fields_are_no_attempt(server: World) -> None:
    browser = server.browser()
    for _ in range(20):
        assert browser.log_in({"email": ALICE["email"], "password": ""}).status_code == 400
    assert browser.log_in(ALICE).status_code == 200


def test_zero_switches_a_limit_off(make: MakeWorld) -> None:
    world = make({"LOGIN_PER_ACCOUNT": "0", "LOGIN_PER_ADDRESS_AND_ACCOUNT": "0"})
    assert {world.browser().log_in(WRONG).status_code for _ in range(15)} == {401}
    assert world.browser().log_in(ALICE).status_code == 200


def test_old_counts_are_removed(make: MakeWorld) -> None:
    world = make()
    for number in range(4):
        world.browser().log_in({**WRONG, "email": f"{number}@example.com"})
    assert world.rows("login_attempts") == 8
    world.clock.advance(3600)
    world.browser().log_in(WRONG)
    assert world.rows("login_attempts") == 2
