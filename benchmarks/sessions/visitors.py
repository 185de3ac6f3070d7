"""A visitor who reads a session, or logs in, again and again until its standard input ends.

`python -m benchmarks.sessions.visitors read|"log in" URL KEYS` uses the reference's own look-up and
its own login transaction, without HTTP and without the password's hash, so that what is felt is the
database. It prints a line when it begins, and JSON at the end: when each began and what it took.
"""

from __future__ import annotations

import json
import os
import random
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

PAUSE = {"read": 0.0, "log in": 0.01}  # seconds between two


def hashes(keys: Path) -> list[bytes]:
    """Return what the store holds of the tokens that a file of keys presents."""
    from reference_impl.auth.session_auth import hash_token

    return [hash_token(token) for token in tokens(keys)]


def tokens(keys: Path) -> list[str]:
    """Return the tokens that a file of keys presents."""
    pairs = json.loads(keys.read_text(encoding="utf-8"))
    return [cookie.partition("=")[2] for cookie, _ in pairs]


def main(what: str, url: str, keys: str) -> None:
    """Visit until standard input ends."""
    act = _action(what, url, tokens(Path(keys)))
    act()
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    sys.stdout.write("\n")
    sys.stdout.flush()
    done: list[tuple[float, float]] = []
    errors = 0
    while not ended.wait(PAUSE[what]) if PAUSE[what] else not ended.is_set():
        began, start = time.time(), time.perf_counter()
        try:
            act()
        except Exception:
            errors += 1
        done.append((began, time.perf_counter() - start))
    sys.stdout.write(json.dumps({"done": done, "errors": errors}))


def _action(what: str, url: str, presented: list[str]) -> Callable[[], None]:
    from reference_impl.auth.session_db_auth import SessionDBAuth
    from reference_impl.clock import utc_now
    from reference_impl.models.database import Database
    from reference_impl.settings import Settings

    # Nobody's sessions are ended by the many logins; that they would be is asked all the same.
    more = {"DATABASE_URL": url, "SESSION_MAX_PER_USER": "100000"}
    settings = Settings.from_environment({**os.environ, **more})
    keeper = SessionDBAuth(settings, Database(settings.database_url), utc_now)
    found = [keeper.find(token) for token in presented]
    users = [one.user for one in found if one]
    assert len(users) == len(presented)

    def read() -> None:
        assert keeper.find(random.choice(presented))  # noqa: S311

    def log_in() -> None:
        keeper.start(random.choice(users), "a browser", None)  # noqa: S311

    return read if what == "read" else log_in


if __name__ == "__main__":
    main(*sys.argv[1:])
