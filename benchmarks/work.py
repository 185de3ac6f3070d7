"""The same work as each tool wants it written: so many logins, checks and logouts, or waits.

A scenario of `logouts` logs in, sees the protected page name its user, logs out, is refused, and
logs in again: five requests. One of `waits` logs in, sees the page, waits, and is refused: three
requests. Each status and user is checked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias
from urllib.parse import urlencode

import yaml

Kind: TypeAlias = Literal["logouts", "waits"]

WAIT = 3  # seconds, in `waits`
IDLE = 2.5  # seconds without use after which the server of `waits` ends a session
REQUESTS: dict[Kind, int] = {"logouts": 5, "waits": 3}
CREDENTIALS = {"username": "alice", "password": "secret-of-alice"}


@dataclass(frozen=True)
class Work:
    """So many scenarios of one kind, for the server at `url`."""

    kind: Kind
    scenarios: int
    url: str

    @property
    def requests(self) -> int:
        """How many requests all scenarios send together."""
        return self.scenarios * REQUESTS[self.kind]


@dataclass(frozen=True)
class Ask:
    """A request and what its answer must be, after so many seconds."""

    name: str
    method: str
    path: str
    status: int
    form: bool = False
    names_user: bool = False
    wait: int = 0


_LOG_IN = Ask("log in", "POST", "/login", 200, form=True, names_user=True)
_PAGE = Ask("page", "GET", "/me", 200, names_user=True)
_REFUSED = Ask("page refused", "GET", "/me", 401)
_LOG_OUT = Ask("log out", "POST", "/logout", 200)
_EXPIRED = Ask("page refused", "GET", "/me", 401, wait=WAIT)
_ASKS: dict[Kind, tuple[Ask, ...]] = {
    "logouts": (_LOG_IN, _PAGE, _LOG_OUT, _REFUSED, _LOG_IN),
    "waits": (_LOG_IN, _PAGE, _EXPIRED),
}

# --- ours --------------------------------------------------------------------------------------

_PROFILE = """\
name: stub
base url: {url}
session cookie: sid
users:
  alice: {{username: alice, password: secret-of-alice}}
{timeouts}log in:
  send: POST /login
  form: {{username: "{{username}}", password: "{{password}}"}}
  success: {{status: 200, json: {{user: "{{username}}"}}}}
  refused: {{status: 401}}
log out: {{send: POST /logout, success: {{status: 200}}}}
protected page:
  send: GET /me
  signed in: {{status: 200, json: {{user: "{{username}}"}}}}
  signed out: {{status: 401}}
"""
_REQUIREMENT = """\
BENCH-1:
  level: must
  class: core
  says: A session ends when it should.
  why: Otherwise there would be nothing to measure.
  refs: [derived from nothing]
"""
_STEPS: dict[Kind, str] = {
    "logouts": """\
given:
  - log in: alice
  - visit: protected page
    expect: signed in
  - log out
then:
  - visit: protected page
    expect: signed out
  - log in: alice
""",
    "waits": """\
given:
  - log in: alice
  - visit: protected page
    expect: signed in
when:
  - wait: longer than the idle timeout
then:
  - visit: protected page
    expect: signed out
""",
}


def write_ours(work: Work, folder: Path) -> None:
    """Write `profile.yaml` and the specification `scenarios/`, a file for each scenario."""
    timeouts = f"timeouts: {{idle: {IDLE} s, allowance: {WAIT - IDLE} s}}\n"
    shown = timeouts if work.kind == "waits" else ""
    (folder / "profile.yaml").write_text(_PROFILE.format(url=work.url, timeouts=shown))
    area = folder / "scenarios" / "bench"
    area.mkdir(parents=True)
    (area / "requirements.yaml").write_text(_REQUIREMENT)
    for number in range(work.scenarios):
        head = f"title: Session {number} ends\nverifies: [BENCH-1]\n\n"
        (area / f"session-{number}.yaml").write_text(head + _STEPS[work.kind])


# --- pytest and requests -------------------------------------------------------------------------

_PYTEST_HEAD = """\
import time

