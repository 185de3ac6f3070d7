from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from toyserver import PASSWORDS, Reply, Toy
from toysuite import (
    HTTPS,
    IDLE,
    LOGIN,
    LOGOUT,
    RESTART,
    START,
    all_ended,
    write_profile,
    write_specification,
)

from conformance.cli import main

pytest_plugins = ["pytester"]

ROWS = """
examples:
  right: {change: empty password}
  wrong: {change: wrong password}
given:
  - log in: alice
then:
  - log in with: {user: alice, change: <change>}
    expect: refused
"""
CASES = {
    "login": LOGIN,
    "logout": LOGOUT,
    "https": HTTPS,
    "idle": IDLE,
    "restart": RESTART,
    "rows": ROWS,
    "page": "then:\n  - log in: bob\n  - visit: protected page\n    expect: signed in\n",
    "removal": "then:\n  - log in: alice\n  - log out:\n    expect: removed from the browser\n",
}
OWN_SERVER = {"base url": "http://127.0.0.1:{port}"}


@pytest.fixture
def live() -> Iterator[Toy]:
    with Toy().serving() as toy:
        yield toy


@pytest.fixture(autouse=True)
def _own_folders(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(pytester.path))
    monkeypatch.setenv("TMPDIR", str(pytester.path))
    for name in ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)


def prepare(
    pytester: pytest.Pytester,
    url: str,
    cases: Mapping[str, str] = CASES,
    changes: Mapping[str, Any] | None = None,
) -> None:
    write_specification(pytester.path / "specification", cases)
    write_profile(pytester.path / "profile.yaml", url, changes)


def run(pytester: pytest.Pytester, *arguments: str, jobs: int = 0) -> pytest.RunResult:
    given = ["specification", "--target", "profile.yaml", "--max-wait", "5s", *arguments]
    if not jobs:
        return pytester.runpytest_inprocess(*given, "-n", "0")
    return pytester.runpytest_subprocess(*given, "-n", str(jobs))


def outcomes(pytester: pytest.Pytester) -> dict[str, str]:
    """Return what junit.xml says became of each item."""
    found = {}
    root = ET.parse(pytester.path / "junit.xml")  # noqa: S314 - we wrote it ourselves
    for case in root.iter("testcase"):
        (outcome,) = case.iterfind("properties/property[@name='outcome']")
        file = case.attrib["classname"].removesuffix(".yaml").rpartition(".")[2]
        row = case.attrib["name"]
        name = f"toy/{file}" if row == file else f"toy/{file}[{row}]"
        found[name] = outcome.attrib["value"]
    return found


def spoil(toy: Toy) -> None:
    toy.routes["POST /logout"] = lambda _: Reply(200)
    toy.passwords["alice2"] = "x"
    toy.routes["POST /login"] = lambda asked: (
        Reply(500) if asked.form["password"] == PASSWORDS["bob"] else toy.login(asked)
    )


