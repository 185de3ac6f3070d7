from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from toyserver import Toy
from toysuite import Clock, Suite


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
