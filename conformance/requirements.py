"""Reads `scenarios/<area>/requirements.yaml`: the numbered rules of the specification."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, TypeVar

from conformance.model import ConformanceClass, Level, Place, Requirement
from conformance.yamltree import Node, known_words

if TYPE_CHECKING:
    from collections.abc import Iterator

Choice = TypeVar("Choice", bound=Enum)

_ID = re.compile(r"[A-Z]+(-[A-Z]+)*-[1-9][0-9]*")
_KEYS = ("level", "class", "says", "why", "refs", "untestable")


def read_requirements(root: Node, area: str) -> Iterator[Requirement]:
    """Yield the requirements of one file; raises InputError at the first thing that is wrong."""
    for name, node in root.mapping("requirements.yaml").items():
        if not _ID.fullmatch(name):
            raise root.key(name).error(f"'{name}' is not an id such as LOGOUT-1")
        yield _requirement(name, node, root.key(name), area)


def _requirement(name: str, node: Node, key: Node, area: str) -> Requirement:
    fields = node.fields(f"requirement {name}", _KEYS, required=("level", "class", "says", "refs"))
    says = fields["says"].filled_text("says")
    if not says.endswith("."):
        raise fields["says"].error("a requirement is a sentence and ends with a full stop")
    return Requirement(
        id=name,
        level=_choice(Level, fields["level"], "level"),
        conformance_class=_choice(ConformanceClass, fields["class"], "class"),
        says=says,
        refs=fields["refs"].texts("refs"),
        area=area,
        place=key.place,
        why=fields["why"].filled_text("why") if "why" in fields else "",
        untestable=fields["untestable"].filled_text("untestable") if "untestable" in fields else "",
        ref_places=_places(fields["refs"]),
    )


def _places(refs: Node) -> tuple[Place, ...]:
    nodes = [refs] if isinstance(refs.value, str) else refs.items("refs")
    return tuple(node.place for node in nodes)


def _choice(kind: type[Choice], node: Node, what: str) -> Choice:
    text = node.text(what)
    known = tuple(str(member.value) for member in kind)
    if text not in known:
        raise node.error(f"unknown {what} '{text}'", known_words(text, known))
    return kind(text)
