"""The suite inside the tests of another project."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conformance.commands import profile_for
from conformance.data import folder
from conformance.errors import UsageError
from conformance.limits import Limits
from conformance.specification import load
from conformance.testing import Sessions, served
from conformance.vocabulary import VOCABULARY

EXAMPLE = Path(__file__).parents[2] / "examples" / "pytest"


@pytest.fixture
def sessions(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sessions]:
    monkeypatch.syspath_prepend(str(EXAMPLE))
    from app import app

    specification = load(folder("scenarios"), VOCABULARY)
    with served(app) as url:
        profile = profile_for(str(EXAMPLE / "sessions.yaml"), url, specification)
        yield Sessions(specification, profile, Limits())


def refused(ask: Callable[[], None]) -> str:
    with pytest.raises(pytest.fail.Exception) as failure:
        ask()
    return str(failure.value)


def test_a_requirement_that_is_met_passes(sessions):
    sessions.meets("ACCESS-1", "ACCESS-2")


def test_one_that_is_not_met_fails_the_test_and_says_why(sessions):
    said = refused(lambda: sessions.meets("LOGOUT-1"))
    assert "Logging out revokes the session on the server" in said
    assert "signed in as alice: GET /account answered 200" in said


def test_what_the_profile_does_not_declare_is_skipped_with_its_reason(sessions):
    with pytest.raises(pytest.skip.Exception, match="timeout"):
        sessions.meets("EXPIRY-1")


def test_an_unknown_requirement_is_no_pass(sessions):
    with pytest.raises(UsageError, match="NONE-1"):
        sessions.meets("NONE-1")
