"""What docs/SPECIFICATION.md says of its sources: where they disagree, and who covers what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from conformance.citations import Cited
from conformance.crossreferences import Row, counts, rows
from conformance.guide import Disagreement
from conformance.model import Requirement, Scenario
from conformance.specification import Specification
from conformance.standards import Standard

_DISAGREEMENTS = """## Where the standards disagree

On these points the sources say different things, or none says enough to be judged. Each entry says
what this specification judges, and what a profile may declare.
"""
_SOURCES = """## Sources

What the requirements are taken from, and in which state it was read. Titles of clauses are our own
words throughout; read the clause itself where it stands.

| source | version | status |
|---|---|---|
"""
_CROSS_REFERENCES = """## From the standards to the requirements

Every clause of the lists with the requirements that cite it, those that are only derived from it in
italics, and the scenarios that prove them. `session-conformance list --standard NAME` prints the
same in a terminal.
"""
_UNTESTABLE = """## What can't be tested

### Requirements that nobody can check from outside

They stay in the list: what can't be seen from outside can be looked at from inside.
"""
_UNTESTABLE_CLAUSES = """### Clauses that nobody can check from outside

| clause | title | reason |
|---|---|---|
"""
_PARTLY = """### Clauses that are tested in part

| clause | title | what is not seen |
|---|---|---|
"""


def disagreements(read: Specification) -> str:
    """Return the chapter on the points where sources differ; empty without any."""
    points = read.guide.disagreements
    return "\n".join([_DISAGREEMENTS, *map(_disagreement, points)]) if points else ""


def _disagreement(one: Disagreement) -> str:
    lines = [f"### {one.on}", "", *(f"* {position}" for position in one.positions), ""]
    see = f" ({', '.join(_link(name) for name in one.see)})" if one.see else ""
    lines += [f"**Judged**{see}: {one.judged}", "", f"**The profile declares**: {one.declared}."]
    return "\n".join(lines) + "\n"


def sources(read: Specification) -> str:
    """Return the table of sources, their versions and their status; empty without any."""
    if not read.standards:
        return ""
    lines = [
        f"| [{one.name}]({one.source}) | {one.version} | {one.status} |"
        if one.source
        else f"| {one.name} | {one.version} | {one.status} |"
        for one in read.standards.values()
    ]
    return _SOURCES + "\n".join(lines) + "\n"


def cross_references(read: Specification) -> str:
    """Return a table for each standard: its clauses, and what covers them; empty without any."""
    if not read.standards:
        return ""
    tables = filter(None, (_table(one, read) for one in read.standards.values()))
    return "\n".join([_CROSS_REFERENCES, *tables])


def _table(standard: Standard, read: Specification) -> str:
    every = [row for row in rows(standard, read) if row.state != "listed"]
    if not every:
        return ""
    lines = [f"### {standard.name}", "", f"Version: {standard.version}. {standard.lists}", ""]
    lines += [f"{counts(every)}. In a terminal: `list --standard {standard.key}`.", ""]
    has_levels = any(row.cited.clause.level for row in every)
    level = "level | " if has_levels else ""
    lines += [f"| clause | {level}title | requirements | scenarios |"]
    lines += [f"|---|{'---|' if has_levels else ''}---|---|---|"]
    lines += [_row(row, has_levels=has_levels) for row in every]
    return "\n".join(lines) + "\n"


def _row(row: Row, *, has_levels: bool) -> str:
    clause = row.cited.clause
    cells = [clause.id, *([clause.level] if has_levels else []), clause.title]
    cells += [_covered_by(row), links_to(row.scenarios)]
    return f"| {' | '.join(cells)} |"


def _covered_by(row: Row) -> str:
    links = ", ".join(_requirement_links(row.cited))
    if row.state == "untestable":
        return f"{links} (untestable)" if links else "untestable"
    if row.state == "awaited":
        return ", ".join([*([links] if links else []), "being written"])
    return links


def _requirement_links(cited: Cited) -> Iterator[str]:
    for one in cited.requirements:
        yield _link(one.id) if one in cited.stating else f"*{_link(one.id)}*"


def _link(requirement: str) -> str:
    return f"[{requirement}](#{requirement.lower()})"


def links_to(scenarios: Iterable[Scenario], *, titles: bool = False) -> str:
    """Return links to the files of scenarios, by their names or by their titles."""
    return ", ".join(
        f"[{one.title if titles else one.file}](../scenarios/{one.file}.yaml)" for one in scenarios
    )


def untestable(read: Specification) -> str:
    """Return the chapter on what nobody can check from outside, and why."""
    every = [one for one in read.requirements.values() if one.untestable]
    parts = [_UNTESTABLE, "\n".join(map(_reason, every)) + "\n"]
    reasons = [
        (standard.ref(clause.id), clause.title, clause.untestable, clause.partly)
        for standard in read.standards.values()
        for clause in standard.clauses.values()
    ]
    for heading, chosen in (
        (_UNTESTABLE_CLAUSES, [(ref, title, text) for ref, title, text, _ in reasons if text]),
        (_PARTLY, [(ref, title, text) for ref, title, _, text in reasons if text]),
    ):
        if chosen:
            parts.append(heading + "\n".join(f"| {' | '.join(one)} |" for one in chosen) + "\n")
    return "\n".join(parts)


def _reason(one: Requirement) -> str:
    return f"* {_link(one.id)}: {one.says} *{one.untestable}*"
