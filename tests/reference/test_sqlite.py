from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from reference_impl.models.database import Database, DatabaseUnavailable
from reference_impl.models.migrations import migrate

from .conftest import MakeWorld

pytestmark = pytest.mark.parametrize("kind", ["sqlite"])


def test_a_file_that_is_no_database_is_a_database_that_is_away(make: MakeWorld) -> None:
    world = make()
    browser = world.signed_in()
    world.take_database_away()
    file = Path(world.store.url.database or "")
    file.parent.mkdir()
    file.write_text("no database at all " * 100)
    assert browser.me() == 503


def test_a_file_that_was_moved_is_not_served_from_the_open_one(make: MakeWorld) -> None:
    world = make()
    browser = world.signed_in()
    world.take_database_away()
    assert browser.me() == 503
    assert browser.send("DELETE", "/auth_session/logout").status_code == 503
    file = Path(world.store.url.database or "")
    assert not file.parent.exists()
    world.bring_database_back()
    assert browser.me() == 200
    assert browser.send("DELETE", "/auth_session/logout").status_code == 200


def test_no_new_database_takes_the_place_of_one_that_was_deleted(make: MakeWorld) -> None:
    world = make()
    browser = world.signed_in()
    file = Path(world.store.url.database or "")
    file.unlink()
    assert browser.me() == 503
    assert not file.exists()


def test_the_file_is_for_its_owner_alone(tmp_path: Path, kind: str) -> None:
    file = tmp_path / f"{kind}.db"
    database = Database(make_url(f"sqlite:///{file}"))
    migrate(database)
    database.close()
    assert file.stat().st_mode & 0o077 == 0


def test_a_factory_that_can_not_reach_the_database_says_so(tmp_path: Path, kind: str) -> None:
    database = Database(make_url(f"{kind}:///{tmp_path / 'nowhere' / 'x.db'}"))
    with pytest.raises(DatabaseUnavailable):
        migrate(database)


def test_the_pragmas_are_set_on_every_connection(make: MakeWorld) -> None:
    database = make().database
    with database.transaction() as connection:
        for name, value in {
            "journal_mode": "wal",
            "synchronous": 2,
            "foreign_keys": 1,
            "busy_timeout": 5000,
        }.items():
            assert connection.exec_driver_sql(f"PRAGMA {name}").scalar() == value


@pytest.mark.parametrize("name", ["50% off.db", "a?b#c.db"])
def test_a_file_may_have_any_name(tmp_path: Path, kind: str, name: str) -> None:
    database = Database(make_url(f"{kind}://").set(database=str(tmp_path / name)))
    migrate(database)
    database.close()
    assert (tmp_path / name).exists()
