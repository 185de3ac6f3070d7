import pytest
from sqlalchemy import create_engine, text

from reference_impl.models.database import DatabaseUnavailable
from reference_impl.models.postgresql import BoundedConnection

from .conftest import MakeWorld, on_postgresql
from .stores import Store, run

pytestmark = on_postgresql


def test_a_database_that_hangs_is_a_database_that_is_away(make: MakeWorld, store: Store) -> None:
    world = make()
    browser = world.signed_in()
    engine = create_engine(store.url)
    with engine.begin() as other:
        other.execute(text("LOCK TABLE users IN ACCESS EXCLUSIVE MODE"))
        assert browser.me() == 503
    engine.dispose()
    assert browser.me() == 200


def test_a_server_that_stopped_to_answer_is_given_up(
    make: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BoundedConnection, "patience", 0.2)
    database = make().database
    with pytest.raises(DatabaseUnavailable):
        database.change(text("SELECT pg_sleep(1.5)"), {})
    assert database.first(text("SELECT 1"), {}) is not None


def test_after_a_restart_of_the_database_no_request_fails(
    make: MakeWorld, store: Store, auth_type: str
) -> None:
    world = make({"AUTH_TYPE": auth_type})
    browser, other = world.signed_in(), world.signed_in()
    store.take_away()
    store.bring_back()
    assert other.send("DELETE", "/auth_session/logout").status_code == 200
    store.take_away()
    store.bring_back()
    assert browser.me() == 200


def test_a_commit_is_on_the_disk_before_it_is_answered(make: MakeWorld, store: Store) -> None:
    run(store.url, f'ALTER DATABASE "{store.url.database}" SET synchronous_commit = off')
    row = make().database.first(text("SHOW synchronous_commit"), {})
    assert row is not None
    assert row[0] == "on"
