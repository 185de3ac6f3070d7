"""Carries out trials in as many processes as there are processors."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from .trials import Evidence, Seen, Trial, be_quiet, perform


def carried_out(trials: Sequence[Trial], tell: Callable[[int], None]) -> Evidence:
    """Return what was seen in each trial; `tell` hears how many are done.

    Processes are spawned and not forked: servers have threads. Long trials belong to the front.
    """
    workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=be_quiet)
    try:
        return dict(_told(trials, pool.map(perform, trials), tell))
    finally:
        pool.shutdown(cancel_futures=True)


def _told(
    trials: Sequence[Trial], all_seen: Iterator[tuple[Seen, ...]], tell: Callable[[int], None]
) -> Iterator[tuple[Trial, tuple[Seen, ...]]]:
    for number, (trial, one) in enumerate(zip(trials, all_seen, strict=True), 1):
        yield trial, one
        tell(number)
