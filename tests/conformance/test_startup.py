"""Whoever asks for little waits for little: what is loaded at the start of each command."""

from __future__ import annotations

import subprocess
import sys

import pytest

CONNECTIONS = {"requests", "urllib3", "ssl", "multiprocessing", "conformance.engine"}


def loaded_by(code: str) -> set[str]:
    told = f"{code}\nimport sys; sys.stderr.write(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


@pytest.mark.parametrize("command", [["list"], ["check"], ["explain", "LOGOUT-1"]])
def test_who_only_reads_loads_no_connections(command: list[str]) -> None:
    loaded = loaded_by(f"from conformance.cli import main; main({command!r})")
    assert "yaml" in loaded
    assert loaded & CONNECTIONS == set()


def test_the_version_is_told_without_reading_anything() -> None:
    code = "try: from conformance.cli import main; main(['--version'])\nexcept SystemExit: pass"
    assert loaded_by(code) & {"yaml", *CONNECTIONS} == set()


def test_the_plugin_loads_the_suite_only_where_a_target_is_named() -> None:
    loaded = loaded_by("import conformance.plugin")
    assert {one for one in loaded if one.startswith("conformance")} == {
        "conformance",
        "conformance.plugin",
    }
