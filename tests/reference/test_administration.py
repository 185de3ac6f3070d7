import pytest

from .conftest import MakeWorld
from .helpers import ALICE, BOB, ROOT, World, error_of

BOBS = f"/users/{BOB['email']}"
ROUTES = [BOBS, BOBS + "/sessions"]


@pytest.fixture
def governed(make: MakeWorld, auth_type: str) -> World:
    """Run the test with an administrator, who has an account."""
    world = make({"AUTH_TYPE": auth_type, "ADMINISTRATORS": f"{ROOT['email']}, other@example.com"})
    world.add(ROOT)
    return world


def test_an_administrator_ends_all_sessions_of_an_account(governed: World) -> None:
    root, alice = governed.signed_in(ROOT), governed.signed_in()
    bobs = [governed.signed_in(BOB), governed.signed_in(BOB)]
    response = root.send("DELETE", BOBS + "/sessions")
    assert (response.status_code, response.json) == (200, {})
    assert "Set-Cookie" not in response.headers
    assert [bob.me() for bob in bobs] == [401, 401]
    assert (root.me(), alice.me()) == (200, 200)
    assert governed.browser().log_in(BOB).status_code == 200


def test_an_administrator_removes_an_account_with_its_sessions(governed: World) -> None:
    root, alice, bob = governed.signed_in(ROOT), governed.signed_in(), governed.signed_in(BOB)
    response = root.send("DELETE", BOBS)
    assert (response.status_code, response.json) == (200, {})
    assert bob.me() == 401
    assert (root.me(), alice.me()) == (200, 200)
    assert governed.browser().log_in(BOB).status_code == 401
    assert root.send("DELETE", BOBS).status_code == 404


@pytest.mark.parametrize("spelling", [BOB["email"].upper(), "bob%40example.com"])
def test_the_spelling_of_the_address_does_not_matter(governed: World, spelling: str) -> None:
    root, bob = governed.signed_in(ROOT), governed.signed_in(BOB)
    assert root.send("DELETE", f"/users/{spelling}/sessions").status_code == 200
    assert bob.me() == 401


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("address", [BOB["email"], "nobody@example.com"])
def test_others_are_refused_whether_the_account_exists_or_not(
    governed: World, route: str, address: str
) -> None:
    alice, bob = governed.signed_in(), governed.signed_in(BOB)
    response = alice.send("DELETE", route.replace(BOB["email"], address))
    assert response.status_code == 403
    assert error_of(response) == "forbidden"
    assert bob.me() == 200


@pytest.mark.parametrize("route", ROUTES)
def test_without_a_session_the_answer_is_401(governed: World, route: str) -> None:
    assert governed.browser().send("DELETE", route).status_code == 401


@pytest.mark.parametrize("route", ROUTES)
def test_an_account_that_does_not_exist_is_a_404(governed: World, route: str) -> None:
    root = governed.signed_in(ROOT)
    response = root.send("DELETE", route.replace("bob@", "nobody@"))
    assert response.status_code == 404
    assert error_of(response) == "not found"


@pytest.mark.parametrize("route", ROUTES)
def test_nobody_is_an_administrator_unless_the_settings_say_so(world: World, route: str) -> None:
    assert world.signed_in().send("DELETE", route).status_code == 403


@pytest.mark.parametrize("email", ["other@example.com", "OTHER@example.com"])
def test_nobody_becomes_administrator_by_registering(governed: World, email: str) -> None:
    response = governed.browser().send("POST", "/users", json={**ALICE, "email": email})
    assert response.status_code == 409
    assert error_of(response) == "email is taken"


def test_an_administrator_whose_session_has_ended_is_nobody(governed: World) -> None:
    root, bob = governed.signed_in(ROOT), governed.signed_in(BOB)
    copy = governed.browser(root.token)
    root.send("DELETE", "/auth_session/logout")
    assert copy.send("DELETE", BOBS).status_code == 401
    assert bob.me() == 200
