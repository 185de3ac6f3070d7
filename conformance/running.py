"""Runs the commands of a profile, in its folder and with its environment."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from conformance.errors import ServerProcessError
from conformance.model import Command


@dataclass(frozen=True)
class Runner:
    """Where commands run and what they find in their environment; no message shows `hidden`."""

    folder: str
    environment: Mapping[str, str] = field(default_factory=dict)
    hidden: tuple[str, ...] = field(default=(), repr=False)

    def run(self, command: Command, seconds: float) -> bytes:
        """Run a command to its end and return what it printed; raises ServerProcessError.

        It may leave programs running behind it, whatever these do with its output.
        """
        # Files and not pipes: a pipe has no end as long as some program left behind holds it.
        with tempfile.TemporaryFile() as printed, tempfile.TemporaryFile() as told:
            try:
                # The profile's own command, without a shell. In a session of its own, so that
                # Ctrl-C ends the run in order and not the programs of the target beside it.
                done = subprocess.run(  # noqa: S603
                    command.arguments,
                    cwd=self.folder,
                    env=self.whole_environment(),
                    input=command.input.encode(),
                    stdout=printed,
                    stderr=told,
                    timeout=seconds,
                    check=False,
                    start_new_session=True,
                )
            except subprocess.TimeoutExpired:  # of which what was left may be less than `seconds`
                said = f"it took longer than {seconds:g} s"
                raise self.failed(command, "can't be run", said) from None
            except OSError as error:
                raise self.failed(command, "can't be run", str(error)) from None
            for file in (printed, told):
                file.seek(0)
            output = printed.read()
            if done.returncode:
                words = (output + b"\n" + told.read()).decode("utf-8", "replace")
                raise self.failed(command, f"ended with exit code {done.returncode}", words)
            return output

    def whole_environment(self) -> dict[str, str]:
        """Return the environment of this process with that of the profile added."""
        return {**os.environ, **self.environment}

    def failed(self, command: Command, how: str, output: str) -> ServerProcessError:
        """Return the error of a command: its place and name, how it failed, its last words."""

        def shown(text: str) -> str:
            for secret in (*self.hidden, *command.input.splitlines()):
                text = text.replace(secret, "<hidden>") if secret.strip() else text
            return text

        name = " ".join(Path(shown(argument)).name for argument in command.arguments)
        lines = [line.strip() for line in output.splitlines() if line.strip()]
        said = f": {shown(lines[-1])}" if lines else ""
        return ServerProcessError(f"{command.place}: '{name}' {how}{said}")