import pytest
import requests

URL = {url!r}
CREDENTIALS = {credentials!r}


@pytest.fixture
def browser():
    with requests.Session() as session:
        yield session


@pytest.mark.parametrize("number", range({scenarios}))
def test_a_session_ends(browser, number):
"""


def write_pytest(work: Work, folder: Path) -> None:
    """Write one test function with a parameter for each scenario."""
    lines = []
    for ask in _ASKS[work.kind]:
        data = ", data=CREDENTIALS" if ask.form else ""
        lines += [f"time.sleep({ask.wait})"] if ask.wait else []
        lines.append(f'answer = browser.{ask.method.lower()}(URL + "{ask.path}"{data})')
        lines.append(f"assert answer.status_code == {ask.status}")
        lines += ['assert answer.json()["user"] == "alice"'] if ask.names_user else []
    head = _PYTEST_HEAD.format(url=work.url, credentials=CREDENTIALS, scenarios=work.scenarios)
    (folder / "test_sessions.py").write_text(head + "".join(f"    {line}\n" for line in lines))


# --- Hurl ----------------------------------------------------------------------------------------


def write_hurl(work: Work, folder: Path) -> None:
    """Write a file for each scenario: Hurl keeps cookies within a file."""
    text = "\n".join(_hurl(ask, work.url) for ask in _ASKS[work.kind])
    for number in range(work.scenarios):
        (folder / f"session-{number}.hurl").write_text(text)


def _hurl(ask: Ask, url: str) -> str:
    lines = [f"{ask.method} {url}{ask.path}"]
    lines += [f"[Options]\ndelay: {ask.wait}s"] if ask.wait else []
    lines += ["[Form]", *(f"{key}: {value}" for key, value in CREDENTIALS.items())] * ask.form
    lines += [f"HTTP {ask.status}"]
    lines += ["[Asserts]", 'jsonpath "$.user" == "alice"'] * ask.names_user
    return "\n".join(lines) + "\n"


# --- Tavern --------------------------------------------------------------------------------------

_TAVERN_FILES = 2  # so that two processes share them; more would be collected more slowly


def write_tavern(work: Work, folder: Path) -> None:
    """Write a document for each scenario, whose stages share their cookies."""
    stages = [_tavern(ask, work.url) for ask in _ASKS[work.kind]]
    for number, share in enumerate(_shares(work.scenarios, _TAVERN_FILES)):
        tests = [{"test_name": f"session {one} ends", "stages": stages} for one in share]
        text = "---\n".join(_yaml(test) for test in tests)
        (folder / f"test_{number}.tavern.yaml").write_text(text)


def _tavern(ask: Ask, url: str) -> dict[str, Any]:
    request: dict[str, Any] = {"url": url + ask.path, "method": ask.method}
    response: dict[str, Any] = {"status_code": ask.status}
    if ask.form:
        request["data"] = CREDENTIALS
    if ask.names_user:
        response["json"] = {"user": "alice"}
    delay = {"delay_before": ask.wait} if ask.wait else {}
    return {"name": ask.name, **delay, "request": request, "response": response}


# --- Gabbi ---------------------------------------------------------------------------------------


def write_gabbi(work: Work, folder: Path) -> None:
    """Write a file for each scenario, below `0` or `1`: two processes take a folder each.

    Gabbi keeps no cookies; the login's are presented by name.
    """
    text = _yaml({"tests": [_gabbi(ask, *place) for place, ask in _numbered(work)]})
    for number, share in enumerate(_shares(work.scenarios, 2)):
        (folder / str(number)).mkdir()
        for one in share:
            (folder / str(number) / f"session-{one}.yaml").write_text(text)


def _numbered(work: Work) -> list[tuple[tuple[int], Ask]]:
    return [((number,), ask) for number, ask in enumerate(_ASKS[work.kind])]


def _gabbi(ask: Ask, number: int) -> dict[str, Any]:
    test: dict[str, Any] = {"name": f"{number} {ask.name}", ask.method: ask.path}
    headers: dict[str, str] = {}
    if ask.form:
        headers["content-type"] = "application/x-www-form-urlencoded"
        test["data"] = urlencode(CREDENTIALS)
    if number and not ask.form:
        headers["cookie"] = "$HISTORY['0 log in'].$COOKIE"
    test |= {"request_headers": headers} if headers else {}
    test["status"] = ask.status
    test |= {"response_json_paths": {"$.user": "alice"}} if ask.names_user else {}
    # Gabbi can't wait before a request, only try again: a poll that ends at its second look.
    return test | ({"poll": {"count": 2, "delay": ask.wait}} if ask.wait else {})


# --- StepCI --------------------------------------------------------------------------------------


def write_stepci(work: Work, folder: Path) -> None:
    """Write one workflow with a test for each scenario; tests run side by side."""
    steps: list[dict[str, Any]] = []
    for ask in _ASKS[work.kind]:
        steps += [{"delay": f"{ask.wait}s"}] if ask.wait else []
        steps.append({"name": ask.name, "http": _stepci(ask, work.url)})
    tests = {f"session-{number}": {"steps": steps} for number in range(work.scenarios)}
    text = _yaml({"version": "1.1", "name": "sessions", "tests": tests})
    (folder / "workflow.yml").write_text(text)


def _stepci(ask: Ask, url: str) -> dict[str, Any]:
    check: dict[str, Any] = {"status": ask.status}
    if ask.names_user:
        check["jsonpath"] = {"$.user": "alice"}
    form: dict[str, Any] = {"form": CREDENTIALS} if ask.form else {}
    return {"url": url + ask.path, "method": ask.method, **form, "check": check}


# --- Newman --------------------------------------------------------------------------------------

_SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"


def write_newman(work: Work, folder: Path) -> None:
    """Write two collections, for two processes, with a folder for each scenario.

    Newman keeps cookies for the whole collection, so that each login only replaces the last one.
    """
    steps = [_newman(ask, work.url) for ask in _ASKS[work.kind]]
    for number, share in enumerate(_shares(work.scenarios, 2)):
        items = [{"name": f"session {one}", "item": steps} for one in share]
        collection = {"info": {"name": "sessions", "schema": _SCHEMA}, "item": items}
        (folder / f"{number}.json").write_text(json.dumps(collection))


def _newman(ask: Ask, url: str) -> dict[str, Any]:
    lines = ['pm.test("is answered as it should be", () => {']
    lines += [f"  pm.response.to.have.status({ask.status});"]
    lines += ['  pm.expect(pm.response.json().user).to.eql("alice");'] * ask.names_user
    request: dict[str, Any] = {"method": ask.method, "url": url + ask.path}
    if ask.form:
        fields = [{"key": key, "value": value} for key, value in CREDENTIALS.items()]
        request["body"] = {"mode": "urlencoded", "urlencoded": fields}
    wait = [_event("prerequest", [f"setTimeout(() => {{}}, {ask.wait * 1000});"])] * bool(ask.wait)
    return {
        "name": ask.name,
        "request": request,
        "event": [_event("test", [*lines, "});"]), *wait],
    }


def _event(listen: str, lines: Sequence[str]) -> dict[str, Any]:
    return {"listen": listen, "script": {"type": "text/javascript", "exec": list(lines)}}


# --- shared --------------------------------------------------------------------------------------

WRITERS: dict[str, Callable[[Work, Path], None]] = {
    "ours": write_ours,
    "pytest": write_pytest,
    "hurl": write_hurl,
    "tavern": write_tavern,
    "gabbi": write_gabbi,
    "stepci": write_stepci,
    "newman": write_newman,
}


def _shares(scenarios: int, count: int) -> list[range]:
    """Return the numbers of the scenarios in so many shares, none of them empty."""
    return [range(start, scenarios, count) for start in range(min(count, scenarios))]


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 (no anchors: people write none)
        return True


def _yaml(value: Any) -> str:
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False)
