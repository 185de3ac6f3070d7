from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from toyserver import PASSWORDS
from toysuite import START, TOYSERVER, alive

from conformance import process, serverprocess
from conformance.errors import ServerProcessError, Unreachable
from conformance.model import Profile
from conformance.process import started
from conformance.wire import Wire

PYTHON = "{python} -c"


def failure_of(profile: Profile) -> str:
    with pytest.raises(ServerProcessError) as raised, started(profile):
        pytest.fail("it started")
    return str(raised.value)


def python(code: str) -> str:
    """Return the command that runs this code; braces in it are no placeholders."""
    return f'{PYTHON} "{code}"'


def wait_until(condition: Callable[[], bool]) -> bool:
    until = time.monotonic() + 5
    while not condition() and time.monotonic() < until:
        time.sleep(0.01)
    return condition()


# --- a good one ----------------------------------------------------------------------------------


def test_a_target_is_prepared_started_and_stopped_and_leaves_nothing(
    launching: Callable[..., Profile], tmp_path: Path, scratch_root: Path
) -> None:
    note = python("import os, sys; print(os.environ['NOTE'], file=open(sys.argv[1], 'a'))")
    profile = launching(
        environment={"NOTE": "{scratch} {alice.username}"},
        set_up=[f"{note} {{scratch}}/notes", f"{note} notes"],
        start=f"{START} --pids {{scratch}}/pids --store {{scratch}}/store",
    )
    with started(profile) as (filled, running):
        port = int(filled.base_url.rpartition(":")[2])
        assert filled.base_url == f"http://127.0.0.1:{port}"
        (scratch,) = scratch_root.glob("session-conformance-*")
        assert running.scratch == scratch
        assert (scratch / "notes").read_text() == f"{scratch} alice\n"
        assert (tmp_path / "notes").exists()  # commands run in the folder of the profile
        (pid,) = map(int, (scratch / "pids").read_text().split())
        assert alive(pid)
    assert not alive(pid)
    assert list(scratch_root.iterdir()) == []
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_each_start_has_a_port_and_a_folder_of_its_own(launching: Callable[..., Profile]) -> None:
    profile = launching(start=START)
    with started(profile) as (one, first), started(profile) as (two, second):
        assert one.base_url != two.base_url
        assert first.scratch != second.scratch


def test_a_restart_keeps_the_address_and_the_data(launching: Callable[..., Profile]) -> None:
    store = "--store {scratch}/store --pids {scratch}/pids"
    with started(launching(start=f"{START} {store}")) as (filled, running):
        running.main.stop()
        (running.scratch / "store").write_text('{"kept": ["alice", 0, 0]}')
        wire = Wire(timeout=5)
        with pytest.raises(Unreachable, match="nothing listens"):
            wire.send("GET", f"{filled.base_url}/x", ())
        running.main.start()
        assert wire.send("GET", f"{filled.base_url}/x", ()).status == 404
        wire.drop_connections()
        assert "kept" in (running.scratch / "store").read_text()
        before, after = map(int, (running.scratch / "pids").read_text().split())
    assert before != after


LINGERING = """
import os, signal, socket, sys, threading
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
if os.fork() == 0:
    signal.signal(signal.SIGTERM, lambda *_: threading.Timer(0.5, os._exit, [0]).start())
    while True:
        signal.pause()
signal.pause()
"""


def test_a_stopped_target_listens_no_more_even_if_a_child_outlives_it(
    launching: Callable[..., Profile], tmp_path: Path
) -> None:
    script = tmp_path / "lingering.py"
    script.write_text(LINGERING)
    with started(launching(start=f"{{python}} {script} {{port}}")) as (filled, running):
        port = int(filled.base_url.rpartition(":")[2])
        running.main.stop()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))


def test_a_start_where_something_listens_already_is_told(
    launching: Callable[..., Profile], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serverprocess, "_STOP_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        reason = failure_of(launching(base_url=f"http://127.0.0.1:{port}", start=START))
    assert f"can't be started: something listens at 127.0.0.1:{port} already" in reason


def test_a_second_start_replaces_the_first_one(launching: Callable[..., Profile]) -> None:
    with started(launching(start=f"{START} --pids {{scratch}}/pids")) as (_, running):
        running.main.start()
        first, second = map(int, (running.scratch / "pids").read_text().split())
        assert not alive(first)
        assert alive(second)
    assert not alive(second)


def test_a_start_command_gets_its_input(launching: Callable[..., Profile]) -> None:
    code = "import os, sys; open(sys.argv[1], 'w').write(sys.stdin.read());"
    code += "os.execv(sys.executable, [sys.executable, *sys.argv[2:]])"
    start = {"run": f"{python(code)} {{scratch}}/given {TOYSERVER} {{port}}", "input": "a {port}"}
    with started(launching(start=start)) as (filled, running):
        port = filled.base_url.rpartition(":")[2]
        assert (running.scratch / "given").read_text() == f"a {port}"


# --- stopping ------------------------------------------------------------------------------------


def test_children_are_stopped_too_even_those_that_ignore_the_signal(
    launching: Callable[..., Profile], tmp_path: Path
) -> None:
    with started(launching(start=f"{START} --child --pids {tmp_path}/pids")):
        pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
        assert len(pids) == 2
        assert all(map(alive, pids))
    assert wait_until(lambda: not any(map(alive, pids)))


def test_a_target_that_ignores_the_signal_is_killed(
    launching: Callable[..., Profile], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(serverprocess, "_STOP_SECONDS", 0.05)
    code = "import os, signal, socket, sys, time; signal.signal(15, signal.SIG_IGN);"
    code += "open(sys.argv[2], 'w').write(str(os.getpid()));"
    code += "s = socket.create_server(('127.0.0.1', int(sys.argv[1]))); time.sleep(600)"
    with started(launching(start=f"{python(code)} {{port}} {tmp_path}/pid")):
        pid = int((tmp_path / "pid").read_text())
    assert not alive(pid)


def test_only_processes_of_our_own_are_stopped(launching: Callable[..., Profile]) -> None:
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        with started(launching(start=START)):
            pass
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_stopping_twice_or_after_its_end_does_no_harm(
    launching: Callable[..., Profile], tmp_path: Path
) -> None:
    with started(launching(start=f"{START} --pids {tmp_path}/pids")) as (_, running):
        os.kill(int((tmp_path / "pids").read_text()), signal.SIGKILL)
        running.main.stop()
        running.main.stop()


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt, SystemExit])
def test_the_target_is_stopped_when_the_body_raises(
    launching: Callable[..., Profile],
    tmp_path: Path,
    scratch_root: Path,
    error: type[BaseException],
) -> None:
    with pytest.raises(error), started(launching(start=f"{START} --pids {tmp_path}/pids")):
        raise error
    assert not alive(int((tmp_path / "pids").read_text()))
    assert list(scratch_root.iterdir()) == []


