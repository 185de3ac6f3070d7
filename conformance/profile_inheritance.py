"""What a profile takes over from the one that it extends."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.yamltree import Node, parse, shown_as

if TYPE_CHECKING:
    from pathlib import Path


def extended(root: Node, path: Path) -> Node:
    """Return the profile with all that it takes over from the one it extends.

    Its own keys replace those of the other; of `environment` it is variable by variable.
    """
    fields = root.mapping("a profile")
    if "extends" not in fields:
        return root
    name = fields["extends"].filled_text("extends")
    base_path = path.parent / name
    if not base_path.is_file():
        raise fields["extends"].error(f"there is no profile at {shown_as(base_path)}")
    base = parse(base_path)
    if "extends" in base.mapping("a profile"):
        raise base.key("extends").error("a profile that others extend does not extend another")
    merged = {key: node for key, node in fields.items() if key != "extends"}
    if "environment" in fields and "environment" in base.mapping("a profile"):
        merged["environment"] = base.mapping("a profile")["environment"].with_fields(
            fields["environment"], "environment"
        )
    return base.with_fields(replace(root, value=merged), "a profile")
