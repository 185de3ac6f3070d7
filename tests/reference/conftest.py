from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .helpers import World, make_world

MakeWorld = Callable[..., World]


@pytest.fixture(params=["session_auth", "session_db_auth"])
def auth_type(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture
def make(tmp_path: Path) -> Iterator[MakeWorld]:
    """Make servers that keep sessions in the database, unless the test says otherwise."""
    worlds: list[World] = []

    def make(environment: dict[str, str] | None = None, **parts: object) -> World:
        worlds.append(make_world(tmp_path, environment or {}, **parts))
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
