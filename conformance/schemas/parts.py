"""The small pieces that all JSON Schemas here are made of.

Our loaders read every scalar as text; an editor takes `200` for a number and `yes` for a word, so
a text may be of any scalar type here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from conformance.model import Word

Schema: TypeAlias = dict[str, Any]

TEXT: Schema = {"type": ["string", "number", "boolean", "null"]}
FILLED: Schema = {"type": ["string", "number", "boolean"], "pattern": r"\S"}
EMPTY: Schema = {"type": ["null", "string"], "maxLength": 0}
REQUEST_LINE = r"^\s*[A-Z]+ /\S*\s*$"
REQUIREMENT_ID = r"^[A-Z]+(-[A-Z]+)*-[1-9][0-9]*$"


def document(title: str, schema: Schema, definitions: Mapping[str, Schema]) -> Schema:
    """Return a whole JSON Schema, which the definitions are a part of."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **schema,
        "$defs": dict(definitions),
    }


def ref(name: str) -> Schema:
    """Return a reference to the definition of this name."""
    return {"$ref": f"#/$defs/{name}"}


def said(schema: Schema, says: str) -> Schema:
    """Return the schema with a description, each paragraph of which is one line."""
    return {"description": re.sub(r"(?<!\n)\n(?!\n)", " ", says.strip()), **schema}


def choice(words: Mapping[str, str] | Iterable[str], *others: Schema) -> Schema:
    """Return a closed list of words, with what they mean where that is given, or `others`."""
    meanings = words if isinstance(words, Mapping) else dict.fromkeys(words, "")
    known = [said({"const": word}, says) if says else {"const": word}
             for word, says in meanings.items()]  # fmt: skip
    return {"anyOf": [*known, *others]}


def meanings(words: Iterable[Word]) -> dict[str, str]:
    """Return what each word means."""
    return {word.word: word.says for word in words}


def either(*schemas: Schema) -> Schema:
    """Return a schema of what fits at least one of these."""
    return {"anyOf": list(schemas)}


def listed(item: Schema) -> Schema:
    """Return a schema of a list that is not empty."""
    return {"type": "array", "items": item, "minItems": 1}


def one_or_list(item: Schema) -> Schema:
    """Return a schema of one item, or of a list of them."""
    return either(item, listed(item))


def mapping(fields: Mapping[str, Schema], required: tuple[str, ...] = (), **more: Any) -> Schema:
    """Return a schema of a mapping with no other keys than these."""
    needed = {"required": list(required)} if required else {}
    return {
        "type": "object",
        "properties": dict(fields),
        "additionalProperties": False,
        **needed,
        **more,
    }


def one_of_keys(*keys: str) -> Schema:
    """Return a constraint: exactly one of these keys is there."""
    return {"oneOf": [{"required": [key]} for key in keys]}


def at_most_one_of_keys(*keys: str) -> Schema:
    """Return a constraint: no two of these keys stand together."""
    pairs = [[one, other] for place, one in enumerate(keys) for other in keys[place + 1 :]]
    return {"not": either(*({"required": pair} for pair in pairs))}


def when(condition: Schema, then: Schema) -> Schema:
    """Return a constraint that holds only where a condition does."""
    return {"if": condition, "then": then}


def whole_number(fewest: int, most: int, pattern: str) -> Schema:
    """Return a schema of a whole number, which `pattern` describes where it stands in quotes."""
    return {"type": ["integer", "string"], "minimum": fewest, "maximum": most, "pattern": pattern}
