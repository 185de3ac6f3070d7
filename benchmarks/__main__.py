"""`python -m benchmarks`: measure everything; `python -m benchmarks profile`: one request."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import machine
from benchmarks.results import Measured, markdown
from benchmarks.rounds import Row, Table, measured
from benchmarks.tools import Tool, ours, peers

_HERE = Path(__file__).parent
_ROUNDS = 5
_PATIENCE = 5.0  # seconds
_GROWTH = (200, 2_000, 20_000)
_TABLES = (
    Table("200 scenarios that log in and out", "logouts", 200),
    Table("2,000 scenarios that log in and out", "logouts", 2_000),
    Table("40 scenarios that wait 3 s", "waits", 40),
    Table("80 scenarios that wait 3 s", "waits", 80),
    Table("One scenario", "logouts", 1),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and write what came of it."""
    options = _parser().parse_args(arguments)
    if options.command == "profile":
        sys.stdout.write(_profile())
        return 0
    tools = _chosen([*ours(), *peers(options.peers.absolute())], options.only)
    before = machine.load()
    tables = {table: _measured(table, tools, options) for table in _tables(options)}
    growth = _growth(tables, _chosen(tools, _GROWING), options)
    patience, shares = options.patience, _profile()
    text = markdown(tables, growth, options.rounds, before, patience=patience, profile=shares)
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "RESULTS.md").write_text(text, encoding="utf-8")
    _draw(tables, options.output / "results.svg")
    return 0


_GROWING = ["session-conformance run", "pytest + requests"]


def _measured(table: Table, tools: Sequence[Tool], options: argparse.Namespace) -> list[Row]:
    return measured(table, tools, options.rounds, options.patience)


def _tables(options: argparse.Namespace) -> list[Table]:
    return [one for one in _TABLES if one.scenarios <= options.most]


def _growth(
    tables: Measured, tools: Sequence[Tool], options: argparse.Namespace
) -> dict[Table, Sequence[Row]]:
    """Return what the work comes to as it grows; what the tables have is not measured again."""
    known = {table.scenarios: rows for table, rows in tables.items() if table.kind == "logouts"}
    growth: dict[Table, Sequence[Row]] = {}
    for count in (one for one in _GROWTH if one <= options.most):
        table = Table(f"{count:,} scenarios", "logouts", count)
        rows = known.get(count) or _measured(table, tools, options)
        growth[table] = [row for row in rows if row.tool in tools]
    return growth


def _chosen(tools: Sequence[Tool], words: Sequence[str]) -> list[Tool]:
    return [one for one in tools if not words or any(word in one.name for word in words)]


def _profile() -> str:
    # Only now: what is loaded here counts for the memory of each process that is started.
    from benchmarks.profiling import profile

    return profile()


def _draw(tables: Measured, path: Path) -> None:
    try:
        from benchmarks.plot import draw

        draw(tables, path)
    except ImportError:
        sys.stderr.write("no picture: it needs matplotlib\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("command", nargs="?", choices=["run", "profile"], default="run")
    parser.add_argument("--rounds", type=int, default=_ROUNDS, metavar="N", help="default: 5")
    parser.add_argument(
        "--patience",
        type=float,
        default=_PATIENCE,
        metavar="S",
        help="what takes longer is measured once (5)",
    )
    parser.add_argument(
        "--only", action="append", default=[], metavar="TOOL", help="tools with this in their name"
    )
    parser.add_argument(
        "--most", type=int, default=_GROWTH[-1], metavar="N", help="no work of more scenarios"
    )
    parser.add_argument(
        "--peers", type=Path, default=Path("build/peers"), metavar="DIR", help="see the README"
    )
    parser.add_argument(
        "--output", type=Path, default=_HERE, metavar="DIR", help="where RESULTS.md goes"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
