from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema
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

from conformance import __version__, commands
from conformance.cli import main
from conformance.data import target_names
from conformance.model import Outcome
from conformance.reports import report_json
from conformance.target import Limits

OWN_SERVER = {"base url": "http://127.0.0.1:{port}"}
CASES = {"login": LOGIN, "logout": LOGOUT}


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def all(self) -> str:
        return self.out + self.err


Command = Callable[..., Ended]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    """Return a function that runs a command line; none may end in a traceback."""

    def run(*arguments: object) -> Ended:
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else -1
        ended = Ended(code, *capsys.readouterr())
        assert "Traceback" not in ended.all
        assert not any(password in ended.all for password in PASSWORDS.values())
        return ended

    return run


@pytest.fixture
def live() -> Iterator[Toy]:
    with Toy().serving() as toy:
        yield toy


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def options(
    folder: Path, url: str, cases: Mapping[str, str], changes: Mapping[str, Any] | None = None
) -> list[object]:
    """Return the arguments of `run` for these cases against a toy."""
    specification = write_specification(folder / "specification", cases)
    profile = write_profile(folder / "profile.yaml", url, changes)
    return ["run", "--target", profile, "--scenarios", specification, "--report-dir", "reports"]


def report(folder: Path = Path("reports")) -> dict[str, Any]:
    """Return report.json, which its schema describes."""
    loaded: dict[str, Any] = json.loads((folder / "report.json").read_text())
    jsonschema.validate(loaded, report_json.schema())
    assert (folder / "junit.xml").read_text().startswith("<?xml")
    return loaded


def outcomes(loaded: dict[str, Any]) -> dict[str, str]:
    return {one["name"].rpartition("/")[2]: one["outcome"] for one in loaded["scenarios"]}


# --- run: what comes of it -----------------------------------------------------------------------


def keep_sessions(toy: Toy) -> None:
    toy.routes["POST /logout"] = lambda _: Reply()


def break_logout(toy: Toy) -> None:
    toy.routes["POST /logout"] = lambda _: Reply(500)


def refuse_logout(toy: Toy) -> None:
    toy.routes["POST /logout"] = lambda _: Reply(401)


@pytest.mark.parametrize(
    ("spoil", "level", "arguments", "code", "verdict", "outcome"),
    [
        (None, "must", [], 0, "conformant", "passed"),
        (keep_sessions, "must", [], 1, "not conformant", "failed"),
        (keep_sessions, "should", [], 0, "conformant", "failed"),
        (keep_sessions, "should", ["--strict"], 1, "not conformant", "failed"),
        (break_logout, "must", [], 2, "incomplete", "error"),
        (break_logout, "may", ["--strict"], 0, "conformant", "error"),
        (refuse_logout, "must", [], 2, "incomplete", "inconclusive"),
    ],
)
def test_the_exit_code_is_the_verdict_and_the_reports_say_the_same(
    command: Command,
    live: Toy,
    tmp_path: Path,
    spoil: Callable[[Toy], None] | None,
    level: str,
    arguments: list[str],
    code: int,
    verdict: str,
    outcome: str,
) -> None:
    given = options(tmp_path, live.url, CASES)
    ledger = tmp_path / "specification" / "toy" / "requirements.yaml"
    requirements = json.loads(ledger.read_text())
    requirements["TOY-2"]["level"] = level
    ledger.write_text(json.dumps(requirements))
    if spoil:
        spoil(live)
    ended = command(*given, *arguments)
    assert ended.code == code
    assert ended.err == ""
    assert verdict in ended.out
    loaded = report()
    assert loaded["verdict"] == verdict
    assert outcomes(loaded) == {"login": "passed", "logout": outcome}
    assert loaded["target"] == {"name": "toy", "url": live.url, "version": ""}
    assert ("to repeat" in ended.out) == (outcome != "passed")


def test_progress_is_shown_for_each_scenario(command: Command, live: Toy, tmp_path: Path) -> None:
    ended = command(*options(tmp_path, live.url, CASES))
    assert "toy: 2 scenarios" in ended.out
    assert "[1/2] passed" in ended.out
    assert "[2/2] passed" in ended.out
    assert "reports: reports/report.json, reports/junit.xml" in ended.out


