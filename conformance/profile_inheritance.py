"""What a profile takes over from the one that it extends."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.yamltree import Node, parse, shown_as

if TYPE_CHECKING:
    from pathlib import Path

_NONE = "none"
_MERGED = ("environment", "headers", "secrets")


def extended(root: Node, path: Path, above: tuple[Path, ...] = ()) -> Node:
    """Return the profile with all that it takes over from the one it extends, and that from others.

    Its own keys replace those of the other; `environment`, `headers` and `secrets` do so entry by
    entry. A key that says `none` is taken away. `above` are the files that extend this one.
    """
    fields = root.mapping("a profile")
    if "extends" not in fields:
        return root
    name = fields["extends"].filled_text("extends")
    base_path = path.parent / name
    if not base_path.is_file():
        raise fields["extends"].error(f"there is no profile at {shown_as(base_path)}")
    above = (*above, path.resolve())
    if base_path.resolve() in above:
        raise fields["extends"].error(f"{shown_as(base_path)} extends this profile itself")
    base = extended(parse(base_path), base_path, above)
    return _on_top(base, root, fields)


def _on_top(base: Node, root: Node, fields: dict[str, Node]) -> Node:
    old = base.mapping("a profile")
    own = {key: node for key, node in fields.items() if key != "extends"}
    gone = [key for key, node in own.items() if node.value == _NONE and key != "name"]
    for key in gone:
        if key not in old:
            raise own[key].error(f"there is no '{key}' to take away")
    for key in _MERGED:
        if key in own and key in old and key not in gone:
            own[key] = old[key].with_fields(own[key], key)
    whole = base.with_fields(replace(root, value=own), "a profile")
    kept = {key: node for key, node in whole.mapping("a profile").items() if key not in gone}
    return replace(whole, value=kept)
