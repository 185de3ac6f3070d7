"""Prepares, starts, restarts and stops a target as its profile says."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from conformance.errors import ServerProcessError
from conformance.model import Command, Launch, Profile
from conformance.signs import fill

_SET_UP_SECONDS = 120
_START_SECONDS = 60
_STOP_SECONDS = 5
_POLL_SECONDS = 0.02


@contextmanager
def started(profile: Profile) -> Iterator[tuple[Profile, TargetProcess]]:
    """Prepare and start the target on a free port of 127.0.0.1; stop it at the end, come what may.

    Yields the profile with its placeholders filled, and the process. Raises ServerProcessError.
    """
    if profile.launch is None:
        raise ServerProcessError(f"{profile.name}: the profile has no 'start' command")
    scratch = tempfile.mkdtemp(prefix="session-conformance-")
    values = _values(profile, scratch)
    filled = replace(
        profile,
        base_url=str(fill(profile.base_url, values)),
        ca_file=str(fill(profile.ca_file, values)),
        launch=_filled(profile.launch, values),
    )
    hidden = tuple(user.password for user in profile.users.values())
    process = TargetProcess(_filled(profile.launch, values), filled.base_url, Path(scratch), hidden)
    try:
        process.set_up()
        process.start()
        yield filled, process
    finally:
        process.stop()
        shutil.rmtree(scratch, ignore_errors=True)


def _values(profile: Profile, scratch: str) -> dict[str, str]:
    values = {"python": sys.executable, "port": str(_free_port()), "scratch": scratch}
    for role, user in profile.users.items():
        values |= {f"{role}.username": user.username, f"{role}.password": user.password}
    return values


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _filled(launch: Launch, values: Mapping[str, str]) -> Launch:
    def command(one: Command) -> Command:
        arguments = tuple(str(fill(argument, values)) for argument in one.arguments)
        return replace(one, arguments=arguments, input=str(fill(one.input, values)))

    return replace(
        launch,
        start=command(launch.start),
        set_up=tuple(command(one) for one in launch.set_up),
        environment={name: str(fill(v, values)) for name, v in launch.environment.items()},
    )


@dataclass
class TargetProcess:
    """One target that the suite runs itself; it listens where `base_url` says.

    `hidden` are texts that no message shows.
    """

    launch: Launch
    base_url: str
    scratch: Path
    hidden: tuple[str, ...] = field(default=(), repr=False)
    _process: subprocess.Popen[bytes] | None = None

    def set_up(self) -> None:
        """Run the profile's set-up commands one after the other."""
        for command in self.launch.set_up:
            try:
                done = subprocess.run(  # noqa: S603 (the profile's own command, without a shell)
                    command.arguments,
                    cwd=self.launch.folder,
                    env=self._environment(),
                    input=command.input.encode(),
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    timeout=_SET_UP_SECONDS,
                    check=False,
                )
            except (OSError, subprocess.TimeoutExpired) as error:
                raise self._failed(command, "can't be run", _why(error)) from None
            if done.returncode:
                output = done.stdout.decode("utf-8", "replace")
                raise self._failed(command, f"ended with exit code {done.returncode}", output)

    def start(self) -> None:
        """Start the target and wait until it accepts connections."""
        self.stop()  # what is left of it, so that two never share its port and its data
        command = self.launch.start
        if not self._falls_silent():
            how = f"can't be started: something listens at {self._where} already"
            raise self._failed(command, how, "")
        try:
            with self._log.open("ab") as log, tempfile.TemporaryFile() as given:
                given.write(command.input.encode())
                given.seek(0)
                self._process = subprocess.Popen(  # noqa: S603 (as above)
                    command.arguments,
                    cwd=self.launch.folder,
                    env=self._environment(),
                    stdin=given,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,  # so that it and its children can be stopped together
                )
        except OSError as error:
            raise self._failed(command, "can't be run", _why(error)) from None
        self._wait_until_it_listens(self._process)

    def stop(self) -> None:
        """Stop the target and its children; kill what has not ended after 5 seconds.

        Returns when nothing of it takes connections any more, or after 5 seconds more.
        """
        process, self._process = self._process, None
        if process is None:
            return
        _signal_group(process, signal.SIGTERM)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            pass
        finally:
            _signal_group(process, signal.SIGKILL)
            process.wait()
            self._falls_silent()  # a killed child may hold the port for a moment longer

    @property
    def _log(self) -> Path:
        return self.scratch / "server.log"

    def _environment(self) -> dict[str, str]:
        return {**os.environ, **self.launch.environment}

    def _wait_until_it_listens(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                how = f"ended at once with exit code {process.returncode}"
                raise self._start_failed(how)
            if self._listens():
                return
            time.sleep(_POLL_SECONDS)
        self.stop()
        how = f"does not listen at {self._where} after {_START_SECONDS} s"
        raise self._start_failed(how)

    def _falls_silent(self) -> bool:
        deadline = time.monotonic() + _STOP_SECONDS
        while self._listens():
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL_SECONDS)
        return True

    def _listens(self) -> bool:
        with suppress(OSError), socket.create_connection(self._address, timeout=1):
            return True
        return False

    @property
    def _address(self) -> tuple[str, int]:
        parts = urlsplit(self.base_url)
        return parts.hostname or "127.0.0.1", parts.port or 80

    @property
    def _where(self) -> str:
        return "{}:{}".format(*self._address)

    def _start_failed(self, how: str) -> ServerProcessError:
        return self._failed(self.launch.start, how, self._log.read_text("utf-8", "replace"))

    def _failed(self, command: Command, how: str, output: str) -> ServerProcessError:
        def shown(text: str) -> str:
            for secret in (*self.hidden, *command.input.splitlines()):
                text = text.replace(secret, "<hidden>") if secret.strip() else text
            return text

        name = " ".join(Path(shown(argument)).name for argument in command.arguments)
        lines = [line.strip() for line in output.splitlines() if line.strip()]
        said = f": {shown(lines[-1])}" if lines else ""
        return ServerProcessError(f"{command.place}: '{name}' {how}{said}")


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)  # it leads its own group, see start_new_session


def _why(error: OSError | subprocess.TimeoutExpired) -> str:
    if isinstance(error, subprocess.TimeoutExpired):
        return f"it took longer than {error.timeout:g} s"
    return str(error)
