"""Runs scenarios in several processes, for targets that answer faster than one process can ask."""

from __future__ import annotations

import signal
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from threading import Lock, Thread
from typing import Any

from conformance.engine import result_of
from conformance.errors import own_defect
from conformance.limits import Limits
from conformance.model import Outcome, Profile, Result, Scenario
from conformance.scheduler import OnOpen, run_all, shares
from conformance.target import Interruption

_OPENED, _RESULT, _DEFECT = "opened", "result", "defect"  # what a process tells
_POLL = 0.1  # seconds between two looks at whether the run was interrupted


@dataclass
class Worker:
    """A process with its share; `missing` are the scenarios that it has not told the result of."""

    process: BaseProcess
    line: Connection
    missing: dict[str, Scenario]


def run_spread(
    scenarios: Sequence[Scenario],
    profile: Profile,
    limits: Limits,
    interruption: Interruption,
    on_open: OnOpen,
    processes: int,
) -> Iterator[Result]:
    """Run the scenarios in so many processes, each with a share and with limits of its own.

    The processes start at once, and are forked: call this before any thread runs. Returns an
    iterator that yields each result as soon as there is one, as `run_all` does.
    """
    share = shares(scenarios, profile, processes)
    workers: list[Worker] = []
    for number in sorted(set(share.values())):
        own = [one for one in scenarios if share[one.name] == number]
        workers.append(_started(own, profile, limits, workers))
    return _told(workers, interruption, on_open)


def _started(
    scenarios: Sequence[Scenario], profile: Profile, limits: Limits, others: Sequence[Worker]
) -> Worker:
    context = get_context("fork")  # what was read need not be read again
    here, there = context.Pipe()
    inherited = [here, *(one.line for one in others)]
    process = context.Process(target=_work, args=(there, inherited, scenarios, profile, limits))
    process.start()
    there.close()
    return Worker(process, here, {one.name: one for one in scenarios})


def _told(
    workers: Sequence[Worker], interruption: Interruption, on_open: OnOpen
) -> Iterator[Result]:
    talking, is_told = list(workers), False
    try:
        while talking:
            if interruption.happened and not is_told:
                is_told = True
                _interrupt(talking)
            ready = wait([one.line for one in talking], _POLL)
            for worker in [one for one in talking if one.line in ready]:
                try:
                    kind, what = worker.line.recv()
                except (EOFError, OSError):
                    talking.remove(worker)
                    yield from _lost(worker)
                else:
                    yield from _understood(worker, kind, what, on_open)
    finally:
        _interrupt(workers)
        for one in workers:
            one.process.join()
            one.line.close()


def _understood(worker: Worker, kind: str, what: Any, on_open: OnOpen) -> Iterator[Result]:
    if kind == _OPENED:
        on_open(what)
    elif kind == _RESULT:
        worker.missing.pop(what.name)
        yield what
    else:
        yield from _lost(worker, what)


def _lost(worker: Worker, why: str = "a process of this run ended before its time") -> list[Result]:
    """Return a result for each scenario that its process can say nothing of any more."""
    lost = [result_of(one, Outcome.ERROR, one.place, why) for one in worker.missing.values()]
    worker.missing.clear()
    return lost


def _interrupt(workers: Iterable[Worker]) -> None:
    for one in workers:
        with suppress(OSError):  # it has ended
            one.line.send(None)


def _work(
    line: Connection,
    inherited: Sequence[Connection],
    scenarios: Sequence[Scenario],
    profile: Profile,
    limits: Limits,
) -> None:
    """Run a share in this process and tell of it, until the other side interrupts or goes away."""
    for one in inherited:
        one.close()  # or nobody would notice when the other side goes away
    interruption, lock = Interruption(), Lock()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the other side gets it as well, and tells us
    signal.signal(signal.SIGTERM, lambda *_: interruption.interrupt())
    Thread(target=_listen, args=(line, interruption), daemon=True).start()

    def tell(kind: str, what: object) -> None:
        with lock:
            line.send((kind, what))

    try:
        for result in run_all(
            scenarios, profile, limits, interruption, lambda url: tell(_OPENED, url)
        ):
            tell(_RESULT, result)
    except BrokenPipeError:
        interruption.interrupt()
    except Exception as defect:
        tell(_DEFECT, own_defect(defect))
    line.close()


def _listen(line: Connection, interruption: Interruption) -> None:
    with suppress(EOFError, OSError):  # the other side is gone, or this one has finished
        line.recv()
    interruption.interrupt()
