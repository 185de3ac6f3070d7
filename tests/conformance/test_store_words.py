"""The session store: taken away, brought back, and searched for tokens."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from toyserver import Asked, Reply, Toy
from toysuite import Suite

from conformance.engine import run
from conformance.errors import ServerProcessError
from conformance.model import Outcome, Result
from conformance.traces import first_found, mentions, usable

STORE = {"print": "./print", "take away": "./away", "bring back": "./back"}


@dataclass
class ToyStore:
    """The sessions of a toy server; while they are away it answers `without`."""

    toy: Toy
    without: Reply = field(default_factory=lambda: Reply(503))
    holds: str = ""
    told: list[str] = field(default_factory=list)

    def dump(self) -> bytes:
        return self.holds.format(token=next(iter(self.toy.sessions), "")).encode()

    def take_away(self) -> None:
        self.told.append("away")
        self.usual, self.toy.routes["GET /me"] = self.toy.routes["GET /me"], self.answer

    def bring_back(self) -> None:
        self.told.append("back")
        self.toy.routes["GET /me"] = self.usual

    def answer(self, _: Asked) -> Reply:
        return self.without


def tried(suite: Suite, store: Any, steps: str) -> Result:
    settings = replace(suite.settings, store=store)
    return run(suite.scenario(steps), suite.profile({"store": STORE}), None, settings)


# --- away ----------------------------------------------------------------------------------------

AWAY = """
given:
  - log in: alice
  - keep session as: copy
  - present: copy
    expect: signed in
when:
  - take the store away
then:
  - present: copy
    expect: not served
  - bring the store back
  - present: copy
    expect: signed in
"""
SERVED = Reply(200, {"user": "alice"})


@pytest.mark.parametrize("without", [Reply(503), Reply(500), Reply(401), Reply(302), Reply(404)])
def test_any_answer_but_the_page_is_right_while_the_store_is_away(
    suite: Suite, without: Reply
) -> None:
    store = ToyStore(suite.toy, without)
    result = tried(suite, store, AWAY)
    assert result.outcome is Outcome.PASSED, result.observed
    assert store.told == ["away", "back"]


@pytest.mark.parametrize("status", [200, 500])
def test_the_page_is_not_served_whatever_its_status(suite: Suite, status: int) -> None:
    result = tried(suite, ToyStore(suite.toy, Reply(status, {"user": "alice"})), AWAY)
    assert result.outcome is Outcome.FAILED
    assert result.observed == f"the page is served: GET /me answered {status}"


CLAIM = """
given:
  - log in: alice
  - log out
  - log in: alice
when:
  - take the store away
then:
  - log out:
    expect: not claimed
"""


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(200, Outcome.FAILED), (401, Outcome.PASSED), (500, Outcome.PASSED), (503, Outcome.PASSED)],
)
def test_a_logout_is_not_claimed_unless_it_shows_success(
    suite: Suite, status: int, outcome: Outcome
) -> None:
    class Away(ToyStore):
        def take_away(self) -> None:
            super().take_away()
            self.toy.routes["POST /logout"] = lambda _: Reply(status)

    assert tried(suite, Away(suite.toy), CLAIM).outcome is outcome


def test_a_store_that_a_scenario_leaves_away_is_brought_back(suite: Suite) -> None:
    store = ToyStore(suite.toy, SERVED)
    assert tried(suite, store, AWAY).outcome is Outcome.FAILED
    assert store.told == ["away", "back"]


def test_a_target_may_need_a_moment_to_notice_that_the_store_is_back(suite: Suite) -> None:
    class Slow(ToyStore):
        def bring_back(self) -> None:
            self.told.append("back")
            back = suite.clock() + 3
            self.toy.routes["GET /me"] = lambda asked: (
                self.usual(asked) if suite.clock() > back else Reply(500)
            )

    store = Slow(suite.toy)
    assert tried(suite, store, AWAY).outcome is Outcome.PASSED


def test_a_run_that_can_not_act_on_the_store_does_not_try(suite: Suite) -> None:
    result = tried(suite, None, AWAY)
    assert result.outcome is Outcome.NOT_TESTED
    assert result.reason == "this run can't act on the session store"


def test_a_command_that_fails_is_an_error(suite: Suite) -> None:
    class Broken(ToyStore):
        def dump(self) -> bytes:
            raise ServerProcessError("profile.yaml:1: './print' ended with exit code 1")

    result = tried(suite, Broken(suite.toy), SEARCH)
    assert result.outcome is Outcome.ERROR
    assert "exit code 1" in result.reason


# --- searched ------------------------------------------------------------------------------------

SEARCH = """
given:
  - log in: alice
  - keep session as: copy
