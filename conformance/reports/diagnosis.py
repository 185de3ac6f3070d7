"""What the doctor found, for people (what is wrong comes last, where eyes are) and programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from conformance.doctor.findings import Coverage, Diagnosis, Finding, Grade, Lacking
from conformance.model import Outcome
from conformance.reports.layout import number_of, paint, paragraph, plain
from conformance.yamltree import error_at

SCHEMA = "session-conformance/doctor/1"

_COLOURS = {
    Grade.OK: Outcome.PASSED,
    Grade.WARNING: Outcome.INCONCLUSIVE,
    Grade.WRONG: Outcome.FAILED,
}


def text(diagnosis: Diagnosis, *, colour: bool = False) -> str:
    """Return everything that was tried, what it covers, and at the end what is to be changed."""
    blocks = [
        "\n".join(paragraph(f"{diagnosis.profile} ({diagnosis.url})", "Profile: ", 9)),
        "\n".join(line for one in diagnosis.graded(Grade.OK) for line in _ok(one, colour=colour)),
        "\n".join(_coverage(diagnosis.coverage)),
    ]
    for grade in (Grade.WARNING, Grade.WRONG):
        blocks += ["\n".join(_to_change(one, colour=colour)) for one in diagnosis.graded(grade)]
    return "\n\n".join([*filter(None, blocks), _conclusion(diagnosis)]) + "\n"


def as_json(diagnosis: Diagnosis) -> str:
    """Return the same as JSON, in ASCII."""
    coverage = diagnosis.coverage
    value = {
        "schema": SCHEMA,
        "profile": {"name": diagnosis.profile, "path": diagnosis.path},
        "url": diagnosis.url,
        "wrong": diagnosis.is_wrong,
        "findings": [_finding_value(one) for one in diagnosis.findings],
        "coverage": {
            "scenarios": coverage.total,
            "applicable": coverage.applicable,
            "lacking": [{**asdict(one), "outcome": one.outcome.value} for one in coverage.lacking],
        },
    }
    return json.dumps(value, indent=2) + "\n"


def _finding_value(finding: Finding) -> dict[str, Any]:
    return {
        "grade": finding.grade.value,
        "subject": finding.subject,
        "seen": finding.seen,
        "change": finding.change,
        "place": asdict(finding.place) if finding.place else None,
    }


def _ok(finding: Finding, *, colour: bool) -> Iterator[str]:
    first = f"{'ok':<4}{finding.subject}: "
    lines = paragraph(finding.seen, first, 4)
    yield paint(lines[0][:2], Outcome.PASSED, colour=colour) + lines[0][2:]
    yield from lines[1:]


def _to_change(finding: Finding, *, colour: bool) -> Iterator[str]:
    head = f"{finding.grade.value.upper()} {finding.subject}: "
    first, *more = paragraph(finding.seen, head, 2)
    yield paint(first, _COLOURS[finding.grade], colour=colour)
    yield from more
    if finding.place is not None:
        # The error shows the line with a caret, unless it gives a password.
        _, _, source = str(error_at(finding.place, "")).partition("\n")
        place = f"{finding.place}:{finding.place.column}"
        yield from [f"  {plain(place)}", *(f"  {plain(line)}" for line in source.splitlines())]
    yield from paragraph(finding.change, "  to do  ", 9)


def _coverage(coverage: Coverage) -> Iterator[str]:
    yield f"{coverage.applicable} of {coverage.total} scenarios can be tried with this profile"
    for outcome in (Outcome.NOT_APPLICABLE, Outcome.NOT_TESTED):
        chosen = [one for one in coverage.lacking if one.outcome is outcome]
        if chosen:
            number = sum(one.scenarios for one in chosen)
            yield f"{outcome.value}: {number_of(number, 'scenario')}"
        for one in chosen:
            yield from _lacking(one)


def _lacking(lacking: Lacking) -> Iterator[str]:
    yield from paragraph(lacking.reason, f"  {lacking.scenarios:>3}  ", 7)
    if lacking.declare:
        yield from paragraph(lacking.declare, "       declare  ", 16)


def _conclusion(diagnosis: Diagnosis) -> str:
    wrong = len(diagnosis.graded(Grade.WRONG))
    warnings = len(diagnosis.graded(Grade.WARNING))
    said = f"{number_of(wrong, 'thing')} wrong" if wrong else "nothing wrong"
    more = f", {number_of(warnings, 'warning')}" if warnings else ""
    return f"{plain(diagnosis.path)}: {said}{more}"
