"""What each command of `session-conformance` does; returns the exit code."""

from __future__ import annotations

import os
import shlex
import signal
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from types import FrameType

from conformance import __version__, crossreferences, explanations
from conformance.data import folder, profile_path, target_names
from conformance.errors import InputError, InputErrors, UsageError
from conformance.known import unknown_names
from conformance.model import Outcome, Profile, Result, Scenario, Verdict
from conformance.outcomes import Run, exit_code, summarise
from conformance.profiles import at_url, read_profile
from conformance.reports import junit, report_json, text
from conformance.reports.layout import number_of
from conformance.scheduler import run_all, shuffled
from conformance.specification import Specification, load, select
from conformance.target import Interruption, Limits, Target
from conformance.vocabulary import VOCABULARY
from conformance.waiting import Notices


def run(options: Namespace) -> int:
    """Run scenarios against a target, show what comes of them, and write the reports."""
    specification = load(options.scenarios or folder("scenarios"), VOCABULARY)
    profile = profile_for(options.target, options.url, specification)
    scenarios = select(specification.scenarios, options.area, options.words)
    report_dir = _writable(options.report_dir)
    if options.shuffle is not None:
        scenarios = tuple(shuffled(scenarios, options.shuffle))
    limits = limits_of(options)
    finished = _run(specification, profile, scenarios, limits, strict=options.strict)
    _write(report_dir / "report.json", report_json.report(finished))
    _write(report_dir / "junit.xml", junit.report(finished))
    again = _repeat_command(options)
    blocks = text.failures(finished, again, colour=_colour())
    _say("", *([blocks, ""] if blocks else []), text.summary(finished, colour=_colour()))
    _say(f"reports: {report_dir / 'report.json'}, {report_dir / 'junit.xml'}")
    return exit_code(finished.verdict)


def limits_of(options: Namespace) -> Limits:
    """Return the limits that the command line sets."""
    return Limits(
        max_wait=options.max_wait, concurrency=options.concurrency, max_rps=options.max_rps
    )


def profile_for(target: str, url: str | None, specification: Specification) -> Profile:
    """Read the profile of a target (a path or a name), for a running server if `url` is given."""
    profile = read_profile(profile_path(target))
    wrong = unknown_names(profile, [scenario.name for scenario in specification.scenarios])
    if wrong:
        raise InputErrors(wrong)
    if url:
        return at_url(profile, url)
    if "{port}" in profile.base_url and profile.launch is None:
        raise UsageError(f"{target}: the profile starts no server, so it needs a URL")
    return profile


def _run(
    specification: Specification,
    profile: Profile,
    scenarios: Sequence[Scenario],
    limits: Limits,
    *,
    strict: bool,
) -> Run:
    started, began = datetime.now(timezone.utc), time.monotonic()
    results: list[Result] = []
    urls, ending = [profile.base_url], False
    told: set[str] = set()  # the errors that were shown

    def on_open(target: Target) -> None:
        urls[0] = target.profile.base_url

    _say(f"{profile.name}: {number_of(len(scenarios), 'scenario')}")
    with _interruptible() as interruption, Notices(interruption.waking, _say).watching() as notices:
        for result in run_all(scenarios, profile, limits, interruption, on_open):
            if interruption.happened and not ending:
                ending = True
                _say("interrupted: finishing the report (once more to stop at once)")
            results.append(result)
            notices.result()
            is_error = result.outcome is Outcome.ERROR
            if not (is_error and result.reason in told):  # not a hundred times the same
                _say(text.progress_line(result, len(results), len(scenarios), colour=_colour()))
            if is_error:
                told.add(result.reason)
    finished = summarise(
        specification.requirements.values(),
        results,
        suite_version=__version__,
        scenarios_sha256=specification.sha256,
        target_name=profile.name,
        target_url=urls[0],
        started=started,
        seconds=time.monotonic() - began,
        strict=strict,
    )
    if interruption.happened and finished.verdict is Verdict.CONFORMANT:
        return replace(finished, verdict=Verdict.INCOMPLETE)
    return finished


@contextmanager
def _interruptible() -> Iterator[Interruption]:
    """Let the first Ctrl-C (or SIGTERM) end the run with a report; a second one ends it at once."""
    interruption = Interruption()

    def handle(_number: int, _frame: FrameType | None) -> None:
        if interruption.happened:
            raise KeyboardInterrupt
        interruption.interrupt()  # no word here: this may have come in the middle of another

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, handle) for number in numbers}
    try:
        yield interruption
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _repeat_command(options: Namespace) -> Callable[[Result], str]:
    parts = ["session-conformance", "run"]
    parts += [options.url] if options.url else []
    parts += ["--target", options.target] if options.target != "reference" or options.url else []
    parts += ["--scenarios", str(options.scenarios)] if options.scenarios else []
    return lambda result: shlex.join([*parts, "-k", result.name])


def check(options: Namespace) -> int:
    """Check folders of scenarios and profiles; show everything that is wrong with them."""
    paths = options.paths or [folder("scenarios"), *map(profile_path, target_names())]
    errors: list[InputError] = []
    count = 0
    for path in paths:
        try:
            count += _check(path)
        except InputErrors as several:
            errors += several.errors
        except InputError as error:
            errors.append(error)
    if errors:
        raise InputErrors(errors)
    _say(f"{count} files are right")
    return 0


def _check(path: Path) -> int:
    """Check a folder of scenarios or one profile; return how many files that were."""
    if path.is_dir():
        load(path, VOCABULARY)
        return len(list(path.rglob("*.yaml")))
    read_profile(path)
    return 1


def list_(options: Namespace) -> int:
    """List requirements, scenarios, targets or standards, or the clauses of one standard."""
    if options.standard:
        specification = load(folder("scenarios"), VOCABULARY)
        lines = crossreferences.table(options.standard, specification)
    elif options.kind == "standards":
        lines = crossreferences.standards(load(folder("scenarios"), VOCABULARY))
    elif options.kind == "targets":
        lines = explanations.targets(
            (name, read_profile(profile_path(name))) for name in target_names()
        )
    else:
        specification = load(folder("scenarios"), VOCABULARY)
        lines = getattr(explanations, options.kind)(specification)
    _say(*lines)
    return 0


def explain(options: Namespace) -> int:
    """Explain a requirement, a scenario or a word."""
    specification = load(folder("scenarios"), VOCABULARY)
    _say(explanations.explain(options.name, specification, VOCABULARY))
    return 0


def _writable(directory: Path) -> Path:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"can't write reports to {directory}: {error.strerror}") from None
    if not os.access(directory, os.W_OK | os.X_OK):
        raise UsageError(f"can't write reports to {directory}: permission denied")
    return directory


def _write(path: Path, content: str) -> None:
    try:
        path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"can't write {path}: {error.strerror}") from None


def _colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def _say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
