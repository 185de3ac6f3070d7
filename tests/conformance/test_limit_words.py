from __future__ import annotations

import pytest
from toyserver import Asked, Reply
from toysuite import Suite

from conformance.model import Outcome, Result

FILL = """
given:
  - log in up to the limit: {user: alice, keep as: sessions}
when:
  - try another login: {user: alice, keep as: sessions}
    expect: no server error
then:
  - present: sessions
    expect: {expect}
"""
NEWEST, NO_MORE = "only the newest signed in", "no more signed in than the limit"


def limited(suite: Suite, ends: int | None, limit: int = 3) -> None:
    """Let the toy keep to a limit: it ends the session at this place, or refuses the login."""

    def login(asked: Asked) -> Reply:
        if len(suite.toy.sessions) >= limit:
            if ends is None:
                return Reply(401)
            del suite.toy.sessions[[*suite.toy.sessions][ends]]
        return suite.toy.login(asked)

    suite.toy.routes["POST /login"] = login


def run(suite: Suite, expect: str, limit: int | None = 3) -> Result:
    declared = {} if limit is None else {"session limit": str(limit)}
    return suite.run(FILL.replace("{expect}", expect), declared)


@pytest.mark.parametrize("expect", [NEWEST, NO_MORE])
@pytest.mark.parametrize("ends", [0, None])
def test_the_oldest_may_give_way_or_the_newest_be_refused(
    suite: Suite, ends: int | None, expect: str
) -> None:
    limited(suite, ends)
    assert run(suite, expect).outcome is Outcome.PASSED
    assert len(suite.toy.sessions) == 3


def test_another_than_the_oldest_may_not_give_way(suite: Suite) -> None:
    limited(suite, -1)
    result = run(suite, NEWEST)
    assert result.outcome is Outcome.FAILED
    assert result.observed == (
        "of 4 sessions, in the order of their logins, are alive: 1, 2, 4; the oldest give way to "
        "new ones, or new ones are refused"
    )


@pytest.mark.parametrize("expect", [NEWEST, NO_MORE])
def test_a_limit_that_does_not_hold_is_told(suite: Suite, expect: str) -> None:
    result = run(suite, expect)
    assert result.outcome is Outcome.FAILED
    assert "are alive: 1, 2, 3, 4; " in result.observed


def test_none_alive_is_no_limit_that_holds(suite: Suite) -> None:
    def login(asked: Asked) -> Reply:
        reply = suite.toy.login(asked)
        suite.toy.sessions.clear()
        return reply

    suite.toy.routes["POST /login"] = login
    assert run(suite, NO_MORE).observed == (
        "of 4 sessions, in the order of their logins, are alive: none; the limit is 3"
    )


def test_sessions_that_were_free_to_expire_prove_nothing(suite: Suite) -> None:
    steps = FILL.replace("when:\n", "when:\n  - wait: longer than the idle timeout\n")
    result = suite.run(steps.replace("{expect}", NEWEST), {"session limit": "3"})
    assert result.outcome is Outcome.INCONCLUSIVE
    assert result.too_slow


def test_sessions_that_are_kept_already_count(suite: Suite) -> None:
    steps = FILL.replace("given:\n", "given:\n" + FILL[FILL.index("  - try") : FILL.index("then")])
    limited(suite, 0)
    result = suite.run(steps.replace("{expect}", NEWEST), {"session limit": "3"})
    assert result.outcome is Outcome.PASSED
    assert [one.path for one in result.exchanges].count("/login") == 4


def test_a_login_that_is_refused_ends_the_filling(suite: Suite) -> None:
    limited(suite, None, limit=2)
    result = run(suite, NEWEST)
    assert (result.outcome, result.place.line) == (Outcome.INCONCLUSIVE, 4)


def test_without_a_limit_there_is_nothing_to_judge(suite: Suite) -> None:
    result = run(suite, NEWEST, None)
    assert result.outcome is Outcome.NOT_APPLICABLE
    assert result.reason == "the profile declares no 'session limit'"
