from uuid import uuid4

import pytest

from .helpers import BOB, World, error_of


def test_logout_ends_the_session_on_the_server(world: World) -> None:
    browser = world.signed_in()
    copy = world.browser(browser.token)
    assert copy.me() == 200
    response = browser.send("DELETE", "/auth_session/logout")
    assert (response.status_code, response.json) == (200, {})
    assert copy.me() == 401


def test_logout_makes_the_browser_drop_the_cookie(world: World) -> None:
    browser = world.signed_in()
    [header] = browser.send("DELETE", "/auth_session/logout").headers.getlist("Set-Cookie")
    name_value, *attributes = header.split("; ")
    assert name_value == "__Host-session="
    assert set(attributes) == {
        "Secure",
        "HttpOnly",
        "Path=/",
        "SameSite=Lax",
        "Max-Age=0",
        "Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    }


def test_a_second_logout_is_refused_and_leaves_the_cookie_alone(world: World) -> None:
    browser = world.signed_in()
    token = browser.token
    browser.send("DELETE", "/auth_session/logout")
    response = world.browser(token).send("DELETE", "/auth_session/logout")
    assert response.status_code == 401
    assert "Set-Cookie" not in response.headers


def test_logout_ends_no_other_session(world: World) -> None:
    alice, elsewhere, bob = world.signed_in(), world.signed_in(), world.signed_in(BOB)
    alice.send("DELETE", "/auth_session/logout")
    assert (elsewhere.me(), bob.me()) == (200, 200)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_no_other_method_logs_out(world: World, method: str) -> None:
    browser = world.signed_in()
    assert browser.send(method, "/auth_session/logout").status_code == 405
    assert browser.me() == 200


def test_the_list_shows_own_live_sessions_and_no_token(world: World) -> None:
    world.signed_in(BOB)
    first, browser = world.signed_in(), world.browser()
    world.clock.advance(1)
    browser.headers["User-Agent"] = "Browser/1\t" + "x" * 600
    browser.log_in()
    response = browser.send("GET", "/sessions")
    assert response.json is not None
    newest, oldest = response.json
    assert newest["current"] is True
    assert newest["user_agent"] == ("Browser/1" + "x" * 600)[:512]
    assert oldest["current"] is False
    assert newest["created_at"] == "2026-03-29T00:30:01+00:00"
    assert set(newest) == {"id", "created_at", "last_seen_at", "user_agent", "current"}
    text = response.get_data(as_text=True)
    assert not any(str(other.token) in text for other in (first, browser))


def test_expired_sessions_are_not_listed(world: World) -> None:
    world.signed_in()
    world.clock.advance(1800)
    listed = world.signed_in().send("GET", "/sessions").json
    assert listed is not None
    assert len(listed) == 1


def test_the_handle_in_the_list_is_no_token(world: World) -> None:
    browser = world.signed_in()
    listed = browser.send("GET", "/sessions").json
    assert listed is not None
    assert world.browser(listed[0]["id"]).me() == 401


def other_session_of(world: World) -> tuple[str, object]:
    other = world.signed_in()
    listed = other.send("GET", "/sessions").json
    assert listed is not None
    return next(one["id"] for one in listed if one["current"]), other


def test_one_session_can_be_ended_and_only_that(world: World) -> None:
    handle, other = other_session_of(world)
    browser, third = world.signed_in(), world.signed_in()
    response = browser.send("DELETE", f"/sessions/{handle}")
    assert (response.status_code, response.json) == (200, {})
    assert "Set-Cookie" not in response.headers
    assert other.me() == 401  # type: ignore[attr-defined]
    assert (browser.me(), third.me()) == (200, 200)
    assert browser.send("DELETE", f"/sessions/{handle}").status_code == 404


def test_ending_the_current_session_is_a_logout(world: World) -> None:
    handle, browser = other_session_of(world)
    response = browser.send("DELETE", f"/sessions/{handle}")  # type: ignore[attr-defined]
    assert "Max-Age=0" in response.headers["Set-Cookie"]


def test_nobody_ends_a_session_of_another_user(world: World) -> None:
    handle, alice = other_session_of(world)
    bob = world.signed_in(BOB)
    foreign = bob.send("DELETE", f"/sessions/{handle}")
    unknown = bob.send("DELETE", f"/sessions/{uuid4()}")
    malformed = bob.send("DELETE", "/sessions/x")
    assert foreign.status_code == unknown.status_code == malformed.status_code == 404
    assert foreign.data == unknown.data == malformed.data
    assert error_of(foreign) == "not found"
    assert alice.me() == 200  # type: ignore[attr-defined]


def test_logging_out_everywhere_ends_all_sessions_of_the_user_only(world: World) -> None:
    browsers = [world.signed_in() for _ in range(3)]
    tokens = [browser.token for browser in browsers]
    bob = world.signed_in(BOB)
    response = browsers[0].send("DELETE", "/sessions")
    assert (response.status_code, response.json) == (200, {})
    assert "Max-Age=0" in response.headers["Set-Cookie"]
    assert [world.browser(token).me() for token in tokens] == [401, 401, 401]
    assert bob.me() == 200
    assert world.signed_in().me() == 200
