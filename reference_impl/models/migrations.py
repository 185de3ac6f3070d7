"""Migrations: brings the schema of a database up to date, one process at a time."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from reference_impl.models.database import Database

NEWEST = "0001"
FIRST = "0001"
STEPS = Path(__file__).parents[1] / "migrations"
# By these columns the tables of the time before migrations are told from those of other programs.
OURS = {"users": "auth_version", "sessions": "token_hash", "login_attempts": "window_start"}
FOUND = text("SELECT version_num FROM alembic_version")


class SchemaError(Exception):
    """The database has a schema that this version can't use; the message is one line."""


def migrate(database: Database) -> None:
    """Make the tables, or change them to what this version needs; all steps or none.

    Servers that start together on one database wait for each other here. Raises SchemaError,
    or DatabaseUnavailable.
    """
    with database.alone() as connection:
        found = _revision(connection)
        if found != NEWEST:
            _migrate(connection, found)


def _revision(connection: Connection) -> str | None:
    inspector = inspect(connection)
    if inspector.has_table("alembic_version"):
        revision: str | None = connection.execute(FOUND).scalar()
        return revision
    return None


def _migrate(connection: Connection, found: str | None) -> None:
    # Loaded only when there is something to do: it takes as long as all the rest of a start.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(STEPS).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise SchemaError(
            f"the schema of the database is {found!r}, of a newer version than this one, "
            f"which knows up to {NEWEST!r}"
        )
    if found is None and _has_tables(connection):
        command.stamp(config, FIRST)  # made by a version without migrations: taken over as it is
    command.upgrade(config, "head")


def _has_tables(connection: Connection) -> bool:
    inspector = inspect(connection)
    present = OURS.keys() & set(inspector.get_table_names())
    ours = {
        table
        for table in present
        if OURS[table] in {column["name"] for column in inspector.get_columns(table)}
    }
    if present and ours != OURS.keys():
        names = ", ".join(sorted(present))
        raise SchemaError(f"the database has tables of another program ({names})")
    return bool(present)
