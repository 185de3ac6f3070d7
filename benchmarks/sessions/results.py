"""Writes what was measured as Markdown: verdicts first, then a table for each setting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version

from benchmarks import machine
from benchmarks.sessions.figures import Measured, Setting, Spread, Turns, added, spread
from benchmarks.sessions.limits import Verdict, verdicts
from benchmarks.sessions.purge import Purged
from benchmarks.sessions.rounds import Plan
from benchmarks.sessions.server import CONNECTIONS, THREADS, WORKERS

PACKAGES = (
    "Flask", "Werkzeug", "SQLAlchemy", "psycopg", "gunicorn", "Flask-Session", "Flask-Login",
    "Flask-SQLAlchemy", "Django",
)  # fmt: skip

_HEAD = """\
# What a session check costs

Written by `{command}`; [README.md](README.md#sessions) says what is measured and how.

* Machine: {machine}
* Load before: {before}; after: {after} (1, 5 and 15 minutes).
* {rounds} rounds of {seconds:g} s for each, in turns; gunicorn with {workers} worker and {threads}
  threads, {connections} connections with one request under way on each.
* CPU: microseconds per request, of the server's processes and the database's together: the
  median, then least and greatest of the rounds. added: the same, less the ceiling's in the same
  round, which is plain Flask, for Django's sessions plain Django. per second and p99 (ms): medians;
  they depend on what else the machine does, CPU times less so.
* {versions}

![what a session check adds](sessions.svg)

"""
_COLUMNS = (
    "| server | CPU | least-greatest | added | least-greatest | per second | p99 |\n"
    "|---|--:|--:|--:|--:|--:|--:|\n"
)
_PURGE = (
    "## Purging a tenth of the sessions while others read and log in\n\n"
    "In milliseconds, but the whole purge in seconds. Two readers ask without a pause, one login\n"
    "follows the other after 10 ms (its transaction alone, without the password's hash).\n\n"
    "| database | way | s | readers' p99 | slowest | logins' p99 | slowest | errors |\n"
    "|---|---|--:|--:|--:|--:|--:|--:|\n"
)


def markdown(
    measured: Measured, purges: list[Purged], plan: Plan, before: str, command: str, engine: str
) -> str:
    """Return the whole page; `before` is the load before, `engine` names the PostgreSQL."""
    head = _HEAD.format(
        command=command,
        machine=machine.described(),
        before=before,
        after=machine.load(),
        rounds=plan.rounds,
        seconds=plan.seconds,
        workers=WORKERS,
        threads=THREADS,
        connections=CONNECTIONS,
        versions=", ".join([*_versions(), engine]).rstrip(", "),
    )
    parts = [head, _promises(verdicts(measured, purges))]
    parts += (_table(setting, turns) for setting, turns in measured.items())
    parts += [_PURGE, *(f"{_purged(one)}\n" for one in purges)] if purges else []
    return "".join(parts).rstrip("\n") + "\n"


def _promises(found: Sequence[Verdict]) -> str:
    if not found:
        return ""
    lines = [
        f"| {one.says} | {one.found:.3g} {one.unit} | {one.allowed:g} {one.unit} | "
        f"{'yes' if one.is_kept else '**no**'} |\n"
        for one in found
    ]
    head = "| promise of the reference | found | at most | kept |\n|---|--:|--:|---|\n"
    return f"## Promises\n\n{head}{''.join(lines)}\n"


def _table(setting: Setting, turns: Turns) -> str:
    rows = (f"{_row(name, turns)}\n" for name in turns if turns[name])
    return f"## {setting.title}\n\n{_COLUMNS}{''.join(rows)}\n"


def _row(name: str, turns: Turns) -> str:
    cpu = spread([one.cpu for one in turns[name]])
    rate = spread([one.per_second for one in turns[name]]).median
    p99 = spread([one.p99 for one in turns[name]]).median
    more = added(name, turns)
    beyond = _two(more) if more else " | "
    return f"| {name} | {_two(cpu)} | {beyond} | {rate:,.0f} | {p99:.1f} |"


def _two(one: Spread) -> str:
    return f"{one.median:,.0f} | {one.least:,.0f}-{one.greatest:,.0f}"


def _purged(one: Purged) -> str:
    times = (one.reader_p99, one.reader_slowest, one.login_p99, one.login_slowest)
    felt = " | ".join(f"{time:.2f}" for time in times)
    return f"| {one.database} | {one.way} | {one.seconds:.2f} | {felt} | {one.errors} |"


def _versions() -> Iterator[str]:
    for package in PACKAGES:
        try:
            yield f"{package} {version(package)}"
        except PackageNotFoundError:
            continue
