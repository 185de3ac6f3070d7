"""What users can do with their account works at each variant that declares it."""

from pathlib import Path

import pytest
from mutants.harness import running, unchanged

from conformance.model import Outcome, Scenario
from conformance.scenarios import read_scenarios
from conformance.vocabulary import VOCABULARY
from conformance.yamltree import parse

from . import VARIANTS

PREPARED = """
title: It works
verifies: [SMOKE-1]
needs: [own account, several sessions]
given:
  - log in: alice
    browser: phone
  - keep session as: phone
    browser: phone
  - present: phone
    expect: signed in
  - log in: alice
  - visit: protected page
    expect: signed in
"""
SIGNED_OUT = """
  - present: phone
    expect: signed out
"""
SCENARIOS = {
    "change password": """
  - change password: {current: wrong password}
    expect: refused
  - change password
  - clear cookies
  - log in: alice
  - visit: protected page
    expect: signed in
""",
    "log out others": """
  - log out others
  - visit: protected page
    expect: signed in
"""
    + SIGNED_OUT,
    "log out everywhere": """
  - log out everywhere
  - visit: protected page
    expect: signed out
"""
    + SIGNED_OUT,
    "step up": """
  - step up
  - visit: protected page
    expect: signed in
""",
    "step up from elsewhere": """
  - step up: {from: another site}
    expect: refused
  - step up: {from: a sandboxed frame}
    expect: refused
""",
    "remove account": """
  - remove account
"""
    + SIGNED_OUT,
    "end session": """
  - list sessions
  - log in: alice
    browser: third
  - list sessions
  - keep handle as: third
  - end session: third
  - visit: protected page
    browser: third
    expect: signed out
  - visit: protected page
    expect: signed in
""",
    "administrator ends sessions": """
  - administrator ends sessions of: alice
"""
    + SIGNED_OUT,
    "administrator removes account": """
  - administrator removes: alice
"""
    + SIGNED_OUT,
    "csrf": """
  - change password: {csrf token: left out}
    expect: refused
  - change password: {csrf token: made up}
    expect: refused
  - change password: {csrf token: of another browser}
    expect: refused
  - change password
""",
}


def scenario(name: str, folder: Path) -> Scenario:
    file = folder / "scenario.yaml"
    file.write_text(f"{PREPARED}then:{SCENARIOS[name]}")
    return next(iter(read_scenarios(parse(file), "smoke", VOCABULARY)))


@pytest.mark.parametrize("variant", VARIANTS)
def test_it_works(variant: str, tmp_path: Path) -> None:
    with running(VARIANTS[variant], unchanged, tmp_path) as server:
        tried = [scenario(name, tmp_path) for name in SCENARIOS]
        results = dict(zip(SCENARIOS, map(server.perform, tried), strict=True))
    fine = (Outcome.PASSED, Outcome.NOT_APPLICABLE, Outcome.NOT_TESTED)
    wrong = {
        k: f"{one.outcome.value}: {one.reason} {one.expected} {one.observed} line {one.place.line}"
        for k, one in results.items()
        if one.outcome not in fine
    }
    assert not wrong
