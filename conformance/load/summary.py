"""What a run of `load` came to: its verdict, its report for programs, its words for people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from conformance.data import shipped_json
from conformance.load.judgement import RIGHT, WRONG, Finding
from conformance.load.tally import Tally
from conformance.reports.layout import paragraph, plain

if TYPE_CHECKING:
    from conformance.load.nodes import Kill
    from conformance.load.swarm import Latency

SCHEMA = "session-conformance/load-report/1"
UNJUDGED = (Finding.EITHER, Finding.NO_ANSWER, Finding.THROTTLED, Finding.NOT_UNDERSTOOD)


class LoadVerdict(str, Enum):
    """What a run concludes."""

    NO_WRONG_ANSWER = "no wrong answer"
    WRONG_ANSWERS = "wrong answers"
    INCOMPLETE = "incomplete"


EXIT_CODES = {
    LoadVerdict.NO_WRONG_ANSWER: 0,
    LoadVerdict.WRONG_ANSWERS: 1,
    LoadVerdict.INCOMPLETE: 2,
}


@dataclass(frozen=True)
class Summary:
    """A whole run; `seconds` is how long it took, `wanted` how long it was to take."""

    version: str
    name: str
    nodes: Sequence[str]
    started: datetime
    users: int
    workers: int
    seconds: float
    wanted: float
    interrupted: bool
    latencies: Sequence[Latency]
    tally: Tally
    kills: Sequence[Kill] = ()
    lost_workers: int = 0

    @property
    def requests(self) -> int:
        """How many requests were answered."""
        return self.latencies[0].requests

    @property
    def per_second(self) -> float:
        """How many requests were answered in a second."""
        return self.requests / self.seconds if self.seconds else 0.0

    @property
    def why_incomplete(self) -> tuple[str, ...]:
        """Why nothing follows from there being no wrong answer; empty where something does."""
        return tuple(_lacking(self))

    @property
    def verdict(self) -> LoadVerdict:
        """What all of it comes to."""
        if self.tally.wrong:
            return LoadVerdict.WRONG_ANSWERS
        incomplete = bool(self.why_incomplete)
        return LoadVerdict.INCOMPLETE if incomplete else LoadVerdict.NO_WRONG_ANSWER


def _lacking(summary: Summary) -> Iterator[str]:
    tally = summary.tally
    if not tally.events["log in: answered"]:
        yield "no login was answered"
    if not tally.of(Finding.SERVED):
        yield "no session was seen alive that had to be alive"
    if not tally.of(Finding.REFUSED):
        yield "no session was seen ended that had to have ended"
    for what, times in tally.odd.most_common():
        yield f"{times} times: {what}"
    if summary.lost_workers:
        yield f"{summary.lost_workers} workers did not tell what they had seen"
    if summary.interrupted:
        yield f"interrupted after {summary.seconds:.0f} s of {summary.wanted:.0f} s"


# --- for programs --------------------------------------------------------------------------------


def report(summary: Summary) -> str:
    """Return the run as JSON, described by `report.schema.json` beside this module."""
    tally, everything = summary.tally, summary.latencies[0]
    value = {
        "schema": SCHEMA,
        "suite": {"version": summary.version},
        "target": {"name": summary.name, "nodes": list(summary.nodes)},
        "started": summary.started.isoformat(timespec="seconds"),
        "users": summary.users,
        "workers": summary.workers,
        "seconds": round(summary.seconds, 3),
        "interrupted": summary.interrupted,
        "requests": summary.requests,
        "requests_per_second": round(summary.per_second, 1),
        "milliseconds": {"p50": everything.p50, "p95": everything.p95, "p99": everything.p99},
        "kinds": [asdict(one) for one in summary.latencies[1:]],
        "right": _counts(tally, RIGHT),
        "wrong": _counts(tally, WRONG),
        "unjudged": _counts(tally, UNJUDGED),
        "doubts": dict(sorted(tally.doubts.items())),
        "events": dict(sorted(tally.events.items())),
        "odd": dict(sorted(tally.odd.items())),
        "kills": [asdict(one) for one in summary.kills],
        "examples": [asdict(one) for one in tally.examples],
        "why_incomplete": list(summary.why_incomplete),
        "verdict": summary.verdict.value,
    }
    return json.dumps(value, indent=2) + "\n"


def schema() -> dict[str, Any]:
    """Return the JSON Schema that every report meets."""
    return shipped_json("conformance.load", "report.schema.json")


def _counts(tally: Tally, findings: Iterable[Finding]) -> dict[str, int]:
    return {one.value: tally.of(one) for one in findings}


# --- for people ----------------------------------------------------------------------------------


def progress(tally: Tally, seconds: float) -> str:
    """Return what is known after so many seconds, in one line."""
    checked, wrong = tally.right + tally.wrong, tally.wrong
    silent = tally.of(Finding.NO_ANSWER, Finding.THROTTLED)
    return f"{seconds:6.0f} s  {checked} answers judged, {wrong} wrong, {silent} without an answer"


def text(summary: Summary) -> str:
    """Return the whole run for a terminal; the verdict comes last."""
    blocks = [_table(summary), _counted(summary.tally)]
    blocks += ["\n".join(_examples(summary.tally))] if summary.tally.examples else []
    blocks += ["\n".join(_kills(summary))] if summary.kills else []
    return "\n\n".join([*blocks, "\n".join(_conclusion(summary))])


def _table(summary: Summary) -> str:
    head = f"{'':<22}{'requests':>10}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}"
    rows = [
        f"{plain(one.name):<22}{one.requests:>10}{one.p50:>9g}{one.p95:>9g}{one.p99:>9g}"
        for one in summary.latencies
    ]
    rate = f"{summary.per_second:.0f} requests a second, {summary.users} users"
    nodes = f"{len(summary.nodes)} nodes" if len(summary.nodes) > 1 else "one node"
    return "\n".join([head, *rows, f"{rate}, {nodes}, {summary.seconds:.0f} s"])


def _counted(tally: Tally) -> str:
    lines = []
    for title, findings in (("right", RIGHT), ("wrong", WRONG), ("not judged", UNJUDGED)):
        lines += [f"{title:<12}{tally.of(one):>8}  {one.value}" for one in findings]
    lines += [f"{'':<12}{times:>8}    {why}" for why, times in sorted(tally.doubts.items())]
    return "\n".join(lines)


def _examples(tally: Tally) -> Iterator[str]:
    for one in tally.examples:
        yield f"WRONG after {one.at:.1f} s: {one.finding}"
        yield from paragraph(f"{one.request} at {one.node}: {one.story}", "  ", 2)


def _kills(summary: Summary) -> Iterator[str]:
    for one in summary.kills:
        back = f"back after {one.back_at - one.at:.1f} s" if one.back_at else "not back"
        yield f"{one.node} was killed after {one.at:.1f} s, {back}"


def _conclusion(summary: Summary) -> Iterator[str]:
    for why in summary.why_incomplete:
        yield from paragraph(why, "  ", 2)
    yield f"{plain(summary.name)}: {summary.verdict.value.upper()}"
