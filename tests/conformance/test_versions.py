"""The version of a server, as its profile tells it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from conformance.data import profile_path
from conformance.model import Command, Profile
from conformance.profiles import at_url, read_profile
from conformance.versions import version_of


@pytest.fixture
def profile() -> Profile:
    return read_profile(profile_path("reference"))


def printing(profile: Profile, code: str) -> Profile:
    return replace(profile, version=Command(("{python}", "-c", code), profile.place))


def test_a_text_is_the_version(profile):
    assert version_of(replace(profile, version="Shop 1.2")) == "Shop 1.2"


def test_a_profile_need_not_tell_any(profile):
    assert version_of(replace(profile, version="")) == ""


def test_a_command_prints_it_in_its_first_line(profile):
    assert version_of(printing(profile, "print(' Shop 1.2 '); print('more')")) == "Shop 1.2"


@pytest.mark.parametrize("code", ["raise SystemExit(1)", "pass"])
def test_a_command_that_fails_or_prints_nothing_tells_none(profile, code):
    assert version_of(printing(profile, code)) == ""


def test_a_command_says_nothing_of_a_server_that_runs_elsewhere(profile):
    elsewhere = at_url(printing(profile, "print('1.2')"), "http://127.0.0.1:9")
    assert version_of(elsewhere) == ""


@pytest.mark.parametrize(
    ("line", "version"), [("version: Shop 1.2", "Shop 1.2"), ("version: {run: shop -V}", "shop -V")]
)
def test_a_profile_says_it_as_a_text_or_a_command(tmp_path: Path, line, version):
    path = tmp_path / "profile.yaml"
    text = profile_path("classic").read_text("utf-8")
    path.write_text(f"{line}\n{text}", encoding="utf-8")
    read = read_profile(path).version
    assert (read if isinstance(read, str) else " ".join(read.arguments)) == version
