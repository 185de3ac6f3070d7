"""Servers that answer everything alike pass nothing, with the preflight or without it.

Without it, and on the profile's own accounts, a scenario has to find out by itself that nothing it
sees means anything.
"""

from pathlib import Path

import pytest

from conformance.model import Outcome, Result
from conformance.profiles import at_url
from conformance.target import Limits, opened

from .harness import Site, running, specification
from .nulls import NULLS, TARGETS, NullControl
from .serving import Listener

pytestmark = pytest.mark.heavy  # `tox -e proof` does the same, once and for all


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", NULLS)
def test_no_scenario_passes_at_a_server_that_always_answers(
    name: str, target: str, tmp_path: Path
) -> None:
    control = NullControl(target, Site)
    null = NULLS[name]
    app = null.app(control.profile.session_cookies)
    with running(control, lambda _: app, tmp_path, null.patience) as server:
        results = [server.perform(scenario) for scenario in specification().scenarios]
    assert passed(results) == []


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", NULLS)
def test_no_scenario_passes_in_a_run_at_a_server_that_always_answers(
    name: str, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))  # for locks of accounts
    profile = NullControl(target, Site).profile
    listener = Listener(NULLS[name].app(profile.session_cookies), 0)
    url = f"http://127.0.0.1:{listener.server_port}"
    try:
        with opened(
            at_url(profile, url), Limits(max_wait=0, timeout=NULLS[name].patience)
        ) as tried:
            results = [tried.perform(scenario) for scenario in specification().scenarios]
            tried.settings.wire.drop_connections()
    finally:
        listener.stop()
    assert passed(results) == []


def passed(results: list[Result]) -> list[str]:
    return [one.name for one in results if one.outcome is Outcome.PASSED]
