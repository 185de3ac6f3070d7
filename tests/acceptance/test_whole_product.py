"""The whole product as its users start it: processes, files and exit codes, nothing inside."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from conformance.process import started
from conformance.profiles import read_profile

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "targets" / "reference" / "profile.yaml"


def run_suite(*arguments: str, report_dir: Path) -> tuple[int, dict[str, str]]:
    """Run the command line; return its exit code and the outcome of every scenario."""
    command = [sys.executable, "-m", "conformance", "run", *arguments]
    done = subprocess.run(
        [*command, "--report-dir", report_dir], cwd=ROOT, capture_output=True, check=False
    )
    assert b"Traceback" not in done.stdout + done.stderr
    return done.returncode, outcomes_in(report_dir / "report.json")


def start_suite(*arguments: str, **environment: Path) -> subprocess.Popen[str]:
    """Start the command line with further environment variables; its output is a pipe."""
    return subprocess.Popen(
        [sys.executable, "-m", "conformance", "run", *arguments],
        cwd=ROOT,
        env=os.environ | {name: str(value) for name, value in environment.items()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def outcomes_in(report: Path) -> dict[str, str]:
    return {one["name"]: one["outcome"] for one in json.loads(report.read_text())["scenarios"]}


def test_pytest_and_the_command_line_agree_on_every_outcome(tmp_path: Path) -> None:
    code, by_command_line = run_suite("--target", str(REFERENCE), report_dir=tmp_path)
    assert code == 0

    junit = tmp_path / "pytest.xml"
    plain_pytest = [sys.executable, "-m", "pytest", "scenarios/", "--target", str(REFERENCE)]
    done = subprocess.run(
        [*plain_pytest, "-n", "2", "-q", f"--junitxml={junit}", "-p", "no:cacheprovider"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    by_pytest = {}
    for case in ET.parse(junit).iter("testcase"):  # noqa: S314 (written by this very test)
        said = {one.get("name"): one.get("value") for one in case.iter("property")}
        by_pytest[said["scenario"]] = said["outcome"]
    assert by_pytest == by_command_line
    assert len(by_command_line) > 300


def test_a_server_killed_in_the_middle_leaves_errors_and_nothing_passed(tmp_path: Path) -> None:
    with started(read_profile(REFERENCE)) as (profile, server):
        with start_suite(profile.base_url, "-n", "1", "--report-dir", str(tmp_path)) as suite:
            assert suite.stdout is not None
            before = [suite.stdout.readline() for _ in range(4)]
            server.stop()
            rest = suite.stdout.read()
        assert suite.returncode == 2, rest
    assert "Traceback" not in rest
    assert rest.count("does not answer") < 5, "the same error is told once"
    outcomes = outcomes_in(tmp_path / "report.json")
    passed = [name for name, outcome in outcomes.items() if outcome == "passed"]
    errors = [name for name, outcome in outcomes.items() if outcome == "error"]
    # One scenario may end between the line that we saw and the death of the server.
    assert len(passed) <= sum(line.startswith("[") for line in before) + 1
    assert len(errors) > 200
    assert not any(outcome in ("failed", "inconclusive") for outcome in outcomes.values())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_reports_what_is_known_and_stops_its_servers(
    tmp_path: Path, number: signal.Signals
) -> None:
    with start_suite("--area", "expiry", "--report-dir", str(tmp_path), TMPDIR=tmp_path) as suite:
        scratch = wait_for_server(tmp_path)
        suite.send_signal(number)
        output, _ = suite.communicate(timeout=60)
    assert "Traceback" not in output
    assert "interrupted" in output
    assert not scratch.exists()
    assert processes_that_mention(scratch) == []
    assert "not tested" in outcomes_in(tmp_path / "report.json").values()


def wait_for_server(folder: Path) -> Path:
    """Return the scratch folder of the server once that has made its database."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        found = list(folder.glob("session-conformance-*/server.log"))
        if found:
            return found[0].parent
        time.sleep(0.05)
    raise AssertionError("no server was started")


def processes_that_mention(path: Path) -> list[str]:
    """Return the processes that were started with this path in their environment."""
    found = []
    for environment in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"sqlite:///{path}".encode() in environment.read_bytes():
                found.append(environment.parent.name)
        except OSError:
            continue
    return found
