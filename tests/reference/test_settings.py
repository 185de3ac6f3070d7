import re
from datetime import timedelta
from pathlib import Path

import pytest

from reference_impl.settings import NAMES, Settings, SettingsError


def test_the_defaults_are_safe() -> None:
    settings = Settings.from_environment({"HOME": "/root", "SESSION_MANAGER": "local/x"})
    assert settings.auth_type == "session_db_auth"
    assert settings.session_name == "__Host-session"
    assert settings.session_duration == timedelta(days=7)
    assert settings.session_idle_timeout == timedelta(minutes=30)
    assert settings.session_touch_interval == timedelta(seconds=60)
    assert settings.session_cookie_secure is True
    assert settings.session_max_per_user == 20
    assert str(settings.database_url) == "sqlite:///sessions.db"
    assert settings.password_method == "scrypt:32768:8:1"
    assert (settings.login_per_address_and_account, settings.login_per_account) == (10, 100)
    assert settings.trusted_proxies == 0
    assert settings.allowed_origins == frozenset()
    assert settings.administrators == frozenset()


@pytest.mark.parametrize(
    ("environment", "field", "value"),
    [
        ({"AUTH_TYPE": "session_auth"}, "auth_type", "session_auth"),
        ({"SESSION_COOKIE_SECURE": "0"}, "session_name", "_my_session_id"),
        ({"SESSION_NAME": "sid"}, "session_name", "sid"),
        ({"SESSION_DURATION": "0"}, "session_duration", timedelta(0)),
        ({"SESSION_DURATION": "2.5"}, "session_duration", timedelta(seconds=2.5)),
        ({"SESSION_IDLE_TIMEOUT": "2"}, "session_touch_interval", timedelta(seconds=0.2)),
        ({"SESSION_IDLE_TIMEOUT": "0"}, "session_touch_interval", timedelta(seconds=60)),
        ({"SESSION_TOUCH_INTERVAL": "180"}, "session_touch_interval", timedelta(minutes=3)),
        ({"SESSION_MAX_PER_USER": "0"}, "session_max_per_user", 0),
        ({"SESSION_PURGE_BATCH": "10"}, "session_purge_batch", 10),
        ({"SESSION_PURGE_PAUSE": "0"}, "session_purge_pause", timedelta(0)),
        ({"ALLOWED_ORIGINS": "https://A.example"}, "allowed_origins", {"https://a.example"}),
        ({"ADMINISTRATORS": "Ann@x.org, b@x.org"}, "administrators", {"ann@x.org", "b@x.org"}),
    ],
)
def test_a_setting_is_read(environment: dict[str, str], field: str, value: object) -> None:
    assert getattr(Settings.from_environment(environment), field) == value


def test_a_plain_postgresql_address_means_psycopg_3() -> None:
    settings = Settings.from_environment({"DATABASE_URL": "postgresql://u:p@h/d"})
    assert settings.database_url.drivername == "postgresql+psycopg"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AUTH_TYPE", "basic_auth"),
        ("SESSION_NAME", "a b"),
        ("SESSION_NAME", "a;b"),
        ("SESSION_DURATION", "ten"),
        ("SESSION_DURATION", "-1"),
        ("SESSION_DURATION", "1e3"),
        ("SESSION_DURATION", "nan"),
        ("SESSION_DURATION", "inf"),
        ("SESSION_DURATION", " 5"),
        ("SESSION_DURATION", "5\n"),
        ("SESSION_DURATION", "\u0665"),
        ("SESSION_DURATION", "9999999999"),
        ("SESSION_DURATION", "0.0001"),
        ("SESSION_IDLE_TIMEOUT", "None"),
        ("SESSION_TOUCH_INTERVAL", "181"),
        ("SESSION_COOKIE_SECURE", "yes"),
        ("SESSION_MAX_PER_USER", "-1"),
        ("SESSION_MAX_PER_USER", "1.5"),
        ("SESSION_PURGE_BATCH", "0"),
        ("SESSION_PURGE_BATCH", "10001"),
        ("SESSION_PURGE_PAUSE", "-1"),
        ("PASSWORD_METHOD", "plain"),
        ("PASSWORD_METHOD", "scrypt:3:8:1"),
        ("PASSWORD_METHOD", "scrypt:x:8:1"),
        ("PASSWORD_METHOD", "pbkdf2:md17:1"),
        ("PASSWORD_METHOD", "pbkdf2:sha256:0"),
        ("LOGIN_PER_ACCOUNT", "many"),
        ("LOGIN_PER_ADDRESS_AND_ACCOUNT", "9999999"),
        ("LOGIN_WINDOW", "0"),
        ("LOGIN_WINDOW", "3601"),
        ("LOGIN_WINDOW", "a minute"),
        ("TRUSTED_PROXIES", "all"),
        ("ALLOWED_ORIGINS", "example.com"),
        ("ALLOWED_ORIGINS", "https://a.example/"),
        ("ALLOWED_ORIGINS", "*"),
        ("ALLOWED_ORIGINS", "https://a.example,"),
        ("ALLOWED_ORIGINS", "https://[a"),
        ("ADMINISTRATORS", "ann"),
        ("ADMINISTRATORS", "ann@x.org,"),
        ("ADMINISTRATORS", "ann@x.org b@x.org"),
        ("ADMINISTRATORS", "ann@x.org\n"),
    ],
)
def test_a_wrong_value_is_refused_in_one_line(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({name: value})
    message = str(caught.value)
    assert message.startswith(f"{name}={value!r} is not allowed: ")
    assert "\n" not in message


@pytest.mark.parametrize("name", Settings.__dataclass_fields__)
def test_an_empty_value_is_wrong(name: str) -> None:
    with pytest.raises(SettingsError, match=name.upper()):
        Settings.from_environment({name.upper(): ""})


@pytest.mark.parametrize(
    "url",
    [
        "x",
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://u:secret@h/d",
        "postgresql+pg8000://u:secret@h/d",
        "postgresql://u:secret@h:x/d",
    ],
)
def test_a_wrong_database_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(SettingsError, match=r"^DATABASE_URL must ") as caught:
        Settings.from_environment({"DATABASE_URL": url})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("name", ["__Host-sid", "__Secure-sid", "__host-sid"])
def test_a_prefixed_name_needs_a_secure_cookie(name: str) -> None:
    with pytest.raises(SettingsError, match="SESSION_NAME"):
        Settings.from_environment({"SESSION_NAME": name, "SESSION_COOKIE_SECURE": "0"})


def test_a_misspelt_setting_is_refused_with_a_hint() -> None:
    with pytest.raises(SettingsError, match=r"SESSION_IDEL_TIMEOUT .*mean SESSION_IDLE_TIMEOUT\?"):
        Settings.from_environment({"SESSION_IDEL_TIMEOUT": "5"})
    with pytest.raises(SettingsError, match=r"^LOGIN_X is not a setting"):
        Settings.from_environment({"LOGIN_X": "5"})


def test_every_setting_is_documented() -> None:
    table = (Path(__file__).parents[2] / "docs" / "REFERENCE.md").read_text()
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", table, re.MULTILINE)) == set(NAMES)
