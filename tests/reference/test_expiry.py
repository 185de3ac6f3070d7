from datetime import timedelta

import pytest

from reference_impl.clock import utc_now

from .conftest import MakeWorld
from .helpers import ALICE, World

SHORT = {"SESSION_DURATION": "100", "SESSION_IDLE_TIMEOUT": "20", "SESSION_TOUCH_INTERVAL": "0"}


@pytest.fixture
def short(make: MakeWorld, auth_type: str) -> World:
    return make({**SHORT, "AUTH_TYPE": auth_type})


def test_a_session_lives_until_the_very_end_of_the_idle_timeout(short: World) -> None:
    browser = short.signed_in()
    short.clock.advance(19.999)
    assert browser.me() == 200


def test_a_session_is_dead_at_the_idle_timeout(short: World) -> None:
    browser = short.signed_in()
    short.clock.advance(20)
    assert browser.me() == 401


def test_use_keeps_a_session_alive_until_the_absolute_timeout(short: World) -> None:
    browser = short.signed_in()
    for _ in range(9):
        short.clock.advance(10)
        assert browser.me() == 200
    short.clock.advance(9.999)
    assert browser.me() == 200
    short.clock.advance(0.001)
    assert browser.me() == 401


def test_an_expired_session_stays_dead_even_if_the_clock_steps_back(short: World) -> None:
    browser = short.signed_in()
    short.clock.advance(20)
    assert browser.me() == 401
    assert browser.send("DELETE", "/auth_session/logout").status_code == 401
    short.signed_in()  # removes the expired ones
    short.clock.advance(-15)
    assert browser.me() == 401


def test_refused_requests_and_open_pages_are_no_use(short: World) -> None:
    browser = short.signed_in()
    short.clock.advance(15)
    browser.send("GET", "/status")
    browser.send("GET", "/nowhere")
    browser.send("POST", "/users/me")
    browser.send("DELETE", "/auth_session/logout", headers={"Sec-Fetch-Site": "cross-site"})
    short.clock.advance(5)
    assert browser.me() == 401


def test_one_session_does_not_keep_another_alive(short: World) -> None:
    idle, busy = short.signed_in(), short.signed_in()
    for _ in range(2):
        short.clock.advance(10)
        assert busy.me() == 200
    assert idle.me() == 401


def test_a_new_login_gets_its_full_time(short: World) -> None:
    browser = short.signed_in()
    short.clock.advance(10)
    browser.log_in()
    short.clock.advance(19)
    assert browser.me() == 200


@pytest.mark.parametrize("name", ["SESSION_DURATION", "SESSION_IDLE_TIMEOUT"])
def test_zero_is_never(make: MakeWorld, auth_type: str, name: str) -> None:
    other = {"SESSION_DURATION", "SESSION_IDLE_TIMEOUT"} - {name}
    world = make({name: "0", other.pop(): "3153600000", "AUTH_TYPE": auth_type})
    browser = world.signed_in()
    world.clock.advance(3_153_000_000)
    assert browser.me() == 200


def test_a_shorter_duration_acts_on_sessions_that_are_open(make: MakeWorld) -> None:
    browser = make({"SESSION_DURATION": "1000"}).signed_in()
    world = make({"SESSION_DURATION": "10"})
    world.clock.advance(9)
    assert world.browser(browser.token).me() == 200
    world.clock.advance(1)
    assert world.browser(browser.token).me() == 401


def test_changing_the_password_does_not_put_off_the_absolute_timeout(short: World) -> None:
    browser = short.signed_in()
    for _ in range(9):
        short.clock.advance(10)
        assert browser.me() == 200
    new = {"current_password": ALICE["password"], "new_password": "another long one"}
    assert browser.send("PUT", "/users/me/password", json=new).status_code == 200
    short.clock.advance(10)
    assert browser.me() == 401


def last_seen(world: World, token: str | None) -> str:
    listed = world.browser(token).send("GET", "/sessions").json
    assert listed is not None
    seen: str = listed[0]["last_seen_at"]
    return seen


def test_last_use_moves_once_per_touch_interval(make: MakeWorld, auth_type: str) -> None:
    world = make({"SESSION_TOUCH_INTERVAL": "60", "AUTH_TYPE": auth_type})
    browser = world.signed_in()
    start = last_seen(world, browser.token)
    world.clock.advance(59.999)
    assert last_seen(world, browser.token) == start
    world.clock.advance(0.001)
    assert last_seen(world, browser.token) != start


def test_the_clock_has_milliseconds_and_a_time_zone() -> None:
    now = utc_now()
    assert now.utcoffset() == timedelta(0)
    assert now.microsecond % 1000 == 0


def test_login_removes_a_few_expired_sessions(make: MakeWorld) -> None:
    world = make(SHORT)
    for _ in range(15):
        world.signed_in()
    assert world.rows("sessions") == 15
    world.clock.advance(20)
    world.signed_in({"email": "bob@example.com", "password": "a different long password"})
    assert world.rows("sessions") == 6
