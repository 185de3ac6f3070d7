"""A throw-away PostgreSQL server on 127.0.0.1, for one run; a power cut would be its end.

`python postgresql.py make FOLDER PORT`: FOLDER/pgpass is what clients need as PGPASSFILE, the user
is `reference`, the database `reference`. `start`, `stop`, `print` and `remove` take FOLDER alone.
"""

import os
import pwd
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

USER = DATABASE = "reference"
OTHERS = ("postgres", "nobody")  # who runs it for root, whom initdb refuses
SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
full_page_writes = off
max_connections = 200
"""


def make(folder: Path, port: int) -> None:
    """Make a server with an empty database, and start it."""
    home = Path(tempfile.mkdtemp(prefix="postgresql-"))
    shutil.chown(home, *_owner())
    (folder / "postgresql").write_text(str(home))
    password = secrets.token_urlsafe()
    secret = _secret(home / "password", password)
    shutil.chown(secret, *_owner())
    access = ["--username", USER, "--auth", "scram-sha-256", "--pwfile", str(secret)]
    how = ["--no-sync", "--encoding", "UTF8", "--locale", "C"]
    _run(folder, "initdb", "--pgdata", str(home / "data"), *access, *how)
    with (home / "data" / "postgresql.conf").open("a") as file:
        file.write(f"{SETTINGS}port = {port}\n")
    _secret(folder / "pgpass", f"127.0.0.1:{port}:*:{USER}:{password}\n")
    start(folder)
    _ask(folder, "createdb", DATABASE)


def start(folder: Path) -> None:
    """Start the server, and return when it answers."""
    data = _home(folder) / "data"
    log = _home(folder) / "log"
    _run(folder, "pg_ctl", "start", "--wait", "--pgdata", str(data), "--log", str(log))


def stop(folder: Path) -> None:
    """Stop the server at once, whoever is connected."""
    data = str(_home(folder) / "data")
    _run(folder, "pg_ctl", "stop", "--wait", "--mode", "immediate", "--pgdata", data)


def dump(folder: Path) -> None:
    """Print all that the database holds."""
    sys.stdout.write(_ask(folder, "pg_dump", DATABASE))


def remove(folder: Path) -> None:
    """Stop the server, if it runs, and remove all of it."""
    if (_home(folder) / "data" / "postmaster.pid").exists():
        stop(folder)
    shutil.rmtree(_home(folder))


def _home(folder: Path) -> Path:
    # Apart from FOLDER, which may be closed to the user who runs the server.
    return Path((folder / "postgresql").read_text())


def _owner() -> tuple[str | int, int]:
    """Return user and group of the server: ours, or another's if ours is root."""
    if os.getuid():
        return os.getuid(), os.getgid()
    known = [one for one in pwd.getpwall() if one.pw_name in OTHERS]
    first = min(known, key=lambda one: OTHERS.index(one.pw_name))
    return first.pw_name, first.pw_gid


def _secret(file: Path, text: str) -> Path:
    file.touch(mode=0o600)
    file.write_text(text)
    return file


def find(program: str) -> str | None:
    """Return where a program of PostgreSQL is: Debian keeps those of the server off the PATH."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    places = [os.environ.get("PATH", ""), *map(str, folders)]
    return shutil.which(program, path=os.pathsep.join(places))


def _program(name: str) -> str:
    found = find(name)
    if found is None:
        sys.exit(f"error: no {name} found: is the PostgreSQL server installed?")
    return found


def _version(folder: Path) -> float:
    return float(folder.parent.name)


def _run(folder: Path, program: str, *arguments: str) -> str:
    """Run a program as the user who owns the server; return what it prints."""
    user, group = _owner()
    ours = {} if user == os.getuid() else {"user": user, "group": group, "extra_groups": []}
    return _output([_program(program), *arguments], cwd=_home(folder), **ours)


def _ask(folder: Path, program: str, *arguments: str) -> str:
    """Run a client's program; return what it prints."""
    port = (folder / "pgpass").read_text().split(":")[1]
    where = ["--host", "127.0.0.1", "--port", port, "--username", USER]
    access = {**os.environ, "PGPASSFILE": str(folder / "pgpass")}
    return _output([_program(program), *where, *arguments], env=access)


def _output(command: list[str], **how: object) -> str:
    done = subprocess.run(  # noqa: S603 (our own arguments)
        command, stdin=subprocess.DEVNULL, text=True, capture_output=True, check=False, **how
    )
    if done.returncode:
        sys.exit(f"error: {Path(command[0]).name}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


COMMANDS: dict[str, Callable[..., None]] = {
    "make": make,
    "start": start,
    "stop": stop,
    "print": dump,
    "remove": remove,
}

if __name__ == "__main__":
    command, target, *port = sys.argv[1:]
    COMMANDS[command](Path(target).absolute(), *map(int, port))
