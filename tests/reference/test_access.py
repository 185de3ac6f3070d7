from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from reference_impl.app import create_app
from reference_impl.settings import Settings

from .conftest import MakeWorld
from .helpers import ALICE, API, BOB, World, error_of

PROTECTED = [
    ("GET", "/users/me"),
    ("HEAD", "/users/me"),
    ("DELETE", "/users/me"),
    ("PUT", "/users/me/password"),
    ("GET", "/sessions"),
    ("DELETE", "/sessions"),
    ("DELETE", "/sessions/00000000-0000-4000-8000-000000000000"),
    ("DELETE", "/sessions/others"),
    ("DELETE", "/auth_session/logout"),
    ("DELETE", "/users/bob@example.com"),
    ("DELETE", "/users/bob@example.com/sessions"),
]


def shape(response: TestResponse) -> tuple[int, bytes, dict[str, str]]:
    return response.status_code, response.data, dict(response.headers)


@pytest.mark.parametrize(("method", "path"), PROTECTED)
def test_a_protected_route_is_closed_without_a_session(
    server: World, method: str, path: str
) -> None:
    response = server.browser().send(method, path)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Session ")
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Vary"] == "Cookie"


def test_every_route_is_protected_or_on_the_list_of_open_ones(world: World) -> None:
    known = {(method, API + path) for method, path in PROTECTED}
    open_ones = {"/status", "/openapi.json", "/users", "/auth_session/login"}
    for rule in world.app.url_map.iter_rules():
        path = rule.rule.replace("<uuid:public_id>", "00000000-0000-4000-8000-000000000000")
        path = path.replace("<address:email>", "bob@example.com")
        for method in rule.methods or ():
            if path.removeprefix(API) not in open_ones:
                assert (method, path) in known or method == "HEAD"


def test_all_tokens_that_are_no_good_get_one_answer(world: World) -> None:
    browser = world.signed_in()
    token = browser.token
    assert token is not None
    name = browser.cookie_name
    dead = world.signed_in()
    revoked = dead.token
    assert dead.send("DELETE", "/auth_session/logout").status_code == 200
    expected = shape(world.browser().send("GET", "/users/me"))
    assert expected[0] == 401
    cookies = [
        f"{name}={revoked}",
        f"{name}=",
        name,
        f"{name}={'A' * 43}",
        f"{name}={'A' * 42}",
        f"{name}={token}A",
        f"{name}={token[:-1]}",
        f"{name}={token.swapcase()}",
        f"{name}={token[:-1]}{'A' if token[-1] != 'A' else 'E'}",
        f'{name}="{token}"',
        f"{name}={token}; {name}={token}",
        f"{name}={token},{name}={token}",
        f"{name}={'A' * 43}; {name}={token}",
        f"{name.upper()}x={token}",
        f"other={token}",
        f"{name}=%00",
        f"{name}=\xe9\xff",
        f"{name}=' OR 1=1 --",
        f"{name}={'x' * 100_000}",
        "; ; =",
    ]
    for cookie in cookies:
        assert shape(world.browser().send("GET", "/users/me", cookie)) == expected, cookie
    assert browser.me() == 200


def test_the_last_character_of_a_token_counts_in_all_its_bits(server: World) -> None:
    # 43 characters hold 258 bits, so four last characters decode to the same 32 bytes.
    browser = server.signed_in()
    assert browser.token is not None
    for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_":
        token = browser.token[:-1] + last
        assert (server.browser(token).me() == 200) == (token == browser.token)


def test_other_cookies_do_not_disturb(world: World) -> None:
    browser = world.signed_in()
    name, token = browser.cookie_name, browser.token
    assert browser.me(f'a=b; {name}={token}; other{name}=1; c="d;e"') == 200


def test_a_token_counts_only_in_the_cookie(world: World) -> None:
    browser = world.signed_in()
    name, token = browser.cookie_name, browser.token
    stranger = world.browser()
    assert stranger.send("GET", "/users/me", query_string={name: token}).status_code == 401
    headers = {"Authorization": f"Bearer {token}", name: str(token)}
    assert stranger.send("GET", "/users/me", headers=headers).status_code == 401
    assert stranger.send("GET", "/users/me", data={name: token}).status_code == 401


