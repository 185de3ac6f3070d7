"""The fast way to a session finds what the slow way finds, and survives what it survives."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import bindparam, select
from sqlalchemy.engine import make_url

from reference_impl.auth.session_auth import hash_token
from reference_impl.models import session as statements
from reference_impl.models.database import Database, DatabaseUnavailable

from .conftest import MakeWorld, on_both_databases


def logged_in(make: MakeWorld) -> tuple[Database, bytes]:
    world = make()
    return world.database, hash_token(str(world.signed_in().token))


def close_pooled_connections(database: Database) -> None:
    links = [database._read.raw_connection() for _ in range(3)]
    for link in links:
        link.driver_connection.close()  # type: ignore[union-attr]
        link.close()


@on_both_databases
def test_a_look_up_finds_the_row_that_first_finds(make: MakeWorld) -> None:
    database, token_hash = logged_in(make)
    slow: Any = database.first(statements.FIND, {"hash": token_hash})
    fast: Any = database.look_up(statements.FIND, "hash")(token_hash)
    assert fast._asdict() == dict(slow._mapping)
    assert list(map(type, fast)) == list(map(type, slow))


def test_a_look_up_of_what_is_not_there_finds_none(make: MakeWorld) -> None:
    database, _ = logged_in(make)
    assert database.look_up(statements.FIND, "hash")(hash_token("another")) is None


@on_both_databases
def test_a_look_up_is_tried_again_when_all_connections_are_dead(make: MakeWorld) -> None:
    database, token_hash = logged_in(make)
    find = database.look_up(statements.FIND, "hash")
    assert find(token_hash)
    close_pooled_connections(database)
    assert find(token_hash)


def test_a_look_up_without_a_database_says_so(tmp_path: Path) -> None:
    database = Database(make_url(f"sqlite:///{tmp_path}/away.db"))
    find = database.look_up(statements.FIND, "hash")
    with pytest.raises(DatabaseUnavailable):
        find(b"")
    database.close()


def test_a_look_up_in_what_is_no_database_says_so(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_bytes(b"this is no database at all" * 99)
    database = Database(make_url(f"sqlite:///{tmp_path}/text.db"))
    find = database.look_up(statements.FIND, "hash")
    with pytest.raises(DatabaseUnavailable):
        find(b"")
    database.close()


@on_both_databases
def test_a_look_up_that_is_wrong_itself_is_no_outage(make: MakeWorld) -> None:
    database, _ = logged_in(make)
    if sys.version_info < (3, 11) and database.dialect == "sqlite":
        pytest.skip("before Python 3.11 sqlite3 reports this as it reports a lost connection")
    wrong = select(statements.sessions.c.public_id).where(
        statements.sessions.c.token_hash == bindparam("hash")
    )
    find = database.look_up(wrong, "hash")
    with pytest.raises(database._read.dialect.loaded_dbapi.Error):
        find(object())  # type: ignore[arg-type]
