"""Sessions as Django stores them, `db` and `cached_db` alike, and the users they belong to."""

from __future__ import annotations

import importlib
import os
import secrets
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from benchmarks.sessions.seeds.bulk import fill, name_of, owner_of, owners, prepare

LIFETIME = timedelta(days=14)  # Django's default
BACKEND = "django.contrib.auth.backends.ModelBackend"
# Nobody logs in with it; it is as long as a real one.
PASSWORD = f"pbkdf2_sha256$1000000${'x' * 22}${'0' * 43}="
USER = ("id", "username", "email", "password", "is_active", "is_staff", "is_superuser")
REST = ("first_name", "last_name", "date_joined")


def seed(url: str, count: int) -> Iterator[tuple[str, str]]:
    """Yield `(cookie, name)` for each session, once all are stored."""
    prepare(url)
    os.environ.update(BENCHMARK_DATABASE=url, BENCHMARK_ENGINE="db")
    importlib.import_module("benchmarks.sessions.apps.django_site")  # sets Django up
    from django.contrib.auth.models import User
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command
    from django.utils import timezone

    call_command("migrate", verbosity=0)
    now = timezone.now()
    yes, no = _truths(url)
    people = (
        (one, f"user{one}", name_of(one), PASSWORD, yes, no, no, "", "", str(now))
        for one in owners(count)
    )
    fill(url, "auth_user", USER + REST, people)
    store = SessionStore()
    # As long as Django's own and of its letters; drawing them as Django does takes minutes.
    tokens = [secrets.token_hex(16) for _ in range(count)]
    check = User(password=PASSWORD).get_session_auth_hash()
    bags = [store.encode(_bag(one, check)) for one in owners(count)]
    until = str(now + LIFETIME)
    rows = (
        (token, bags[owner_of(number, count) - 1], until) for number, token in enumerate(tokens)
    )
    fill(url, "django_session", ("session_key", "session_data", "expire_date"), rows)
    for number, token in enumerate(tokens):
        yield f"sessionid={token}", name_of(owner_of(number, count))


def _bag(owner: int, check: str) -> dict[str, Any]:
    return {"_auth_user_id": str(owner), "_auth_user_backend": BACKEND, "_auth_user_hash": check}


def _truths(url: str) -> tuple[Any, Any]:
    return (1, 0) if url.startswith("sqlite") else (True, False)