# --- what goes wrong -----------------------------------------------------------------------------

EXIT = "import sys; print('first'); print('port is taken'); print(); sys.exit(4)"
FAILURES = [
    ({"start": python(EXIT)}, f"'{Path(sys.executable).name} -c", "ended at once with exit code 4"),
    ({"start": python(EXIT)}, "", ": port is taken"),
    ({"start": "./no-such-program {port}"}, "'no-such-program ", "can't be run: "),
    ({"start": START, "set up": [python(EXIT)]}, "", "ended with exit code 4: port is taken"),
    ({"start": START, "set up": ["./no-such-program"]}, "'no-such-program'", "can't be run: "),
    ({"start": START, "set up": [python("import os; os.abort()")]}, "", "exit code -6"),
]


@pytest.mark.parametrize(("changes", "name", "said"), FAILURES)
def test_a_command_that_fails_is_said_with_its_place_and_its_last_words(
    launching: Callable[..., Profile],
    scratch_root: Path,
    tmp_path: Path,
    changes: dict[str, Any],
    name: str,
    said: str,
) -> None:
    message = failure_of(launching(**changes))
    assert message.startswith(f"{tmp_path / 'profile.yaml'}:")
    assert name in message
    assert said in message
    assert "first" not in message.partition("exit code")[2]
    assert "\n" not in message
    assert list(scratch_root.iterdir()) == []


def test_what_fails_to_be_set_up_is_not_started(
    launching: Callable[..., Profile], tmp_path: Path
) -> None:
    failure_of(
        launching(start=f"{START} --pids {tmp_path}/pids", set_up=[python("raise SystemExit(1)")])
    )
    assert not (tmp_path / "pids").exists()


ECHO = python("import sys; print('got', sys.stdin.read(), *sys.argv[1:]); sys.exit(1)")


@pytest.mark.parametrize(
    "changes",
    [
        {"set up": [{"run": ECHO, "input": "{alice.password}\nnext"}], "start": START},
        {"set up": [f"{ECHO} '{{alice.password}}'"], "start": START},
        {"start": f'{ECHO} "{{bob.password}}"'},
        {"start": {"run": ECHO, "input": "{alice.password}"}},
        {"start": './no-such-program "{alice.password}"'},
        {"set up": [{"run": ECHO, "input": "other-secret"}], "start": START},
    ],
)
def test_no_message_shows_a_password_or_the_input_of_a_command(
    launching: Callable[..., Profile], changes: dict[str, Any]
) -> None:
    message = failure_of(launching(**changes))
    for secret in (*PASSWORDS.values(), "battery", "Zebras", "other-secret"):
        assert secret not in message


def test_a_set_up_command_that_never_ends_is_given_up(
    launching: Callable[..., Profile], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_SET_UP_SECONDS", 0.1)
    sleeper = f"{python('import time; time.sleep(600)')} '{{alice.password}}'"
    message = failure_of(launching(start=START, set_up=[sleeper]))
    assert message.endswith("can't be run: it took longer than 0.1 s")


def test_a_target_that_never_listens_is_given_up_and_stopped(
    launching: Callable[..., Profile], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(serverprocess, "_START_SECONDS", 0.3)
    code = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid()));"
    code += "print('waiting for a database', flush=True); time.sleep(600)"
    message = failure_of(launching(start=f"{python(code)} {tmp_path}/pid"))
    assert "does not listen at 127.0.0.1:" in message
    assert message.endswith("after 0.3 s: waiting for a database")
    assert not alive(int((tmp_path / "pid").read_text()))


def test_a_profile_without_start_command_starts_nothing(
    launching: Callable[..., Profile],
) -> None:
    assert failure_of(launching()) == "toy: the profile has no 'start' command"


# --- whether it is ready --------------------------------------------------------------------------


def test_a_server_counts_as_started_once_it_is_ready(launching: Callable[..., Profile]) -> None:
    files = "{python} -m http.server {port} --bind 127.0.0.1 --directory {scratch}"
    with started(launching(start=files, ready="GET /?a=b")) as (filled, _):
        assert Wire().send("GET", f"{filled.base_url}/", ()).status == 200


def test_a_server_that_gets_not_ready_is_stopped(launching: Callable[..., Profile]) -> None:
    profile = launching(start=START, ready={"send": "GET /no-page", "within": "500 ms"})
    said = failure_of(profile)
    assert "does not answer GET /no-page well at 127.0.0.1:" in said
    assert "after 0.5 s" in said
