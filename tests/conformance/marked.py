"""Wrong files, with a mark at the place that the error must point at."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

MARK = "»"
PASSWORDS = ("lovelace", "a", "[a]", "x")


def whole_error(marked: str, message: str, hint: str = "", name: str = "file.yaml") -> str:
    """Return the error a user must see for the marked text: place, line, caret and hint.

    The line of a password of these tests is not shown.
    """
    before, mark, after = marked.partition(MARK)
    assert mark, "nothing is marked"
    margin = before.rpartition("\n")[2]
    line = before.count("\n") + 1
    text = f"{name}:{line}:{len(margin) + 1}: {message}"
    source = margin + after.partition("\n")[0]
    if not any(f"password: {given}" in source for given in PASSWORDS):
        text += f"\n{line:4d} | {source}\n     | {' ' * len(margin)}^"
    return f"{text}\n  {hint}" if hint else text


def unmarked(marked: str) -> str:
    """Return the text as it stands in the file."""
    return marked.replace(MARK, "")


def write_files(folder: Path, files: Mapping[str, str]) -> Path:
    """Write texts below a folder; a file's key is its path."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(unmarked(text), encoding="utf-8")
    return folder