@pytest.mark.parametrize("jobs", [0, 2])
def test_items_come_out_as_run_says(pytester: pytest.Pytester, live: Toy, jobs: int) -> None:
    spoil(live)
    known = {"known failures": {"toy/logout": {"reason": "since 1999", "issue": "#7"}}}
    prepare(pytester, live.url, changes=known)
    result = run(pytester, "--junit-xml", "junit.xml", jobs=jobs)
    result.assert_outcomes(passed=3, failed=2, skipped=3, xfailed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    command = "run --target profile.yaml --scenarios specification --max-wait 5s"
    main([*command.split(), "--report-dir", "reports"])
    loaded = json.loads((pytester.path / "reports" / "report.json").read_text())
    assert outcomes(pytester) == {one["name"]: one["outcome"] for one in loaded["scenarios"]}


def test_what_was_not_tried_is_skipped_with_its_reason(
    pytester: pytest.Pytester, live: Toy
) -> None:
    prepare(pytester, live.url)
    result = run(pytester, "-rs")
    result.stdout.fnmatch_lines_random(
        [
            "SKIPPED*not tested: it waits 11 s; to run it: --max-wait 12s",
            "SKIPPED*not tested: this run reaches the target over plain http",
            "SKIPPED*not tested: the profile has no 'start' command*",
        ]
    )
    result.assert_outcomes(passed=6, skipped=3)


def test_a_failure_is_told_in_words_and_without_a_traceback(
    pytester: pytest.Pytester, live: Toy
) -> None:
    live.routes["POST /logout"] = lambda _: Reply(200)
    prepare(pytester, live.url, {"logout": LOGOUT})
    result = run(pytester)
    result.stdout.fnmatch_lines(
        [
            "*toy/logout*",
            "FAILED: The case logout",
            "  specification/toy/logout.yaml:12  (toy/logout)",
            "  expected   signed out",
            "  observed   signed in as alice: GET /me answered 200",
            "  The target does not meet:",
            "    TOY-1 (must): A rule.",
            "  to repeat  pytest 'specification/toy/logout.yaml::logout'",
        ]
    )
    text = result.stdout.str()
    for word in ("Traceback", "plugin.py", "ConformanceFailure(", *PASSWORDS.values()):
        assert word not in text


def test_the_command_to_repeat_names_an_item_that_exists(
    pytester: pytest.Pytester, live: Toy
) -> None:
    live.routes["POST /login"] = lambda asked: live.welcome(asked.form["username"], "12345678")
    prepare(pytester, live.url, {"rows": ROWS})
    text = run(pytester).stdout.str()
    nodes = re.findall(r"to repeat  pytest '(.*)'", text)
    assert nodes == [f"specification/toy/rows.yaml::{row}" for row in ("right", "wrong")]
    again = pytester.runpytest_inprocess(nodes[1], "--target", "profile.yaml", "-n", "0")
    again.assert_outcomes(failed=1)


@pytest.mark.parametrize(
    ("status", "known", "shown"),
    [
        (500, {}, "ERROR: The case logout"),
        (401, {}, "INCONCLUSIVE: The case logout"),
        (None, {"known failures": {"toy/logout": {"reason": "x"}}}, "FAILED: The case logout"),
    ],
    ids=["error", "inconclusive", "stale"],
)
def test_whatever_did_not_pass_fails_by_its_own_name(
    pytester: pytest.Pytester, live: Toy, status: int | None, known: dict[str, Any], shown: str
) -> None:
    if status:
        live.routes["POST /logout"] = lambda _: Reply(status)
    prepare(pytester, live.url, {"logout": LOGOUT}, known)
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([shown])


@pytest.mark.parametrize("jobs", [0, 2])
def test_servers_are_started_when_they_are_needed_and_stopped_at_the_end(
    pytester: pytest.Pytester, jobs: int
) -> None:
    start = f"{START} --store {{scratch}}/store --pids {pytester.path}/pids"
    cases = {"login": LOGIN, "logout": LOGOUT, "restart": RESTART}
    prepare(pytester, "", cases, {**OWN_SERVER, "start": start})
    run(pytester, jobs=jobs).assert_outcomes(passed=3)
    pids = (pytester.path / "pids").read_text()
    assert (
        len(pids.split()) >= 3
    )  # one for the restarts, which was started twice, and one for the others
    assert all_ended(pids)


@pytest.mark.parametrize("jobs", [0, 2])
def test_waits_lie_side_by_side(pytester: pytest.Pytester, live: Toy, jobs: int) -> None:
    waiting = IDLE.replace("longer than", "half")
    cases = {f"wait-{number}": waiting.replace("signed out", "signed in") for number in range(12)}
    short = {"timeouts": {"idle": "2 s", "absolute": "60 s", "allowance": "0.3 s"}}
    prepare(pytester, live.url, cases, short)
    run(pytester, "--concurrency", "1", jobs=jobs).assert_outcomes(passed=12)
    visitors = [one.cookies["sid"] for one in live.asked if one.cookies]
    assert len(visitors) >= 24
    assert visitors != sorted(visitors, key=visitors.index)  # one by one they would be in pairs


def test_a_shuffled_run_reports_in_the_order_of_the_files(
    pytester: pytest.Pytester, live: Toy
) -> None:
    prepare(pytester, live.url, {"a": LOGIN, "b": LOGIN, "c": LOGIN})
    result = run(pytester, "--shuffle", "3", "-v")
    assert [line.split()[0] for line in result.outlines if "::" in line and "PASSED" in line] == [
        f"specification/toy/{name}.yaml::{name}" for name in "abc"
    ]


def test_other_tests_run_beside_the_scenarios(pytester: pytest.Pytester, live: Toy) -> None:
    prepare(pytester, live.url, {"a": LOGIN, "b": LOGOUT, "c": LOGIN})
    pytester.makepyfile("import pytest\n@pytest.mark.parametrize('n', range(5))\ndef test(n): pass")
    given = ["specification", str(pytester.path), "--target", "profile.yaml", "-n", "2"]
    pytester.runpytest_subprocess(*given).assert_outcomes(passed=8)


def test_another_distribution_is_respected(pytester: pytest.Pytester, live: Toy) -> None:
    prepare(pytester, live.url, {"a": LOGIN, "b": LOGIN, "c": LOGIN})
    run(pytester, "--dist", "loadfile", jobs=2).assert_outcomes(passed=3)


def test_collecting_starts_nothing(pytester: pytest.Pytester) -> None:
    start = f"{START} --pids {pytester.path}/pids"
    prepare(pytester, "", {"login": LOGIN, "rows": ROWS}, {**OWN_SERVER, "start": start})
    result = run(pytester, "--collect-only", "-q")
    assert [line for line in result.outlines if "::" in line] == [
        "specification/toy/login.yaml::login",
        "specification/toy/rows.yaml::right",
        "specification/toy/rows.yaml::wrong",
    ]
    assert not (pytester.path / "pids").exists()


def test_a_target_that_can_not_be_started_fails_every_item(pytester: pytest.Pytester) -> None:
    prepare(
        pytester, "", {"login": LOGIN, "logout": LOGOUT}, {**OWN_SERVER, "start": "{python} -c 1/0"}
    )
    result = run(pytester)
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*ended at once with exit code 1:*"])


def test_a_url_takes_the_place_of_the_profiles_own(pytester: pytest.Pytester, live: Toy) -> None:
    prepare(pytester, "", {"login": LOGIN}, {**OWN_SERVER, "start": "{python} -c 1/0"})
    run(pytester, "--target-url", live.url).assert_outcomes(passed=1)
    assert live.asked


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--target", "nowhere.yaml"], "there is no profile at nowhere.yaml"),
        (["--target", "refrence"], "there is no target 'refrence'; did you mean 'reference'?"),
        (["--target", "wrong.yaml"], "wrong.yaml:1:1: "),
        (["--max-wait", "soon"], "--max-wait soon is not a time like 60s"),
        (["--concurrency", "many"], "--concurrency many is not a number from 0 to 256"),
        (["--max-rps", "-1"], "--max-rps -1 is not a number of requests such as 20 or 0.5"),
        (["--target", "typo.yaml"], "did you mean 'toy/login'?"),
        (["--target", "nothing.yaml"], "the profile starts no server, so it needs a URL"),
    ],
)
@pytest.mark.parametrize("jobs", [0, 2])
def test_a_wrong_profile_is_a_usage_error(
    pytester: pytest.Pytester, live: Toy, arguments: list[str], said: str, jobs: int
) -> None:
    prepare(pytester, live.url, {"login": LOGIN})
    (pytester.path / "wrong.yaml").write_text("name: x\n")
    write_profile(pytester.path / "nothing.yaml", "http://127.0.0.1:{port}")
    known = {"known failures": {"toy/logn": {"reason": "a typo"}}}
    write_profile(pytester.path / "typo.yaml", live.url, known)
    result = run(pytester, *arguments, jobs=jobs)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert said in result.stderr.str()
    assert "Traceback" not in result.stderr.str()
    assert live.asked == []


