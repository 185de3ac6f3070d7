from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from conformance.threads import Task


def test_a_task_is_waited_for_until_it_has_ended() -> None:
    may_end, done = threading.Event(), []

    def work() -> None:
        may_end.wait(5)
        done.append(True)

    task = Task(work)
    may_end.set()
    task.wait()
    assert done == [True]


def test_a_task_that_breaks_has_ended_too(monkeypatch: pytest.MonkeyPatch) -> None:
    told = threading.Event()
    monkeypatch.setattr(threading, "excepthook", lambda _: told.set())

    def work() -> None:
        raise ZeroDivisionError

    Task(work).wait()
    assert told.wait(5)


INTERRUPTED = """
import os, signal, threading, time
from conformance.threads import Task

noticed, started = threading.Event(), threading.Event()

def work():
    started.set()
    noticed.wait()
    time.sleep(0.05)  # the main thread is at its end by now
    print("finished", flush=True)

def interrupt():
    while not noticed.wait(0.1):
        os.kill(os.getpid(), signal.SIGINT)

task = Task(work)
started.wait()
try:
    threading.Thread(target=interrupt).start()
    task.wait()
except KeyboardInterrupt:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    noticed.set()
    print("interrupted", flush=True)
"""


def test_a_task_ends_even_if_waiting_for_it_is_interrupted() -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == ["interrupted", "finished"]