def test_the_command_to_repeat_a_scenario_runs_it_alone(
    command: Command, live: Toy, tmp_path: Path
) -> None:
    keep_sessions(live)
    given = options(tmp_path, live.url, CASES)
    ended = command(*given[:1], live.url, *given[1:])
    line = next(line for line in ended.out.splitlines() if "to repeat" in line)
    words = line.partition("session-conformance ")[2].split()
    assert words[:2] == ["run", live.url]
    assert command(*words).code == 1
    assert outcomes(report(Path("session-conformance-report"))) == {"logout": "failed"}


def test_a_url_takes_the_place_of_the_profiles_own_and_nothing_is_started(
    command: Command, live: Toy, tmp_path: Path
) -> None:
    changes = {**OWN_SERVER, "start": "{python} -c 1/0"}
    given = options(tmp_path, live.url, {**CASES, "restart": RESTART}, changes)
    ended = command(*given, f"{live.url}/")
    assert ended.code == 0
    assert report()["target"]["url"] == live.url
    assert outcomes(report())["restart"] == "not tested"


def test_a_server_is_started_for_the_run_and_gone_after_it(
    command: Command, tmp_path: Path
) -> None:
    start = f"{START} --store {{scratch}}/store --pids {tmp_path}/pids"
    given = options(tmp_path, "", {**CASES, "restart": RESTART}, {**OWN_SERVER, "start": start})
    ended = command(*given)
    assert ended.code == 0
    assert set(outcomes(report()).values()) == {"passed"}
    assert report()["target"]["url"].startswith("http://127.0.0.1:")
    assert all_ended((tmp_path / "pids").read_text())


@pytest.mark.parametrize(
    ("arguments", "left"),
    [
        ([], {"login", "logout", "https", "idle"}),
        (["-k", "log"], {"login", "logout"}),
        (["-k", "TOY-2"], {"logout"}),
        (["-k", "case LOGOUT"], {"logout"}),
        (["--area", "toy", "-k", "https"], {"https"}),
        (["--area", "toy", "-n", "1"], {"login", "logout", "https", "idle"}),
    ],
)
def test_scenarios_are_chosen_by_area_and_words(
    command: Command, live: Toy, tmp_path: Path, arguments: list[str], left: set[str]
) -> None:
    cases = {**CASES, "https": HTTPS, "idle": IDLE}
    command(*options(tmp_path, live.url, cases), "--max-wait", "5s", *arguments)
    assert set(outcomes(report())) == left


def test_what_was_left_out_is_shown_with_its_reason(
    command: Command, live: Toy, tmp_path: Path
) -> None:
    cases = {**CASES, "https": HTTPS, "idle": IDLE}
    ended = command(*options(tmp_path, live.url, cases), "--max-wait", "5s")
    assert ended.code == 0
    assert "it waits 11 s; to run it: --max-wait 12s" in ended.out
    assert "this run reaches the target over plain http" in ended.out


def test_known_failures_are_counted_apart_and_stale_ones_fail(
    command: Command, live: Toy, tmp_path: Path
) -> None:
    known = {"known failures": {"toy/logout": {"reason": "since 1999"}}}
    given = options(tmp_path, live.url, CASES, known)
    assert command(*given).code == 1
    assert "stale" in report()["scenarios"][1]["reason"]
    keep_sessions(live)
    ended = command(*given)
    assert ended.code == 0
    assert "with 1 known failure" in ended.out
    assert outcomes(report())["logout"] == Outcome.KNOWN_FAILURE.value


# --- run: targets that are none ------------------------------------------------------------------


