"""`session-conformance load` on two nodes of the reference, right and with one defect each."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
WRONG = Path(__file__).with_name("wrongserver.py")

PROFILE = """\
extends: {reference}
name: two nodes of the reference
timeouts: {{idle: 5 min, absolute: 1 h, allowance: 1 s}}
environment: {{SESSION_IDLE_TIMEOUT: "300", SESSION_DURATION: "3600"}}
start: '{{python}} "{wrong}" "{defect}" --port {{port}}'
nodes:
  - url: "http://127.0.0.1:{{port 2}}"
"""


def load(folder: Path, defect: str, *arguments: str) -> tuple[int, dict[str, Any], str]:
    """Drive two nodes with this defect; return the exit code, the report and what was said."""
    reference = ROOT / "targets" / "reference" / "profile.yaml"
    profile = folder / "profile.yaml"
    profile.write_text(PROFILE.format(reference=reference, wrong=WRONG, defect=defect))
    command = [sys.executable, "-m", "conformance", "load", "--target", str(profile)]
    done = subprocess.run(
        [*command, "--max-rps", "0", "--report-dir", str(folder), *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stdout
    path = folder / "load-report.json"
    assert path.exists(), done.stdout
    return done.returncode, json.loads(path.read_text()), done.stdout


def test_nodes_that_are_killed_give_no_wrong_answer(tmp_path: Path) -> None:
    few = ("--users", "20", "--duration", "6s", "--kill-nodes", "2")
    code, report, said = load(tmp_path, "none", *few)
    assert (code, report["why_incomplete"]) == (0, []), said
    assert [kill["back_at"] is not None for kill in report["kills"]] == [True, True]
    assert min(report["right"].values()) > 0
    assert report["unjudged"]["no answer"] > 0


@pytest.mark.parametrize("defect", ["caches sessions", "removes later", "writes sessions back"])
def test_an_ended_session_that_is_served_is_caught(defect: str, tmp_path: Path) -> None:
    code, report, said = load(tmp_path, defect, "--users", "20", "--duration", "4s")
    assert code == 1, said
    assert report["wrong"]["ended session served"] > 0
