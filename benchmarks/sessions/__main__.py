"""`python -m benchmarks.sessions`: what a session check costs, the reference beside others."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from benchmarks import machine
from benchmarks.sessions.figures import CEILINGS, Figures, Setting
from benchmarks.sessions.plot import draw
from benchmarks.sessions.postgresql import Cluster, NoPostgreSQL, cluster
from benchmarks.sessions.purge import Purged, measure_purges
from benchmarks.sessions.results import markdown
from benchmarks.sessions.rounds import Plan, measured
from benchmarks.sessions.stores import filled
from benchmarks.sessions.subjects import SUBJECTS, Subject

_HERE = Path(__file__).parents[1]
DATABASES = ("SQLite", "PostgreSQL")
SIZES = (1_000, 100_000, 1_000_000)
PLAN = Plan(rounds=5, seconds=1.2)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and write what came of it."""
    options = _parser().parse_args(arguments)
    plan = Plan(options.rounds, options.seconds)
    before = machine.load()
    subjects = _chosen(options.only)
    found: dict[Setting, dict[str, list[Figures]]] = {}
    purges: list[Purged] = []
    engine = ""
    command = " ".join(["python -m benchmarks.sessions", *(arguments or sys.argv[1:])])

    def write() -> None:
        # After each step, so that what was measured stays when a later one fails.
        text = markdown(found, purges, plan, before, command, engine)
        (options.output / "SESSIONS.md").write_text(text, encoding="utf-8")
        _draw(found, options.output / "sessions.svg")

    options.output.mkdir(parents=True, exist_ok=True)
    for database in options.databases:
        with tempfile.TemporaryDirectory(prefix="benchmark-") as name, _running(database) as there:
            engine = there.version if there else engine
            for size in options.sizes:
                setting = Setting(database, size)
                found[setting] = measured(setting, subjects, plan, _folder(name, size), there)
                write()
            if options.purge:
                purges += _purged(database, options.purge, _folder(name, "purge"), there)
                write()
    return 0


def _running(database: str) -> AbstractContextManager[Cluster | None]:
    return cluster() if database == "PostgreSQL" else nullcontext()


def _folder(name: str, what: object) -> Path:
    folder = Path(name) / str(what)
    folder.mkdir()
    return folder


def _purged(database: str, count: int, folder: Path, there: Cluster | None) -> list[Purged]:
    sys.stderr.write(f"{database}: purging of {count:,} sessions\n")
    purged = list(measure_purges(database, filled("reference", count, folder, there), count))
    for one in purged:
        sys.stderr.write(f"{one}\n")
    return purged


def _chosen(words: Sequence[str]) -> list[Subject]:
    """Return the subjects with one of the words in their name, and the ceilings they need."""
    chosen = [one for one in SUBJECTS if not words or any(word in one.name for word in words)]
    needed = {CEILINGS[one.name] for one in chosen}
    return [one for one in SUBJECTS if one in chosen or one.name in needed]


def _draw(found: dict[Setting, dict[str, list[Figures]]], path: Path) -> None:
    try:
        if found:
            draw(found, path)
    except ImportError:
        sys.stderr.write("no picture: it needs matplotlib\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sessions", description=__doc__)
    parser.add_argument(
        "--rounds", type=int, default=PLAN.rounds, metavar="N", help="default: %(default)s"
    )
    parser.add_argument(
        "--seconds", type=float, default=PLAN.seconds, metavar="S",
        help="of each turn (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="servers with this in the name"
    )
    parser.add_argument("--databases", nargs="*", choices=DATABASES, default=DATABASES)
    parser.add_argument("--sizes", nargs="*", type=int, default=SIZES, metavar="N")
    parser.add_argument(
        "--purge", type=int, default=SIZES[-1], metavar="N",
        help="stored sessions of which a tenth is purged (default: %(default)s; 0: no purge)",
    )  # fmt: skip
    parser.add_argument(
        "--output", type=Path, default=_HERE, metavar="DIR", help="where SESSIONS.md goes"
    )
    return parser


if __name__ == "__main__":
    try:
        sys.exit(main())
    except NoPostgreSQL as error:
        sys.exit(f"error: {error}; --databases SQLite does without")
