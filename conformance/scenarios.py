"""Reads `scenarios/<area>/<name>.yaml`: one scenario, or one for each row of its examples."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from conformance.model import Scenario, Vocabulary
from conformance.steps import StepReader, implied_needs
from conformance.yamltree import Node, known_words

_KEYS = ("title", "verifies", "needs", "examples", "notes", "given", "when", "then")
_PARTS = ("given", "when", "then")
_COLUMN = re.compile(r"<([a-z][a-z0-9 ]*)>")
TITLE_LENGTH = 70


def read_scenarios(root: Node, name: str, vocabulary: Vocabulary) -> Iterator[Scenario]:
    """Yield the scenarios of one file; `name` is its path below `scenarios/` without ".yaml".

    Raises InputError at the first thing that is wrong.
    """
    fields = root.fields("a scenario", _KEYS, required=("title", "verifies", "then"))
    rows = _examples(fields["examples"]) if "examples" in fields else {"": {}}
    used = _used_columns(fields)
    _refuse_unused_columns(used, rows)
    for row, values in rows.items():
        filled = {
            key: _substitute(node, values) if used and key in _PARTS else node
            for key, node in fields.items()
        }
        yield _scenario(root, filled, f"{name}[{row}]" if row else name, row, vocabulary)


def _scenario(
    root: Node, fields: Mapping[str, Node], name: str, row: str, vocabulary: Vocabulary
) -> Scenario:
    reader = StepReader(vocabulary)
    given, when, then = (
        reader.steps(fields[part], part) if part in fields else () for part in _PARTS
    )
    named = fields["needs"].texts("needs") if "needs" in fields else ()
    for need in named:
        reader.word(fields["needs"], need, vocabulary.needs, "need")
    return Scenario(
        name=name,
        title=_title(fields["title"]),
        verifies=fields["verifies"].texts("verifies"),
        place=root.place,
        given=given,
        when=when,
        then=then,
        needs=tuple(dict.fromkeys((*named, *implied_needs(given + when + then, vocabulary)))),
        notes=fields["notes"].text("notes").strip() if "notes" in fields else "",
        row=row,
    )


def _title(node: Node) -> str:
    title = node.filled_text("title")
    if len(title) > TITLE_LENGTH:
        raise node.error(f"the title has {len(title)} characters; at most {TITLE_LENGTH}")
    if re.search(r"\bshould\b|\btests? that\b|\.$", title, re.IGNORECASE):
        hint = "for example: Logging out revokes the session on the server"
        raise node.error("a title says what happens, without 'should', 'test that' or '.'", hint)
    return title


def _examples(node: Node) -> dict[str, dict[str, Node]]:
    rows = {name: row.mapping("a row") for name, row in node.mapping("examples").items()}
    if not rows:
        raise node.error("examples has no rows")
    columns = next(iter(rows.values()))
    for column in columns:
        if not _COLUMN.fullmatch(f"<{column}>"):
            message = f"'{column}' is not a column's name: use small letters, digits and spaces"
            raise next(iter(node.mapping("examples").values())).key(column).error(message)
    for name, row in rows.items():
        if sorted(row) != sorted(columns):
            message = f"row '{name}' has other columns than the first row ({', '.join(columns)})"
            raise node.key(name).error(message)
        for cell in row.values():
            cell.text("a cell of examples")
    return rows


def _used_columns(fields: Mapping[str, Node]) -> set[str]:
    return {
        column
        for part in _PARTS
        if part in fields
        for node in fields[part].walk()
        if isinstance(node.value, str)
        for column in _COLUMN.findall(node.value)
    }


def _refuse_unused_columns(used: Collection[str], rows: Mapping[str, Mapping[str, Node]]) -> None:
    for column, cell in next(iter(rows.values())).items():
        if column not in used:
            raise cell.error(f"no step uses the column '{column}'", f"write it as <{column}>")


def _substitute(node: Node, values: Mapping[str, Node]) -> Node:
    """Return the tree with each `<column>` replaced; the new texts keep their step's place."""
    if isinstance(node.value, list):
        return replace(node, value=[_substitute(item, values) for item in node.value])
    if isinstance(node.value, dict):
        items = node.value.items()
        return replace(node, value={key: _substitute(item, values) for key, item in items})

    def cell(found: re.Match[str]) -> str:
        if found[1] not in values:
            hint = known_words(found[1], tuple(values)) if values else "there are no examples"
            raise node.error(f"no column '{found[1]}' in examples", hint)
        return values[found[1]].text("a cell")

    return replace(node, value=_COLUMN.sub(cell, node.value))
