"""Reads the conditions of a sign or of an exact answer, as profiles and contracts write them."""

from __future__ import annotations

import json
import re

from conformance.htmlpages import selector_error
from conformance.model import JsonWord, Plain, Sign
from conformance.signs import conditions
from conformance.yamltree import Node


def read_signs(node: Node, what: str) -> tuple[Sign, ...]:
    """Return the alternatives of a sign: one mapping of conditions, or a list of them."""
    nodes = node.value if isinstance(node.value, list) else [node]
    if not nodes:
        raise node.error(f"{what} has no conditions")
    return tuple(Sign(read_conditions(one, what), one.place) for one in nodes)


def read_conditions(node: Node, what: str) -> dict[str, Plain]:
    """Return the conditions of a mapping; raises InputError for an unknown or odd one."""
    fields = node.fields(what, tuple(conditions.words))
    if not fields:
        raise node.error(f"{what} has no conditions")
    return {name: _READERS[conditions.words[name].takes](value) for name, value in fields.items()}


def read_json(node: Node) -> Plain:
    """Return a JSON value: written as YAML (all scalars are texts) or as one text of JSON."""
    if not isinstance(node.value, str):
        return node.plain()
    try:
        return _as_texts(json.loads(node.value))
    except ValueError as error:
        raise node.error(f"is not JSON: {error}") from None


def _as_texts(value: object) -> Plain:
    if isinstance(value, dict):
        return {key: _as_texts(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_as_texts(inner) for inner in value]
    return value if isinstance(value, str) else JsonWord(json.dumps(value))


def _texts(node: Node) -> Plain:
    texts = list(node.texts("a condition"))
    return texts[0] if len(texts) == 1 else [*texts]


def _mapping(node: Node) -> Plain:
    if not node.mapping("a condition"):
        raise node.error("this condition names nothing")
    return node.plain()


def check_pattern(node: Node) -> str:
    """Return the text of a regular expression; raises InputError when it is none."""
    text = node.filled_text("a pattern")
    try:
        re.compile(text)
    except re.error as error:
        raise node.error(f"is not a regular expression: {error}") from None
    return text


def _patterns(node: Node) -> Plain:
    for one in node.mapping("a condition").values():
        check_pattern(one)
    return _mapping(node)


def check_selector(node: Node) -> str:
    """Return the text of a CSS selector; raises InputError when it is none."""
    text = node.filled_text("a selector")
    error = selector_error(text)
    if error:
        raise node.error(f"is not a CSS selector: {error}")
    return text


def _selectors(node: Node) -> Plain:
    for one in node.value if isinstance(node.value, list) else [node]:
        check_selector(one)
    return _texts(node)


def _selected_texts(node: Node) -> Plain:
    for name in node.mapping("a condition"):
        check_selector(node.key(name))
    return _mapping(node)


_READERS = {
    "text": lambda node: node.text("a condition"),
    "texts": _texts,
    "mapping": _mapping,
    "pattern": check_pattern,
    "json": read_json,
    "mapping of patterns": _patterns,
    "selectors": _selectors,
    "mapping of selectors": _selected_texts,
}
