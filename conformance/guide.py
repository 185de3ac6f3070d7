"""Reads `scenarios/guide.yaml`: what the specification says between its requirements.

That is a sentence about each area, in the order of the document, and where the standards disagree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from conformance.errors import InputError, did_you_mean
from conformance.model import Place, Requirement
from conformance.yamltree import Node, error_at


@dataclass(frozen=True)
class Area:
    """One chapter of the specification: a folder of requirements."""

    key: str
    title: str
    says: str


@dataclass(frozen=True)
class Disagreement:
    """A point on which the sources differ, what this specification judges, and what a profile says.

    `see` are the ids of the requirements that judge it.
    """

    on: str
    positions: tuple[str, ...]
    judged: str
    declared: str
    see: tuple[str, ...]
    place: Place


@dataclass(frozen=True)
class Guide:
    """What the specification says between its requirements."""

    areas: Mapping[str, Area] = field(default_factory=dict)
    disagreements: tuple[Disagreement, ...] = ()


def read_guide(root: Node) -> Guide:
    """Return the guide of a file; raises InputError at the first thing that is wrong."""
    keys = ("areas", "disagreements")
    fields = root.fields("guide.yaml", keys, required=keys)
    areas = fields["areas"].mapping("areas")
    return Guide(
        areas={key: _area(key, node) for key, node in areas.items()},
        disagreements=tuple(map(_disagreement, fields["disagreements"].items("disagreements"))),
    )


def _area(key: str, node: Node) -> Area:
    keys = ("title", "says")
    fields = node.fields(f"area {key}", keys, required=keys)
    return Area(key, fields["title"].filled_text("title"), fields["says"].filled_text("says"))


def _disagreement(node: Node) -> Disagreement:
    keys = ("on", "positions", "judged", "declared", "see")
    fields = node.fields("a disagreement", keys, required=keys[:-1])
    return Disagreement(
        on=fields["on"].filled_text("on"),
        positions=fields["positions"].texts("positions"),
        judged=fields["judged"].filled_text("judged"),
        declared=fields["declared"].filled_text("declared"),
        see=fields["see"].texts("see") if "see" in fields else (),
        place=node.place,
    )


def unguided(guide: Guide, requirements: Sequence[Requirement]) -> list[InputError]:
    """Return an error for each area that the guide lacks, and each id that it names in vain."""
    ids = {one.id for one in requirements}
    first = {one.area: one for one in reversed(requirements)}
    missing = [
        error_at(one.place, f"guide.yaml does not say what the area '{area}' is about")
        for area, one in first.items()
        if guide.areas and area not in guide.areas
    ]
    unknown = [
        error_at(one.place, f"unknown requirement '{name}'", did_you_mean(name, ids))
        for one in guide.disagreements
        for name in one.see
        if name not in ids
    ]
    return missing + unknown
