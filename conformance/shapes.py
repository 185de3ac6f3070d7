"""Other shapes than a text that a name or a password may be sent in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from conformance.words import Words

Fields: TypeAlias = "list[tuple[str, Any]]"
# Gets a field's name, its right value, and another user's; returns the fields to send instead.
Shape: TypeAlias = Callable[[str, str, str], Fields]

shapes: Words[Shape] = Words("shape")


@shapes("a list", takes="json")
def _list(name: str, value: str, _: str) -> Fields:
    """A JSON list that holds the text."""
    return [(name, [value])]


@shapes("an object", takes="json")
def _object(name: str, value: str, _: str) -> Fields:
    """A JSON object that holds the text."""
    return [(name, {name: value})]


@shapes("a condition", takes="json")
def _condition(name: str, _: str, __: str) -> Fields:
    """A JSON object that document stores take for a condition: `{"$ne": ""}`."""
    return [(name, {"$ne": ""})]


@shapes("a number", takes="json")
def _number(name: str, _: str, __: str) -> Fields:
    """The JSON number 0, to which some languages hold any text equal."""
    return [(name, 0)]


@shapes("true", takes="json")
def _true(name: str, _: str, __: str) -> Fields:
    """The JSON value true, to which some languages hold any text equal."""
    return [(name, True)]


@shapes("null", takes="json")
def _null(name: str, _: str, __: str) -> Fields:
    """The JSON value null."""
    return [(name, None)]


@shapes("half a character", takes="json")
def _half(name: str, value: str, _: str) -> Fields:
    r"""The text with a lone surrogate behind, which only JSON can spell: `\ud800`."""
    return [(name, value + "\ud800")]


@shapes("a field with brackets", takes="form")
def _brackets(name: str, value: str, _: str) -> Fields:
    """A form field `name[]`, which some languages read as a list."""
    return [(f"{name}[]", value)]


@shapes("a condition in brackets", takes="form")
def _condition_in_brackets(name: str, _: str, __: str) -> Fields:
    """A form field `name[$ne]`, which some languages read as an object."""
    return [(f"{name}[$ne]", "")]


@shapes("twice")
def _twice(name: str, value: str, other: str) -> Fields:
    """The field twice: the right text, and then that of bob."""
    return [(name, value), (name, other)]


@shapes("twice, in the other order")
def _twice_reversed(name: str, value: str, other: str) -> Fields:
    """The field twice: the text of bob, and then the right one."""
    return [(name, other), (name, value)]


@shapes("bytes that are not UTF-8")
def _not_utf8(name: str, value: str, _: str) -> Fields:
    """The text with a byte behind that no UTF-8 has."""
    return [(name, value + "\udcff")]  # as `surrogateescape` reads it
