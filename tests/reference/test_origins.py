import pytest

from .conftest import MakeWorld
from .helpers import ALICE, World, error_of

OWN = "http://localhost"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": OWN},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": OWN, "Sec-Fetch-Site": "same-origin"},
        {"Referer": "https://evil.example/"},
    ],
)
def test_own_pages_and_programs_may_change_things(server: World, headers: dict[str, str]) -> None:
    login = server.browser().send("POST", "/auth_session/login", json=ALICE, headers=headers)
    assert login.status_code == 200
    browser = server.signed_in()
    assert browser.send("DELETE", "/sessions", headers=headers).status_code == 200


FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "https://localhost"},
    {"Origin": OWN + ":81"},
    {"Origin": OWN + ".evil.example"},
    {"Origin": "http://evil.example/http://localhost"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": ""},
    {"Sec-Fetch-Site": "cross-site", "Origin": OWN},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
]


@pytest.mark.parametrize("headers", FOREIGN)
def test_a_foreign_page_changes_nothing(server: World, headers: dict[str, str]) -> None:
    login = server.browser().send("POST", "/auth_session/login", json=ALICE, headers=headers)
    assert login.status_code == 403
    assert "Set-Cookie" not in login.headers
    browser = server.signed_in()
    change = {"current_password": ALICE["password"], "new_password": "another long one"}
    refused = [
        browser.send("DELETE", "/auth_session/logout", headers=headers),
        browser.send("DELETE", "/sessions", headers=headers),
        browser.send("DELETE", "/sessions/others", headers=headers),
        browser.send("DELETE", "/users/me", json=change, headers=headers),
        browser.send("DELETE", "/users/alice@example.com", headers=headers),
        browser.send("PUT", "/users/me/password", json=change, headers=headers),
        browser.send("POST", "/users", json=ALICE, headers=headers),
    ]
    assert [response.status_code for response in refused] == [403] * 7
    assert error_of(refused[0]) == "cross-site request refused"
    assert browser.me() == 200


@pytest.mark.parametrize("headers", FOREIGN)
def test_reading_is_not_a_matter_of_origin(server: World, headers: dict[str, str]) -> None:
    response = server.signed_in().send("GET", "/users/me", headers=headers)
    assert response.status_code == 200
    assert not any(name.startswith("Access-Control") for name, _ in response.headers)


def test_an_allowed_origin_may_change_things(make: MakeWorld) -> None:
    world = make({"ALLOWED_ORIGINS": "https://app.example.com, https://b.example.com"})
    headers = {"Origin": "https://app.example.com", "Sec-Fetch-Site": "cross-site"}
    login = world.browser().send("POST", "/auth_session/login", json=ALICE, headers=headers)
    assert login.status_code == 200
    headers["Origin"] = "https://c.example.com"
    login = world.browser().send("POST", "/auth_session/login", json=ALICE, headers=headers)
    assert login.status_code == 403


PREFLIGHT = {
    "Origin": "https://evil.example",
    "Access-Control-Request-Method": "DELETE",
    "Access-Control-Request-Headers": "content-type",
}


@pytest.mark.parametrize("path", ["/users/me", "/sessions", "/sessions/others", "/status", "/x"])
def test_no_page_of_another_origin_is_granted_anything(make: MakeWorld, path: str) -> None:
    world = make({"ALLOWED_ORIGINS": "https://app.example.com"})
    for origin in ("https://evil.example", "https://app.example.com", "null"):
        headers = {**PREFLIGHT, "Origin": origin}
        response = world.signed_in().send("OPTIONS", path, headers=headers)
        assert response.status_code in {404, 405}
        assert not any(name.startswith("Access-Control") for name, _ in response.headers)
