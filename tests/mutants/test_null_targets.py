"""Servers that answer everything alike pass nothing, with the preflight or without it.

Without it, and on the profile's own accounts, a scenario has to find out by itself that nothing it
sees means anything. The servers take what profiles look for into their one answer.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from conformance.model import Outcome, Profile, Result
from conformance.profiles import at_url
from conformance.target import Limits, opened

from .harness import WSGI, Control, Site, running, specification
from .serving import Listener

COOKIE = "{}=5f2b8c1d9e7a4f6b8c1d9e7a4f6b8c1d9e7a4f6b8c1; Path=/; Secure; HttpOnly; SameSite=Lax"
PAGE = """<!doctype html><title>Welcome</title><p>Signed in as alice
<form method=post><input name=csrfmiddlewaretoken value=abcdefghijklmnop>
<p>Please enter a correct username and password. Your username and password didn't match.</form>
"""
FORM = PAGE.replace("<p>Signed in as alice", "")
USER = {"id": "1", "email": "alice@example.com", "created_at": "2026-01-01T00:00:00+00:00"}


@dataclass(frozen=True)
class Null:
    """The one answer of a server."""

    status: str
    body: str = ""
    location: str = ""
    cookie: bool = False

    def app(self, names: tuple[str, ...]) -> WSGI:
        kind = "application/json" if self.body.startswith("{") else "text/html"
        headers = [("Content-Type", kind)]
        headers += [("Location", self.location)] if self.location else []
        headers += [("Set-Cookie", COOKIE.format(name)) for name in names if self.cookie]

        def answer(_: dict[str, Any], start_response: Any) -> list[bytes]:
            start_response(self.status, headers)
            return [self.body.encode()]

        return answer


NULLS = {
    "200, empty": Null("200 OK"),
    "200, a user as JSON": Null("200 OK", json.dumps(USER)),
    "200, a user as JSON and a cookie": Null("200 OK", json.dumps(USER), cookie=True),
    "200, an empty object": Null("200 OK", "{}"),
    "200, a private page": Null("200 OK", PAGE),
    "200, a private page and a cookie": Null("200 OK", PAGE, cookie=True),
    "200, a login page and a cookie": Null("200 OK", FORM, cookie=True),
    "204": Null("204 No Content"),
    "302 to a login page": Null("302 Found", FORM, "/accounts/login/"),
    "302 to a login page, with a cookie": Null("302 Found", FORM, "/accounts/login/", cookie=True),
    "302 to a private page, with a cookie": Null("302 Found", FORM, "/private/", cookie=True),
    "401": Null("401 Unauthorized", '{"error": "unauthorized"}'),
    "401, with a cookie": Null("401 Unauthorized", '{"error": "Unauthorized"}', cookie=True),
    "403": Null("403 Forbidden", '{"error": "Forbidden"}'),
    "404": Null("404 Not Found", '{"error": "Not found"}'),
    "500": Null("500 Internal Server Error", FORM),
}
TARGETS = ("reference", "django", "classic")


class NullControl(Control):
    """A profile that registers nobody, since no null target would."""

    @property
    def profile(self) -> Profile:
        return replace(super().profile, register=None, session_limit=None)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", NULLS)
def test_no_scenario_passes_at_a_server_that_always_answers(
    name: str, target: str, tmp_path: Path
) -> None:
    control = NullControl(target, Site)
    app = NULLS[name].app(control.profile.session_cookies)
    with running(control, lambda _: app, tmp_path) as server:
        results = [server.perform(scenario) for scenario in specification().scenarios]
    assert passed(results) == []


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", NULLS)
def test_no_scenario_passes_in_a_run_at_a_server_that_always_answers(
    name: str, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))  # for locks of accounts
    profile = NullControl(target, Site).profile
    listener = Listener(NULLS[name].app(profile.session_cookies), 0)
    url = f"http://127.0.0.1:{listener.server_port}"
    try:
        with opened(at_url(profile, url), Limits(max_wait=0)) as tried:
            results = [tried.perform(scenario) for scenario in specification().scenarios]
            tried.settings.wire.drop_connections()
    finally:
        listener.stop()
    assert passed(results) == []


def passed(results: list[Result]) -> list[str]:
    return [one.name for one in results if one.outcome is Outcome.PASSED]
