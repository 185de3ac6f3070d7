"""A login that a browser recorded becomes a profile; what is no such recording is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from toyserver import PASSWORDS, Toy

from conformance.cli import main
from conformance.init.har import read_har
from conformance.init.recording import recorded_login
from conformance.profiles import read_profile

PASSWORD = PASSWORDS["alice"]
FORM_TYPE = "application/x-www-form-urlencoded"
TOKEN = "t" * 20
Init = Callable[..., tuple[int, str]]


def entry(
    base: str, asked: str, status: int, text: str = "", posted: str = "", **more: Any
) -> dict[str, Any]:
    """Return an entry of a HAR file; `more` are headers of the answer, and `cookie`."""
    method, path = asked.split()
    cookie, kind = more.pop("cookie", ""), more.pop("kind", FORM_TYPE)
    headers = [{"name": name.replace("_", "-"), "value": value} for name, value in more.items()]
    sent = [{"name": "Cookie", "value": cookie}] if cookie else []
    return {
        "request": {
            "method": method,
            "url": base + path,
            "headers": sent,
            "cookies": [],
            **({"postData": {"mimeType": kind, "text": posted}} if posted else {}),
        },
        "response": {
            "status": status,
            "headers": headers,
            "cookies": [],
            "content": {"text": text},
        },
    }


def har(path: Path, *entries: dict[str, Any]) -> Path:
    path.write_text(json.dumps({"log": {"entries": entries}}), encoding="utf-8")
    return path


def recorded(base: str, password: str = PASSWORD) -> list[dict[str, Any]]:
    """Return a visit to the toy: refused, signed in, signed out."""
    right = urlencode({"username": "alice", "password": password})
    wrong = urlencode({"username": "alice", "password": "not it"})
    sets = {"Set_Cookie": "sid=0123456789abcdef; HttpOnly\ntheme=dark"}
    return [
        entry(base, "GET /me", 401),
        entry(base, "POST /login", 401, posted=wrong),
        entry(base, "POST /login", 200, '{"user": "alice"}', right, **sets),
        entry(base, "GET /logo.png", 200, "alice", cookie="sid=0123456789abcdef"),
        entry(base, "GET /me", 200, '{"user": "alice"}', cookie="sid=0123456789abcdef"),
        entry(base, "POST /logout", 200, "{}", cookie="sid=0123456789abcdef"),
        entry(base, "GET /me", 401),
    ]


@pytest.fixture
def live() -> Iterator[Toy]:
    with Toy().serving() as toy:
        yield toy


@pytest.fixture
def init(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Init:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ALICE_PASSWORD", PASSWORD)

    def run(*arguments: object) -> tuple[int, str]:
        code = main(["init", *map(str, arguments)])
        said = "".join(capsys.readouterr())
        written = Path("profile.yaml").read_text() if Path("profile.yaml").exists() else ""
        assert PASSWORD not in said + written
        assert "0123456789abcdef" not in said + written
        return code, said

    return run


def test_a_recorded_login_is_tried_at_its_server(live: Toy, init: Init) -> None:
    code, said = init("--har", har(Path("login.har"), *recorded(live.url)))
    assert code == 0, said
    profile = read_profile(Path("profile.yaml"))
    assert profile.users["alice"].username == "alice"
    assert (profile.protected_page.request.path, profile.session_cookies) == ("/me", ("sid",))
    assert "the recorded login" in said


def test_a_recording_alone_makes_a_profile_that_holds_at_its_server(live: Toy, init: Init) -> None:
    code, said = init("--offline", "--har", har(Path("login.har"), *recorded(live.url)))
    assert code == 0, said
    assert "sure:" not in Path("profile.yaml").read_text().replace("unsure:", "")


def test_where_the_server_is_away_the_profile_is_written_and_that_is_said(
    init: Init, closed_port: int
) -> None:
    base = f"http://127.0.0.1:{closed_port}"
    code, said = init("--har", har(Path("login.har"), *recorded(base)))
    assert (code, Path("profile.yaml").exists()) == (2, True)
    assert "the doctor can't tell whether it is right" in said


BASE = "http://shop.example"
LOGIN_PAGE = f'<form><input type=hidden name=t value="{TOKEN}"><input type=password name=p></form>'
SPELLINGS = {
    FORM_TYPE: urlencode({"email": "alice", "p": PASSWORD, "t": TOKEN}),
    "application/json": json.dumps({"email": "alice", "p": PASSWORD, "t": TOKEN}),
    "multipart/form-data; boundary=x": "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        for name, text in (("email", "alice"), ("p", PASSWORD), ("t", TOKEN))
    )
    + "--x--\r\n",
}


@pytest.mark.parametrize("kind", SPELLINGS)
def test_name_password_and_token_are_replaced_however_they_were_sent(
    kind: str, tmp_path: Path
) -> None:
    page = entry(BASE, "GET /login", 200, LOGIN_PAGE, Set_Cookie="a=b")
    login = entry(BASE, "POST /login", 302, posted=SPELLINGS[kind], kind=kind)
    found = recorded_login(read_har(har(tmp_path / "x.har", page, login)), "x.har", PASSWORD, "")
    ahead, send = found.way.requests
    fields = {"email": "{username}", "p": "{password}", "t": "{csrf}"}
    assert fields in (send.form, send.json, send.multipart)
    assert [(one.source, one.key) for one in ahead.readings] == [("from field", "t")]
    assert found.username == "alice"


@pytest.mark.parametrize(
    ("page", "source"),
    [
        (entry(BASE, "GET /x", 200, f'<meta name="csrf-token" content="{TOKEN}">'), "from pattern"),
        (entry(BASE, "GET /x", 200, Set_Cookie=f"XSRF-TOKEN={TOKEN}"), "from cookie"),
        (entry(BASE, "GET /x", 200, json.dumps({"token": TOKEN})), "from json"),
    ],
)
def test_a_token_in_a_header_is_read_from_where_it_came(
    page: dict[str, Any], source: str, tmp_path: Path
) -> None:
    posted = urlencode({"user": "alice", "password": PASSWORD})
    login = entry(BASE, "POST /login", 302, posted=posted, Set_Cookie="sid=1")
    login["request"]["headers"].append({"name": "X-CSRF-TOKEN", "value": TOKEN})
    entries = read_har(har(tmp_path / "x.har", page, login))
    ahead, send = recorded_login(entries, "x.har", PASSWORD, "").way.requests
    assert (ahead.readings[0].source, dict(send.headers)) == (source, {"X-CSRF-TOKEN": "{csrf}"})


# --- what is wrong -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{\n  nonsense", "login.har:2:3: is no JSON"),
        ("[]", "login.har:1:1: is no HAR file: it has no list at log.entries"),
        ('{"log": {"entries": []}}', "recorded nothing"),
        ('{"log": {"entries": [{"request": {}}]}}', "log.entries[0] can't be read: it lacks"),
        ('{"log": {"entries": [7]}}', "log.entries[0] can't be read"),
    ],
)
def test_a_file_that_is_no_har_is_refused_with_its_place(
    text: str, message: str, init: Init
) -> None:
    Path("login.har").write_text(text)
    code, said = init("--har", "login.har")
    assert (code, message in said) == (3, True), said


def test_a_sanitised_har_is_told_what_is_missing(init: Init) -> None:
    posted = urlencode({"username": "alice", "password": PASSWORD})
    bare = entry(BASE, "POST /login", 302, posted=posted)
    code, said = init("--har", har(Path("login.har"), bare))
    assert (code, "holds no cookies: it was saved sanitised" in said) == (3, True)


def test_a_har_without_the_password_is_told_what_was_recorded(init: Init) -> None:
    code, said = init("--har", har(Path("login.har"), *recorded(BASE, "another")))
    assert (code, "no request holds the password" in said) == (3, True)
    assert "POST /login" in said


def test_a_har_that_is_not_there_is_one_sentence(init: Init) -> None:
    code, said = init("--har", "nowhere.har")
    assert (code, "can't be read: No such file" in said) == (3, True)
