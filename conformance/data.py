"""Where the specification and the known targets are: in the package, or beside it in a checkout."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from conformance.errors import UsageError, did_you_mean

_PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """Return the folder `scenarios` or `targets`."""
    installed = _PACKAGE / "data" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


def shipped_json(package: str, name: str) -> dict[str, Any]:
    """Return a JSON object that ships with a package, such as the schema of a report."""
    loaded: dict[str, Any] = json.loads(files(package).joinpath(name).read_text("utf-8"))
    return loaded


def target_names() -> tuple[str, ...]:
    """Return the names of the targets that the suite knows, as `profile_path` takes them.

    `django` stands for targets/django/profile.yaml, `django/fixed` for targets/django/fixed.yaml.
    """
    root = folder("targets")
    paths = sorted(root.glob("*/*.yaml"))
    names = (path.relative_to(root).with_suffix("").as_posix() for path in paths)
    return tuple(name.removesuffix("/profile") for name in names)


def profile_path(target: str) -> Path:
    """Return the file of a target that is given as a path or by name; raises UsageError."""
    path = Path(target)
    if path.is_file():
        return path
    if path.suffix in (".yaml", ".yml"):
        raise UsageError(f"there is no profile at {target}")
    known = target_names()
    if target not in known:
        hint = did_you_mean(target, known) or f"targets: {', '.join(known)}"
        raise UsageError(f"there is no target '{target}'; {hint}")
    root = folder("targets")
    single = root / f"{target}.yaml"
    return single if "/" in target and single.is_file() else root / target / "profile.yaml"
