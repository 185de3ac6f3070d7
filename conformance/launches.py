"""Reads how a profile prepares and starts its target."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

from conformance.model import Command, Launch
from conformance.profile_actions import read_texts
from conformance.yamltree import Node


def read_launch(fields: Mapping[str, Node], path: Path) -> Launch:
    """Return how the profile in the file `path` prepares and starts its target."""
    listed = fields["set up"].items("set up") if "set up" in fields else []
    return Launch(
        start=_command(fields["start"]),
        folder=str(path.resolve().parent),
        set_up=tuple(_command(one) for one in listed),
        environment=read_texts(fields["environment"], "environment")
        if "environment" in fields
        else {},
    )


def _command(node: Node) -> Command:
    if isinstance(node.value, str):
        return Command(_split(node), node.place)
    fields = node.fields("a command", ("run", "input"), required=("run",))
    given = fields["input"].text("input") if "input" in fields else ""
    return Command(_split(fields["run"]), node.place, given)


def _split(node: Node) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(node.filled_text("a command")))
    except ValueError as error:
        raise node.error(f"is not a command: {str(error).lower()}") from None
