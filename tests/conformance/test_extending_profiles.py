"""A profile that extends another."""

from pathlib import Path

import pytest

from conformance.errors import InputError
from conformance.profiles import read_profile

BASE = """\
name: base
base url: http://127.0.0.1:{port}
session cookie: sid
users:
  alice: {username: alice, password: correct horse}
timeouts: {idle: 2 s, allowance: 0.5 s}
log in: {send: POST /login, success: {status: 200}, refused: {status: 401}}
log out: {send: POST /logout, success: {status: 200}}
protected page: {send: GET /me, signed in: {status: 200}, signed out: {status: 401}}
environment: {MODE: database, AGE: "2"}
start: serve {port}
"""


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "base.yaml").write_text(BASE)
    return tmp_path / "base.yaml"


def extending(text: str) -> Path:
    path = Path("mine.yaml")
    path.write_text(f"extends: base.yaml\n{text}")
    return path


@pytest.mark.usefixtures("base")
def test_its_own_keys_replace_those_of_the_other() -> None:
    profile = read_profile(extending("name: mine\ntimeouts: {absolute: 6 s}\n"))
    assert profile.name == "mine"
    assert profile.timeouts.idle is None
    assert profile.timeouts.absolute == 6
    assert profile.session_cookies == ("sid",)


@pytest.mark.usefixtures("base")
def test_the_environment_is_merged_variable_by_variable() -> None:
    profile = read_profile(extending("environment: {MODE: memory, MORE: x}\n"))
    assert profile.launch is not None
    assert profile.launch.environment == {"MODE": "memory", "AGE": "2", "MORE": "x"}


@pytest.mark.usefixtures("base")
def test_a_mistake_is_shown_in_the_file_that_has_it() -> None:
    with pytest.raises(InputError) as wrong:
        read_profile(extending("sesion cookie: x\n"))
    assert str(wrong.value) == (
        "mine.yaml:2:1: unknown key 'sesion cookie' in a profile\n"
        "   2 | sesion cookie: x\n"
        "     | ^\n"
        "  did you mean 'session cookie'?"
    )


def test_a_mistake_in_the_other_file_is_shown_there(base: Path) -> None:
    base.write_text(BASE.replace("POST /login", "POST login"))
    with pytest.raises(InputError, match="^base.yaml:7:16: 'POST login' is not a request"):
        read_profile(extending("name: mine\n"))


def test_a_profile_that_is_not_there_is_pointed_out(base: Path) -> None:
    base.unlink()
    with pytest.raises(InputError, match="^mine.yaml:1:10: there is no profile at base.yaml"):
        read_profile(extending(""))


def test_only_one_profile_is_extended_at_a_time(base: Path) -> None:
    base.write_text(f"extends: mine.yaml\n{BASE}")
    with pytest.raises(InputError, match="^base.yaml:1:1: a profile that others extend"):
        read_profile(extending(""))
