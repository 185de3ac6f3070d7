"""The benchmarks measure what they say: their inputs are right, and their server behaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.measuring import Figures, serving
from benchmarks.results import markdown
from benchmarks.rounds import Row, Table
from benchmarks.stub import Site
from benchmarks.tools import ours, peers
from benchmarks.work import IDLE, REQUESTS, WAIT, WRITERS, Kind, Work, write_ours
from conformance.engine import Settings, run
from conformance.model import Outcome, Result
from conformance.profiles import read_profile
from conformance.specification import load
from conformance.vocabulary import VOCABULARY

KINDS: tuple[Kind, ...] = ("logouts", "waits")
BODY = b"username=alice&password=secret-of-alice"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def cookie_of(answer: bytes) -> bytes:
    return answer.partition(b"Set-Cookie: ")[2].partition(b";")[0]


def page(site: Site, cookie: bytes = b"") -> bytes:
    return site.answer(b"GET /me HTTP/1.1\r\nHost: x\r\nCookie: " + cookie, b"")[9:12]


def results_of(work: Work, folder: Path) -> list[Result]:
    write_ours(work, folder)
    profile = read_profile(folder / "profile.yaml")
    scenarios = load(folder / "scenarios", VOCABULARY).scenarios
    return [run(one, profile, None, Settings()) for one in scenarios]


def test_our_scenarios_pass_with_the_requests_that_are_counted(tmp_path: Path) -> None:
    with serving("logouts") as url:
        results = results_of(Work("logouts", 3, url), tmp_path)
    assert [one.outcome for one in results] == [Outcome.PASSED] * 3
    assert [len(one.exchanges) for one in results] == [REQUESTS["logouts"]] * 3


def test_our_waits_are_as_long_as_those_of_the_others(tmp_path: Path) -> None:
    write_ours(Work("waits", 1, "http://127.0.0.1:1"), tmp_path)
    timeouts = read_profile(tmp_path / "profile.yaml").timeouts
    assert (timeouts.idle, (timeouts.idle or 0) + timeouts.allowance) == (IDLE, WAIT)
    load(tmp_path / "scenarios", VOCABULARY)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("tool", WRITERS)
def test_every_tool_gets_its_files(tool: str, kind: Kind, tmp_path: Path) -> None:
    WRITERS[tool](Work(kind, 3, "http://127.0.0.1:1"), tmp_path)
    assert any(one.stat().st_size for one in tmp_path.rglob("*.*"))


def test_the_server_lets_in_who_has_logged_in_until_the_logout() -> None:
    site = Site()
    cookie = cookie_of(site.answer(b"POST /login HTTP/1.1\r\nHost: x", BODY))
    assert (page(site), page(site, b"sid=made-up"), page(site, cookie)) == (b"401", b"401", b"200")
    site.answer(b"POST /logout HTTP/1.1\r\nHost: x\r\nCookie: " + cookie, b"")
    assert page(site, cookie) == b"401"


def test_the_server_refuses_a_wrong_password() -> None:
    assert b" 401 " in Site().answer(
        b"POST /login HTTP/1.1\r\nHost: x", b"username=alice&password=x"
    )


def test_the_server_ends_idle_sessions_where_it_is_asked_to() -> None:
    clock = Clock()
    site = Site(2.0, clock)
    cookie = cookie_of(site.answer(b"POST /login HTTP/1.1\r\nHost: x", BODY))
    clock.now = 1.9
    assert page(site, cookie) == b"200"
    clock.now = 3.9
    assert page(site, cookie) == b"401"


def test_the_page_of_results_names_what_is_not_installed(tmp_path: Path) -> None:
    table = Table("A table", "logouts", 2)
    measured = Row(ours()[0], [Figures(1.0, 0.5, 30.0), Figures(3.0, 0.7, 31.0)])
    missing = Row(peers(tmp_path)[-1], trouble="not installed")
    shown = markdown({table: [measured, missing]}, {table: [measured]}, 2, "0.0, 0.0, 0.0")
    assert f"| {measured.tool.name} | 2.00 | 1.00-3.00 | 1.00 | 0.60 | 31 |" in shown
    assert f"| {missing.tool.name} | not installed |" in shown
    assert f"* {missing.tool.name}: not installed" in shown
