"""`session-conformance init` at small servers of many kinds, and its words about wrong input."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from toyserver import PASSWORDS, Asked, Reply, Toy

from conformance.cli import main
from conformance.profiles import read_profile

HTML = ("Content-Type", "text/html; charset=utf-8")
JSON = ("Content-Type", "application/json")
Init = Callable[..., tuple[int, str]]


@pytest.fixture
def live() -> Iterator[Toy]:
    with Toy().serving() as toy:
        yield toy


@pytest.fixture
def init(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Init:
    """Return a function that runs `init`; no password may be seen anywhere."""
    monkeypatch.chdir(tmp_path)
    for role, password in PASSWORDS.items():
        monkeypatch.setenv(f"{role.upper()}_PASSWORD", password)

    def run(*arguments: object) -> tuple[int, str]:
        try:
            code = main(["init", *map(str, arguments)])
        except SystemExit as stop:
            code = int(stop.code or 0)
        said = "".join(capsys.readouterr())
        written = Path("profile.yaml").read_text() if Path("profile.yaml").exists() else ""
        assert not any(password in said + written for password in PASSWORDS.values())
        assert "Traceback" not in said
        return code, said

    return run


def page(body: str, status: int = 200, *headers: tuple[str, str]) -> Reply:
    return Reply(status, headers=[HTML, *headers], body=body.encode())


# --- servers of many kinds -----------------------------------------------------------------------


def api(_: Toy) -> None:
    """An API without pages: usual addresses are all there is to go by."""


def rails_like(toy: Toy) -> None:
    """A meta token in a header, and a logout that a script makes a DELETE of."""
    token = secrets.token_hex(16)
    head = '<head><meta name="csrf-token" content="{}" /></head>'

    def form(_: Asked) -> Reply:
        fields = '<input name="username"><input type="password" name="password">'
        return page(
            head.format(secrets.token_hex(4) + token) + f"<form method=post>{fields}</form>"
        )

    def guarded(action: Callable[[Asked], Reply]) -> Callable[[Asked], Reply]:
        def answer(asked: Asked) -> Reply:
            known = asked.headers.get("X-CSRF-TOKEN", "").endswith(token)
            return action(asked) if known else page("<h1>Page expired</h1>", 419)

        return answer

    def home(asked: Asked) -> Reply:
        if not toy.user(asked):
            return page("", 302, ("Location", "/login"))
        out = '<a href="/logout" data-method="delete">Log out</a>'
        return page(f"{head.format(secrets.token_hex(4) + token)}<p>{toy.user(asked)}</p>{out}")

    def login(asked: Asked) -> Reply:
        reply = toy.login(asked)
        is_in = reply.status == 200
        return page("", 302, *reply.headers, ("Location", "/home")) if is_in else page("no", 422)

    toy.routes = {
        "GET /login": form,
        "POST /login": guarded(login),
        "DELETE /logout": guarded(toy.logout),
        "GET /home": home,
    }


def better_auth_like(toy: Toy) -> None:
    """Null instead of a session, and nothing without an Origin once there is a cookie."""

    def body(asked: Asked) -> Any:
        return json.loads(asked.body or b"{}")

    def login(asked: Asked) -> Reply:
        name = body(asked).get("email", "")
        if not name or toy.passwords.get(name) != body(asked).get("password"):
            return Reply(401, {"code": "INVALID_EMAIL_OR_PASSWORD"}, [JSON])
        return toy.welcome(name, secrets.token_hex(16))

    def logout(asked: Asked) -> Reply:
        if "Origin" not in asked.headers:
            return Reply(403, {"code": "MISSING_OR_NULL_ORIGIN"}, [JSON])
        return toy.logout(asked)

    def session(asked: Asked) -> Reply:
        name = toy.user(asked)
        return Reply(200, {"user": {"email": name}} if name else None, [JSON])

    toy.routes = {
        "POST /api/auth/sign-in/email": login,
        "POST /api/auth/sign-out": logout,
        "GET /api/auth/get-session": session,
    }


def documented(toy: Toy) -> None:
    """An API at unusual addresses, which its OpenAPI document names."""
    schema = {"properties": {"handle": {}, "passphrase": {}}}
    content = {"application/x-www-form-urlencoded": {"schema": {"$ref": "#/components/it"}}}
    described = {
        "openapi": "3.1.0",
        "components": {"it": schema},
        "paths": {
            "/v7/door/login": {"post": {"requestBody": {"content": content}}},
            "/v7/door/logout": {"post": {}},
            "/v7/people/me": {"get": {}},
        },
    }

    def login(asked: Asked) -> Reply:
        name = asked.form.get("handle", "")
        if not name or toy.passwords.get(name) != asked.form.get("passphrase"):
            return Reply(400, {"detail": "LOGIN_BAD_CREDENTIALS"})
        return Reply(204, headers=toy.welcome(name, secrets.token_hex(16)).headers, body=b"")

    toy.routes = {
        "GET /openapi.json": lambda _: Reply(200, described),
        "POST /v7/door/login": login,
        "POST /v7/door/logout": toy.logout,
        "GET /v7/people/me": toy.me,
    }


def express_like(toy: Toy) -> None:
    """Redirects for both answers to a login, told apart by the place alone."""

    def form(_: Asked) -> Reply:
        return page('<form method="post"><input name=username><input type=password name=password>')

    def login(asked: Asked) -> Reply:
        reply = toy.login(asked)
        to = "/me" if reply.status == 200 else "/login"
        return page("", 302, *reply.headers, ("Location", to))

    toy.routes |= {"GET /login": form, "POST /login": login}


def two_pages(toy: Toy) -> None:
    """The name on one page, and the password on the next, which hides the name."""
    first = '<form method="post" action="/login/name"><input name="username"><button>Next</button>'
    second = '<form method="post" action="/login"><input type="hidden" name="username" value="{}">'

    def name(asked: Asked) -> Reply:
        known = asked.form.get("username", "")
        return page(second.format(known) + '<input type="password" name="password">')

    toy.routes |= {"GET /login": lambda _: page(first), "POST /login/name": name}


KINDS = (api, rails_like, better_auth_like, documented, express_like, two_pages)


@pytest.mark.parametrize("kind", KINDS)
def test_a_url_and_users_are_enough(kind: Callable[[Toy], None], live: Toy, init: Init) -> None:
    kind(live)
    code, said = init(live.url, "--user", "alice", "--user2", "bob")
    assert code == 0, said
    profile = read_profile(Path("profile.yaml"))
    assert profile.session_cookies == ("sid",)
    assert "{username}" in str(profile.protected_page.signed_in[0].conditions)


def test_few_wrong_passwords_are_tried(live: Toy, init: Init) -> None:
    init(live.url, "--user", "alice")
    tried = [one.form for one in live.asked if one.path == "/login" and one.form.get("username")]
    wrong = [one for one in tried if one["username"] == "alice" and one.get("password", "")]
    assert 1 <= sum(one["password"] != PASSWORDS["alice"] for one in wrong) <= 3


def test_a_login_can_be_named(live: Toy, init: Init) -> None:
    live.routes = {
        "POST /odd": lambda asked: toy_login(live, asked),
        "POST /logout": live.logout,
        "GET /odd/me": live.me,
    }
    told = ("--login", "POST /odd", "--body", "form", "--name-field", "n", "--page", "/odd/me")
    code, said = init(live.url, "--user", "alice", *told, "--password-field", "p")
    assert code == 0, said


def toy_login(toy: Toy, asked: Asked) -> Reply:
    name = asked.form.get("n", "")
    known = name and toy.passwords.get(name) == asked.form.get("p")
    return toy.welcome(name, secrets.token_hex(16)) if known else Reply(401)


# --- what is wrong -------------------------------------------------------------------------------


def test_a_file_that_is_there_is_never_replaced_unasked(live: Toy, init: Init) -> None:
    Path("profile.yaml").write_text("mine")
    code, said = init(live.url, "--user", "alice")
    assert (code, Path("profile.yaml").read_text()) == (3, "mine")
    assert "--force" in said
    assert init(live.url, "--user", "alice", "--force")[0] == 0


def test_a_server_without_a_login_gives_one_sentence(live: Toy, init: Init) -> None:
    live.routes = {}
    code, said = init(live.url, "--user", "alice")
    assert code == 2
    assert "no login form and no usual address of a login was found" in said
    assert not Path("profile.yaml").exists()


def test_a_server_that_is_not_there_gives_one_sentence(init: Init, closed_port: int) -> None:
    code, said = init(f"http://127.0.0.1:{closed_port}", "--user", "alice")
    assert (code, "nothing listens" in said) == (2, True)


def test_a_wrong_password_is_told_with_what_was_tried(
    live: Toy, init: Init, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALICE_PASSWORD", "mistyped")
    code, said = init(live.url, "--user", "alice")
    assert code == 2
    assert "no login was accepted. Tried: POST /login" in said
    assert "mistyped" not in said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("ftp://x",), "is not a URL"),
        ((), "init needs the URL of a server, or a recorded login"),
        (("http://127.0.0.1:1", "--login", "/x"), "is not a request such as"),
        (
            ("http://127.0.0.1:1", "--password-from-environment", "NOT_SET_1"),
            "NOT_SET_1 is not set",
        ),
        (("http://127.0.0.1:1", "--password-from-environment", "A=B"), "is not the name of"),
    ],
)
def test_a_wrong_command_line_gives_one_sentence(
    arguments: tuple[str, ...], message: str, init: Init
) -> None:
    code, said = init(*arguments)
    assert (code, message in said) == (3, True)


def test_without_a_terminal_the_variable_is_named(
    init: Init, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ALICE_PASSWORD")
    monkeypatch.setattr("conformance.init.interview._asks", lambda: False)
    code, said = init("http://127.0.0.1:1", "--user", "alice")
    assert (code, "set ALICE_PASSWORD" in said) == (3, True)


def test_on_a_terminal_the_password_is_asked_for(
    live: Toy, init: Init, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ALICE_PASSWORD")
    monkeypatch.setattr("conformance.init.interview._asks", lambda: True)
    monkeypatch.setattr("getpass.getpass", lambda _: PASSWORDS["alice"])
    assert init(live.url, "--user", "alice")[0] == 0
    assert "password from environment: ALICE_PASSWORD" in Path("profile.yaml").read_text()
