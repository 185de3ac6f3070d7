"""The tools that are measured: how each is found, asked for its version, and started."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.work import Kind, Work

_PLAIN_PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
_ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # no plugin but those that the command names
_PLUGIN = ("-p", "conformance.plugin")
_XDIST = ("-p", "xdist", "-n")
_NO_WAITS: tuple[Kind, ...] = ("logouts",)  # of tools that wait one after the other
_MOST_WORKERS = 40  # processes of pytest-xdist that may sleep beside each other


@dataclass(frozen=True)
class Tool:
    """One way to do the work; it is written by `WRITERS[written_for]` in the folder it runs in.

    `command` gets the work and returns the arguments; `version` asks for the version.
    """

    name: str
    written_for: str
    command: Callable[[Work], Sequence[str]]
    version: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    kinds: tuple[Kind, ...] = ("logouts", "waits")

    @property
    def is_installed(self) -> bool:
        """Whether its program is there and says its version."""
        return bool(self.version_text)

    @property
    def version_text(self) -> str:
        """The version that it says, or an empty text."""
        try:
            told = subprocess.run(  # noqa: S603 (programs that the user has installed)
                self.version, capture_output=True, text=True, check=True, env=self.whole_environment
            )
        except (OSError, subprocess.CalledProcessError):
            return ""
        found = re.search(r"\d+(\.\d+)+", told.stdout)
        return found[0] if found else ""

    @property
    def whole_environment(self) -> dict[str, str]:
        """The environment that it runs in."""
        return {**os.environ, **self.environment}


def ours() -> list[Tool]:
    """Return this suite: by its command and by pytest, in one process and in two."""
    run = (sys.executable, "-m", "conformance", "run", "--target", "profile.yaml")
    files = ("--scenarios", "scenarios", "--report-dir", "report")
    version = (sys.executable, "-m", "conformance", "--version")

    def command(processes: int) -> Tool:
        at_once = ("--processes", str(processes), "--concurrency", "2")
        name = f"session-conformance run --processes {processes}"
        return Tool(name, "ours", lambda _: (*run, *files, *at_once), version)

    def plugin(processes: int) -> Tool:
        started = (*_PLAIN_PYTEST, *_PLUGIN, *_XDIST, str(processes))
        arguments = (*started, "scenarios", "--target", "profile.yaml", "--concurrency", "2")
        name = f"session-conformance, pytest -n {processes}"
        return Tool(name, "ours", lambda _: arguments, version, _ALONE)

    return [command(2), command(1), plugin(2), plugin(0)]


def peers(folder: Path) -> list[Tool]:
    """Return the other tools, as they are installed below `folder` or found in the PATH."""
    python = str(folder / "bin" / "python")
    hurl, newman = _program(folder, "hurl"), _program(folder, "newman")
    stepci = _program(folder, "stepci")
    tavern = (python, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    gabbi = shlex.quote(str(folder / "bin" / "gabbi-run"))
    return [
        Tool("Hurl", "hurl", _hurl(hurl), (hurl, "--version")),
        Tool(
            "pytest + requests, -n 2",
            "pytest",
            lambda _: (*_PLAIN_PYTEST, *_XDIST, "2"),
            _version_of(sys.executable, "pytest"),
            _ALONE,
            kinds=_NO_WAITS,
        ),
        Tool(
            f"pytest + requests, -n {_MOST_WORKERS}",
            "pytest",
            lambda work: (*_PLAIN_PYTEST, *_XDIST, str(min(work.scenarios, _MOST_WORKERS))),
            _version_of(sys.executable, "pytest"),
            _ALONE,
            kinds=("waits",),
        ),
        Tool(
            "StepCI",
            "stepci",
            lambda _: (stepci, "run", "workflow.yml"),
            (stepci, "--version"),
            {"STEPCI_DISABLE_ANALYTICS": "1", "NO_UPDATE_NOTIFIER": "1"},
        ),
        Tool(
            "Tavern, -n 2",
            "tavern",
            lambda _: (*tavern, "-n", "2"),
            _version_of(python, "tavern"),
            kinds=_NO_WAITS,
        ),
        Tool(
            "Newman, two processes",
            "newman",
            lambda _: _side_by_side(f"{shlex.quote(newman)} run {{}}.json --silent"),
            (newman, "--version"),
            kinds=_NO_WAITS,
        ),
        Tool(
            "Gabbi, two processes",
            "gabbi",
            lambda work: _side_by_side(f"{gabbi} -q {_host(work)} -- {{}}/*.yaml"),
            _version_of(python, "gabbi"),
            kinds=_NO_WAITS,
        ),
    ]


def _hurl(program: str) -> Callable[[Work], Sequence[str]]:
    """Return how Hurl is started: a job for each scenario that waits, else as many as cores."""

    def command(work: Work) -> Sequence[str]:
        jobs = work.scenarios if work.kind == "waits" else os.cpu_count() or 1
        return ("sh", "-c", f"{shlex.quote(program)} --test --jobs {jobs} *.hurl")

    return command


def _side_by_side(command: str) -> Sequence[str]:
    """Return a command that runs another for the names 0 and 1 and fails where either does."""
    first, second = command.format(0), command.format(1)
    return ("sh", "-c", f"if ls 1* >/dev/null 2>&1; then {second} & fi; {first} && wait $!")


def _host(work: Work) -> str:
    return work.url.removeprefix("http://")


def _program(folder: Path, name: str) -> str:
    """Return where a program is: installed by cargo or npm below `folder`, or in the PATH."""
    places = (folder / "bin" / name, folder / "node_modules" / ".bin" / name)
    return next((str(one) for one in places if one.exists()), shutil.which(name) or name)


def _version_of(python: str, package: str) -> Sequence[str]:
    code = f"from importlib.metadata import version; print(version({package!r}))"
    return (python, "-c", code)