def garbage(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")


def silence(_: socket.socket) -> None:
    time.sleep(0.5)


@pytest.fixture
def listening() -> Iterator[Callable[[Callable[[socket.socket], None]], str]]:
    """Return a function that serves a script to every connection, and the URL where."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(script: Callable[[socket.socket], None]) -> str:
        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with suppress(OSError), connection:
                        script(connection)

        threading.Thread(target=accept, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield serve
    with suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    listener.close()


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (None, "GET /me: nothing listens at {address} (connection refused)"),
        (garbage, "GET /me: the answer of {address} is not HTTP"),
        (silence, "GET /me: no complete response from {address} within 0.2 s"),
    ],
    ids=["nothing listens", "garbage", "silence"],
)
def test_a_target_that_does_not_answer_is_one_message_and_an_incomplete_run(
    command: Command,
    listening: Callable[[Callable[[socket.socket], None]], str],
    closed_port: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    script: Callable[[socket.socket], None] | None,
    said: str,
) -> None:
    monkeypatch.setattr(commands, "Limits", partial(Limits, timeout=0.2))
    url = listening(script) if script else f"http://127.0.0.1:{closed_port}"
    message = said.format(address=url.removeprefix("http://"))
    ended = command(*options(tmp_path, url, CASES))
    assert ended.code == 2
    assert ended.err == ""
    before_summary = ended.out.partition("Target: ")[0]
    assert before_summary.count(message.partition(" (")[0]) == 1
    assert "all 2 scenarios that were tried ended with the same error" in ended.out
    loaded = report()
    assert loaded["verdict"] == "incomplete"
    assert outcomes(loaded) == {"login": "error", "logout": "error"}
    assert {one["reason"] for one in loaded["scenarios"]} == {message}


def test_a_start_that_fails_is_one_message_and_an_incomplete_run(
    command: Command, tmp_path: Path
) -> None:
    changes = {**OWN_SERVER, "start": "{python} -c 1/0"}
    ended = command(*options(tmp_path, "", CASES, changes))
    assert ended.code == 2
    assert "ended at once with exit code 1: ZeroDivisionError" in " ".join(ended.out.split())
    assert set(outcomes(report()).values()) == {"error"}


# --- wrong input ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["rum"], "invalid choice: 'rum'"),
        (
            ["run", "--target", "refrence"],
            "there is no target 'refrence'; did you mean 'reference'?",
        ),
        (["run", "--target", "xyz"], "there is no target 'xyz'; targets: "),
        (["run", "--target", "nowhere.yaml"], "there is no profile at nowhere.yaml"),
        (["run", "localhost:8000"], "'localhost:8000' is not a URL such as https://"),
        (["run", "ftp://x"], "'ftp://x' is not a URL"),
        (["run", "http://127.0.0.1:99999"], "is not a URL"),
        (["run", "http://"], "is not a URL"),
        (["run", "-n", "many"], "'many' is not a number from 0 to 256"),
        (["run", "-n", "257"], "'257' is not a number"),
        (["run", "--max-wait", "soon"], "'soon' is not a time such as 60s"),
        (["run", "--scenarios", "nowhere"], "there are no scenarios below nowhere"),
        (["list", "people"], "invalid choice: 'people'"),
        (["list", "--standard", "avsv"], "there is no standard 'avsv'; did you mean 'asvs'?"),
        (["list", "targets", "--standard", "asvs"], "not allowed with argument kind"),
        (["explain"], "required: ID|NAME"),
        (["doctor", "--target", "nowhere.yaml"], "there is no profile at nowhere.yaml"),
        (["doctor", "localhost:8000"], "'localhost:8000' is not a URL such as https://"),
        (["doctor", "--max-wait", "soon"], "'soon' is not a time such as 60s"),
        (["diff", "a.json"], "the following arguments are required: B.json"),
        (["explain", "LOGOT-1"], "there is nothing called 'LOGOT-1'; did you mean 'LOGOUT-1'?"),
        (["explain", "qqq"], "there is nothing called 'qqq'; see: session-conformance list"),
    ],
)
def test_a_wrong_command_line_is_one_message(
    command: Command, arguments: list[str], said: str
) -> None:
    ended = command(*arguments)
    assert ended.code == 3
    assert said in ended.err
    assert ended.out == ""
    assert not Path("reports").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--area", "toi"], "there is no area 'toi'; did you mean 'toy'?"),
        (["--area", "qqqq"], "there is no area 'qqqq'; areas: toy"),
        (["-k", "nothing like that"], "no scenario matches 'nothing like that'"),
        (["--area", "toy", "-k", "qqq"], "no scenario matches 'qqq'"),
        (["--report-dir", "file"], "can't write reports to file: File exists"),
        (["--report-dir", "file/below"], "can't write reports to file/below: Not a directory"),
    ],
)
def test_asking_for_what_does_not_exist_stops_before_anything_is_sent(
    command: Command, live: Toy, tmp_path: Path, arguments: list[str], said: str
) -> None:
    Path("file").write_text("")
    ended = command(*options(tmp_path, live.url, CASES), *arguments)
    assert ended == Ended(3, "", f"{said}\n")
    assert live.asked == []


def test_a_report_folder_without_permission_is_noticed_before_anything_is_sent(
    command: Command, live: Toy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write anywhere
    ended = command(*options(tmp_path, live.url, CASES))
    assert ended == Ended(3, "", "can't write reports to reports: permission denied\n")
    assert live.asked == []


def test_a_report_that_can_not_be_written_is_one_message(
    command: Command, live: Toy, tmp_path: Path
) -> None:
    Path("reports/report.json").mkdir(parents=True)
    ended = command(*options(tmp_path, live.url, CASES))
    assert ended.code == 3
    assert ended.err == "can't write reports/report.json: Is a directory\n"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"log in"', '"log inn"', "did you mean 'log in'?"),
        ('"status": "200"', '"statsu": "200"', "did you mean 'status'?"),
        ('"alice": {', '"alicia": {', "did you mean 'alice'?"),
        ('"idle": "10 s"', '"idle": "10 seconds"', "'10 seconds' is not a time such as 2 s"),
        ("http://", "htp://", "is not a base URL such as http://127.0.0.1:8000"),
        ('"POST /login"', '"POST login"', "'POST login' is not a request such as POST /login"),
        ('"name": "toy"', '"name": "toy", "name": "boy"', "name"),
    ],
)
def test_a_mistake_in_a_profile_is_shown_at_its_line(
    command: Command, tmp_path: Path, old: str, new: str, said: str
) -> None:
    given = options(tmp_path, "http://127.0.0.1:9", CASES)
    profile = tmp_path / "profile.yaml"
    text = profile.read_text()
    profile.write_text(text.replace(old, new, 1))
    ended = command(*given)
    assert (ended.code, ended.out) == (3, "")
    assert ended.err.partition(":")[0].endswith("profile.yaml")
    assert said in ended.err
    assert command("check", profile) == ended


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        (f"{LOGIN}then: []", "then"),
        ("then:\n  - log inn: alice\n", "unknown verb 'log inn'"),
        ("then:\n  - visit: protected page\n    expect: signed out\n", "nothing shows that"),
        ("then: [", "is not YAML"),
    ],
)
def test_a_mistake_in_a_scenario_is_shown_at_its_line(
    command: Command, tmp_path: Path, steps: str, said: str
) -> None:
    given = options(tmp_path, "http://127.0.0.1:9", {"login": LOGIN, "wrong": steps})
    ended = command(*given)
    assert (ended.code, ended.out) == (3, "")
    assert ended.err.startswith("specification/toy/wrong.yaml:")
    assert said in ended.err
    assert command("check", tmp_path / "specification") == ended


def test_a_known_failure_of_an_unknown_scenario_is_a_mistake(
    command: Command, tmp_path: Path
) -> None:
    known = {"known failures": {"toy/logut": {"reason": "a typo"}}}
    ended = command(*options(tmp_path, "http://127.0.0.1:9", CASES, known))
    assert ended.code == 3
    assert "there is no scenario 'toy/logut'" in ended.err
    assert "did you mean 'toy/logout'?" in ended.err


def test_a_profile_that_starts_nothing_and_says_no_port_needs_a_url(
    command: Command, live: Toy, tmp_path: Path
) -> None:
    given = options(tmp_path, "http://127.0.0.1:{port}", CASES)
    ended = command(*given)
    assert ended.code == 3
    assert ended.err.endswith("the profile starts no server, so it needs a URL\n")
    assert command(*given, live.url).code == 0


def test_a_defect_of_ours_is_a_sentence(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError(PASSWORDS["alice"])

    monkeypatch.setattr(commands, "load", broken)
    ended = command("list")
    assert ended.code == 2
    assert ended.err.startswith("a defect of session-conformance itself: KeyError in test_commands")


# --- the other commands --------------------------------------------------------------------------


def test_check_counts_what_is_right(command: Command, tmp_path: Path) -> None:
    options(tmp_path, "http://127.0.0.1:9", CASES)
    ended = command("check", tmp_path / "specification", tmp_path / "profile.yaml")
    assert ended == Ended(0, "4 files are right\n", "")


def test_check_shows_the_mistakes_of_all_its_files(command: Command, tmp_path: Path) -> None:
    options(tmp_path, "http://127.0.0.1:9", {"login": LOGIN, "wrong": "then: no\n"})
    (tmp_path / "profile.yaml").write_text("name: x\n")
    ended = command("check", tmp_path / "specification", tmp_path / "profile.yaml")
    assert ended.code == 3
    assert "specification/toy/wrong.yaml:3:" in ended.err
    assert "profile.yaml:1:1: " in ended.err


def test_check_of_a_file_that_is_not_there_is_a_mistake(command: Command) -> None:
    ended = command("check", "nowhere.yaml")
    assert ended.code == 3
    assert "nowhere.yaml" in ended.err


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["list"], "\nLOGOUT-1 must core Logging out"),
        (["list", "requirements"], "\nLOGOUT-1 must core Logging out"),
        (["list", "scenarios"], "\nlogout/revokes-session LOGOUT-1"),
        (["list", "targets"], "\nreference reference, "),
        (["list", "standards"], "\nwstg OWASP Web Security Testing Guide"),
        (["list", "--standard", "asvs"], "\n7.4.1 L1 A session that has ended can't be used"),
        (["explain", "LOGOUT-1"], "LOGOUT-1 (must, core)"),
        (["explain", "LOGOUT-1"], "\nlogout/revokes-session: "),
        (["explain", "logout/revokes-session"], "\nVerifies:\nLOGOUT-1 (must): "),
        (["explain", "log in"], "log in\nLog in as this user"),
        (["explain", "second user"], "second user\nThe profile has a second user"),
        (["schema", "profile"], '"title": "How one server is tested by session-conformance"'),
        (["--version"], f"session-conformance {__version__}"),
        (["run", "--help"], "exit codes:"),
    ],
)
def test_what_is_asked_for_is_shown(command: Command, arguments: list[str], shown: str) -> None:
    ended = command(*arguments)
    assert (ended.code, ended.err) == (0, "")
    assert shown in "\n".join(" ".join(line.split()) for line in ended.out.splitlines())


def test_every_target_is_listed_by_the_name_to_give(command: Command) -> None:
    lines = command("list", "targets").out.splitlines()
    assert [line.split("  ")[0].strip() for line in lines] == list(target_names())


# --- in a process of its own ---------------------------------------------------------------------


def start(*arguments: object, **given: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "conformance", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(Path.cwd())},
        **given,
    )


WAITING = """
given:
  - log in: alice
when:
  - wait: half the absolute timeout
then:
  - visit: protected page
    expect: signed in
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_while_a_scenario_waits_writes_the_report_and_stops_the_server(
    tmp_path: Path, number: signal.Signals
) -> None:
    start_command = f"{START} --pids {tmp_path}/pids"
    changes = {**OWN_SERVER, "start": start_command}
    given = options(tmp_path, "", {**CASES, "waiting": WAITING}, changes)
    with start(*given) as process:
        assert process.stdout
        for line in process.stdout:
            if line.startswith("[2/3]"):
                break
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
    assert err == ""
    assert process.returncode == 2
    assert "interrupted: finishing the report" in out
    loaded = report()
    assert loaded["verdict"] == "incomplete"
    assert outcomes(loaded) == {"login": "passed", "logout": "passed", "waiting": "not tested"}
    pids = (tmp_path / "pids").read_text()
    assert pids.split()
    assert all_ended(pids)


def test_a_second_ctrl_c_stops_the_server_too(tmp_path: Path) -> None:
    changes = {**OWN_SERVER, "start": f"{START} --pids {tmp_path}/pids"}
    given = options(tmp_path, "", {**CASES, "waiting": WAITING}, changes)
    with start(*given) as process:
        assert process.stdout
        for line in process.stdout:
            if line.startswith("[2/3]"):
                break
        process.send_signal(signal.SIGINT)
        assert "interrupted" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=10)
    assert "Traceback" not in err
    assert process.returncode in (2, 130)  # 2 when the report was written already
    assert all_ended((tmp_path / "pids").read_text())


