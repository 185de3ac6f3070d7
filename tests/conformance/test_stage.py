from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from toyserver import PASSWORDS, Reply
from toysuite import Clock, Suite

from conformance.model import Exchange, Place, Request, Step, User
from conformance.spellings import spellings
from conformance.stage import NotTried, Stage
from conformance.wire import Wire


@pytest.fixture
def stage(suite: Suite, clock: Clock) -> Stage:
    profile = suite.profile()
    return Stage(profile, profile.users, suite.wire, clock, clock.sleep)


def test_a_browser_is_opened_once_under_its_name(stage: Stage) -> None:
    assert stage.seat("one") is stage.seat("one")
    assert stage.seat("one").browser is not stage.seat("two").browser


def test_a_role_that_nobody_plays_is_not_tried(stage: Stage) -> None:
    stage.users = {"alice": stage.users["alice"]}
    assert stage.user("alice").username == "alice"
    with pytest.raises(NotTried, match="the profile has no user 'bob'"):
        stage.user("bob")


def test_a_changed_password_is_remembered_with_the_one_before(stage: Stage) -> None:
    before = stage.user("alice").password
    stage.change_password("alice", "another")
    assert stage.user("alice").password == "another"
    assert stage.user("alice").former == before


def test_the_credentials_of_all_users_have_placeholders(stage: Stage) -> None:
    assert stage.credentials() == {
        "alice.username": "alice",
        "alice.password": PASSWORDS["alice"],
        "bob.username": "bob",
        "bob.password": PASSWORDS["bob"],
    }


def test_exchanges_of_many_threads_keep_the_line_of_their_own_step(stage: Stage) -> None:
    def visit(line: int) -> None:
        stage.at_step(Step("visit", None, Place("x.yaml", line, 1)))
        stage.new_browser().send(Request("GET", f"/{line}"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(visit, range(40)))
    assert len(stage.lines) == 40
    assert [one.path for one in stage.exchanges] == [f"/{line}" for line in stage.lines]


def test_cookies_of_both_directions_are_secrets(suite: Suite, stage: Stage) -> None:
    suite.toy.routes["GET /me"] = lambda _: Reply(headers=[("Set-Cookie", "other=given")])
    stage.new_browser().send(Request("GET", "/me"), cookies=[("sid", "presented")])
    assert stage.redact("given presented withheld") == "<hidden> <hidden> withheld"


def test_the_longest_secret_is_hidden_first_and_very_short_ones_never(stage: Stage) -> None:
    stage.secrets = {"token", "token-of-alice", "1", ""}
    assert stage.redact("1 token-of-alice, token") == "1 <hidden>, <hidden>"


@pytest.mark.parametrize(
    "text",
    [
        "a b/c&'ü\"",
        "a%20b/c%26%27%C3%BC%22",
        "a%20b%2Fc%26%27%C3%BC%22",
        "a%20b%2fc%26%27%c3%bc%22",
        "a+b%2Fc%26%27%C3%BC%22",
        "a b/c&amp;&#x27;ü&quot;",
        "a b/c&'\\u00fc\\\"",
        "a b/c&'ü\\\"",
        "a b/c&\\'ü\"",
    ],
)
def test_a_secret_is_hidden_in_every_spelling(stage: Stage, text: str) -> None:
    stage.secrets = {"a b/c&'ü\""}
    assert stage.redact(f"<{text}>") == "<<hidden>>"


def test_a_secret_without_odd_letters_has_one_spelling() -> None:
    assert spellings("0123456789abcdef") == {"0123456789abcdef"}


def test_nothing_secret_stands_in_the_text_of_these_objects(stage: Stage) -> None:
    stage.record(Exchange("GET", "http://x/", (("sid", "tok-en"),), 200, (), b"bo-dy", 0.0, 0.0))
    stage.profile = stage.profile.__class__(
        **{**vars(stage.profile), "users": {"alice": User("alice", "pass-word")}}
    )
    stage.wire = Wire()
    shown = repr(stage)
    for secret in ("tok-en", "bo-dy", "pass-word", PASSWORDS["alice"]):
        assert secret not in shown
