"""What is measured: each server, the format of its store, and which ceiling it stands under."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

APPS = "benchmarks.sessions.apps"


@dataclass(frozen=True)
class Subject:
    """One server.

    `form` is the format of its store (a module of `seeds`; none for the ceilings), `ceiling` the
    subject whose cost is subtracted from its own. A store of more than `most` sessions is not
    tried. `on_file` sessions are in a file, in no database.
    """

    name: str
    app: str
    form: str = ""
    ceiling: str = ""
    environment: Mapping[str, str] = field(default_factory=dict, hash=False)
    database_name: str = "BENCHMARK_DATABASE"
    path: str = "/me"
    most: int = 1_000_000
    on_file: bool = False


FLASK, DJANGO = "plain Flask", "plain Django"
REFERENCE = "reference"
FLASK_SESSION_BEST = "Flask-Session, no refresh"
DJANGO_DB = "Django db"

SUBJECTS = (
    Subject(FLASK, "plain_flask"),
    Subject(DJANGO, "django_site", environment={"BENCHMARK_ENGINE": "none"}),
    Subject(
        REFERENCE,
        "reference",
        "reference",
        FLASK,
        {"AUTH_TYPE": "session_db_auth"},
        "DATABASE_URL",
        "/api/v1/users/me",
    ),
    Subject("Flask-Session, default", "flask_session_store", "flask_session", FLASK),
    Subject(
        FLASK_SESSION_BEST,
        "flask_session_store",
        "flask_session",
        FLASK,
        {"BENCHMARK_REFRESH": "0"},
    ),
    Subject(
        "Flask-Login on it",
        "flask_login_users",
        "flask_login",
        FLASK,
        {"BENCHMARK_REFRESH": "0"},
    ),
    Subject(DJANGO_DB, "django_site", "django_sessions", DJANGO, {"BENCHMARK_ENGINE": "db"}),
    Subject(
        "Django cached_db",
        "django_site",
        "django_sessions",
        DJANGO,
        {"BENCHMARK_ENGINE": "cached_db"},
    ),
    Subject(
        "linear scan of a list",
        "linear_scan",
        "plain_list",
        FLASK,
        database_name="BENCHMARK_SESSIONS",
        most=100_000,
        on_file=True,
    ),
    Subject(
        "linear scan, file read again",
        "linear_scan",
        "plain_list",
        FLASK,
        {"BENCHMARK_REREAD": "1"},
        "BENCHMARK_SESSIONS",
        most=100_000,
        on_file=True,
    ),
)
