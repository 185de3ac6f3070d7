"""`init` writes a profile of stock Django that nobody has described to it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from conformance.cli import main
from conformance.data import profile_path
from conformance.process import started
from conformance.profiles import read_profile

pytestmark = pytest.mark.once  # `tox -e acceptance` tries them


LASTING = {"SESSION_COOKIE_AGE": "900"}


def test_a_stock_django_site_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = read_profile(profile_path("django"))
    assert known.launch
    launch = replace(known.launch, environment={**known.launch.environment, **LASTING})
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for role, user in known.users.items():
        monkeypatch.setenv(f"{role.upper()}_PASSWORD", user.password)
    names = ["--user", known.users["alice"].username, "--user2", known.users["bob"].username]
    output = tmp_path / "found.yaml"
    with started(replace(known, launch=launch)) as (profile, _):
        assert main(["init", profile.base_url, *names, "--output", str(output)]) == 0
    found = read_profile(output)
    assert found.session_cookies == known.session_cookies
    assert found.log_out.requests[0].path == known.log_out.requests[0].path
    assert found.protected_page.request.path == known.protected_page.request.path
