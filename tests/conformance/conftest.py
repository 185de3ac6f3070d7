from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from toyserver import Toy
from toysuite import Clock, Suite, write_profile

from conformance.model import Profile
from conformance.profiles import read_profile

FREE_PORT = "http://127.0.0.1:{port}"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def toy(clock: Clock) -> Iterator[Toy]:
    with Toy(clock).serving() as server:
        yield server


@pytest.fixture
def suite(
    toy: Toy, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Suite]:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))  # where accounts are locked
    one = Suite(toy, clock, tmp_path)
    yield one
    one.wire.drop_connections()


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port of 127.0.0.1 at which nothing listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@pytest.fixture
def launching(tmp_path: Path) -> Callable[..., Profile]:
    """Return a function that makes a profile with these keys."""

    def make(**changes: Any) -> Profile:
        spaced = {name.replace("_", " "): value for name, value in changes.items()}
        return read_profile(write_profile(tmp_path / "profile.yaml", FREE_PORT, spaced))

    return make


@pytest.fixture
def scratch_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "tmp"
    root.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(root))
    return root
