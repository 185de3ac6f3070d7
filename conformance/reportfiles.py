"""Reads a `report.json` back: what one run came to, as far as another run is compared with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from conformance.errors import InputError
from conformance.model import ConformanceClass, Level, Outcome, Verdict
from conformance.reports import REPORT_SCHEMA
from conformance.yamltree import shown_as

Kind = TypeVar("Kind")
Word = TypeVar("Word", bound=Enum)


@dataclass(frozen=True)
class PastResult:
    """What a scenario came to in a run of the past."""

    name: str
    title: str
    verifies: tuple[str, ...]
    outcome: Outcome
    reason: str
    observed: str


@dataclass(frozen=True)
class PastRequirement:
    """What a requirement came to in a run of the past; `scenarios` are the names of its own."""

    id: str
    level: Level
    conformance_class: ConformanceClass
    says: str
    outcome: Outcome
    scenarios: tuple[str, ...]


@dataclass(frozen=True)
class PastRun:
    """What a run of the past came to; a class of which nothing was tried has no verdict."""

    path: str
    target: str
    url: str
    suite_version: str
    scenarios_sha256: str
    strict: bool
    verdict: Verdict
    classes: Mapping[ConformanceClass, Verdict | None]
    results: Mapping[str, PastResult]
    requirements: tuple[PastRequirement, ...] = ()
    version: str = ""  # of the server, where its profile told it


class _Wrong(Exception):
    """The report lacks something, or has something else there."""


def read_report(path: Path) -> PastRun:
    """Read a report; raises InputError for a file that is none, or one of another schema."""
    name = shown_as(path)
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"can't be read: {error.strerror}", name, 1, 1) from None
    except json.JSONDecodeError as error:
        message = f"is no report: not JSON ({error.msg})"
        raise InputError(message, name, error.lineno, error.colno) from None
    except (UnicodeDecodeError, RecursionError):
        raise InputError("is no report: not JSON", name, 1, 1) from None
    try:
        _check_schema(value)
        return _run(value, name)
    except _Wrong as wrong:
        hint = "a report is the report.json that session-conformance run writes"
        raise InputError(f"is no report: {wrong}", name, 1, 1, hint=hint) from None


def _check_schema(value: object) -> None:
    found = value.get("schema") if isinstance(value, dict) else None
    if found != REPORT_SCHEMA:
        said = f"'{found}'" if isinstance(found, str) else "none"
        raise _Wrong(f"its schema is {said}, not '{REPORT_SCHEMA}'")


def _run(value: Any, path: str) -> PastRun:
    target, suite = _get(value, "target", dict), _get(value, "suite", dict)
    classes = _get(value, "classes", dict)
    results = [_result(one) for one in _get(value, "scenarios", list)]
    return PastRun(
        path=path,
        target=_get(target, "name", str),
        url=_get(target, "url", str),
        suite_version=_get(suite, "version", str),
        scenarios_sha256=_get(suite, "scenarios_sha256", str),
        strict=_get(value, "strict", bool),
        verdict=_word(Verdict, _get(value, "verdict", str)),
        classes={_word(ConformanceClass, name): _verdict(one) for name, one in classes.items()},
        results={one.name: one for one in results},
        requirements=tuple(map(_requirement, value.get("requirements", []))),
        version=target.get("version") or "",
    )


def _result(value: object) -> PastResult:
    return PastResult(
        name=_get(value, "name", str),
        title=_get(value, "title", str),
        verifies=tuple(map(str, _get(value, "verifies", list))),
        outcome=_word(Outcome, _get(value, "outcome", str)),
        reason=_get(value, "reason", str),
        observed=_get(value, "observed", str),
    )


def _requirement(value: object) -> PastRequirement:
    return PastRequirement(
        id=_get(value, "id", str),
        level=_word(Level, _get(value, "level", str)),
        conformance_class=_word(ConformanceClass, _get(value, "class", str)),
        says=_get(value, "says", str),
        outcome=_word(Outcome, _get(value, "outcome", str)),
        scenarios=tuple(map(str, _get(value, "scenarios", list))),
    )


def _verdict(value: object) -> Verdict | None:
    if isinstance(value, dict) and value.get("verdict", "") is None:
        return None
    return _word(Verdict, _get(value, "verdict", str))


def _get(value: object, key: str, kind: type[Kind]) -> Kind:
    found = value.get(key) if isinstance(value, dict) else None
    if not isinstance(found, kind):
        raise _Wrong(f"'{key}' is missing or is not what it should be")
    return found


def _word(kind: type[Word], text: str) -> Word:
    try:
        return kind(text)
    except ValueError:
        raise _Wrong(f"it says '{text[:40]}' where one of our words is expected") from None
