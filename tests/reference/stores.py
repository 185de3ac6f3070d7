"""Where the servers of the tests keep their data: a file each, or a database of a cluster."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.util import module_from_spec, spec_from_file_location
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url

from reference_impl.models.database import Database
from reference_impl.models.migrations import migrate

TARGET = Path(__file__).resolve().parents[2] / "targets" / "reference"
Fill = Callable[[Database], None]
NAMES = count()


class Store:
    """What a test may ask of a database beside the server."""

    url: URL

    def rows(self, table: str) -> int:
        """Return how many rows a table has."""
        return int(run(self.url, f"SELECT count(*) FROM {table}")[0])  # noqa: S608

    def take_away(self) -> None:
        """Make the database unreachable."""
        raise NotImplementedError

    def bring_back(self) -> None:
        """Make it reachable again."""
        raise NotImplementedError

    def remove(self) -> None:
        """Forget all of it."""


class SQLite(Store):
    """A file in a folder of its own."""

    def __init__(self, folder: Path, fill: Fill) -> None:
        self.folder = folder
        self.file = folder / "data" / "sessions.db"
        self.url = make_url(f"sqlite:///{self.file}")
        (folder / "data").mkdir(exist_ok=True)
        if not self.file.exists():
            self.file.write_bytes(_filled(fill))

    def take_away(self) -> None:
        (self.folder / "data").rename(self.folder / "away")

    def bring_back(self) -> None:
        (self.folder / "away").rename(self.folder / "data")


@dataclass
class Cluster:
    """A PostgreSQL server for the tests of one process."""

    folder: Path
    port: int

    @cached_property
    def url(self) -> URL:
        """Return the address of the database that is always there."""
        password = (self.folder / "pgpass").read_text().strip().split(":")[-1]
        place = f"postgresql+psycopg://reference@127.0.0.1:{self.port}/reference"
        return make_url(place).set(password=password)

    def run(self, statement: str) -> list[Any]:
        """Run a statement beside all databases of tests."""
        return run(self.url, statement)

    @cache  # noqa: B019 (there is one cluster)
    def template(self, fill: Fill) -> str:
        """Return the name of a database that is copied for each test."""
        name = f"filled{next(NAMES)}"
        self.run(f"CREATE DATABASE {name}")
        database = Database(self.url.set(database=name))
        migrate(database)
        fill(database)
        database.close()
        return name

    def __hash__(self) -> int:
        return self.port


class PostgreSQL(Store):
    """A database of its own in a cluster."""

    def __init__(self, cluster: Cluster, fill: Fill) -> None:
        self.cluster = cluster
        self.name = f"test{next(NAMES)}"
        self.url = cluster.url.set(database=self.name)
        cluster.run(f"CREATE DATABASE {self.name} TEMPLATE {cluster.template(fill)}")

    def take_away(self) -> None:
        self.cluster.run(f"ALTER DATABASE {self.name} ALLOW_CONNECTIONS false")
        self.cluster.run(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"  # noqa: S608
            f" WHERE datname = '{self.name}'"
        )

    def bring_back(self) -> None:
        self.cluster.run(f"ALTER DATABASE {self.name} ALLOW_CONNECTIONS true")

    def remove(self) -> None:
        self.cluster.run(f"DROP DATABASE {self.name} WITH (FORCE)")


def run(url: URL, statement: str) -> list[Any]:
    """Run one statement on a connection of its own; return the first column."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            result = connection.execute(text(statement))
            return list(result.scalars()) if result.returns_rows else []
    finally:
        engine.dispose()


@cache
def cluster_tool() -> ModuleType:
    """Return the script by which the target starts its PostgreSQL server."""
    spec = spec_from_file_location("postgresql_tool", TARGET / "postgresql.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def _filled(fill: Fill) -> bytes:
    """Return a database file made once for all tests."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "users.db"
        database = Database(make_url(f"sqlite:///{file}"))
        migrate(database)
        fill(database)
        database.close()
        return file.read_bytes()
