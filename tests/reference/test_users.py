import pytest

from reference_impl.models.user import is_email, normalise_email

from .helpers import ALICE, BOB, World, error_of

NEW = "quite another password"
CHANGE = {"current_password": ALICE["password"], "new_password": NEW}


def test_a_registered_user_can_log_in(server: World) -> None:
    user = {"email": "carol@example.com", "password": "x" * 64}
    response = server.browser().send("POST", "/users", json=user)
    assert response.status_code == 201
    assert response.json is not None
    assert set(response.json) == {"id", "email", "created_at"}
    assert "Set-Cookie" not in response.headers
    assert server.browser().log_in(user).status_code == 200


@pytest.mark.parametrize("email", [ALICE["email"], ALICE["email"].upper()])
def test_an_address_is_registered_once(server: World, email: str) -> None:
    response = server.browser().send("POST", "/users", json={**ALICE, "email": email})
    assert response.status_code == 409
    assert error_of(response) == "email is taken"


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("", "long enough"),
        ("carol@example.com", ""),
        ("carol@example.com", "seven77"),
        ("carol@example.com", "x" * 1025),
        ("carol@example.com", "\u00e9" * 513),
        (" carol@example.com", "long enough"),
        ("carol@example.com\n", "long enough"),
        ("carol\0@example.com", "long enough"),
        ("carol", "long enough"),
        ("a@b@c", "long enough"),
        ("c" * 250 + "@x.yz", "long enough"),
    ],
)
def test_a_registration_that_is_not_allowed_is_a_400(
    server: World, email: str, password: str
) -> None:
    fields = {"email": email, "password": password}
    assert server.browser().send("POST", "/users", json=fields).status_code == 400


@pytest.mark.parametrize(
    "password", ["x" * 1024, "nul\0nul\0", "  spaces  ", "\u00e9t\u00e9 \u2603 \U0001f600 snow"]
)
def test_a_password_is_taken_as_it_is(server: World, password: str) -> None:
    user = {"email": "carol@example.com", "password": password}
    assert server.browser().send("POST", "/users", json=user).status_code == 201
    assert server.browser().log_in(user).status_code == 200
    for other in (password + "\0", password.rstrip("\0 ") + "?", password.swapcase() + " "):
        assert server.browser().log_in({**user, "password": other}).status_code == 401


def test_changing_the_password_rotates_the_token_and_ends_other_sessions(world: World) -> None:
    browser, other, bob = world.signed_in(), world.signed_in(), world.signed_in(BOB)
    old = browser.token
    handle = browser.send("GET", "/sessions").json
    response = browser.send("PUT", "/users/me/password", json=CHANGE)
    assert response.status_code == 200
    assert browser.token != old
    assert (browser.me(), bob.me()) == (200, 200)
    assert (world.browser(old).me(), other.me()) == (401, 401)
    assert world.browser().log_in(ALICE).status_code == 401
    kept = browser.send("GET", "/sessions").json
    assert handle is not None
    assert kept is not None
    assert [one["id"] for one in kept] == [one["id"] for one in handle if one["current"]]
    assert world.browser().log_in({**ALICE, "password": NEW}).status_code == 200


def test_changing_the_password_needs_the_current_one(world: World) -> None:
    browser, other = world.signed_in(), world.signed_in()
    wrong = {**CHANGE, "current_password": "wrong password"}
    response = browser.send("PUT", "/users/me/password", json=wrong)
    assert response.status_code == 400
    assert "Set-Cookie" not in response.headers
    assert (browser.me(), other.me()) == (200, 200)
    assert world.browser().log_in(ALICE).status_code == 200


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"new_password": NEW},
        {**CHANGE, "new_password": "short"},
        {**CHANGE, "new_password": ""},
    ],
)
def test_a_change_that_is_not_allowed_changes_nothing(server: World, fields: object) -> None:
    browser = server.signed_in()
    assert browser.send("PUT", "/users/me/password", json=fields).status_code == 400
    assert browser.me() == 200


def test_addresses_have_one_normal_form() -> None:
    composed, decomposed = "Jos\u00e9@X.com", "JOSE\u0301@x.COM"
    assert normalise_email(composed) == normalise_email(decomposed) == "jos\u00e9@x.com"
    assert normalise_email(normalise_email("\u0130@x")) == normalise_email("\u0130@x")


@pytest.mark.parametrize(
    "text", ["", "@", "a@", "@b", "a b@c", "a@b\u200b", "a@b\u00a0", "\ud800@b", "a/b@c", "a@b/c"]
)
def test_what_is_no_address(text: str) -> None:
    assert not is_email(text)
