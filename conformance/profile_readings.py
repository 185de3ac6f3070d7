"""Reads what a profile takes out of answers: where values stand, and how they are decoded."""

from __future__ import annotations

import re
from dataclasses import replace

from conformance.model import Reading, SessionToken
from conformance.readings import decodings, sources
from conformance.response import check_pattern, check_selector
from conformance.signs import placeholders
from conformance.yamltree import Node, known_words

_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # a token of RFC 9110 5.6.2
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


def read_session_token(node: Node) -> SessionToken:
    """Return how a session token is read and sent, such as `Authorization: Bearer {token}`."""
    fields = node.fields("session token", (*READING, "send"), required=("send",))
    header, colon, text = fields["send"].filled_text("send").partition(":")
    if not colon or not _HEADER.fullmatch(header) or text.count("{token}") != 1:
        raise fields["send"].error("is not a header such as 'Authorization: Bearer {token}'")
    rest = {key: one for key, one in fields.items() if key != "send"}
    return SessionToken(read_reading("token", replace(node, value=rest)), header, text.strip())


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
