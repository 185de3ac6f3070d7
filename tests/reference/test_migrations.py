import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from reference_impl.auth import attempts
from reference_impl.models import migrations, session
from reference_impl.models.database import Database, metadata
from reference_impl.models.migrations import NEWEST, SchemaError, migrate

from .conftest import on_both_databases
from .stores import PostgreSQL, SQLite, Store, run
from .test_command_line import COMMAND, environment

pytestmark = on_both_databases


@pytest.fixture
def database(store: Store) -> Iterator[Database]:
    database = Database(store.url)
    yield database
    database.close()


def start(store: Store, folder: Path) -> "subprocess.Popen[str]":
    url = store.url.render_as_string(hide_password=False)
    return subprocess.Popen(
        [*COMMAND, "migrate"],
        cwd=folder,
        env=environment(DATABASE_URL=url),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_steps_make_the_tables_that_the_program_uses(database: Database) -> None:
    assert {session.sessions, attempts.attempts} <= set(metadata.tables.values())
    with database.transaction() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    assert differences == []


def test_a_second_time_changes_nothing(store: Store, database: Database) -> None:
    migrate(database)
    assert run(store.url, "SELECT version_num FROM alembic_version") == [NEWEST]
    assert store.rows("users") == 2


def test_a_schema_that_is_up_to_date_needs_no_alembic(store: Store, tmp_path: Path) -> None:
    # It would make each start half as long again.
    program = (
        "import sys; from reference_impl.__main__ import main; main(['migrate']);"
        "sys.exit('alembic' in sys.modules)"
    )
    url = store.url.render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=environment(DATABASE_URL=url),
        check=False,
        capture_output=True,
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_database_of_the_time_before_migrations_is_taken_over(
    store: Store, database: Database
) -> None:
    run(store.url, "DROP TABLE alembic_version")
    migrate(database)
    assert run(store.url, "SELECT version_num FROM alembic_version") == [NEWEST]
    assert store.rows("users") == 2


def test_a_newer_schema_stops_the_start_with_one_line(store: Store, tmp_path: Path) -> None:
    run(store.url, "UPDATE alembic_version SET version_num = 'next'")
    process = start(store, tmp_path)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    assert err.startswith("error: the schema of the database is 'next', of a newer version")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "statement", ["ALTER TABLE users RENAME TO people", "ALTER TABLE users DROP auth_version"]
)
def test_tables_of_another_program_are_left_alone(
    store: Store, database: Database, statement: str
) -> None:
    run(store.url, "DROP TABLE alembic_version")
    run(store.url, statement)
    with pytest.raises(SchemaError, match="tables of another program"):
        migrate(database)


def test_a_step_that_fails_leaves_nothing_behind(
    store: Store, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for table in ("sessions", "users", "login_attempts", "alembic_version"):
        run(store.url, f"DROP TABLE {table}")
    real = migrations._migrate

    def fail(*arguments: object) -> None:
        real(*arguments)  # type: ignore[arg-type]
        raise RuntimeError

    monkeypatch.setattr(migrations, "_migrate", fail)
    with pytest.raises(RuntimeError):
        migrate(database)
    monkeypatch.undo()
    migrate(database)
    assert store.rows("users") == 0


def test_servers_that_start_together_on_an_empty_database_do_not_collide(
    store: Store, tmp_path: Path
) -> None:
    if isinstance(store, SQLite):
        store.file.unlink()
    for table in ("sessions", "users", "login_attempts", "alembic_version"):
        if isinstance(store, PostgreSQL):
            run(store.url, f"DROP TABLE {table}")
    starting = [start(store, tmp_path) for _ in range(4)]
    results = [(*process.communicate(timeout=60), process.returncode) for process in starting]
    assert results == [(f"the schema is {NEWEST}\n", "", 0)] * 4
    assert store.rows("users") == 0
