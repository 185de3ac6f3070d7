"""A PostgreSQL of its own for the time of the measurement, in a folder that is thrown away."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.sessions.ports import free_port

USER = "postgres"  # initdb refuses to run as root
# As installed, but for what would run between the measurements: the stores are vacuumed when they
# have been filled.
SETTINGS = {"listen_addresses": "127.0.0.1", "max_connections": "200", "autovacuum": "off"}


class NoPostgreSQL(Exception):
    """The programs of PostgreSQL are not installed, or it did not start."""


@dataclass(frozen=True)
class Cluster:
    """A running PostgreSQL."""

    port: int
    pid: int
    version: str

    def create(self, name: str) -> str:
        """Create a database and return its URL in SQLAlchemy's spelling."""
        import psycopg

        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self._url(name).replace("postgresql", "postgresql+psycopg")

    def _url(self, name: str) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{name}"


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Start PostgreSQL on a free port of 127.0.0.1; it is stopped and removed at the end."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="benchmark-postgresql-"))
    if os.getuid() == 0:
        shutil.chown(folder, USER)
    data, port = folder / "data", free_port()
    options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
    options += f" -p {port} -c unix_socket_directories={folder}"
    log = ["-D", str(data), "-w", "-l", str(folder / "log"), "-o", options]
    try:
        _run([programs / "initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8"], folder)
        _run([programs / "pg_ctl", *log, "start"], folder)
        pid = int((data / "postmaster.pid").read_text().split()[0])
        try:
            yield Cluster(port, pid, _version(programs))
        finally:
            _run([programs / "pg_ctl", "-D", data, "-m", "fast", "-w", "stop"], folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    found = shutil.which("initdb")
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: one.parent.name)
    if found:
        return Path(found).resolve().parent
    if places:
        return places[-1]
    raise NoPostgreSQL("initdb is not installed")


def _run(command: list[str | Path], folder: Path) -> None:
    done = subprocess.run(  # noqa: S603 (PostgreSQL's own programs)
        [str(part) for part in command],
        user=USER if os.getuid() == 0 else None,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,  # the server would keep a pipe open
    )
    if done.returncode:
        raise NoPostgreSQL(f"{command[0]} failed with {done.returncode}")


def _version(programs: Path) -> str:
    command = [str(programs / "postgres"), "--version"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603
