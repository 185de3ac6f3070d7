from __future__ import annotations

from pathlib import Path

import pytest
from marked import write_files

from conformance import data
from conformance.data import folder, profile_path, target_names
from conformance.errors import UsageError

FILES = {
    "targets/django/profile.yaml": "",
    "targets/django/fixed.yaml": "",
    "targets/django/serve.py": "",
    "targets/django/deep/inner.yaml": "",
    "targets/loose.yaml": "",
    "targets/reference/profile.yaml": "",
    "targets/reference/memory.yaml": "",
}


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of its own, with the package in its folder and the data beside it."""
    monkeypatch.setattr(data, "_PACKAGE", tmp_path / "conformance")
    monkeypatch.chdir(tmp_path)
    return write_files(tmp_path, FILES)


def test_the_data_of_a_checkout_stand_beside_the_package(checkout: Path) -> None:
    assert folder("scenarios") == checkout / "scenarios"
    assert folder("targets") == checkout / "targets"


def test_the_data_of_an_installed_package_stand_inside(checkout: Path) -> None:
    inside = checkout / "conformance/data/targets"
    inside.mkdir(parents=True)
    assert folder("targets") == inside
    assert folder("scenarios") == checkout / "scenarios"


def test_the_data_of_this_checkout_are_there() -> None:
    assert (folder("scenarios") / "logout/requirements.yaml").is_file()
    assert "reference" in target_names()


def test_targets_are_named_by_folder_and_file(checkout: Path) -> None:
    assert folder("targets") == checkout / "targets"
    assert target_names() == ("django/fixed", "django", "reference/memory", "reference")


NAMED = [
    ("django", "targets/django/profile.yaml"),
    ("django/fixed", "targets/django/fixed.yaml"),
    ("reference", "targets/reference/profile.yaml"),
]


@pytest.mark.parametrize(("name", "file"), NAMED)
def test_a_target_is_found_by_name(checkout: Path, name: str, file: str) -> None:
    assert profile_path(name) == checkout / file


def test_a_target_is_found_by_path(checkout: Path) -> None:
    (checkout / "mine").write_text("")
    for path in ("targets/django/fixed.yaml", str(checkout / "targets/loose.yaml"), "mine"):
        assert profile_path(path) == Path(path)


EVERY = "targets: django/fixed, django, reference/memory, reference"
NOT_FOUND = [
    ("djanog", "there is no target 'djanog'; did you mean 'django'?"),
    ("django/profile", "there is no target 'django/profile'; did you mean 'django/fixed'?"),
    ("rails", f"there is no target 'rails'; {EVERY}"),
    ("django/deep/inner", "there is no target 'django/deep/inner'; did you mean 'django/fixed'?"),
    ("targets/django", "there is no target 'targets/django'; did you mean 'django'?"),
    ("django.yaml", "there is no profile at django.yaml"),
    ("/nowhere/x.yml", "there is no profile at /nowhere/x.yml"),
]


@pytest.mark.usefixtures("checkout")
@pytest.mark.parametrize(("target", "message"), NOT_FOUND)
def test_a_target_that_is_not_there_is_refused(target: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        profile_path(target)
    assert str(caught.value) == message
