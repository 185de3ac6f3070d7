import sys

import pytest
from sqlalchemy import bindparam, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from reference_impl.models.database import DatabaseUnavailable

from .conftest import MakeWorld, on_both_databases
from .helpers import ALICE, World, error_of

pytestmark = on_both_databases

REQUESTS = [
    ("GET", "/users/me", None),
    ("GET", "/sessions", None),
    ("DELETE", "/sessions", None),
    ("DELETE", "/auth_session/logout", None),
    ("POST", "/auth_session/login", ALICE),
    ("POST", "/users", {"email": "carol@example.com", "password": "long enough"}),
]


@pytest.mark.parametrize(("method", "path", "fields"), REQUESTS)
def test_nothing_is_granted_and_nobody_is_signed_out(
    make: MakeWorld, method: str, path: str, fields: dict[str, str] | None
) -> None:
    world = make()
    browser = world.signed_in()
    token = browser.token
    world.take_database_away()
    response = browser.send(method, path, json=fields)
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "1"
    assert response.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in response.headers
    assert error_of(response) == "try again later"
    world.bring_database_back()
    assert world.browser(token).me() == 200


def test_sessions_in_memory_grant_nothing_without_the_users(make: MakeWorld) -> None:
    world = make({"AUTH_TYPE": "session_auth"})
    browser = world.signed_in()
    world.take_database_away()
    assert browser.me() == 503
    assert browser.send("DELETE", "/sessions").status_code == 503
    world.bring_database_back()
    assert browser.me() == 200


def test_requests_that_need_no_database_are_answered(world: World) -> None:
    world.take_database_away()
    assert world.browser().send("GET", "/status").status_code == 200
    assert world.browser().me() == 401
    assert world.browser("malformed").me() == 401
    assert world.browser().send("POST", "/auth_session/login").status_code == 400
    world.bring_database_back()


def test_a_use_that_can_not_be_recorded_is_no_reason_to_refuse(
    make: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make()
    browser = world.signed_in()
    world.clock.advance(60)

    def away(*_: object) -> int:
        raise DatabaseUnavailable

    monkeypatch.setattr(world.database, "change", away)
    assert browser.me() == 200


def lost_connection() -> OperationalError:
    return OperationalError("SELECT 1", {}, Exception("gone"), connection_invalidated=True)


def test_a_read_on_a_dead_connection_is_tried_once_more(make: MakeWorld) -> None:
    database, failures = make().database, [lost_connection()]

    def query(_connection: object) -> str:
        if failures:
            raise failures.pop()
        return "answer"

    assert database._reading(query) == "answer"
    failures.extend([lost_connection(), lost_connection()])
    with pytest.raises(DatabaseUnavailable):
        database._reading(query)
    assert not failures


def test_a_read_that_fails_otherwise_is_not_tried_again(make: MakeWorld) -> None:
    calls = []

    def query(_connection: object) -> str:
        calls.append(1)
        raise OperationalError("SELECT 1", {}, Exception("no such table"))

    with pytest.raises(DatabaseUnavailable):
        make().database._reading(query)
    assert calls == [1]


def test_our_own_mistakes_are_not_taken_for_an_outage(make: MakeWorld) -> None:
    database = make().database
    values = "'00000000-0000-0000-0000-000000000000', :email, 'x', 1, 1"
    insert = text(f"INSERT INTO users VALUES ({values})")  # noqa: S608
    with pytest.raises(IntegrityError):
        database.change(insert, {"email": ALICE["email"]})


@pytest.mark.skipif(
    sys.version_info < (3, 11),
    reason="before Python 3.11 sqlite3 reports this as it reports a lost connection",
)
def test_a_value_that_no_column_can_hold_is_not_taken_for_an_outage(make: MakeWorld) -> None:
    database = make().database
    with pytest.raises(DBAPIError):
        database.first(select(bindparam("x")), {"x": object()})


def test_a_transaction_that_fails_leaves_nothing_behind(make: MakeWorld) -> None:
    world = make()

    def fail() -> None:
        with world.database.transaction() as connection:
            connection.execute(text("DELETE FROM users"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert world.rows("users") == 2
