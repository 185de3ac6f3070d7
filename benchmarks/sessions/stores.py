"""The stores: which database, in which format, with how many sessions."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import benchmarks
from benchmarks.sessions.postgresql import Cluster

ROOT = Path(benchmarks.__file__).parents[1]


@dataclass(frozen=True)
class Store:
    """A filled store: its URL, the pid whose family works for it (0: none), its keys."""

    url: str
    pid: int
    keys: Path


def filled(form: str, count: int, folder: Path, database: Cluster | None) -> Store:
    """Fill a store with `count` sessions in the format `form`; without a cluster it is a file.

    A folder is for one size only: what is made in the cluster is named after it.
    """
    name = f"{form}_{folder.name}"
    keys = folder / f"{name}_{'postgresql' if database else 'file'}.json"
    if form == "plain_list":
        url = str(folder / f"{name}.list")
    else:
        url = database.create(name) if database else f"sqlite:///{folder / name}.db"
    command = [sys.executable, "-m", "benchmarks.sessions.seeds", form, url, str(count), str(keys)]
    subprocess.run(  # noqa: S603 (our own program)
        command, check=True, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    return Store(url, database.pid if database else 0, keys)
