"""What a profile says of nodes, of the store and of cleaning up: read, started, always ended."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from test_process import python
from toysuite import START, alive

from conformance import process
from conformance.errors import ServerProcessError
from conformance.model import Profile
from conformance.process import started, store_of
from conformance.profiles import at_url
from conformance.wire import Wire

Launching = Callable[..., Profile]
NODE = {"url": "http://127.0.0.1:{port 2}"}
NOTE = python("import sys; print(*sys.argv[2:], file=open(sys.argv[1], 'a'))")
RUNNING = "http://127.0.0.1:8001"


# --- reading -------------------------------------------------------------------------------------


def test_a_node_is_a_url_or_tells_how_it_is_started(launching: Launching) -> None:
    node = {**NODE, "environment": {"A": "b"}, "clock ahead": "3 s"}
    profile = launching(start=START, nodes=[f"{RUNNING}/", node])
    running, own = profile.nodes
    assert (running.url, running.start, running.clock_ahead) == (RUNNING, None, 0)
    assert (own.url, own.environment, own.clock_ahead) == (NODE["url"], {"A": "b"}, 3)
    assert profile.launch
    assert own.start == profile.launch.start


def test_at_another_url_there_are_no_other_nodes_and_no_store(
    launching: Launching,
) -> None:
    store = {"print": "cat x", "staleness": "2 s"}
    profile = launching(base_url="http://a", nodes=[RUNNING], store=store)
    same, another = at_url(profile, "http://a/"), at_url(profile, "http://b")
    assert same.nodes == profile.nodes
    assert same.store == profile.store
    assert another.nodes == ()
    assert another.store
    assert (another.store.dump, another.store.staleness) == (None, 2)


# --- starting and ending -------------------------------------------------------------------------


def test_nodes_are_started_after_the_target_and_share_its_folder(
    launching: Launching,
    scratch_root: Path,
) -> None:
    start = f"{START} --pids {{scratch}}/pids"
    with started(launching(start=start, nodes=[RUNNING, NODE])) as (profile, servers):
        running, own = profile.nodes
        assert running.url == RUNNING
        assert own.url.rpartition(":")[2] != profile.base_url.rpartition(":")[2]
        assert servers.others[0] is None
        assert servers.others[1]
        pids = [int(pid) for pid in (servers.scratch / "pids").read_text().split()]
        assert len(pids) == 2
        for url in (profile.base_url, own.url):
            assert Wire(timeout=5).send("GET", f"{url}/x", ()).status == 404
        servers.others[1].kill()
        assert alive(pids[0])
        assert not alive(pids[1])
    assert not alive(pids[0])
    assert list(scratch_root.iterdir()) == []


def test_a_node_has_its_own_port_and_what_is_added_to_the_environment(
    launching: Launching,
) -> None:
    node = {**NODE, "environment": {"B": "{port 2} {port 3}"}}
    profile = launching(start=START, nodes=[node], environment={"A": "{port}", "B": "b"})
    with started(profile) as (filled, servers):
        assert filled.launch
        assert servers.others[0]
        environment = servers.others[0].runner.environment
        port = filled.nodes[0].url.rpartition(":")[2]
        assert environment["A"] == port != filled.launch.environment["A"]
        assert environment["B"].split()[0] == port != environment["B"].split()[1]


def test_a_killed_target_gets_no_chance_to_finish_and_starts_again(
    launching: Launching,
) -> None:
    code = "import os, signal, socket, sys, time;"
    code += "signal.signal(15, lambda *_: (open(sys.argv[2], 'a').write('warned'), os._exit(0)));"
    code += "s = socket.create_server(('127.0.0.1', int(sys.argv[1]))); time.sleep(600)"
    with started(launching(start=f"{python(code)} {{port}} {{scratch}}/note")) as (_, servers):
        servers.main.kill()
        servers.main.kill()
        servers.main.start()
        assert not (servers.scratch / "note").exists()
        servers.main.stop()
        assert (servers.scratch / "note").read_text() == "warned"


FAILING = [
    {"start": python("raise SystemExit(3)")},
    {"start": START, "set up": [python("raise SystemExit(3)")]},
    {"start": START, "nodes": [{**NODE, "start": python("raise SystemExit(3)")}]},
]


@pytest.mark.parametrize("changes", FAILING, ids=("start", "set up", "a node"))
def test_all_is_cleaned_up_in_order_even_when_the_start_fails(
    launching: Launching,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    changes: dict[str, Any],
) -> None:
    notes = tmp_path / "notes"
    failing = python("print('no such thing'); raise SystemExit(4)")
    clean_up = [f"{NOTE} {notes} one", failing, f"{NOTE} {notes} {{port}} {{scratch}}"]
    profile = launching(**changes, clean_up=clean_up)
    with pytest.raises(ServerProcessError, match="exit code 3"), started(profile):
        pytest.fail("it started")
    first, second = notes.read_text().splitlines()
    assert first == "one"
    assert "session-conformance-" in second
    assert "ended with exit code 4: no such thing" in capsys.readouterr().err


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt, SystemExit])
def test_all_is_cleaned_up_when_the_body_raises(
    launching: Launching,
    tmp_path: Path,
    error: type[BaseException],
) -> None:
    notes = tmp_path / "notes"
    profile = launching(start=START, clean_up=[{"run": f"{NOTE} {notes} x", "input": "y"}])
    with pytest.raises(error), started(profile):
        raise error
    assert notes.read_text() == "x\n"


def test_a_command_may_leave_a_program_running_behind_it(
    launching: Launching,
    tmp_path: Path,
) -> None:
    code = "import os, subprocess, sys; p = subprocess.Popen(['sleep', '600']);"
    code += "open(sys.argv[1], 'w').write(str(p.pid))"
    kill = python("import os, sys; os.kill(int(open(sys.argv[1]).read()), 9)")
    pid = tmp_path / "pid"
    profile = launching(start=START, set_up=[f"{python(code)} {pid}"], clean_up=[f"{kill} {pid}"])
    with started(profile):
        assert alive(int(pid.read_text()))
    assert not alive(int(pid.read_text()))


# --- the store -----------------------------------------------------------------------------------


def test_the_store_is_printed_taken_away_and_brought_back(
    launching: Launching,
) -> None:
    store = {
        "print": python("import sys; print(open(sys.argv[1]).read())") + " {scratch}/store",
        "take away": f"{NOTE} {{scratch}}/store away",
        "bring back": f"{NOTE} {{scratch}}/store back",
    }
    with started(launching(start=START, store=store)) as (_, servers):
        assert servers.store
        servers.store.take_away()
        servers.store.bring_back()
        assert servers.store.dump() == b"away\nback\n\n"


def test_the_store_of_a_running_target_is_printed_in_the_folder_of_the_profile(
    launching: Launching,
    tmp_path: Path,
) -> None:
    (tmp_path / "store.txt").write_text("held")
    show = python("import sys; print(open(sys.argv[1]).read(), end='')")
    store = store_of(launching(base_url=RUNNING, store={"print": f"{show} store.txt"}))
    assert store
    assert store.dump() == b"held"
    assert store_of(launching(base_url=RUNNING)) is None


def test_a_command_on_the_store_that_fails_is_told(
    launching: Launching,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(process, "_STORE_SECONDS", 5)
    store = store_of(launching(base_url=RUNNING, store={"print": python("raise SystemExit(2)")}))
    assert store
    with pytest.raises(ServerProcessError, match="ended with exit code 2"):
        store.dump()
