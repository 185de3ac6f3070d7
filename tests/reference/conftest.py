import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .helpers import World, add_users, make_world
from .stores import Cluster, PostgreSQL, SQLite, Store, cluster_tool

MakeWorld = Callable[..., World]

# Tests of what the database itself has to get right run on each of them.
POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.postgresql)
on_both_databases = pytest.mark.parametrize("kind", ["sqlite", POSTGRESQL])
on_postgresql = pytest.mark.parametrize("kind", [POSTGRESQL])


@pytest.fixture
def kind() -> str:
    """Return the database that a test runs on if it does not say."""
    return os.environ.get("REFERENCE_DATABASE", "sqlite")


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Start a PostgreSQL server for the tests of this process."""
    tool = cluster_tool()
    if tool.find("initdb") is None:
        pytest.skip("no PostgreSQL server is installed")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("cluster")
    tool.make(folder, port)
    yield Cluster(folder, port)
    tool.remove(folder)


@pytest.fixture
def store(tmp_path: Path, kind: str, request: pytest.FixtureRequest) -> Iterator[Store]:
    """Give the test a database that Alice and Bob are in."""
    if kind == "sqlite":
        store: Store = SQLite(tmp_path, add_users)
    else:
        store = PostgreSQL(request.getfixturevalue("cluster"), add_users)
    yield store
    store.remove()


@pytest.fixture(params=["session_auth", "session_db_auth"])
def auth_type(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture
def make(store: Store) -> Iterator[MakeWorld]:
    """Make servers that keep sessions in the database, unless the test says otherwise."""
    worlds: list[World] = []

    def make(environment: dict[str, str] | None = None, **parts: object) -> World:
        worlds.append(make_world(store, environment or {}, **parts))
        return worlds[-1]

    yield make
    for world in worlds:
        world.database.close()


@pytest.fixture
def world(make: MakeWorld, auth_type: str) -> World:
    """Run the test with sessions in memory, and again with sessions in the database."""
    return make({"AUTH_TYPE": auth_type})


@pytest.fixture
def server(make: MakeWorld) -> World:
    """Run the test once: what it is about does not depend on where sessions are kept."""
    return make()
