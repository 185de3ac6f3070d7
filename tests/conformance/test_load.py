"""`session-conformance load` finds what is wrong, blames nobody who is right, and says it well."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from toyserver import PASSWORDS, Asked, Reply, Toy
from toysuite import REGISTER, START, write_profile

from conformance.cli import main
from conformance.errors import UsageError
from conformance.load.plan import Plan, check
from conformance.load.summary import schema
from conformance.profiles import read_profile

pytestmark = pytest.mark.once  # `tox -e acceptance` tries them


FAST = ("--users", "8", "--max-rps", "0")


class Result:
    """What a run of the command came to."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self.out, self.err = process.communicate(timeout=60)
        self.code = process.returncode
        path = folder / "report" / "load-report.json"
        self.text = path.read_text() if path.exists() else "{}"
        self.report: dict[str, Any] = json.loads(self.text)


def begin(
    folder: Path, *arguments: object, package: str = "conformance.load"
) -> subprocess.Popen[str]:
    """Start the command, for short in the interpreter that it would go on in."""
    command = [sys.executable, "-m", package, "load", "--report-dir", folder / "report"]
    return subprocess.Popen(
        [*map(str, command), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def load(
    folder: Path, *toys: Toy, changes: dict[str, Any] | None = None, seconds: str = "700ms"
) -> Result:
    """Drive toys that run already; the first is the base URL, the others are its nodes."""
    nodes = {"nodes": [toy.url for toy in toys[1:]]} if toys[1:] else {}
    path = write_profile(folder / "toy.yaml", toys[0].url, {**REGISTER, **nodes, **(changes or {})})
    return Result(begin(folder, "--target", path, *FAST, "--duration", seconds), folder)


def toy(spoil: Callable[[Toy], None] = lambda _: None, **given: Any) -> Toy:
    one = Toy(**given)
    spoil(one)
    return one


# --- right servers -------------------------------------------------------------------------------


def test_a_right_server_gives_no_wrong_answer(tmp_path: Path) -> None:
    with toy().serving() as right:
        result = load(tmp_path, right)
    assert (result.code, result.err) == (0, ""), result.out
    jsonschema.validate(result.report, schema())
    assert result.report["verdict"] == "no wrong answer"
    assert result.report["right"]["live sessions served"] > 0
    assert result.report["right"]["ended sessions refused"] > 0
    assert not any(password in result.text + result.out for password in PASSWORDS.values())


def test_two_users_shared_by_many_stay_within_the_session_limit(tmp_path: Path) -> None:
    with toy(limited_to(5)).serving() as right:
        result = load(tmp_path, right, changes={"register": None, "session limit": "5"})
    assert result.code == 0, result.out
    assert result.report["events"].keys() == {"log in: answered", "log out: answered"}


def limited_to(most: int) -> Callable[[Toy], None]:
    """Let a login end the user's oldest session where there are so many."""

    def spoil(one: Toy) -> None:
        welcome = one.welcome

        def limited(name: str, token: str) -> Reply:
            own = [key for key, value in list(one.sessions.items()) if value[0] == name]
            for key in own[: max(0, len(own) + 1 - most)]:
                one.sessions.pop(key, None)
            return welcome(name, token)

        one.welcome = limited  # type: ignore[method-assign]

    return spoil


def test_a_server_that_asks_for_patience_is_not_blamed(tmp_path: Path) -> None:
    def spoil(one: Toy) -> None:
        answer, number = one.answer, iter(range(10_000))

        def busy(asked: Asked) -> Reply:
            if next(number) % 10 == 9:
                one.answer = answer  # type: ignore[method-assign]
                threading.Timer(0.05, lambda: setattr(one, "answer", busy)).start()
                return Reply(503, headers=[("Retry-After", "0")])
            return answer(asked)

        one.answer = busy  # type: ignore[method-assign]

    with toy(spoil).serving() as right:
        result = load(tmp_path, right)
    assert result.report["wrong"] == dict.fromkeys(result.report["wrong"], 0), result.out
    assert result.report["unjudged"]["throttled"] > 0


# --- wrong ones ----------------------------------------------------------------------------------


def revokes_nothing(one: Toy) -> None:
    one.routes["POST /logout"] = lambda asked: Reply(200 if one.user(asked) else 401)


def mixes_users_up(one: Toy) -> None:
    """Keep who asks where all threads share it."""
    me = one.me

    def mixed(asked: Asked) -> Reply:
        reply = me(asked)
        if reply.status == 200:
            one.attributes = str(reply.data["user"])  # any field that threads share
            time.sleep(0.002)
            reply = Reply(200, {"user": one.attributes})
        return reply

    one.routes["GET /me"] = mixed


def loses_sessions(one: Toy) -> None:
    me, number = one.me, iter(range(100_000))

    def forgetting(asked: Asked) -> Reply:
        if next(number) % 20 == 19:
            one.sessions.pop(asked.cookies.get("sid", ""), None)
        return me(asked)

    one.routes["GET /me"] = forgetting


def touches_by_writing_all(one: Toy) -> None:
    """Write the session back at the end of a visit, also when it was ended meanwhile."""
    me = one.me

    def touching(asked: Asked) -> Reply:
        session = one.sessions.get(asked.cookies.get("sid", ""))
        reply = me(asked)
        time.sleep(0.005)
        if reply.status == 200 and session:
            one.sessions[asked.cookies["sid"]] = session
        return reply

    one.routes["GET /me"] = touching


def caches_pages(one: Toy) -> None:
    """Give the last page to whoever brings no cookie, as a shared cache does."""
    me, kept = one.me, [Reply(401)]

    def cached(asked: Asked) -> Reply:
        if not asked.cookies:
            return kept[0]
        kept[0] = me(asked)
        return kept[0]

    one.routes["GET /me"] = cached


@pytest.mark.parametrize(
    ("spoil", "finding"),
    [
        (revokes_nothing, "ended session served"),
        (mixes_users_up, "another user's data shown"),
        (loses_sessions, "live session refused"),
        (touches_by_writing_all, "ended session served"),
        (caches_pages, "signed in without a session"),
    ],
)
def test_a_wrong_server_is_caught(
    spoil: Callable[[Toy], None], finding: str, tmp_path: Path
) -> None:
    with toy(spoil).serving() as wrong:
        result = load(tmp_path, wrong)
    assert result.code == 1, result.out
    jsonschema.validate(result.report, schema())
    assert result.report["wrong"][finding] > 0
    assert finding in {one["finding"] for one in result.report["examples"]}
    assert f"WRONG after {result.report['examples'][0]['at']:.1f} s" in result.out
    tokens = {asked.cookies.get("sid", "-") for asked in wrong.asked}
    assert not any(token in result.text + result.out for token in tokens if len(token) > 8)


def test_a_node_with_a_cache_of_its_own_is_caught(tmp_path: Path) -> None:
    with toy().serving() as first, toy().serving() as second:
        second.passwords, kept = first.passwords, second.sessions
        second.sessions = first.sessions

        def cached(asked: Asked) -> Reply:
            token = asked.cookies.get("sid", "")
            if token in first.sessions:
                kept[token] = first.sessions[token]
            return Reply(200, {"user": kept[token][0]}) if token in kept else Reply(401)

        second.routes["GET /me"] = cached
        result = load(tmp_path, first, second)
    assert result.code == 1, result.out
    wrong = [one for one in result.report["examples"] if one["finding"] == "ended session served"]
    assert {one["node"] for one in wrong} == {second.url}


# --- what can't be judged ------------------------------------------------------------------------


def test_a_server_error_makes_the_run_incomplete(tmp_path: Path) -> None:
    def fails_at_times(one: Toy) -> None:
        number = iter(range(100_000))
        logout = one.logout
        one.routes["POST /logout"] = lambda asked: (
            Reply(500) if next(number) % 2 == 1 else logout(asked)
        )

    with toy(fails_at_times).serving() as odd:
        result = load(tmp_path, odd)
    assert (result.code, result.report["verdict"]) == (2, "incomplete"), result.out
    assert result.report["odd"]["POST /logout 500"] > 0


def test_a_server_that_lets_nobody_in_ends_the_run_before_it_begins(tmp_path: Path) -> None:
    with toy(lambda one: one.passwords.clear()).serving() as closed:
        result = load(tmp_path, closed)
    assert (result.code, result.err) == (2, "")
    jsonschema.validate(result.report, schema())
    assert "the profile proves nothing at this target" in " ".join(result.out.split())


def test_ctrl_c_gives_the_report_of_what_is_known(tmp_path: Path) -> None:
    with toy().serving() as right:
        path = write_profile(tmp_path / "toy.yaml", right.url, REGISTER)
        arguments = ("--target", path, *FAST, "--duration", "10min")
        process = begin(tmp_path, *arguments, package="conformance")
        until = time.monotonic() + 30
        while sum(one.path == "/logout" for one in list(right.asked)) < 20:
            assert time.monotonic() < until
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        result = Result(process, tmp_path)
    assert (result.code, result.err) == (2, ""), result.out
    assert result.report["interrupted"] is True
    assert result.report["right"]["ended sessions refused"] > 0


def test_a_killed_node_is_started_again_and_what_it_lost_is_found(tmp_path: Path) -> None:
    path = write_profile(tmp_path / "toy.yaml", "http://127.0.0.1:{port}", {"start": START})
    more = ("--users", "12", "--max-rps", "0", "--duration", "3s", "--kill-nodes", "1")
    result = Result(begin(tmp_path, "--target", path, *more), tmp_path)
    (kill,) = result.report["kills"]
    assert kill["back_at"] > kill["at"]
    assert result.report["unjudged"]["no answer"] > 0
    assert (result.code, result.report["wrong"]["live session refused"] > 0) == (1, True)


def test_what_workers_find_is_in_the_report_of_the_master(tmp_path: Path) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    with toy(revokes_nothing).serving() as wrong:
        path = write_profile(tmp_path / "toy.yaml", wrong.url, REGISTER)
        shared = ("--target", path, "--master-port", port)
        worker = begin(tmp_path / "worker", "--worker", *shared)
        master = begin(tmp_path, "--master", *shared, *FAST, "--duration", "2s")
        result, work = Result(master, tmp_path), Result(worker, tmp_path / "worker")
    assert (result.code, result.err, work.err) == (1, "", ""), result.out
    jsonschema.validate(result.report, schema())
    assert result.report["workers"] == 1
    assert result.report["wrong"]["ended session served"] > 0
    assert result.report["requests"] > 10
    assert (work.code, work.report) == (0, {})


# --- the command line ----------------------------------------------------------------------------


def profile_at(folder: Path, url: str, **changes: Any) -> Any:
    spaced = {name.replace("_", " "): value for name, value in changes.items()}
    return read_profile(write_profile(folder / "toy.yaml", url, spaced))


@pytest.mark.parametrize(
    "plan",
    [Plan(users=51), Plan(max_rps=0), Plan(max_rps=101), Plan(seconds=601)],
    ids=["users", "any rate", "rate", "time"],
)
def test_much_load_for_another_machine_has_to_be_allowed(plan: Plan, tmp_path: Path) -> None:
    for url, refused in (("https://shop.example", True), ("http://127.0.0.1:8000", False)):
        profile = profile_at(tmp_path, url)
        check(plan, profile, [url], may=True)
        check(Plan(), profile, [url], may=False)
        if refused:
            with pytest.raises(UsageError, match="--i-may-load-this-target"):
                check(plan, profile, [url], may=False)
        else:
            check(plan, profile, [url], may=False)


@pytest.mark.parametrize(
    ("plan", "changes", "message"),
    [
        (Plan(kills=1), {}, "--kill-nodes needs a target that the suite starts"),
        (Plan(part="master"), {"session_limit": "5"}, "can't share alice and bob"),
        (Plan(users=0), {}, "at least one user"),
    ],
)
def test_what_makes_no_sense_is_refused(
    plan: Plan, changes: dict[str, Any], message: str, tmp_path: Path
) -> None:
    profile = profile_at(tmp_path, "http://127.0.0.1:8000", **changes)
    with pytest.raises(UsageError, match=re.escape(message)):
        check(plan, profile, [profile.base_url], may=False)


def test_users_arrive_in_a_tenth_of_the_time() -> None:
    assert Plan(users=200, seconds=60).arrivals == pytest.approx(200 / 6)
    assert replace(Plan(), users=1).arrivals == 1


def test_without_locust_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("conformance.load.command.find_spec", lambda _: None)
    path = write_profile(tmp_path / "toy.yaml", "http://127.0.0.1:8000")
    assert main(["load", "--target", str(path)]) == 3
    shown = capsys.readouterr()
    assert shown.out + shown.err == ("load needs Locust: pip install 'session-conformance[load]'\n")


def test_a_master_that_is_a_worker_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_profile(tmp_path / "toy.yaml", "http://127.0.0.1:8000")
    assert main(["load", "--target", str(path), "--master", "--worker"]) == 3
    assert "not both" in capsys.readouterr().err
