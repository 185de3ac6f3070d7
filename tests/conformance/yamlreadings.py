"""YAML as two kinds of readers take it: all scalars as texts, or by the core rules of YAML 1.2."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]


_Base: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_Safe: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Core(_Safe):  # type: ignore[misc] # it is one of two classes
    """Knows null, booleans and numbers as YAML 1.2 does, and editors with it: `no` is a text."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - theirs


for _tag, _pattern, _first in (
    ("null", "~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", "true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", "[-+]?[0-9]+", list("-+0123456789")),
    ("float", r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
):
    _Core.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), _first
    )


def as_texts(text: str) -> Any:
    """Return what a file says as our loaders take it."""
    return yaml.load(text, _Base)  # noqa: S506 - it makes texts alone


def as_editors(text: str) -> Any:
    """Return what a file says as an editor takes it."""
    read = yaml.load(text, _Core)  # noqa: S506 - a SafeLoader
    return json.loads(json.dumps(read))  # keys are texts


def shipped() -> list[Path]:
    """Return every YAML file of a kind that a schema describes."""
    folders = ("scenarios", "targets", "tests/variants/profiles", "conformance/preflight")
    return [path for one in folders for path in sorted((ROOT / one).rglob("*.yaml"))]


def kind_of(path: Path) -> str:
    """Return which schema describes a file."""
    parts = path.relative_to(ROOT).parts
    if parts[0] not in ("scenarios", "conformance"):
        return "profile"
    if parts[1] == "standards":
        return "standard"
    return {"guide.yaml": "guide", "requirements.yaml": "requirements"}.get(path.name, "scenario")


def modeline(path: Path) -> str:
    """Return the first line of a file, by which editors find its schema."""
    schema = ROOT / "docs/schemas" / f"{kind_of(path)}.schema.json"
    relative = Path(os.path.relpath(schema, path.parent)).as_posix()
    return f"# yaml-language-server: $schema={relative}"