def test_a_mistake_in_a_scenario_stops_everything_and_is_shown_at_its_line(
    pytester: pytest.Pytester, live: Toy
) -> None:
    prepare(pytester, live.url, {"login": LOGIN, "wrong": "then:\n  - log inn: alice\n"})
    result = run(pytester)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    said = result.stderr.str()
    assert "specification/toy/wrong.yaml:4:5: unknown verb 'log inn'" in said
    assert live.asked == []


def test_without_a_target_the_files_are_ignored(pytester: pytest.Pytester, live: Toy) -> None:
    prepare(pytester, live.url, {"wrong": "then: nothing that could be read\n"})
    pytester.makepyfile("def test_of_ours(): pass")
    result = pytester.runpytest_inprocess("-n", "0")
    result.assert_outcomes(passed=1)
    assert live.asked == []


def test_files_that_belong_to_no_specification_are_left_alone(
    pytester: pytest.Pytester, live: Toy
) -> None:
    prepare(pytester, live.url, {"login": LOGIN})
    (pytester.path / "compose.yaml").write_text("services: {}\n")
    (pytester.path / "specification" / "notes.txt").write_text("x")
    result = pytester.runpytest_inprocess(".", "--target", "profile.yaml", "-n", "0")
    result.assert_outcomes(passed=1)


def test_items_are_chosen_by_name_as_usual(pytester: pytest.Pytester, live: Toy) -> None:
    prepare(pytester, live.url)
    run(pytester, "-k", "rows and wrong").assert_outcomes(passed=1, deselected=8)


def test_a_defect_of_ours_is_one_sentence(
    pytester: pytest.Pytester, live: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError(PASSWORDS["alice"])

    prepare(pytester, live.url, {"login": LOGIN})
    monkeypatch.setattr("conformance.target.run", broken)
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*a defect of session-conformance itself: KeyError in*"])
    assert PASSWORDS["alice"] not in result.stdout.str()


def test_the_options_are_in_the_help(pytester: pytest.Pytester) -> None:
    text = pytester.runpytest_inprocess("--help").stdout.str()
    for option in ("--target=PROFILE|NAME", "--target-url=URL", "--max-wait=60s", "--max-rps=R"):
        assert option in text


def test_the_path_of_the_folder_does_not_matter(
    pytester: pytest.Pytester, live: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(pytester, live.url, {"login": LOGIN})
    monkeypatch.chdir(pytester.path / "specification" / "toy")
    profile = str(Path("../../profile.yaml"))
    result = pytester.runpytest_inprocess("login.yaml", "--target", profile, "-n", "0")
    result.assert_outcomes(passed=1)