def test_the_hash_of_a_token_is_no_token(make: MakeWorld) -> None:
    world = make()
    world.signed_in()
    row = world.database.first(text("SELECT token_hash h FROM sessions"), {})
    assert row is not None
    assert world.browser(row.h.hex()).me() == 401
    assert world.browser(row.h.hex()[:43]).me() == 401


@pytest.mark.parametrize(
    "path",
    ["/", "/users/me/", "//users/me", "/users//me", "/users/ME", "/users/me/x", "/status/x",
     "/status/../users/me", "/users/me%2f", "/users/me;x", "/statusx", "/x"],
)  # fmt: skip
def test_an_address_has_one_spelling_and_others_are_not_found(server: World, path: str) -> None:
    for browser in (server.browser(), server.signed_in()):
        response = browser.send("GET", path)
        assert response.status_code == 404
        assert error_of(response) == "not found"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_other_methods_are_refused_with_those_allowed(server: World, method: str) -> None:
    for browser in (server.browser(), server.signed_in()):
        response = browser.send(method, "/users/me")
        assert response.status_code == 405
        assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "DELETE"}
        assert error_of(response) == "method not allowed"


def test_the_status_is_open_and_does_not_depend_on_the_cookie(world: World) -> None:
    response = world.browser().send("GET", "/status")
    assert response.json == {"status": "OK"}
    assert "Cache-Control" not in response.headers
    assert "Vary" not in response.headers


def test_answers_that_looked_at_the_cookie_are_not_stored(make: MakeWorld, auth_type: str) -> None:
    world = make({"AUTH_TYPE": auth_type, "LOGIN_PER_ADDRESS_AND_ACCOUNT": "1"})
    browser = world.browser()
    wrong = {**ALICE, "password": "wrong password"}
    answers = [
        (200, browser.log_in()),
        (401, browser.log_in(wrong)),
        (429, browser.log_in(wrong)),
        (400, browser.send("POST", "/auth_session/login")),
        (200, browser.send("GET", "/users/me")),
        (200, browser.send("GET", "/sessions")),
        (400, browser.send("DELETE", "/users/me")),
        (403, browser.send("DELETE", "/users/bob@example.com")),
        (403, browser.send("DELETE", "/sessions", headers={"Origin": "https://evil.example"})),
        (404, browser.send("GET", "/nowhere")),
        (405, browser.send("POST", "/users/me")),
        (405, browser.send("OPTIONS", "/users/me")),
        (200, browser.send("DELETE", "/auth_session/logout")),
        (401, browser.send("DELETE", "/auth_session/logout")),
    ]
    world.take_database_away()
    answers.append((503, world.browser().log_in(BOB)))
    for status, answer in answers:
        assert answer.status_code == status
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Vary"] == "Cookie"


def test_over_https_every_answer_asks_for_https_from_now_on(server: World) -> None:
    browser = server.browser()
    for path in ("/status", "/users/me", "/nowhere"):
        secure = browser.send("GET", path, base_url="https://localhost")
        assert secure.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
        assert "Strict-Transport-Security" not in browser.send("GET", path).headers


def test_a_defect_is_a_500_that_tells_nothing(world: World) -> None:
    def broken() -> None:
        raise RuntimeError("secret detail")

    world.app.view_functions["status.show"] = broken
    response = world.browser().send("GET", "/status")
    assert response.status_code == 500
    assert error_of(response) == "internal server error"


def test_the_factory_opens_the_database_of_the_settings_itself(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'other.db'}"
    app = create_app(
        Settings.from_environment({"DATABASE_URL": url, "PASSWORD_METHOD": "pbkdf2:sha256:1"})
    )
    assert isinstance(app, Flask)
    assert app.test_client().get(API + "/users/me").status_code == 401
    app.extensions["auth"]._keeper._database.close()


def test_a_proxy_is_believed_only_when_it_is_declared(make: MakeWorld) -> None:
    headers = {"Origin": "https://localhost", "X-Forwarded-Proto": "https"}
    plain = make().browser().send("POST", "/auth_session/login", json=ALICE, headers=headers)
    assert plain.status_code == 403
    behind = make({"TRUSTED_PROXIES": "1"})
    proxied = behind.browser().send("POST", "/auth_session/login", json=ALICE, headers=headers)
    assert proxied.status_code == 200
