"""Sessions of Flask-Login, stored by Flask-Session, and the users they belong to."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator

from benchmarks.sessions.seeds.bulk import fill, name_of, owner_of, owners, prepare
from benchmarks.sessions.seeds.flask_session import expiry_text


def seed(url: str, count: int) -> Iterator[tuple[str, str]]:
    """Yield `(cookie, name)` for each session, once all are stored."""
    prepare(url)
    os.environ["BENCHMARK_DATABASE"] = url
    from benchmarks.sessions.apps.flask_login_users import app, db
    from benchmarks.sessions.apps.flask_session_base import encoded

    with app.app_context():
        db.create_all()
    fill(url, "users", ("id", "email"), ((one, name_of(one)) for one in owners(count)))
    here = _browser(app)
    tokens = [secrets.token_urlsafe(32) for _ in range(count)]
    expiry = expiry_text()
    login = {"_permanent": True, "_fresh": True, "_id": here}
    bags = (
        encoded(app, {**login, "_user_id": str(owner_of(number, count))}) for number in range(count)
    )
    rows = ((f"session:{token}", bag, expiry) for token, bag in zip(tokens, bags, strict=True))
    fill(url, "sessions", ("session_id", "data", "expiry"), rows)
    for number, token in enumerate(tokens):
        yield f"session={token}", name_of(owner_of(number, count))


def _browser(app: object) -> str:
    # What Flask-Login keeps of the browser, and compares at each request: this one says nothing
    # of itself, as the load's does.
    from flask import Flask
    from flask_login import login_manager, utils

    assert isinstance(app, Flask)
    with app.test_request_context(environ_overrides={"REMOTE_ADDR": "127.0.0.1"}, headers={}):
        assert login_manager
        return str(utils._create_identifier())  # noqa: SLF001
