"""Sessions as Flask-Session stores them: the name is in the bag."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

from benchmarks.sessions.seeds.bulk import fill, name_of, owner_of, prepare

LIFETIME = timedelta(days=31)  # Flask's default


def seed(url: str, count: int) -> Iterator[tuple[str, str]]:
    """Yield `(cookie, name)` for each session, once all are stored."""
    prepare(url)
    os.environ["BENCHMARK_DATABASE"] = url
    from benchmarks.sessions.apps.flask_session_base import create_app, encoded

    app = create_app()
    tokens = [secrets.token_urlsafe(32) for _ in range(count)]
    names = [name_of(owner_of(number, count)) for number in range(count)]
    expiry = expiry_text()
    bags = (encoded(app, {"_permanent": True, "email": name}) for name in names)
    rows = ((f"session:{token}", bag, expiry) for token, bag in zip(tokens, bags, strict=True))
    fill(url, "sessions", ("session_id", "data", "expiry"), rows)
    yield from ((f"session={token}", name) for token, name in zip(tokens, names, strict=True))


def expiry_text() -> str:
    """Return the end of a session that starts now, as a naive UTC time, which is what it keeps."""
    return (datetime.now(timezone.utc) + LIFETIME).replace(tzinfo=None).isoformat(" ")
