"""The report for programs: `report.json`, described by `report.schema.json` beside this module."""

from __future__ import annotations

import json
from collections.abc import Iterable
from io import StringIO
from typing import Any

from conformance.data import shipped_json
from conformance.model import Level, Outcome, RecordedExchange, Result
from conformance.outcomes import ClassOutcome, RequirementOutcome, Run, count
from conformance.reports import REPORT_SCHEMA

SCHEMA = REPORT_SCHEMA


def report(run: Run) -> str:
    """Return the whole run as JSON; the text is ASCII, so it can be written in any encoding."""
    text = StringIO()  # gets it piece by piece: a list of all pieces takes many times the text
    json.dump(_run(run), text, indent=2)
    return f"{text.getvalue()}\n"


def schema() -> dict[str, Any]:
    """Return the JSON Schema that every report meets."""
    return shipped_json("conformance.reports", "report.schema.json")


def _run(run: Run) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "suite": {"version": run.suite_version, "scenarios_sha256": run.scenarios_sha256},
        "target": {
            "name": run.target_name,
            "url": run.target_url,
            "version": run.target_version,
        },
        "started": run.started.isoformat(timespec="seconds"),
        "seconds": _rounded(run.seconds),
        "strict": run.strict,
        "verdict": run.verdict.value,
        "classes": {each.conformance_class.value: _class(each) for each in run.classes},
        "counts": _counts(result.outcome for result in run.results),
        "requirements": [_requirement(each) for each in run.requirements],
        "scenarios": [_scenario(each) for each in run.results],
    }


def _class(outcome: ClassOutcome) -> dict[str, Any]:
    """`counts` are of scenarios, `requirements` of requirements by their level."""
    return {
        "verdict": outcome.verdict.value if outcome.verdict else None,
        "counts": _counts(each.outcome for each in outcome.results),
        "requirements": {
            level.value: _counts(
                each.outcome for each in outcome.requirements if each.requirement.level is level
            )
            for level in Level
        },
    }


def _requirement(outcome: RequirementOutcome) -> dict[str, Any]:
    requirement = outcome.requirement
    return {
        "id": requirement.id,
        "level": requirement.level.value,
        "class": requirement.conformance_class.value,
        "says": requirement.says,
        "refs": list(requirement.refs),
        "outcome": outcome.outcome.value,
        "scenarios": [result.name for result in outcome.results],
    }


def _scenario(result: Result) -> dict[str, Any]:
    return {
        "name": result.name,
        "title": result.title,
        "verifies": list(result.verifies),
        "outcome": result.outcome.value,
        "reason": result.reason,
        "expected": result.expected,
        "observed": result.observed,
        "path": result.place.path,
        "line": result.place.line,
        "seconds": _rounded(result.seconds),
        "exchanges": [_exchange(each) for each in result.exchanges],
    }


def _exchange(exchange: RecordedExchange) -> dict[str, Any]:
    return {
        "method": exchange.method,
        "path": exchange.path,
        "status": exchange.status,
        "cookies_sent": list(exchange.cookies_sent),
        "cookies_set": list(exchange.cookies_set),
        "seconds": _rounded(exchange.seconds),
        "line": exchange.line,
    }


def _counts(outcomes: Iterable[Outcome]) -> dict[str, int]:
    return {outcome.value: number for outcome, number in count(outcomes).items()}


def _rounded(seconds: float) -> float:
    return round(seconds, 3)
