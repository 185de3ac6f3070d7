"""All subjects in turns, for each database and each number of stored sessions."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.sessions.figures import Figures, Setting
from benchmarks.sessions.postgresql import Cluster
from benchmarks.sessions.server import Running, serving
from benchmarks.sessions.stores import Store, filled
from benchmarks.sessions.subjects import Subject

WARM_UP = 0.5  # seconds, in which statements are prepared and caches are filled
ANYBODY = [["cookie=none", "anyone@example.com"]]  # what the ceilings are asked, and answer


@dataclass(frozen=True)
class Plan:
    """How long and how often: a turn is of `seconds`, and each subject has `rounds` of them."""

    rounds: int
    seconds: float


def measured(
    setting: Setting,
    subjects: Sequence[Subject],
    plan: Plan,
    folder: Path,
    database: Cluster | None,
) -> dict[str, list[Figures]]:
    """Fill the stores, start all servers, and let them work one after the other, round by round."""
    fitting = [one for one in subjects if setting.sessions <= one.most]
    stores = _stores(fitting, setting, folder, database)
    found: dict[str, list[Figures]] = {one.name: [] for one in fitting}
    with ExitStack() as stack:
        servers = [_served(one, stores, folder, stack) for one in fitting]
        for server in servers:
            server.turn(WARM_UP)
        for number in range(plan.rounds):
            for server in servers:
                figures = server.turn(plan.seconds)
                found[server.subject.name].append(figures)
                _tell(f"{setting.title}, round {number + 1}: {server.subject.name}", figures)
    return found


def _stores(
    subjects: Iterable[Subject], setting: Setting, folder: Path, database: Cluster | None
) -> dict[str, Store]:
    forms = {one.form: one for one in subjects if one.form}
    sys.stderr.write(f"{setting.title}: filling {', '.join(forms)}\n")

    def fill(subject: Subject) -> Store:
        there = None if subject.on_file else database
        return filled(subject.form, setting.sessions, folder, there)

    with ThreadPoolExecutor(os.cpu_count()) as pool:  # each waits for a process of its own
        return dict(zip(forms, pool.map(fill, forms.values()), strict=True))


def _served(subject: Subject, stores: dict[str, Store], folder: Path, stack: ExitStack) -> Running:
    store = stores.get(subject.form)
    keys = store.keys if store else folder / "anybody.json"
    if not store:
        keys.write_text(json.dumps(ANYBODY), encoding="utf-8")
    return stack.enter_context(serving(subject, store, keys))


def _tell(what: str, figures: Figures) -> None:
    sys.stderr.write(f"{what}: {figures.cpu:.0f} us, {figures.per_second:.0f}/s\n")
