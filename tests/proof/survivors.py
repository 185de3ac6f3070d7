"""The reasons why some mutants may survive: tests/mutants/survivors.yaml."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from conformance.yamltree import parse

from .findings import Fate


def reasons_in(file: Path) -> dict[str, str]:
    """Return what the file says of each mutant; raises InputError when it says it wrongly."""
    survivors = parse(file).mapping("survivors.yaml")
    return {name: node.filled_text("a reason") for name, node in survivors.items()}


def complaints(fates: Iterable[Fate], reasons: Mapping[str, str]) -> list[str]:
    """Return which survivors lack a reason, and which reasons lack a survivor."""
    surviving = [str(one.mutant) for one in fates if not one.caught]
    lacking = [f"{name}: survives without a reason" for name in surviving if name not in reasons]
    stale = [f"{name}: has a reason to survive and doesn't" for name in reasons]
    return lacking + [
        one for name, one in zip(reasons, stale, strict=True) if name not in surviving
    ]
