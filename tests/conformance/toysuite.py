"""The suite's side of the toy server: its profile, and scenarios from a few lines of YAML."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from toyserver import PASSWORDS, Toy

from conformance.engine import Settings, run
from conformance.model import Profile, Result, Scenario
from conformance.profiles import read_profile
from conformance.scenarios import read_scenarios
from conformance.stage import Server
from conformance.target import Limits, Target
from conformance.vocabulary import VOCABULARY
from conformance.wire import Wire
from conformance.yamltree import parse

TOYSERVER = Path(__file__).with_name("toyserver.py")
START = f'{{python}} "{TOYSERVER}" {{port}}'

PROFILE: dict[str, Any] = {
    "name": "toy",
    "session cookie": "sid",
    "users": {
        role: {"username": role, "password": password} for role, password in PASSWORDS.items()
    },
    "timeouts": {"idle": "10 s", "absolute": "60 s", "allowance": "1 s"},
    "log in": {
        "send": "POST /login",
        "form": {"username": "{username}", "password": "{password}"},
        "success": {"status": "200"},
        "refused": {"status": "401"},
    },
    "log out": {"send": "POST /logout", "success": {"status": "200"}, "refused": {"status": "401"}},
    "protected page": {
        "send": "GET /me",
        "signed in": {"status": "200", "json": {"user": "{username}"}},
        "signed out": {"status": "401"},
    },
}
REGISTER = {
    "register": {
        "send": "POST /register",
        "form": {"username": "{username}", "password": "{password}"},
        "success": {"status": "201"},
    }
}


def write_profile(path: Path, url: str, changes: Mapping[str, Any] | None = None) -> Path:
    """Write the toy's profile; a change of None takes a key away."""
    profile = {**PROFILE, "base url": url, **(changes or {})}
    kept = {key: value for key, value in profile.items() if value is not None}
    path.write_text(json.dumps(kept, indent=1))
    return path


def write_specification(folder: Path, cases: Mapping[str, str]) -> Path:
    """Write a specification of one area `toy`; the case number n verifies the must TOY-n."""
    area = folder / "toy"
    area.mkdir(parents=True)
    requirement = {"level": "must", "class": "core", "says": "A rule.", "refs": ["RFC 6265"]}
    ledger = {f"TOY-{number}": requirement for number, _ in enumerate(cases, 1)}
    (area / "requirements.yaml").write_text(json.dumps(ledger))
    for number, (name, steps) in enumerate(cases.items(), 1):
        head = f"title: The case {name}\nverifies: [TOY-{number}]\n"
        (area / f"{name}.yaml").write_text(head + steps)
    return folder


# Scenarios as a specification needs them, with a positive control before every refusal.
LOGIN = """
then:
  - log in: alice
  - visit: protected page
    expect: signed in
"""
LOGOUT = """
given:
  - log in: alice
  - keep session as: copy
  - present: copy
    expect: signed in
when:
  - log out
then:
  - present: copy
    expect: signed out
"""
RESTART = """
given:
  - log in: alice
when:
  - restart the server
then:
  - visit: protected page
    expect: signed in
"""
HTTPS = f"needs: [https]\n{LOGIN}"
IDLE = """
given:
  - log in: alice
  - visit: protected page
    expect: signed in
when:
  - wait: longer than the idle timeout
then:
  - visit: protected page
    expect: signed out
"""


class Clock:
    """A clock on which sleeping takes no time."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass
class Suite:
    """Runs scenarios against a toy server, on the toy's clock."""

    toy: Toy
    clock: Clock
    folder: Path
    server: Server | None = None
    wire: Wire = field(default_factory=lambda: Wire(timeout=5))

    @property
    def settings(self) -> Settings:
        return Settings(self.wire, self.clock, self.clock.sleep, self.server)

    def profile(self, changes: Mapping[str, Any] | None = None) -> Profile:
        return read_profile(write_profile(self.folder / "profile.yaml", self.toy.url, changes))

    def cases(self, steps: str, name: str = "toy/case") -> list[Scenario]:
        """Return a scenario for each row of the examples; its steps start at line 3."""
        file = self.folder / "case.yaml"
        file.write_text(f"title: A case\nverifies: [TOY-1]\n{steps.lstrip()}")
        return list(read_scenarios(parse(file), name, VOCABULARY))

    def scenario(self, steps: str, name: str = "toy/case") -> Scenario:
        (case,) = self.cases(steps, name)
        return case

    def run(
        self, steps: str, changes: Mapping[str, Any] | None = None, name: str = "toy/case"
    ) -> Result:
        return run(self.scenario(steps, name), self.profile(changes), None, self.settings)

    def target(
        self, changes: Mapping[str, Any] | None = None, limits: Limits | None = None
    ) -> Target:
        return Target(self.profile(changes), self.settings, limits or Limits())


def alive(pid: int) -> bool:
    """Say whether a process runs; one that ended and waits for its parent does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    if sys.platform == "linux":
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state != "Z"
    return True


def all_ended(pids: str) -> bool:
    """Say whether these processes end: one that was killed needs a moment on a busy machine."""
    until = time.monotonic() + 10
    running = [int(pid) for pid in pids.split()]
    while running and time.monotonic() < until:
        running = [pid for pid in running if alive(pid)]
        time.sleep(0.01)
    return not running
