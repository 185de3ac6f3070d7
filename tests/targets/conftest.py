"""Starting the small servers of targets/ as a user does, and stopping each by its process id."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

TARGETS = Path(__file__).parents[2] / "targets"
# A stop leaves it to the operating system to close sockets, which is no concern of the apps.
PYTHON = [sys.executable, "-W", "error", "-W", "ignore::ResourceWarning"]
# What a developer has set must not reach a server under test.
SETTINGS = ("API_", "AUTH_", "DATABASE", "DJANGO_", "SESSION_")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class Target:
    """One server: its script, its settings, and its process while it runs."""

    script: Path
    folder: Path
    environment: Mapping[str, str]
    arguments: list[str] = field(default_factory=list)
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def variables(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
        return {
            **kept,
            "PYTHONDONTWRITEBYTECODE": "1",
            "API_HOST": "127.0.0.1",
            "API_PORT": str(self.port),
            **self.environment,
        }

    def run(
        self, *arguments: str, script: str | None = None, stdin: str = ""
    ) -> "subprocess.CompletedProcess[str]":
        """Run the script (or one beside it) to its end, in a folder that is not its own."""
        path = self.script.with_name(script) if script else self.script
        return subprocess.run(
            [*PYTHON, str(path), *arguments],
            cwd=self.folder,
            env=self.variables(),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    def start(self) -> None:
        arguments = [one.replace("{port}", str(self.port)) for one in self.arguments]
        with (self.folder / f"{self.port}.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*PYTHON, str(self.script), *arguments],
                cwd=self.folder,
                env=self.variables(),
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + 20
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"{self.script} did not start:\n{self.log()}")
            time.sleep(0.02)

    def stop(self) -> float:
        """Send SIGTERM and return how long the process took to end."""
        if self.process is None:
            return 0.0
        asked = time.monotonic()
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None
        return time.monotonic() - asked

    def log(self) -> str:
        return (self.folder / f"{self.port}.log").read_text()

    def _answers(self) -> bool:
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", self.port)) == 0


Launch = Callable[..., Target]


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launch]:
    """Return a function that describes a server; whatever it started is stopped at the end."""
    made: list[Target] = []

    def describe(
        script: str, environment: Mapping[str, str], arguments: list[str] | None = None
    ) -> Target:
        folder = tmp_path_factory.mktemp("target")
        made.append(Target(TARGETS / script, folder, environment, arguments or []))
        return made[-1]

    yield describe
    with ThreadPoolExecutor() as pool:
        list(pool.map(Target.stop, made))
