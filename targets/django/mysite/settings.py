"""Settings of a stock site: what is not written here is Django's own default.

Stock, because untouched: the session cookie (`sessionid`, HttpOnly, SameSite=Lax, not Secure),
the CSRF cookie, the session engine (database) and its serializer.
The middleware is that of `startproject`, less the messages this site does not use.
"""

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent

# The password-derived part of every session is keyed with it, so it has to outlive a restart.
# The default is public: good for made-up users on 127.0.0.1, and for nothing else.
SECRET_KEY = os.environ.get("DJANGO_SECRET_KEY", "a public key, only for users that are made up")
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "mysite",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "mysite.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
            ],
        },
    },
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("DJANGO_DATABASE", BASE_DIR / "site.db"),
    }
}

# Django's own advice for tests is a cheap hasher; what this site does otherwise is the default.
PASSWORD_HASHERS = [
    os.environ.get("DJANGO_PASSWORD_HASHER", "django.contrib.auth.hashers.PBKDF2PasswordHasher")
]

LOGIN_REDIRECT_URL = "/private/"
LOGOUT_REDIRECT_URL = "/accounts/login/"

# Lifetimes are tested with seconds instead of Django's two weeks. Saving at every request makes
# the age count from the last request (idle timeout) instead of from the login (absolute timeout).
SESSION_COOKIE_AGE = int(os.environ.get("SESSION_COOKIE_AGE", 14 * 24 * 60 * 60))
SESSION_SAVE_EVERY_REQUEST = bool(int(os.environ.get("SESSION_SAVE_EVERY_REQUEST", 0)))
