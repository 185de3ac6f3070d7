"""Settings, read once from the environment: a wrong value stops the start with one clear line."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from werkzeug.security import generate_password_hash

from reference_impl.models.user import is_email, normalise_email

AUTH_TYPES = ("session_auth", "session_db_auth")
NAMES = (
    "AUTH_TYPE",
    "SESSION_NAME",
    "SESSION_DURATION",
    "SESSION_IDLE_TIMEOUT",
    "SESSION_TOUCH_INTERVAL",
    "SESSION_COOKIE_SECURE",
    "SESSION_MAX_PER_USER",
    "SESSION_PURGE_BATCH",
    "SESSION_PURGE_PAUSE",
    "DATABASE_URL",
    "PASSWORD_METHOD",
    "LOGIN_PER_ADDRESS_AND_ACCOUNT",
    "LOGIN_PER_ACCOUNT",
    "LOGIN_WINDOW",
    "TRUSTED_PROXIES",
    "ALLOWED_ORIGINS",
    "ADMINISTRATORS",
)
NOT_OURS = frozenset({"SESSION_MANAGER"})  # set by X11 desktops

MAX_SECONDS = 3_153_600_000  # a hundred years; "never" is written 0
MAX_COUNT = 1_000_000
MAX_BATCH = 10_000
DRIVERS = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}

SECONDS = re.compile(r"[0-9]{1,10}(\.[0-9]{1,6})?")
WHOLE = re.compile(r"[0-9]{1,7}")
COOKIE_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")  # RFC 9110 5.6.2, token


class SettingsError(Exception):
    """A setting has a value that is not allowed; the message is one line for the operator."""


@dataclass(frozen=True)
class Settings:
    """Every setting of the server; a timeout of zero means never, a limit of zero means none."""

    auth_type: str
    session_name: str
    session_duration: timedelta
    session_idle_timeout: timedelta
    session_touch_interval: timedelta
    session_cookie_secure: bool
    session_max_per_user: int
    session_purge_batch: int  # expired sessions that the purge command removes at a time
    session_purge_pause: timedelta  # in which logins get their turn
    database_url: URL
    password_method: str
    login_per_address_and_account: int
    login_per_account: int
    login_window: timedelta  # of attempts by one address on one account
    trusted_proxies: int
    allowed_origins: frozenset[str]
    administrators: frozenset[str]

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the settings from a mapping such as ``os.environ``; raises SettingsError."""
        _refuse_unknown_names(environment)
        read = _Reader(environment)
        secure = read.choice("SESSION_COOKIE_SECURE", ("1", "0"), "1") == "1"
        idle = read.seconds("SESSION_IDLE_TIMEOUT", "1800")
        return cls(
            auth_type=read.choice("AUTH_TYPE", AUTH_TYPES, "session_db_auth"),
            session_name=read.cookie_name("SESSION_NAME", secure=secure),
            session_duration=read.seconds("SESSION_DURATION", "604800"),
            session_idle_timeout=idle,
            session_touch_interval=read.touch_interval("SESSION_TOUCH_INTERVAL", idle),
            session_cookie_secure=secure,
            session_max_per_user=read.count("SESSION_MAX_PER_USER", "20"),
            session_purge_batch=read.batch("SESSION_PURGE_BATCH", "500"),
            session_purge_pause=read.seconds("SESSION_PURGE_PAUSE", "0.01"),
            database_url=read.database_url("DATABASE_URL", "sqlite:///sessions.db"),
            password_method=read.password_method("PASSWORD_METHOD", "scrypt:32768:8:1"),
            login_per_address_and_account=read.count("LOGIN_PER_ADDRESS_AND_ACCOUNT", "10"),
            login_per_account=read.count("LOGIN_PER_ACCOUNT", "100"),
            login_window=read.window("LOGIN_WINDOW", "60"),
            trusted_proxies=read.count("TRUSTED_PROXIES", "0"),
            allowed_origins=read.origins("ALLOWED_ORIGINS"),
            administrators=read.addresses("ADMINISTRATORS"),
        )


