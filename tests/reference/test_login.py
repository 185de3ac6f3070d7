import json
from io import BytesIO

import pytest
from sqlalchemy import text

from .conftest import MakeWorld
from .helpers import ALICE, BOB, World, error_of

LOGIN = "/auth_session/login"


@pytest.mark.parametrize("kind", ["json", "data"])
def test_a_right_password_starts_a_session(world: World, kind: str) -> None:
    browser = world.browser()
    response = browser.send("POST", LOGIN, **{kind: ALICE})
    assert response.status_code == 200
    assert response.json is not None
    assert response.json["email"] == ALICE["email"]
    assert set(response.json) == {"id", "email", "created_at"}
    assert browser.send("GET", "/users/me").json == response.json


@pytest.mark.parametrize(
    "password",
    [
        ALICE["password"] + "x",
        ALICE["password"][:-1],
        ALICE["password"].upper(),
        ALICE["password"] + "\0",
        " " + ALICE["password"],
        "x" * 5000,
    ],
)
def test_a_wrong_password_starts_none(server: World, password: str) -> None:
    browser = server.browser()
    response = browser.log_in({"email": ALICE["email"], "password": password})
    assert response.status_code == 401
    assert error_of(response) == "invalid email or password"
    assert "Set-Cookie" not in response.headers
    assert browser.me() == 401


@pytest.mark.parametrize(
    "email",
    [
        "nobody@example.com",
        " alice@example.com",
        "alice@example.com ",
        "alice",
        "a@b\0",
        "%",
        "é@x",
    ],
)
def test_an_unknown_name_looks_like_a_wrong_password(server: World, email: str) -> None:
    unknown = server.browser().log_in({"email": email, "password": ALICE["password"]})
    wrong = server.browser().log_in({**ALICE, "password": "wrong password"})
    assert unknown.status_code == wrong.status_code == 401
    assert unknown.data == wrong.data
    assert dict(unknown.headers) == dict(wrong.headers)


def test_case_and_composition_of_the_address_do_not_matter(server: World) -> None:
    registered = server.browser().send(
        "POST", "/users", json={"email": "Jos\u00e9@Example.com", "password": "long enough"}
    )
    assert registered.status_code == 201
    user = {"email": "JOSE\u0301@example.COM", "password": "long enough"}
    assert server.browser().log_in(user).status_code == 200


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "email missing"),
        ({"password": "x"}, "email missing"),
        ({"email": "", "password": "x"}, "email missing"),
        ({"email": "x@example.com"}, "password missing"),
        ({"email": "x@example.com", "password": ""}, "password missing"),
    ],
)
@pytest.mark.parametrize("kind", ["json", "data"])
def test_a_missing_field_is_named(
    server: World, kind: str, fields: dict[str, str], message: str
) -> None:
    response = server.browser().send("POST", LOGIN, **{kind: fields})
    assert response.status_code == 400
    assert error_of(response) == message


def test_an_empty_request_misses_the_email(server: World) -> None:
    assert error_of(server.browser().send("POST", LOGIN)) == "email missing"


@pytest.mark.parametrize("value", [None, 1, True, ["x"], {"$ne": ""}, 1.5])
@pytest.mark.parametrize("name", ["email", "password"])
def test_only_texts_are_taken(server: World, name: str, value: object) -> None:
    response = server.browser().send("POST", LOGIN, json={**ALICE, name: value})
    assert response.status_code == 400
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        '"text"',
        "null",
        "[" * 16000,
        "1" * 10000,
        b"\xff",
        '{"email": "a@b", "email": "c@d", "password": "x"}',
        '{"email": "\\ud800@example.com", "password": "x"}',
    ],
)
def test_malformed_json_is_refused(server: World, body: str | bytes) -> None:
    response = server.browser().send("POST", LOGIN, data=body, content_type="application/json")
    assert response.status_code == 400


@pytest.mark.parametrize(
    "body", ["email=a@b&email=c@d&password=x", "email=%ff&password=x", "&".join("abcdefgh" * 40)]
)
def test_a_malformed_form_is_refused(server: World, body: str) -> None:
    kind = "application/x-www-form-urlencoded"
    assert server.browser().send("POST", LOGIN, data=body, content_type=kind).status_code == 400


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data", "application/xml", ""])
def test_other_bodies_are_unsupported(server: World, kind: str) -> None:
    body = json.dumps(ALICE)
    response = server.browser().send("POST", LOGIN, data=body, content_type=kind)
    assert response.status_code == 415


def test_a_large_body_is_refused(server: World) -> None:
    response = server.browser().log_in({**ALICE, "password": "x" * 20_000})
    assert response.status_code == 413
    assert error_of(response)


