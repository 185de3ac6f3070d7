"""The report for CI servers: JUnit XML as GitLab and Jenkins read it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timezone
from xml.etree import ElementTree as ET

from conformance.model import Outcome, Requirement, Result
from conformance.outcomes import Run, count
from conformance.reports.failures import failure_block, trouble

# What XML 1.0 can't hold, not even escaped.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ELEMENTS = {
    Outcome.FAILED: "failure",
    Outcome.INCONCLUSIVE: "error",
    Outcome.ERROR: "error",
    Outcome.NOT_APPLICABLE: "skipped",
    Outcome.NOT_TESTED: "skipped",
    Outcome.KNOWN_FAILURE: "skipped",
}


def report(run: Run) -> str:
    """Return the run as XML: a test suite for each area, a test case for each scenario."""
    root = _element("testsuites", {"name": "session-conformance", **_totals(run.results)})
    root.set("time", f"{run.seconds:.3f}")
    areas: dict[str, list[Result]] = {}
    for result in run.results:
        areas.setdefault(_split(result)[0], []).append(result)
    requirements = {each.requirement.id: each.requirement for each in run.requirements}
    for area in sorted(areas):
        root.append(_suite(area, areas[area], run, requirements))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(
    area: str, results: Sequence[Result], run: Run, requirements: Mapping[str, Requirement]
) -> ET.Element:
    suite = _element("testsuite", {"name": area, **_totals(results)})
    # The format has no place for a zone: all times are UTC.
    started = run.started.astimezone(timezone.utc).replace(tzinfo=None)
    suite.set("timestamp", started.isoformat(timespec="seconds"))
    properties = ET.SubElement(suite, "properties")
    for name, value in _properties(run).items():
        properties.append(_element("property", {"name": name, "value": value}))
    suite.extend(_case(result, requirements) for result in results)
    return suite


def _properties(run: Run) -> dict[str, str]:
    return {
        "target": run.target_name,
        "url": run.target_url,
        "verdict": run.verdict.value,
        "strict": "yes" if run.strict else "no",
        "suite version": run.suite_version,
        "scenarios sha256": run.scenarios_sha256,
    }


def _case(result: Result, requirements: Mapping[str, Requirement]) -> ET.Element:
    area, name = _split(result)
    case = _element(
        "testcase",
        {
            "classname": area,
            "name": name,
            "file": result.place.path,
            "line": str(result.place.line),
            "time": f"{result.seconds:.3f}",
        },
    )
    if result.outcome in _ELEMENTS:
        case.append(_outcome(result, requirements))
    return case


def _outcome(result: Result, requirements: Mapping[str, Requirement]) -> ET.Element:
    kind = _ELEMENTS[result.outcome]
    if kind == "skipped":
        message = ": ".join(filter(None, (result.outcome.value, result.reason)))
        return _element(kind, {"message": message})
    element = _element(kind, {"type": result.outcome.value, "message": trouble(result)})
    element.text = _legal("\n" + failure_block(result, requirements))
    return element


def _totals(results: Sequence[Result]) -> dict[str, str]:
    counts = count(result.outcome for result in results)
    totals = dict.fromkeys(("failure", "error", "skipped"), 0)
    for outcome, kind in _ELEMENTS.items():
        totals[kind] += counts[outcome]
    return {
        "tests": str(len(results)),
        "failures": str(totals["failure"]),
        "errors": str(totals["error"]),
        "skipped": str(totals["skipped"]),
        "time": f"{sum(result.seconds for result in results):.3f}",
    }


def _split(result: Result) -> tuple[str, str]:
    """The area and the rest of a scenario's name; a row may hold a slash of its own."""
    path, bracket, row = result.name.partition("[")
    area, _, name = path.rpartition("/")
    return area or "scenarios", name + bracket + row


def _element(tag: str, attributes: Mapping[str, str]) -> ET.Element:
    return ET.Element(tag, {name: _legal(value) for name, value in attributes.items()})


def _legal(text: str) -> str:
    return _ILLEGAL.sub("", text)
