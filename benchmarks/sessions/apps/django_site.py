"""Django: `BENCHMARK_ENGINE` is `none` (no sessions, its own ceiling), `db` or `cached_db`."""

import os
from typing import Any

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from sqlalchemy.engine import make_url

ENGINE = os.environ.get("BENCHMARK_ENGINE", "none")
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]


def database() -> dict[str, Any]:
    """Return Django's spelling of the database's URL; connections are kept, as on a busy site."""
    url = make_url(os.environ.get("BENCHMARK_DATABASE", "sqlite://"))
    if url.get_backend_name() == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": url.database,
            "CONN_MAX_AGE": None,
        }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": url.database,
        "USER": url.username,
        "HOST": url.host,
        "PORT": url.port,
        "CONN_MAX_AGE": None,
    }


settings.configure(
    SECRET_KEY="for-benchmarks-only",  # noqa: S106 (a throw-away server)
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
    ],
    MIDDLEWARE=[] if ENGINE == "none" else MIDDLEWARE,
    SESSION_ENGINE=f"django.contrib.sessions.backends.{'db' if ENGINE == 'none' else ENGINE}",
    DATABASES={"default": database()},
)
django.setup()


def anyone(_request: HttpRequest) -> HttpResponse:
    """Answer a name to everybody."""
    return JsonResponse({"email": "anyone@example.com"})


def me(request: HttpRequest) -> HttpResponse:
    """Answer the name of the user."""
    if not request.user.is_authenticated:
        return JsonResponse({}, status=401)
    return JsonResponse({"email": request.user.email})


urlpatterns = [path("me", anyone if ENGINE == "none" else me)]
app = get_wsgi_application()
