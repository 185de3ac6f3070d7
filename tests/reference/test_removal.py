import pytest

from .helpers import ALICE, BOB, World, error_of

RIGHT = {"current_password": ALICE["password"]}


def test_removing_the_account_ends_every_session_of_it(world: World) -> None:
    browser, phone, bob = world.signed_in(), world.signed_in(), world.signed_in(BOB)
    token = browser.token
    response = browser.send("DELETE", "/users/me", json=RIGHT)
    assert (response.status_code, response.json) == (200, {})
    assert "Max-Age=0" in response.headers["Set-Cookie"]
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert (world.browser(token).me(), phone.me(), bob.me()) == (401, 401, 200)
    assert error_of(world.browser().log_in(ALICE)) == "invalid email or password"
    assert world.rows("users") == 1


def test_a_new_account_with_the_same_address_inherits_nothing(world: World) -> None:
    phone, browser = world.signed_in(), world.signed_in()
    browser.send("DELETE", "/users/me", json=RIGHT)
    assert world.browser().send("POST", "/users", json=ALICE).status_code == 201
    assert phone.me() == 401
    new = world.signed_in()
    assert len(new.send("GET", "/sessions").json) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({}, "current_password missing"),
        ({"current_password": ""}, "current_password missing"),
        ({"current_password": "wrong password"}, "current_password is wrong"),
        ({"current_password": BOB["password"]}, "current_password is wrong"),
    ],
)
def test_without_the_password_nothing_is_removed(
    world: World, fields: dict[str, str], error: str
) -> None:
    browser, phone = world.signed_in(), world.signed_in()
    response = browser.send("DELETE", "/users/me", json=fields)
    assert response.status_code == 400
    assert error_of(response) == error
    assert "Set-Cookie" not in response.headers
    assert (browser.me(), phone.me()) == (200, 200)


def test_guesses_at_the_removal_are_counted(server: World) -> None:
    browser = server.signed_in()
    wrong = {"current_password": "wrong password"}
    statuses = [browser.send("DELETE", "/users/me", json=wrong).status_code for _ in range(11)]
    assert statuses == [400] * 10 + [429]
    assert browser.send("DELETE", "/users/me", json=RIGHT).status_code == 429
    assert browser.me() == 200


def test_logging_out_the_others_leaves_this_session(world: World) -> None:
    browser, bob = world.signed_in(), world.signed_in(BOB)
    others = [world.signed_in(), world.signed_in()]
    response = browser.send("DELETE", "/sessions/others")
    assert (response.status_code, response.json) == (200, {})
    assert "Set-Cookie" not in response.headers
    assert [other.me() for other in others] == [401, 401]
    assert (browser.me(), bob.me()) == (200, 200)
    assert browser.send("DELETE", "/sessions/others").status_code == 200


@pytest.mark.parametrize("path", ["/sessions/other", "/sessions/OTHERS", "/sessions/others/"])
def test_a_misspelled_path_ends_nothing(world: World, path: str) -> None:
    browser, other = world.signed_in(), world.signed_in()
    assert browser.send("DELETE", path).status_code == 404
    assert (browser.me(), other.me()) == (200, 200)


def test_logging_in_again_makes_a_new_session_and_ends_the_old_one(world: World) -> None:
    browser, phone = world.signed_in(), world.signed_in()
    before = browser.token
    world.clock.advance(600)
    assert browser.log_in().status_code == 200
    assert browser.token != before
    assert (browser.me(), world.browser(before).me(), phone.me()) == (200, 401, 200)
    current = [one for one in browser.send("GET", "/sessions").json or () if one["current"]]
    assert [one["created_at"] for one in current] == [world.clock().isoformat()]


def test_failing_to_log_in_again_changes_nothing(world: World) -> None:
    browser = world.signed_in()
    before = browser.token
    assert browser.log_in({**ALICE, "password": "wrong password"}).status_code == 401
    assert browser.token == before
    assert browser.me() == 200