then:
  - search the store for: copy
    expect: no token found
"""
TOKEN = "0123456789abcdef" * 2 + "~!?"


@pytest.mark.parametrize(
    ("holds", "outcome", "said"),
    [
        ("alice|9f86d081884c7d65", Outcome.PASSED, ""),
        ("ALICE", Outcome.PASSED, ""),
        ("alice|{token}", Outcome.FAILED, "the store holds the token itself"),
        ("{token}", Outcome.FAILED, "the store holds the token itself"),
        ("", Outcome.INCONCLUSIVE, "tells nothing of this user or this session"),
        ("bob|9f86d081884c7d65", Outcome.INCONCLUSIVE, "tells nothing of this user"),
    ],
)
def test_a_dump_is_judged_if_it_tells_of_the_user(
    suite: Suite, holds: str, outcome: Outcome, said: str
) -> None:
    result = tried(suite, ToyStore(suite.toy, holds=holds), SEARCH)
    assert result.outcome is outcome
    assert said in result.observed + result.reason


def test_a_hash_of_the_token_tells_that_the_session_is_there(suite: Suite) -> None:
    class Hashing(ToyStore):
        def dump(self) -> bytes:
            (token,) = self.toy.sessions
            return hashlib.sha256(token.encode()).hexdigest().upper().encode()

    store = Hashing(suite.toy)
    assert tried(suite, store, SEARCH).outcome is Outcome.PASSED


FORMS = {
    "itself": TOKEN.encode(),
    "hex": TOKEN.encode().hex().encode(),
    "HEX": TOKEN.encode().hex().upper().encode(),
    **{
        f"base64 behind {n}": base64.b64encode(b"." * n + TOKEN.encode() + b"!" * m)
        for n in range(4)
        for m in range(3)
    },
    "base64url": base64.urlsafe_b64encode(b"??>" + TOKEN.encode()),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_token_is_found_in_every_form(form: str) -> None:
    assert first_found(b"before " + FORMS[form] + b" after", usable(TOKEN))
    assert not first_found(b"before " + FORMS[form][1:-9] + b" after", usable(TOKEN[:-1] + "x"))


@pytest.mark.parametrize(
    ("token", "inner"),
    [
        ("s%3Aabcdefghij%2Bk", b"s:abcdefghij+k"),
        ("00112233445566778899", bytes.fromhex("00112233445566778899")),
        (base64.urlsafe_b64encode(b"twelve bytes").decode(), b"twelve bytes"),
    ],
)
def test_what_a_token_decodes_to_is_found_as_well(token: str, inner: bytes) -> None:
    for dump in (inner, inner.hex().encode(), base64.b64encode(b"a" + inner + b"b")):
        assert first_found(b"- " + dump + b" -", usable(token))


def test_short_tokens_are_not_looked_for(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secrets.token_hex", lambda _: "short")
    assert list(usable("1234567")) == []
    result = tried(suite, ToyStore(suite.toy, holds="alice short"), SEARCH)
    assert result.outcome is Outcome.NOT_TESTED


def test_hashes_are_no_token() -> None:
    hashed = hashlib.sha256(TOKEN.encode())
    for dump in (hashed.digest(), hashed.hexdigest().encode(), base64.b64encode(hashed.digest())):
        assert not first_found(dump, usable(TOKEN))
        assert mentions(dump, [], [TOKEN])
    assert not mentions(hashlib.sha3_256(TOKEN.encode()).digest(), ["alice"], [TOKEN])
    assert mentions(b"x'616c696365'", ["alice"], [])
