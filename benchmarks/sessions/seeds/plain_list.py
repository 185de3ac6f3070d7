"""Sessions in a JSON file, for the linear scans; the URL is the path of the file."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from pathlib import Path

from benchmarks.sessions.seeds.bulk import name_of, owner_of


def seed(url: str, count: int) -> Iterator[tuple[str, str]]:
    """Yield `(cookie, name)` for each session, once all are stored."""
    names = [name_of(owner_of(number, count)) for number in range(count)]
    tokens = [secrets.token_urlsafe(32) for _ in range(count)]
    held = [{"session_id": token, "email": name} for token, name in zip(tokens, names, strict=True)]
    Path(url).write_text(json.dumps(held), encoding="utf-8")
    yield from ((f"session={token}", name) for token, name in zip(tokens, names, strict=True))