def test_a_large_body_of_undeclared_length_is_refused(server: World) -> None:
    body = json.dumps(ALICE).encode()
    for size, status in ((16_384, 200), (16_385, 413), (100_000, 413)):
        environ = {"wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
        response = server.browser().send(
            "POST",
            LOGIN,
            input_stream=BytesIO(body.ljust(size)),
            content_type="application/json",
            environ_overrides=environ,
        )
        assert response.status_code == status


def test_credentials_in_the_query_string_are_ignored(server: World) -> None:
    response = server.browser().send("POST", LOGIN, query_string=ALICE)
    assert error_of(response) == "email missing"


def test_every_login_gives_another_token_of_256_bits(world: World) -> None:
    tokens = {world.signed_in().token for _ in range(20)}
    assert len(tokens) == 20
    assert all(token is not None and len(token) == 43 for token in tokens)


def test_the_token_is_only_in_the_cookie(world: World) -> None:
    browser = world.browser()
    response = browser.log_in()
    assert browser.token is not None
    assert browser.token not in response.get_data(as_text=True)
    others = [value for name, value in response.headers.items() if name != "Set-Cookie"]
    assert not any(browser.token in value for value in others)


def test_a_token_made_up_by_the_client_is_never_adopted(world: World) -> None:
    browser = world.browser(token="A" * 43)
    browser.log_in()
    assert browser.token != "A" * 43
    assert world.browser("A" * 43).me() == 401


def test_login_ends_the_session_that_was_presented(world: World) -> None:
    browser = world.signed_in()
    first = browser.token
    browser.log_in(BOB)
    assert world.browser(first).me() == 401
    assert browser.send("GET", "/users/me").json["email"] == BOB["email"]  # type: ignore[index]


def test_login_leaves_the_users_other_sessions_alone(world: World) -> None:
    other = world.signed_in()
    world.signed_in()
    assert other.me() == 200


def test_a_failed_login_changes_nothing_about_a_session(world: World) -> None:
    browser = world.signed_in()
    response = browser.log_in({**BOB, "password": "wrong password"})
    assert response.status_code == 401
    assert browser.send("GET", "/users/me").json["email"] == ALICE["email"]  # type: ignore[index]


def test_the_oldest_sessions_make_room_for_a_new_one(make: MakeWorld, auth_type: str) -> None:
    world = make({"SESSION_MAX_PER_USER": "3", "AUTH_TYPE": auth_type})
    bob = world.signed_in(BOB)
    browsers = []
    for _ in range(5):
        browsers.append(world.signed_in())
        world.clock.advance(1)
    assert [browser.me() for browser in browsers] == [401, 401, 200, 200, 200]
    assert bob.me() == 200


def test_a_limit_of_zero_is_none(make: MakeWorld) -> None:
    world = make({"SESSION_MAX_PER_USER": "0"})
    browsers = [world.signed_in() for _ in range(25)]
    assert {browser.me() for browser in browsers} == {200}


def test_the_session_cookie_has_all_its_attributes(world: World) -> None:
    header = world.browser().log_in().headers.getlist("Set-Cookie")
    assert len(header) == 1
    name_value, *attributes = header[0].split("; ")
    assert name_value.startswith("__Host-session=")
    assert set(attributes) == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}


def test_development_without_https_has_a_plain_cookie(make: MakeWorld) -> None:
    world = make({"SESSION_COOKIE_SECURE": "0"})
    header = world.browser().log_in().headers["Set-Cookie"]
    assert header.startswith("_my_session_id=")
    assert "Secure" not in header


def test_an_older_hash_is_renewed_at_login(make: MakeWorld) -> None:
    make({"PASSWORD_METHOD": "pbkdf2:sha256:1"})
    world = make({"PASSWORD_METHOD": "pbkdf2:sha256:2"})
    world.signed_in()
    row = world.database.first(
        text("SELECT password_hash FROM users WHERE email = :e"),
        {"e": ALICE["email"]},
    )
    assert row is not None
    assert row[0].startswith("pbkdf2:sha256:2$")
    world.signed_in()


def test_neither_anonymous_visits_nor_failed_logins_leave_a_session(make: MakeWorld) -> None:
    world = make()
    world.browser().me()
    world.browser("A" * 43).me()
    world.browser().log_in({**ALICE, "password": "wrong password"})
    assert world.rows("sessions") == 0


def test_visiting_the_login_address_signs_nobody_in(server: World) -> None:
    response = server.browser().send("GET", LOGIN, query_string=ALICE)
    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"
