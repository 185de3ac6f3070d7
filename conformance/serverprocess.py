"""One server of a target that the suite runs itself: started, stopped, killed, started again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from conformance.baseurl import BaseUrl
from conformance.errors import ServerProcessError, Unreachable
from conformance.model import Command, Ready
from conformance.running import Runner
from conformance.wire import Wire

_START_SECONDS = 60.0
_STOP_SECONDS = 5
_POLL_SECONDS = 0.02
_PROBE_SECONDS = 5.0
_ERROR = 400


@dataclass
class ServerProcess:
    """A server that listens where `url` says, once its command runs; `log` gets its output.

    Where `ready` is given it is started only when it answers that page without an error.
    """

    command: Command
    runner: Runner
    url: str
    log: Path
    ready: Ready | None = None
    ca_file: str = ""
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and wait until it accepts connections, or until it is ready."""
        self.stop()  # what is left of it, so that two never share its port and its data
        if not self._falls_silent():
            how = f"can't be started: something listens at {self._where} already"
            raise self.runner.failed(self.command, how, "")
        try:
            with self.log.open("ab") as log, tempfile.TemporaryFile() as given:
                given.write(self.command.input.encode())
                given.seek(0)
                self._process = subprocess.Popen(  # noqa: S603 (the profile's own, without a shell)
                    self.command.arguments,
                    cwd=self.runner.folder,
                    env=self.runner.whole_environment(),
                    stdin=given,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,  # so that it and its children can be stopped together
                )
        except OSError as error:
            raise self.runner.failed(self.command, "can't be run", str(error)) from None
        self._wait_until_it_listens(self._process)

    def stop(self) -> None:
        """Stop the server and its children; kill what has not ended after 5 seconds.

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
            self._end(process)

    def kill(self) -> None:
        """Kill the server and its children, which get no chance to finish anything."""
        process, self._process = self._process, None
        if process is not None:
            self._end(process)

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        _signal_group(process, signal.SIGKILL)
        process.wait()
        self._falls_silent()  # a killed child may hold the port for a moment longer

    def _wait_until_it_listens(self, process: subprocess.Popen[bytes]) -> None:
        seconds = self.ready.seconds if self.ready else _START_SECONDS
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if process.poll() is not None:
                how = f"ended at once with exit code {process.returncode}"
                raise self._start_failed(how)
            if self._listens() and self._is_ready():
                return
            time.sleep(_POLL_SECONDS)
        self.stop()
        what = f"answer GET {self.ready.path} well" if self.ready else "listen"
        how = f"does not {what} at {self._where} after {seconds:g} s"
        raise self._start_failed(how)

    def _is_ready(self) -> bool:
        if self.ready is None:
            return True
        try:
            url = BaseUrl(self.url).url_of(self.ready.path)
            return Wire(self.ca_file, timeout=_PROBE_SECONDS).send("GET", url, ()).status < _ERROR
        except Unreachable:
            return False

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
        parts = urlsplit(self.url)
        return parts.hostname or "127.0.0.1", parts.port or 80

    @property
    def _where(self) -> str:
        return "{}:{}".format(*self._address)

    def _start_failed(self, how: str) -> ServerProcessError:
        return self.runner.failed(self.command, how, self.log.read_text("utf-8", "replace"))


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)  # it leads its own group, see start_new_session
