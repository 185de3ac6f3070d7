"""One trial: a server in this process, the scenarios that are tried on it, and what came of each.

A trial depends on nothing but the scenarios and the server: a mutant, which might be changed by
what it went through, is started anew for each of them.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal
from unittest import mock

from mutants.harness import (
    CONTROLS,
    Build,
    Mutant,
    Running,
    Site,
    mutants,
    running,
    specification,
    unchanged,
)
from mutants.nulls import NULLS, NullControl
from mutants.serving import Listener

from conformance.errors import own_defect
from conformance.model import Outcome, Result, Scenario
from conformance.profiles import at_url
from conformance.scheduler import Lane, rounds
from conformance.target import Limits, opened

Kind = Literal["right server", "mutant", "collateral", "null target", "run at a null target"]
TRIES = 5  # of a scenario that proved nothing because the machine was too slow
CRASH = "crash"  # what the harness itself came to; no outcome of a scenario


@dataclass(frozen=True)
class Trial:
    """What is to be tried: the name of a control, of a mutant, or of a null target.

    `profile` is the target that a null target is taken for.
    """

    kind: Kind
    name: str
    profile: str = ""


@dataclass(frozen=True)
class Seen:
    """What one scenario came to: the value of an Outcome, or CRASH; `said` is for people."""

    scenario: str
    outcome: str
    said: str = ""

    @property
    def failed(self) -> bool:
        """Whether the scenario says that the server is wrong, which nothing else does."""
        return self.outcome == Outcome.FAILED.value


Evidence = dict[Trial, tuple[Seen, ...]]


def be_quiet() -> None:
    """Keep what servers write about their own defects from the user of this process."""
    logging.disable(logging.CRITICAL)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), sys.stderr.fileno())


def perform(trial: Trial) -> tuple[Seen, ...]:
    """Carry out a trial; whatever happens is something seen."""
    try:
        with TemporaryDirectory() as folder:
            return tuple(_WAYS[trial.kind](trial, Path(folder)))
    except Exception as defect:
        return (Seen("", CRASH, own_defect(defect)),)


# --- the kinds ----------------------------------------------------------------------------------


def _right_server(trial: Trial, folder: Path) -> Iterable[Seen]:
    """Try everything on one server, in the order of a run."""
    every = Lane(specification().scenarios)
    with running(CONTROLS[trial.name], unchanged, folder) as server:
        return [tried(server, one) for lane in rounds(every) for one in lane.scenarios]


def _mutant(trial: Trial, folder: Path) -> Iterator[Seen]:
    """Try every scenario that might catch the mutant, each on a new server."""
    one = mutant_called(trial.name)
    for number, scenario in enumerate(filter(one.concerns, specification().scenarios)):
        place = folder / str(number)
        place.mkdir()
        yield alone(one.on, one.build, scenario, place)


def _collateral(trial: Trial, folder: Path) -> Iterable[Seen]:
    """Try all other scenarios, on one server."""
    one = mutant_called(trial.name)
    others = [each for each in specification().scenarios if not one.concerns(each)]
    with running(CONTROLS[one.on], one.build, folder) as server:
        return [tried(server, each) for each in others if server.can_try(each)]


def _null_target(trial: Trial, folder: Path) -> Iterable[Seen]:
    """Try everything without trying the profile's signs first."""
    control, null = NullControl(trial.profile, Site), NULLS[trial.name]
    app = null.app(control.profile.session_cookies)
    with running(control, lambda _: app, folder, null.patience) as server:
        return [tried(server, scenario) for scenario in specification().scenarios]


def _null_run(trial: Trial, folder: Path) -> Iterable[Seen]:
    """Try everything as a run does it."""
    profile, null = NullControl(trial.profile, Site).profile, NULLS[trial.name]
    limits = Limits(max_wait=0, timeout=null.patience)
    with (
        _listening(null.app(profile.session_cookies), folder) as url,
        opened(at_url(profile, url), limits) as target,
    ):
        found = [seen(target.perform(scenario)) for scenario in specification().scenarios]
        target.settings.wire.drop_connections()
        return found


_WAYS: dict[Kind, Callable[[Trial, Path], Iterable[Seen]]] = {
    "right server": _right_server,
    "mutant": _mutant,
    "collateral": _collateral,
    "null target": _null_target,
    "run at a null target": _null_run,
}


# --- made of ------------------------------------------------------------------------------------


def alone(on: str, build: Build, scenario: Scenario, folder: Path) -> Seen:
    """Try one scenario on a server of its own; a crash of the server's start is seen too."""
    try:
        with running(CONTROLS[on], build, folder) as server:
            return tried(server, scenario)
    except Exception as defect:
        return Seen(scenario.name, CRASH, own_defect(defect))


def tried(server: Running, scenario: Scenario) -> Seen:
    """Try one scenario, once more where the machine was too slow."""
    for _ in range(TRIES):
        result = server.perform(scenario)
        if not result.too_slow:
            break
    return seen(result)


def seen(result: Result) -> Seen:
    """Return what is to be remembered of a result."""
    if result.outcome in (Outcome.PASSED, Outcome.NOT_APPLICABLE):
        return Seen(result.name, result.outcome.value)
    observed = f"expected '{result.expected}', observed {result.observed}" * bool(result.expected)
    said = " ".join(filter(None, (result.reason, observed, f"({result.place})")))
    return Seen(result.name, result.outcome.value, said)


def mutant_called(name: str) -> Mutant:
    """Return the mutant of this name."""
    return _mutants()[name]


@cache
def _mutants() -> dict[str, Mutant]:
    return {str(one): one for one in mutants()}


@contextmanager
def _listening(app: Callable[..., Iterable[bytes]], folder: Path) -> Iterator[str]:
    """Serve an app on nobody's clock and yield its URL."""
    listener = Listener(app, 0)
    try:
        with mock.patch("tempfile.tempdir", str(folder)):  # for locks of accounts
            yield f"http://127.0.0.1:{listener.server_port}"
    finally:
        listener.stop()