def _refuse_unknown_names(environment: Mapping[str, str]) -> None:
    for name in sorted(environment):
        if name.startswith(("SESSION_", "LOGIN_")) and name not in {*NAMES, *NOT_OURS}:
            near = difflib.get_close_matches(name, NAMES, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise SettingsError(f"{name} is not a setting{hint}")


class _Reader:
    """Takes one kind of value each from the environment, or says what is wrong with it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        value = self._environment.get(name, default)
        if value not in allowed:
            raise _wrong(name, value, " or ".join(allowed))
        return value

    def count(self, name: str, default: str) -> int:
        value = self._environment.get(name, default)
        if not WHOLE.fullmatch(value) or int(value) > MAX_COUNT:
            raise _wrong(name, value, f"a whole number from 0 to {MAX_COUNT}")
        return int(value)

    def batch(self, name: str, default: str) -> int:
        size = self.count(name, default)
        if not 1 <= size <= MAX_BATCH:
            # Nothing else is written to SQLite while a batch is being removed.
            raise _wrong(name, str(size), f"a whole number from 1 to {MAX_BATCH}")
        return size

    def seconds(self, name: str, default: str) -> timedelta:
        value = self._environment.get(name, default)
        if not SECONDS.fullmatch(value) or float(value) > MAX_SECONDS:
            raise _wrong(name, value, f"seconds from 0 (never) to {MAX_SECONDS}, decimals allowed")
        if 0 < float(value) < 0.001:
            # Rounded to zero it would turn a very short timeout into none at all.
            raise _wrong(name, value, "0 (never) or at least 0.001 seconds")
        return timedelta(milliseconds=round(float(value) * 1000))

    def window(self, name: str, default: str) -> timedelta:
        window = self.seconds(name, default)
        if not timedelta(seconds=1) <= window <= timedelta(hours=1):
            # The count of the account alone runs for an hour and old counts are removed then.
            raise _wrong(name, self._environment.get(name, default), "seconds from 1 to 3600")
        return window

    def touch_interval(self, name: str, idle: timedelta) -> timedelta:
        longest = idle / 10 if idle else timedelta(seconds=MAX_SECONDS)
        if name not in self._environment:
            return min(timedelta(seconds=60), longest)
        interval = self.seconds(name, "")
        if interval > longest:
            # Activity between two touches is not recorded, so a coarse interval would end
            # sessions noticeably before their time.
            allowed = f"at most a tenth of SESSION_IDLE_TIMEOUT ({longest.total_seconds():g})"
            raise _wrong(name, self._environment[name], allowed)
        return interval

    def cookie_name(self, name: str, *, secure: bool) -> str:
        value = self._environment.get(name, "__Host-session" if secure else "_my_session_id")
        if not COOKIE_NAME.fullmatch(value):
            raise _wrong(name, value, "letters, digits and !#$%&'*+-.^_`|~ only")
        if value.lower().startswith(("__host-", "__secure-")) and not secure:
            # Browsers drop a prefixed cookie that is not Secure (6265bis 4.1.3).
            raise _wrong(name, value, "a name without prefix while SESSION_COOKIE_SECURE is 0")
        return value

    def database_url(self, name: str, default: str) -> URL:
        # The value may hold a password and is never shown.
        allowed = "must be sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"
        try:
            url = make_url(self._environment.get(name, default))
        except (ArgumentError, ValueError):
            raise SettingsError(f"{name} {allowed}") from None
        if url.drivername not in DRIVERS:
            raise SettingsError(f"{name} {allowed}")
        if url.drivername == "sqlite" and (":memory:" in (url.database or ":memory:")):
            raise SettingsError(f"{name} must name a file: each connection has its own :memory:")
        return url.set(drivername=DRIVERS[url.drivername])

    def password_method(self, name: str, default: str) -> str:
        value = self._environment.get(name, default)
        try:
            generate_password_hash("", value)
        except (ValueError, TypeError, OverflowError, MemoryError):
            raise _wrong(name, value, "scrypt:N:r:p or pbkdf2:HASH:ROUNDS") from None
        return value

    def origins(self, name: str) -> frozenset[str]:
        if name not in self._environment:
            return frozenset()
        value = self._environment[name]
        origins = frozenset(part.strip().lower() for part in value.split(","))
        if not all(map(_is_origin, origins)):
            raise _wrong(name, value, "a comma-separated list like https://app.example.com")
        return origins

    def addresses(self, name: str) -> frozenset[str]:
        if name not in self._environment:
            return frozenset()
        value = self._environment[name]
        addresses = frozenset(normalise_email(part.strip(" ")) for part in value.split(","))
        if not all(map(is_email, addresses)):
            raise _wrong(name, value, "a comma-separated list like ann@example.com")
        return addresses


def _is_origin(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return text == f"{parts.scheme}://{parts.netloc}" and bool(parts.hostname)
    except ValueError:
        return False


def _wrong(name: str, value: str, allowed: str) -> SettingsError:
    return SettingsError(f"{name}={value!r} is not allowed: {allowed}")
