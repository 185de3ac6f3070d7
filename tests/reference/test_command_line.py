import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest
import trustme
from sqlalchemy import text
from sqlalchemy.engine import make_url

from reference_impl.models.database import Database
from reference_impl.models.user import Users
from reference_impl.passwords import Hasher

from .conftest import MakeWorld
from .helpers import ALICE, API

pytestmark = pytest.mark.once  # `tox -e acceptance` tries them


ROOT = Path(__file__).resolve().parents[2]
# A stop leaves it to the operating system to close sockets.
WARNINGS = ["-W", "error", "-W", "ignore::ResourceWarning"]
COMMAND = [sys.executable, *WARNINGS, "-m", "reference_impl"]


def environment(**settings: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return kept | {"PYTHONPATH": str(ROOT), "PASSWORD_METHOD": "pbkdf2:sha256:1"} | settings


def run(
    folder: Path, *arguments: str, stdin: bytes = b"", **settings: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        env=environment(**settings),
        input=stdin,
        capture_output=True,
        check=False,
        timeout=60,
    )


@contextmanager
def serving(
    folder: Path, *arguments: str, **settings: str
) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", *arguments],
        cwd=folder,
        env=environment(**settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        match = re.fullmatch(r"listening on (https?://\S+:\d+)\n", line)
        assert match, (line, process.stderr.read() if process.stderr else "")
        yield match[1], process
    finally:
        process.kill()
        process.communicate()


def connect(url: str) -> HTTPConnection:
    return HTTPConnection(url.removeprefix("http://"), timeout=30)


@pytest.mark.parametrize(
    ("number", "workers"), [(signal.SIGTERM, "1"), (signal.SIGTERM, "2"), (signal.SIGINT, "1")]
)
def test_it_serves_and_stops_at_once(tmp_path: Path, number: int, workers: str) -> None:
    made = run(tmp_path, "create-user", ALICE["email"], stdin=ALICE["password"].encode() + b"\n")
    assert (made.returncode, made.stdout, made.stderr) == (0, b"", b"")
    with (
        serving(tmp_path, "--workers", workers) as (url, process),
        closing(connect(url)) as browser,
        closing(connect(url)) as idle,
    ):
        idle.request("GET", API + "/status")
        assert idle.getresponse().read() == b'{"status":"OK"}\n'
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        browser.request("POST", API + "/auth_session/login", urlencode(ALICE), form)
        answer = browser.getresponse()
        assert answer.status == 200
        answer.read()
        cookie = (answer.getheader("Set-Cookie") or "").split(";")[0]
        browser.request("GET", API + "/users/me", headers={"Cookie": cookie})
        answer = browser.getresponse()
        assert answer.status == 200
        answer.read()
        started = time.monotonic()
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
        # Half a second when nothing else runs; idle connections would be kept for 75.
        assert time.monotonic() - started < 20
        assert (process.returncode, out, err) == (0, "", "")
    assert {file.name.partition("-")[0] for file in tmp_path.iterdir()} == {"sessions.db"}


def test_several_accounts_take_a_password_from_each_line(tmp_path: Path) -> None:
    made = run(tmp_path, "create-user", ALICE["email"], "b@c.de", stdin=b"first of all\nnext one\n")
    assert (made.returncode, made.stdout, made.stderr) == (0, b"", b"")
    short = run(tmp_path, "create-user", "c@d.ef", "d@e.fg", stdin=b"the only one\n")
    assert short.returncode == 1
    assert short.stderr == b"error: 2 accounts need as many lines, each with a password\n"
    database = Database(make_url(f"sqlite:///{tmp_path}/sessions.db"))
    hashes = [Users(database).by_email(email) for email in (ALICE["email"], "b@c.de")]
    database.close()
    hasher = Hasher("scrypt")
    for user, password in zip(hashes, ("first of all", "next one"), strict=True):
        assert user is not None
        assert hasher.verify(user.password_hash, password)


def test_a_session_survives_a_restart_and_a_logout_a_kill(tmp_path: Path) -> None:
    cookie = ""
    run(tmp_path, "create-user", ALICE["email"], stdin=ALICE["password"].encode())

    def ask(url: str, method: str, path: str, body: str | None = None) -> int:
        nonlocal cookie
        link = connect(url)
        form = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        link.request(method, API + path, body, {**form, "Cookie": cookie})
        answer = link.getresponse()
        answer.read()
        if body:
            cookie = (answer.getheader("Set-Cookie") or "").split(";")[0]
        link.close()
        return answer.status

    with serving(tmp_path) as (url, process):
        assert ask(url, "POST", "/auth_session/login", urlencode(ALICE)) == 200
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    with serving(tmp_path, TZ="EST5") as (url, _):
        assert ask(url, "GET", "/users/me") == 200
        assert ask(url, "DELETE", "/auth_session/logout") == 200
    with serving(tmp_path, TZ="JST-9") as (url, _):
        assert ask(url, "GET", "/users/me") == 401


def test_it_serves_https_with_a_certificate(tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    pem, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    certificate.cert_chain_pems[0].write_to_path(pem)
    certificate.private_key_pem.write_to_path(key)
    with serving(tmp_path, "--certificate", str(pem), "--key", str(key)) as (url, _):
        assert url.startswith("https://127.0.0.1:")
        context = ssl.create_default_context()
        authority.configure_trust(context)
        link = HTTPSConnection(url.removeprefix("https://"), timeout=30, context=context)
        own = {"Origin": url, "Content-Type": "application/json"}
        link.request("POST", API + "/auth_session/login", "{}", own)
        answer = link.getresponse()
        assert answer.status == 400
        answer.read()
        link.close()


def test_nobody_is_believed_to_be_a_proxy(tmp_path: Path) -> None:
    with serving(tmp_path) as (url, _):
        link = connect(url)
        headers = {"X-Forwarded-Proto": "https", "Origin": url.replace("http:", "https:")}
        link.request("POST", API + "/auth_session/login", headers=headers)
        answer = link.getresponse()
        assert answer.status == 403
        answer.read()
        link.close()


@pytest.mark.parametrize(
    ("arguments", "settings", "message"),
    [
        ((), {"SESSION_DURATION": "soon"}, "SESSION_DURATION='soon' is not allowed"),
        (("create-user", "a@b.c"), {"AUTH_TYPE": ""}, "AUTH_TYPE='' is not allowed"),
        (("--workers", "2"), {"AUTH_TYPE": "session_auth"}, "use --workers 1"),
        (("--certificate", __file__), {}, "--certificate and --key need each other"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_line(
    tmp_path: Path, arguments: tuple[str, ...], settings: dict[str, str], message: str
) -> None:
    result = run(tmp_path, *arguments, **settings)
    assert result.returncode == 2
    assert message in result.stderr.decode()
    assert result.stderr.count(b"\n") == 1
    assert result.stdout == b""


def test_a_certificate_that_is_none_is_one_line(tmp_path: Path) -> None:
    result = run(tmp_path, "--port", "0", "--certificate", __file__, "--key", __file__)
    assert result.returncode == 1
    assert result.stderr.startswith(b"error: can't serve 127.0.0.1:0: ")
    assert result.stderr.count(b"\n") == 1


def test_a_port_in_use_is_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = run(tmp_path, "--port", str(taken.getsockname()[1]))
    assert result.returncode == 1
    assert result.stderr.count(b"\n") == 1
    assert b"in use" in result.stderr


@pytest.mark.parametrize(
    ("email", "password", "message"),
    [
        (ALICE["email"].upper(), b"long enough", b"has an account already"),
        ("nobody", b"long enough", b"is not an email address"),
        ("new@example.com", b"short", b"at least 8 characters"),
        ("new@example.com", b"\xff" * 9, b"not UTF-8"),
    ],
)
def test_a_user_that_can_not_be_added_is_one_line(
    tmp_path: Path, make: MakeWorld, email: str, password: bytes, message: bytes
) -> None:
    world = make()
    url = world.store.url.render_as_string(hide_password=False)
    result = run(tmp_path, "create-user", email, stdin=password, DATABASE_URL=url)
    assert result.returncode == 1
    assert message in result.stderr
    assert result.stderr.count(b"\n") == 1
    assert world.rows("users") == 2


@pytest.mark.parametrize("arguments", [(), ("purge",), ("create-user", "a@b.c")])
def test_a_database_that_is_away_is_one_line(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    url = f"sqlite:///{tmp_path / 'nowhere' / 'sessions.db'}"
    result = run(tmp_path, *arguments, stdin=b"long enough", DATABASE_URL=url)
    assert result.returncode == 1
    assert result.stderr == b"error: the database is away (see DATABASE_URL)\n"


def test_a_missing_database_driver_is_one_line(tmp_path: Path) -> None:
    missing = "raise ModuleNotFoundError('no psycopg', name='psycopg')\n"
    (tmp_path / "psycopg.py").write_text(missing)
    result = run(tmp_path, DATABASE_URL="postgresql://user:secret@127.0.0.1:1/none")
    assert result.returncode == 2
    assert result.stderr == b"error: DATABASE_URL needs the package psycopg\n"


def test_purging_removes_all_expired_sessions_and_no_other(tmp_path: Path) -> None:
    run(tmp_path, "create-user", ALICE["email"], stdin=ALICE["password"].encode())
    database = Database(make_url(f"sqlite:///{tmp_path / 'sessions.db'}"))
    rows = """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
        INSERT INTO sessions (token_hash, public_id, user_id, auth_version, created_at,
                              last_seen_at, expires_at, user_agent)
        SELECT randomblob(32), hex(randomblob(16)), users.id, 1, 1, 1,
               CASE WHEN i <= 2000 THEN i ELSE 99999999999999 END, '' FROM n, users
    """
    with database.transaction() as connection:
        connection.execute(text(rows))
    result = run(tmp_path, "purge", SESSION_PURGE_BATCH="300", SESSION_PURGE_PAUSE="0")
    assert (result.returncode, result.stdout) == (0, b"2000 expired sessions removed\n")
    left = database.first(text("SELECT count(*) FROM sessions"), {})
    database.close()
    assert left is not None
    assert left[0] == 500


def test_the_default_method_has_a_real_cost(tmp_path: Path) -> None:
    result = run(
        tmp_path,
        "create-user",
        ALICE["email"],
        stdin=ALICE["password"].encode(),
        PASSWORD_METHOD="scrypt:32768:8:1",
    )
    assert result.returncode == 0
    database = Database(make_url(f"sqlite:///{tmp_path / 'sessions.db'}"))
    row = database.first(text("SELECT password_hash FROM users"), {})
    database.close()
    assert row is not None
    assert row[0].startswith("scrypt:32768:8:1$")
    assert Hasher("pbkdf2:sha256:1").verify(row[0], ALICE["password"])
