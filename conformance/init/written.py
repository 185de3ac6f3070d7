"""Writes a draft as YAML: short mappings on one line, and beside each guess how sure it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from conformance.init.guesses import Draft, Guess
from conformance.model import Plain

_WIDTH = 96
# What YAML reads as this text within a flow mapping as well as by itself.
_PLAIN = re.compile(
    r"[A-Za-z0-9/_.][A-Za-z0-9/_.@ +*=?&;~-]*(?<! )|https?://[A-Za-z0-9.-]+(:[0-9]+)?[A-Za-z0-9/_.-]*"
)


def profile_text(draft: Draft) -> str:
    """Return the profile as a file; all that is written can be read back as it was."""
    lines = [
        "# Written by `session-conformance init`. Beside each guess: how sure it is, and why.",
        "# Look at what is likely or unsure, then: session-conformance doctor --target THIS-FILE",
    ]
    for guess in draft.guesses:
        lines += ["", *_guess(guess)] if guess.certainty else [*_guess(guess)]
    return "\n".join(lines) + "\n"


def _guess(guess: Guess) -> Iterator[str]:
    if guess.certainty is not None:
        yield from _comment(f"{guess.certainty.value}: {guess.why}")
    yield from _pair(guess.key, guess.value, "")


def _comment(text: str) -> Iterator[str]:
    line = "#"
    for word in text.split():
        if len(line) + len(word) >= _WIDTH:
            yield line
            line = "#"
        line += f" {word}"
    yield line


def _pair(key: str, value: Plain, indent: str) -> Iterator[str]:
    """Yield the lines of one key; mappings of mappings are opened, short ones stay on a line."""
    short = f"{indent}{scalar(key)}: {flow(value)}"
    if not isinstance(value, dict | list) or (_is_flat(value) and len(short) <= _WIDTH):
        yield short
    elif isinstance(value, dict):
        yield f"{indent}{scalar(key)}:" if value else short
        for name, inner in value.items():
            yield from _pair(name, inner, indent + "  ")
    else:
        yield f"{indent}{scalar(key)}:"
        for one in value:
            yield from _item(one, indent + "  ")


def _item(value: Plain, indent: str) -> Iterator[str]:
    if not isinstance(value, dict) or (_is_flat(value) and "send" not in value):
        yield f"{indent}- {flow(value)}"
        return
    lines = [line for name, inner in value.items() for line in _pair(name, inner, indent + "  ")]
    yield f"{indent}- {lines[0].lstrip()}"
    yield from lines[1:]


def _is_flat(value: Plain) -> bool:
    """Say whether it is easily read on one line: no request, and not nested twice."""
    if isinstance(value, list):
        return not any(isinstance(one, dict) for one in value)
    if not isinstance(value, dict):
        return True
    return not {"send", "read", "username", "success", "alice"} & value.keys()


def flow(value: Plain) -> str:
    """Return a value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(key)}: {flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value or "")


def scalar(text: str) -> str:
    """Return a text as YAML reads it back: plain where that is safe, else in quotes."""
    if _PLAIN.fullmatch(text) and " #" not in text:
        return text
    if '"' in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=not text.isprintable())
