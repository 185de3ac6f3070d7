"""The schema of what is looked for in an answer: conditions, as signs and contracts have them."""

from __future__ import annotations

from conformance.schemas.parts import (
    FILLED,
    TEXT,
    Schema,
    either,
    listed,
    mapping,
    one_or_list,
    ref,
    said,
)
from conformance.signs import conditions

_VALUES: dict[str, Schema] = {
    "text": TEXT,
    "texts": one_or_list(FILLED),
    "mapping": {"type": "object", "minProperties": 1},
    "pattern": FILLED,
    "json": {},
    "mapping of patterns": {"type": "object", "minProperties": 1, "additionalProperties": FILLED},
    "selectors": one_or_list(FILLED),
    "mapping of selectors": {"type": "object", "minProperties": 1},
}
_PLACEHOLDER = r"\{[a-z_]+(\.[a-z_]+)?\}"


def condition_definitions() -> dict[str, Schema]:
    """Return the definitions `conditions`, `signs` and `unfilled` (nothing has a placeholder)."""
    fields = {word.word: said(_VALUES[word.takes], word.says) for word in conditions.words.values()}
    inner = ref("unfilled")
    return {
        "conditions": mapping(fields, minProperties=1),
        "signs": either(ref("conditions"), listed(ref("conditions"))),
        "unfilled": {
            "not": {"type": "string", "pattern": _PLACEHOLDER},
            "items": inner,
            "additionalProperties": inner,
        },
    }
