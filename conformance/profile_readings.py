"""Reads what a profile takes out of answers: where values stand, and how they are decoded."""

from __future__ import annotations

import re

from conformance.model import Reading
from conformance.readings import decodings, sources
from conformance.response import check_pattern, check_selector
from conformance.signs import placeholders
from conformance.yamltree import Node, known_words

READING = (*sources.words, "decode", "optional")


def read_readings(node: Node) -> tuple[Reading, ...]:
    """Return all readings of one answer, by the placeholders that they fill."""
    fields = node.mapping("read")
    for name in fields:
        if placeholders(f"{{{name}}}") != {name}:
            message = f"'{name}' is not a placeholder's name: use small letters and underscores"
            raise node.key(name).error(message)
    return tuple(read_reading(name, value) for name, value in fields.items())


def read_reading(name: str, node: Node) -> Reading:
    """Return one reading: where its value stands, and how that is decoded."""
    fields = node.fields(f"the reading '{name}'", READING)
    found = [word for word in sources.words if word in fields]
    if len(found) != 1:
        raise node.error(f"the reading '{name}' has one of: {', '.join(sources.words)}")
    source = found[0]
    key = fields[source]
    if "pattern" in source:
        check_pattern(key)
    if source == "from pattern" and re.compile(key.text(source)).groups < 1:
        raise key.error("the pattern needs a group (...) around the value")
    if source == "from selector":
        check_selector(key)
    return Reading(
        name,
        source,
        key.filled_text(source),
        node.place,
        _decodings(fields["decode"]) if "decode" in fields else (),
        "optional" in fields and _optional(fields["optional"]),
    )


def _decodings(node: Node) -> tuple[str, ...]:
    words = node.texts("decode")
    for word in words:
        if word not in decodings.words:
            hint = known_words(word, tuple(decodings.words))
            raise node.error(f"unknown way of decoding '{word}'", hint)
    return words


def _optional(node: Node) -> bool:
    if node.text("optional") not in ("yes", "true", "no", "false"):
        raise node.error(f"optional is 'yes' or 'no', not '{node.value}'")
    return node.value in ("yes", "true")
