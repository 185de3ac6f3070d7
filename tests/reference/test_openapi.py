import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from werkzeug.test import TestResponse

from .conftest import MakeWorld
from .helpers import ALICE, API, BOB, ROOT

Json = dict[str, Any]


@pytest.fixture
def document(make: MakeWorld) -> Json:
    answer = make().browser().send("GET", "/openapi.json").json
    assert answer is not None
    return answer


def test_the_document_is_valid(document: Json) -> None:
    validate(document)


def test_it_names_the_session_cookie(document: Json) -> None:
    scheme = document["components"]["securitySchemes"]["session"]
    assert (scheme["in"], scheme["name"]) == ("cookie", "__Host-session")


def test_it_has_every_route_and_no_other(make: MakeWorld, document: Json) -> None:
    described = {
        (method.upper(), path) for path, item in document["paths"].items() for method in item
    }
    served = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in make().app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD"}
    }
    assert described == served


def test_it_tells_which_routes_are_protected(make: MakeWorld, document: Json) -> None:
    world = make()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            address = path.removeprefix(API).replace(
                "{public_id}", "0" * 8 + "-0000" * 3 + "-" + "0" * 12
            )
            address = address.replace("{email}", "bob@example.com")
            refused = world.browser().send(method.upper(), address).status_code == 401
            assert ("security" in operation) == refused, (method, path)


def conforms(document: Json, method: str, path: str, response: TestResponse) -> None:
    answers = document["paths"][API + path][method.lower()]["responses"]
    answer = answers[str(response.status_code)]
    schema = answer["content"]["application/json"]["schema"] | {
        "components": document["components"]
    }
    checker = Draft202012Validator.FORMAT_CHECKER
    Draft202012Validator(schema, format_checker=checker).validate(response.json)
    for name, header in answer["headers"].items():
        assert not header.get("required") or name in response.headers
        if "const" in header["schema"]:
            assert response.headers[name] == header["schema"]["const"]


def test_real_answers_are_as_described(make: MakeWorld, auth_type: str, document: Json) -> None:
    world = make({"AUTH_TYPE": auth_type, "ADMINISTRATORS": ROOT["email"]})
    world.add(ROOT)
    browser, login = world.browser(), "/auth_session/login"
    foreign = {"headers": {"Origin": "https://evil.example"}}
    carol = {"email": "carol@example.com", "password": "long enough"}
    change = {"current_password": ALICE["password"], "new_password": "another long one"}
    unknown, one = "/sessions/00000000-0000-4000-8000-000000000000", "/sessions/{public_id}"
    bob = f"/users/{BOB['email']}"
    steps: list[tuple[str, str, dict[str, Any], int]] = [
        ("GET", "/status", {}, 200),
        ("GET", "/openapi.json", {}, 200),
        ("POST", "/users", {"json": carol}, 201),
        ("POST", "/users", {"json": carol}, 409),
        ("POST", "/users", {"json": {}}, 400),
        ("POST", "/users", {"json": carol, **foreign}, 403),
        ("POST", "/users", {"data": "x", "content_type": "text/plain"}, 415),
        ("POST", login, {"json": {}}, 400),
        ("POST", login, {"json": {**ALICE, "password": "wrong password"}}, 401),
        ("POST", login, {"json": ALICE, **foreign}, 403),
        ("POST", login, {"data": "x" * 20_000, "content_type": "application/json"}, 413),
        ("POST", login, {"data": "x", "content_type": "text/plain"}, 415),
        ("POST", login, {"data": ALICE}, 200),
        ("GET", "/users/me", {}, 200),
        ("GET", "/sessions", {}, 200),
        ("DELETE", unknown, {}, 404),
        ("PUT", "/users/me/password", {"json": {}}, 400),
        ("PUT", "/users/me/password", {"json": change, **foreign}, 403),
        ("PUT", "/users/me/password", {"json": change}, 200),
        ("DELETE", "/auth_session/logout", foreign, 403),
        ("DELETE", "/auth_session/logout", {}, 200),
        ("DELETE", "/auth_session/logout", {}, 401),
        ("GET", "/users/me", {}, 401),
        ("DELETE", "/sessions", {}, 401),
        ("POST", login, {"json": {**ALICE, "password": change["new_password"]}}, 200),
        ("DELETE", "/sessions", {}, 200),
        ("POST", login, {"json": carol}, 200),
        ("DELETE", "/sessions/others", {}, 200),
        ("DELETE", bob, {}, 403),
        ("DELETE", bob + "/sessions", {}, 403),
        ("DELETE", "/users/me", {"json": {}}, 400),
        ("DELETE", "/users/me", {"json": {"current_password": carol["password"]}}, 200),
        ("DELETE", "/sessions/others", {}, 401),
        ("POST", login, {"json": ROOT}, 200),
        ("DELETE", bob + "/sessions", {}, 200),
        ("DELETE", bob, {}, 200),
        ("DELETE", bob, {}, 404),
    ]
    for method, path, how, status in steps:
        response = browser.send(method, path, **how)
        assert response.status_code == status, (method, path)
        described = one if path == unknown else path.replace(BOB["email"], "{email}")
        conforms(document, method, described, response)


def test_refusals_for_a_time_are_as_described(make: MakeWorld, document: Json) -> None:
    world = make({"LOGIN_PER_ACCOUNT": "1"})
    wrong = {**ALICE, "password": "wrong password"}
    world.browser().log_in(wrong)
    throttled = world.browser().log_in(wrong)
    assert throttled.status_code == 429
    conforms(document, "POST", "/auth_session/login", throttled)
    world.take_database_away()
    away = world.browser("A" * 43).send("GET", "/users/me")
    assert away.status_code == 503
    conforms(document, "GET", "/users/me", away)
