"""What each command of `session-conformance` does; returns the exit code."""

from __future__ import annotations

import os
import shlex
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from conformance import crossreferences, explanations
from conformance.data import folder, profile_path, target_names
from conformance.differences import difference
from conformance.errors import InputError, InputErrors, TargetError, UsageError
from conformance.known import unknown_names
from conformance.limits import Limits
from conformance.model import Profile, Result
from conformance.outcomes import exit_code
from conformance.profiles import key_places, located, read_profile
from conformance.reportfiles import read_report
from conformance.reports import diagnosis, differences
from conformance.reports.layout import number_of
from conformance.specification import Specification, load, select
from conformance.terminal import say, use_colour
from conformance.vocabulary import VOCABULARY

_UNREACHABLE = 2  # the exit codes of the doctor
_WRONG_PROFILE = 3


def run(options: Namespace) -> int:
    """Run scenarios against a target, show what comes of them, and write the reports."""
    # Only now: whoever lists or explains needs no connections and no threads.
    from conformance.judging import Judgement
    from conformance.reports import junit, report_json, text
    from conformance.scheduler import shuffled

    specification = load(options.scenarios or folder("scenarios"), VOCABULARY)
    profile = profile_for(options.target, options.url, specification)
    scenarios = select(specification.scenarios, options.area, options.words)
    report_dir = _writable(options.report_dir)
    if options.shuffle is not None:
        scenarios = tuple(shuffled(scenarios, options.shuffle))
    limits = Limits(
        max_wait=options.max_wait, concurrency=options.concurrency, max_rps=options.max_rps
    )
    judgement = Judgement(
        specification, profile, scenarios, limits, options.processes, strict=options.strict
    )
    finished = judgement.run()
    _write(report_dir / "report.json", report_json.report(finished))
    _write(report_dir / "junit.xml", junit.report(finished))
    again = _repeat_command(options)
    blocks = text.failures(finished, again, colour=use_colour())
    say("", *([blocks, ""] if blocks else []), text.summary(finished, colour=use_colour()))
    say(f"reports: {report_dir / 'report.json'}, {report_dir / 'junit.xml'}")
    return exit_code(finished.verdict)


def load_(options: Namespace) -> int:
    """Drive a target with many users at once, and judge every answer."""
    from conformance.load.command import load as drive

    return drive(options)


def profile_for(target: str, url: str | None, specification: Specification) -> Profile:
    """Read the profile of a target (a path or a name), for a running server if `url` is given."""
    profile = read_profile(profile_path(target))
    wrong = unknown_names(profile, [scenario.name for scenario in specification.scenarios])
    if wrong:
        raise InputErrors(wrong)
    return located(profile, target, url)


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
    say(f"{count} files are right")
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
    say(*lines)
    return 0


def explain(options: Namespace) -> int:
    """Explain a requirement, a scenario or a word."""
    specification = load(folder("scenarios"), VOCABULARY)
    say(explanations.explain(options.name, specification, VOCABULARY))
    return 0


def doctor(options: Namespace) -> int:
    """Prove a profile at its target, and tell what to change in it; 3 when something is wrong."""
    from conformance.doctor.checkup import examined
    from conformance.target import opened

    specification = load(options.scenarios or folder("scenarios"), VOCABULARY)
    profile = profile_for(options.target, options.url, specification)
    places = key_places(profile_path(options.target))
    try:
        with opened(profile, Limits(max_rps=options.max_rps), is_tried=False) as target:
            if target.trouble:
                raise TargetError(target.trouble)
            scenarios, settings = specification.scenarios, target.settings
            found = examined(target.profile, settings, places, scenarios, options.max_wait)
    except TargetError as error:
        sys.stderr.write(f"{error}\n")
        return _UNREACHABLE
    told = diagnosis.as_json(found) if options.json else diagnosis.text(found, colour=use_colour())
    say(told.rstrip("\n"))
    return _WRONG_PROFILE if found.is_wrong else 0


def init(options: Namespace) -> int:
    """Write a profile for a server that nobody has described yet; 2 when it can't be reached."""
    from conformance.init.command import initialise

    try:
        return initialise(options, say)
    except TargetError as error:
        sys.stderr.write(f"{error}\n")
        return _UNREACHABLE


def diff(options: Namespace) -> int:
    """Tell what changed from one report to another; 1 when anything got worse."""
    found = difference(read_report(options.before), read_report(options.after))
    shown = differences.as_json if options.json else differences.text
    say(shown(found).rstrip("\n"))
    return int(found.is_worse)


def matrix(options: Namespace) -> int:
    """Run many targets, or read their reports, and draw them side by side."""
    from conformance.matrix import markdown, page, runs, table, values

    if options.reports:
        tried = list(runs.past(options.reports))
        report_dir = _writable(options.report_dir)
    else:
        targets, others = runs.chosen(options.targets)
        report_dir = _writable(options.report_dir)
        if others:
            say(f"left out, since there is no profile: {', '.join(others)}")
        plan = runs.Plan(report_dir, _more(options), options.jobs, options.time_limit)
        tried = runs.attempts(targets, plan, say)
    drawn = table.matrix(tried)
    _write(report_dir / "matrix.html", page.page(drawn))
    _write(report_dir / "matrix.md", markdown.page(drawn))
    _write(report_dir / "matrix.json", values.as_json(drawn))
    missing = sum(bool(one.trouble) for one in drawn.columns)
    heads = number_of(len(drawn.columns), "target"), number_of(len(drawn.rows), "requirement")
    say(f"{heads[0]}, {heads[1]}: {report_dir / 'matrix.html'}")
    if missing:
        say(f"{missing} could not be run")
    return 0


def _more(options: Namespace) -> tuple[str, ...]:
    more = ("--max-wait", f"{options.max_wait:g}s", "--concurrency", str(options.concurrency))
    return (*more, *(part for area in options.area for part in ("--area", area)))


def schema(options: Namespace) -> int:
    """Print the JSON Schema of a kind of file."""
    from conformance.schemas import schema_text

    say(schema_text(options.kind).rstrip())
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
