"""Runs many targets, each as `session-conformance run` would, in a process of its own."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from conformance.data import folder
from conformance.errors import SuiteError, UsageError
from conformance.matrix.table import Attempt
from conformance.reportfiles import read_report

_PROFILE = "profile.yaml"
_WRONG_FILE = re.compile(r"\.ya?ml:[0-9]+:[0-9]+: ")
_SECONDS_TO_FINISH = 30  # for the report of a run that took too long


@dataclass(frozen=True)
class Plan:
    """How each target is run; `seconds` is the longest that one may take."""

    report_dir: Path
    more: tuple[str, ...] = ()  # further arguments of `run`
    jobs: int = 1
    seconds: float = 600


def chosen(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the targets that the arguments name, and those arguments that are no targets.

    An argument is a profile, the name of a known target, or a folder with a profile. Other folders
    and files are what a shell's `targets/*` also names.
    """
    named, others = [], []
    for argument in arguments or _known():
        path = Path(argument)
        if path.is_dir() and (path / _PROFILE).is_file():
            named.append(str(path / _PROFILE))
        elif path.is_dir() or (path.is_file() and path.suffix not in (".yaml", ".yml")):
            others.append(argument)
        else:
            named.append(argument)
    if not named:
        raise UsageError(f"there is no profile in: {', '.join(others)}")
    return named, others


def _known() -> list[str]:
    return sorted(str(path.parent) for path in folder("targets").glob(f"*/{_PROFILE}"))


def attempts(targets: Sequence[str], plan: Plan, tell: Callable[[str], None]) -> list[Attempt]:
    """Run all targets, `plan.jobs` at a time; return what came of each, in the order given.

    One that can't be started, or has a wrong profile, or takes too long says so in its attempt.
    """

    def one(target: str) -> Attempt:
        attempt = _attempt(target, plan)
        tell(f"{attempt.name}: {_told(attempt)}")
        return attempt

    with ThreadPoolExecutor(plan.jobs) as pool:
        return list(pool.map(one, targets))


def past(paths: Sequence[Path]) -> Iterator[Attempt]:
    """Yield an attempt for each report that is there already; raises InputError for a wrong one."""
    for path in paths:
        run = read_report(path)
        yield Attempt(run.target, run)


def _attempt(target: str, plan: Plan) -> Attempt:
    name = _short(target)
    directory = plan.report_dir / name.replace("/", "-")
    directory.mkdir(parents=True, exist_ok=True)
    report = directory / "report.json"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "conformance", "run", "--target", target]
    command += ["--report-dir", str(directory), *plan.more]
    log = directory / "run.log"
    in_time = _run(command, log, plan.seconds)
    if not in_time:
        return Attempt(name, trouble=f"it took longer than {plan.seconds:g} s")
    try:
        return Attempt(name, read_report(report))
    except SuiteError:
        return Attempt(name, trouble=_why(log) or "it wrote no report")


def _run(command: list[str], log: Path, seconds: float) -> bool:
    """Run a command, its output into `log`; say whether it ended in time. Too late, it is stopped.

    It gets a group of its own, so that Ctrl-C reaches this process alone, which passes it on.
    """
    with log.open("wb") as file:
        process = subprocess.Popen(  # noqa: S603 (this suite itself)
            command, stdin=subprocess.DEVNULL, stdout=file, stderr=file
        )
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        finally:
            _stop(process)
    return True


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a run so that it can stop its server; the second signal leaves it no time."""
    for number in (signal.SIGINT, signal.SIGINT, signal.SIGKILL):
        if process.poll() is not None:
            return
        process.send_signal(number)
        try:
            process.wait(_SECONDS_TO_FINISH)
        except subprocess.TimeoutExpired:
            continue


def _short(target: str) -> str:
    """Return `flask-login` for .../flask-login/profile.yaml, and `django/fixed` as it stands."""
    path = Path(target)
    if path.name == _PROFILE:
        return path.resolve().parent.name
    return re.sub(r"\.ya?ml$", "", path.name) if path.is_file() else target


def _why(log: Path) -> str:
    """Return what is wrong with a file, or else the last thing that was said."""
    lines = [line.strip() for line in log.read_text("utf-8", "replace").splitlines()]
    wrong = (line for line in lines if _WRONG_FILE.search(line))
    return next(wrong, next((line for line in lines[::-1] if line), ""))


def _told(attempt: Attempt) -> str:
    return attempt.run.verdict.value if attempt.run else f"could not be run: {attempt.trouble}"
