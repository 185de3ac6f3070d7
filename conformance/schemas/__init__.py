"""JSON Schemas (2020-12) of the files that people write, for their editors to complete and check.

They say what our loaders say, as far as a schema can; descriptions are the docstrings of the words.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from conformance.schemas.parts import Schema
from conformance.schemas.profiles import profile_schema
from conformance.schemas.scenarios import scenario_schema
from conformance.schemas.specification import guide_schema, requirements_schema, standard_schema
from conformance.vocabulary import VOCABULARY

SCHEMAS: Mapping[str, Callable[[], Schema]] = {
    "scenario": lambda: scenario_schema(VOCABULARY),
    "requirements": requirements_schema,
    "profile": profile_schema,
    "standard": standard_schema,
    "guide": guide_schema,
}


def profile_keys() -> dict[str, str]:
    """Return what each key of a profile says."""
    fields = profile_schema()["properties"]
    return {key: str(field["description"]) for key, field in fields.items()}


def schema_text(name: str) -> str:
    """Return the schema of this kind of file, as it is written to `docs/schemas/`."""
    return json.dumps(SCHEMAS[name](), indent=2, ensure_ascii=False) + "\n"
