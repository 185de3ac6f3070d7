"""docs/SPECIFICATION.md: the whole specification as one Markdown document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from conformance.guide import Area
from conformance.model import Level, Requirement, Scenario
from conformance.specification import Specification
from conformance.standards_page import (
    cross_references,
    disagreements,
    links_to,
    sources,
    untestable,
)

_INTRODUCTION = """# Specification of session authentication

This document says what a web server has to do whose users log in and are then recognised by a
cookie: who gets a session, what its token is like, what ends it, and what becomes of all that when
things go wrong. It is made from the files below `scenarios/`, which are also what the command
`session-conformance run` plays against a server, over HTTP and without looking inside. So nothing
stands here that is not tested, but for what [nobody can test from outside](#what-cant-be-tested).

{figures}

## How to read it

A *requirement* has an id that is never used again or renamed, one sentence in our own words, a
level, a class, and the clauses that it comes from. Where it says *derived from*, no standard states
the rule; it follows from the clause when that is taken seriously under races, restarts or several
servers. A *scenario* proves a requirement, and before it believes in a refusal it shows that the
server lets somebody in.

| level | what it means |
|---|---|
| **must** | A target that breaks it is not conformant. |
| **should** | It is shown, and judged with `--strict`. |
| **may** | It is shown. |

The level is that of the strictest source. Each class has a verdict of its own:

| class | what belongs to it |
|---|---|
| core | login, access, logout, session tokens, cookies |
| expiry | the end of a session by time |
| durable | sessions that outlive the process |
| hardened | fixation, other sites, caching, enumeration, throttling, races, managing sessions |
| contract | the exact HTTP of one API, judged only where a profile declares that contract |

A *profile* says how a target does what scenarios ask for, and what it has. *Needs* name what a
scenario asks of a profile beyond login, logout and a protected page; the words are explained in the
[vocabulary](VOCABULARY.md#needs). What comes of a scenario is one of these:

| outcome | what it means |
|---|---|
| passed | Everything was as expected. |
| failed | The server does not do what the requirement says. |
| inconclusive | The steps before the proof did not work, so nothing was proved. |
| not applicable | The profile declares that the target does not have what the scenario needs. |
| not tested | The target may have it, but this run could not try. |
| error | No answer, or one that the profile does not recognise. |
| known failure | The profile lists it, with a reason. |
"""


def specification(read: Specification) -> str:
    """Return the whole specification as one Markdown document."""
    chapters = list(_chapters(read))
    parts = [_INTRODUCTION.format(figures=_figures(read))]
    parts += ["## Contents\n", _contents(chapters, read)]
    for area, requirements in chapters:
        parts += [f"## {area.title}\n", *([f"{area.says}\n"] if area.says else [])]
        parts += [_requirement(one, read) for one in requirements]
    parts += [disagreements(read), sources(read), cross_references(read), untestable(read)]
    return "\n".join(part for part in parts if part)


def _chapters(read: Specification) -> Iterator[tuple[Area, list[Requirement]]]:
    """Yield the areas in the order of the guide, and then those that it does not know."""
    every = read.requirements.values()
    found = {area: list(ones) for area, ones in groupby(every, key=lambda one: one.area)}
    for key in [*read.guide.areas, *(area for area in found if area not in read.guide.areas)]:
        if key in found:
            yield read.guide.areas.get(key) or Area(key, _heading(key), ""), found[key]


def _heading(area: str) -> str:
    return area.replace("_", " ").replace("/", ": ").capitalize()


def _figures(read: Specification) -> str:
    every = list(read.requirements.values())
    levels = ", ".join(f"{_number(every, level)} {level.value}" for level in Level)
    testable = [one for one in every if not one.untestable]
    files = {scenario.file for scenario in read.scenarios}
    return (
        f"It has {len(every)} requirements ({levels}), of which {len(testable)} are proved by "
        f"{len(files)} scenarios with {len(read.scenarios)} cases."
    )


def _number(requirements: Iterable[Requirement], level: Level) -> int:
    return sum(one.level is level for one in requirements)


def _contents(chapters: Iterable[tuple[Area, list[Requirement]]], read: Specification) -> str:
    titles = {area.title: f" ({len(ones)})" for area, ones in chapters}
    if read.guide.disagreements:
        titles["Where the standards disagree"] = ""
    if read.standards:
        titles["Sources"] = ""
        titles["From the standards to the requirements"] = ""
    titles["What can't be tested"] = ""
    lines = [f"* [{title}](#{_anchor(title)}){count}" for title, count in titles.items()]
    return "\n".join(lines) + "\n"


def _anchor(title: str) -> str:
    """Return the anchor that GitHub gives to a heading."""
    kept = (letter for letter in title.lower() if letter.isalnum() or letter in " -_")
    return "".join(kept).replace(" ", "-")


def _requirement(one: Requirement, read: Specification) -> str:
    lines = [f"### {one.id}", "", f"**{one.says}**", ""]
    lines += [f"*{one.level.value}, {one.conformance_class.value}* · {', '.join(one.refs)}", ""]
    if one.why:
        lines += [one.why, ""]
    if one.untestable:
        lines += [f"Not testable from outside: {one.untestable}", ""]
    cases = groupby(read.verifying(one.id), key=lambda case: case.file)
    lines += [_scenario(list(rows)) for _, rows in cases]
    return "\n".join(lines).rstrip() + "\n"


def _scenario(rows: list[Scenario]) -> str:
    count = f" ({len(rows)} cases)" if len(rows) > 1 else ""
    needs = ", ".join(_declared(rows))
    return f"* {links_to(rows[:1], titles=True)}{count}{f'; needs: {needs}' if needs else ''}"


# Needs that a run sees to by itself.
_SEEN_TO: Mapping[str, str] = {"own account": "", "the end of the run": ""}


def _declared(rows: Iterable[Scenario]) -> list[str]:
    """Return what the scenario's rows need of a profile, each word once."""
    return list(dict.fromkeys(need for row in rows for need in row.needs if need not in _SEEN_TO))