# --- several processes ----------------------------------------------------------------------------


def test_several_processes_come_to_the_same_as_one(live: Toy, tmp_path: Path) -> None:
    keep_sessions(live)
    given = options(tmp_path, live.url, {**CASES, "again": LOGIN, "https": HTTPS})
    reports = []
    for processes in ("1", "3"):
        with start(*given, "--processes", processes) as process:
            _, err = process.communicate(timeout=20)
        assert (process.returncode, err) == (1, "")
        reports.append(outcomes(report()))
    assert reports[0] == reports[1]
    assert set(reports[0].values()) == {"passed", "failed", "not tested"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_all_processes_and_their_servers(
    tmp_path: Path, number: signal.Signals
) -> None:
    changes = {**OWN_SERVER, "start": f"{START} --pids {tmp_path}/pids"}
    given = options(tmp_path, "", {"one": WAITING, "two": WAITING, "quick": LOGIN}, changes)
    with start(*given, "--processes", "2") as process:
        assert process.stdout
        for line in process.stdout:
            if line.startswith("[1/3]"):
                break
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
    assert (process.returncode, err) == (2, "")
    assert out.count("interrupted: finishing the report") == 1
    assert outcomes(report()) == {"one": "not tested", "two": "not tested", "quick": "passed"}
    pids = (tmp_path / "pids").read_text()
    assert pids.split()
    assert all_ended(pids)


def test_what_a_lost_process_did_not_tell_is_an_error(live: Toy, tmp_path: Path) -> None:
    given = options(tmp_path, live.url, {"one": WAITING, "two": WAITING, "quick": LOGIN})
    with start(*given, "--processes", "2") as process:
        assert process.stdout
        for line in process.stdout:
            if line.startswith("[1/3]"):
                break
        for child in children(process.pid):
            os.kill(child, signal.SIGKILL)
        _, err = process.communicate(timeout=10)
    assert (process.returncode, err) == (2, "")
    loaded = report()
    assert outcomes(loaded) == {"one": "error", "two": "error", "quick": "passed"}
    reasons = {one["reason"] for one in loaded["scenarios"] if one["outcome"] == "error"}
    assert reasons == {"a process of this run ended before its time"}


def children(pid: int) -> list[int]:
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True
    )
    return [int(one) for one in listed.stdout.split()]


@pytest.mark.parametrize("text", ["0", "65", "-1", "two"])
def test_a_number_of_processes_is_from_1_to_64(command: Command, text: str) -> None:
    ended = command("run", "--processes", text)
    assert ended.code == 3
    assert f"'{text}' is not a number from 1 to 64" in ended.err


def test_the_module_is_the_command_and_its_exit_code_reaches_the_shell(
    live: Toy, tmp_path: Path
) -> None:
    keep_sessions(live)
    with start(*options(tmp_path, live.url, CASES)) as process:
        out, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (1, "")
    assert "not conformant" in out
    assert "\x1b[" not in out


def test_output_that_nobody_reads_ends_the_command_quietly() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = subprocess.run(
        [sys.executable, "-m", "conformance", "list", "scenarios"],
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert process.stderr == b""
    assert process.returncode == 141
