from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from toyserver import Asked, Reply
from toysuite import Suite

from conformance.errors import InputError
from conformance.guessing import MOST_GUESSES, disguises
from conformance.model import Outcome, Result

LIMIT = 4
TOLD = {"throttling": {"attempts": str(LIMIT), "lasts": "60 s", "refused": {"status": "429"}}}
SILENT = {"throttling": {"attempts": str(LIMIT)}}
GIVEN = "given:\n  - log in: alice\n"
GUESSED = f"""{GIVEN}when:
  - guess passwords: {{how}}
then:
  - log in: alice
    expect: {{expect}}
"""


def guessed(
    suite: Suite, profile: Any, how: str = "{user: alice}", expect: str = "throttled"
) -> Result:
    return suite.run(GUESSED.replace("{how}", how).replace("{expect}", expect), profile)


def throttle(
    suite: Suite, stopped: Callable[[], Reply], key: Callable[[Asked], str] = lambda _: ""
) -> None:
    """Let the toy stop logins after some wrong passwords in a row, counted by `key`."""
    own, failures = suite.toy.routes["POST /login"], dict[str, int]()

    def route(asked: Asked) -> Reply:
        counter = key(asked) + asked.form["username"].strip().lower()
        if failures.get(counter, 0) >= LIMIT:
            return stopped()
        reply = own(asked)
        failures[counter] = failures.get(counter, 0) + 1 if reply.status == 401 else 0
        return reply

    suite.toy.routes["POST /login"] = route


def passwords(suite: Suite) -> list[str]:
    return [asked.form["password"] for asked in suite.toy.asked if asked.path == "/login"]


@pytest.mark.parametrize("profile", [TOLD, SILENT])
def test_as_many_passwords_as_declared_are_guessed_each_a_different_one(
    suite: Suite, profile: Any
) -> None:
    throttle(suite, lambda: Reply(401))
    assert guessed(suite, profile).outcome is Outcome.PASSED
    assert len(passwords(suite)) == 1 + LIMIT + 1
    assert len({*passwords(suite)[1:-1]}) == LIMIT


def test_a_hundred_are_guessed_where_nothing_is_declared(suite: Suite) -> None:
    result = guessed(suite, {})
    assert result.outcome is Outcome.FAILED
    assert result.observed == "accepted at once: POST /login answered 200"
    assert len(passwords(suite)) == 1 + MOST_GUESSES + 1


@pytest.mark.parametrize("status", [403, 423, 429, 503])
def test_guessing_ends_when_the_answer_changes_its_status(suite: Suite, status: int) -> None:
    throttle(suite, lambda: Reply(status))
    assert guessed(suite, {}).outcome is Outcome.PASSED
    assert len(passwords(suite)) == 1 + LIMIT + 1 + 1


def test_answers_that_grow_slow_are_throttling(suite: Suite) -> None:
    own, number = suite.toy.routes["POST /login"], [0]

    def route(asked: Asked) -> Reply:
        number[0] += 1
        suite.clock.sleep(max(0, number[0] - 3))
        return own(asked)

    suite.toy.routes["POST /login"] = route
    assert guessed(suite, {}).outcome is Outcome.PASSED
    assert len(passwords(suite)) < 12


def test_a_wrong_password_that_is_accepted_is_an_error(suite: Suite) -> None:
    suite.toy.routes["POST /login"] = lambda _: suite.toy.welcome("alice", "0123456789abcdef")
    assert guessed(suite, {}).outcome is Outcome.ERROR


def test_a_server_error_is_no_throttling(suite: Suite) -> None:
    throttle(suite, lambda: Reply(500))
    assert guessed(suite, {}).outcome is Outcome.ERROR


def test_an_answer_that_nothing_recognises_is_an_error(suite: Suite) -> None:
    throttle(suite, lambda: Reply(302))
    assert guessed(suite, {}).outcome is Outcome.ERROR


def test_a_throttling_that_was_free_to_end_proves_nothing(suite: Suite) -> None:
    own = suite.toy.routes["POST /login"]

    def route(asked: Asked) -> Reply:
        suite.clock.sleep(20)
        return own(asked)

    suite.toy.routes["POST /login"] = route
    result = guessed(suite, TOLD)
    assert result.outcome is Outcome.INCONCLUSIVE
    assert result.too_slow


@pytest.mark.parametrize(
    ("expect", "outcome"), [("throttled", "failed"), ("not throttled", "passed")]
)
def test_a_login_that_succeeds_is_not_throttled(suite: Suite, expect: str, outcome: str) -> None:
    assert guessed(suite, SILENT, expect=expect).outcome.value == outcome


def test_a_login_that_is_stopped_is_throttled(suite: Suite) -> None:
    throttle(suite, lambda: Reply(429))
    result = guessed(suite, SILENT, expect="not throttled")
    assert result.outcome is Outcome.FAILED
    assert result.observed == "POST /login answered 429"


def test_names_that_nobody_has_can_be_guessed_for(suite: Suite) -> None:
    guessed(suite, SILENT, "{user: alice, change: unknown name}")
    names = [asked.form["username"] for asked in suite.toy.asked if asked.path == "/login"]
    assert names == ["alice", *["nobody-alice"] * LIMIT, "alice"]


# --- Retry-After ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "headers", "observed"),
    [
        (429, {"Retry-After": "60"}, ""),
        (429, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, ""),
        (429, {}, "POST /login answered 429 without Retry-After"),
        (429, {"Retry-After": "soon"}, "Retry-After is 'soon'"),
        (403, {"Retry-After": "60"}, "POST /login answered 403"),
    ],
)
def test_who_is_throttled_is_told_when_to_come_back(
    suite: Suite, status: int, headers: dict[str, str], observed: str
) -> None:
    throttle(suite, lambda: Reply(status, headers=[*headers.items()]))
    result = guessed(suite, TOLD, expect="[throttled, 429 with Retry-After]")
    assert result.observed == observed
    assert (result.outcome is Outcome.PASSED) is not observed


# --- disguises -----------------------------------------------------------------------------------

DISGUISED = f"""{GIVEN}  - try a disguised login: {{user: alice, disguised by: <disguise>}}
when:
  - guess passwords: {{user: alice, disguised by: <disguise>}}
then:
  - log in: alice
    expect: throttled
"""


@pytest.mark.parametrize("disguise", disguises.words)
def test_each_guess_looks_like_another(disguise: str) -> None:
    guises = [disguises[disguise]("alice", number) for number in range(20)]
    assert all(guise.name.strip().lower() == "alice" for guise in guises)
    looks = {(guise.name, *guise.headers.items()) for guise in guises}
    assert len(looks) == 20 or guises[0].new_browser


@pytest.mark.parametrize("disguise", [one for one in disguises.words if "name" not in one])
def test_a_disguise_that_is_seen_through_does_not_help(suite: Suite, disguise: str) -> None:
    throttle(suite, lambda: Reply(429))
    assert suite.run(DISGUISED.replace("<disguise>", disguise), TOLD).outcome is Outcome.PASSED


def test_a_disguise_that_works_is_told(suite: Suite) -> None:
    throttle(suite, lambda: Reply(429), lambda asked: asked.headers.get("User-Agent", ""))
    steps = DISGUISED.replace("<disguise>", "another User-Agent each time")
    assert suite.run(steps, TOLD).outcome is Outcome.FAILED


def test_a_name_that_is_another_account_in_disguise_is_not_tried(suite: Suite) -> None:
    steps = DISGUISED.replace("<disguise>", "the name in changing case")
    assert suite.run(steps, TOLD).outcome is Outcome.NOT_APPLICABLE


# --- at once -------------------------------------------------------------------------------------

AT_ONCE = f"""{GIVEN}then:
  - guess passwords at once: {{user: alice}}
    expect: no more looked at than declared
"""


def test_a_burst_that_is_stopped_in_time_passes(suite: Suite) -> None:
    throttle(suite, lambda: Reply(429))
    result = suite.run(AT_ONCE, TOLD)
    assert len(passwords(suite)) == 1 + 4 * LIMIT
    assert result.outcome in (Outcome.PASSED, Outcome.FAILED)  # the toy itself counts no better


def test_a_burst_that_gets_through_is_counted(suite: Suite) -> None:
    result = suite.run(AT_ONCE, TOLD)
    assert result.outcome is Outcome.FAILED
    assert result.observed == "16 of 16 passwords sent at once were looked at; the limit is 4"


# --- what a profile declares ---------------------------------------------------------------------


def test_a_profile_declares_its_throttling(suite: Suite) -> None:
    profile = suite.profile(TOLD)
    assert profile.throttling
    assert profile.throttling.attempts == LIMIT
    assert [sign.conditions for sign in profile.throttling.signs] == [{"status": "429"}]
    assert profile.timeouts.throttling == 60
    assert suite.profile(SILENT).timeouts.throttling is None
    assert suite.profile().throttling is None


@pytest.mark.parametrize(
    ("throttling", "message"),
    [
        ({}, "throttling lacks the key 'attempts'"),
        ({"attempts": "0"}, "'0' is not a whole number of attempts"),
        ({"attempts": "101"}, "101 wrong passwords are too many"),
        ({"attempts": "5", "lasts": "a while"}, "'a while' is not a time"),
        ({"attempts": "5", "for": "60 s"}, "throttling"),
    ],
)
def test_odd_throttling_is_refused(suite: Suite, throttling: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        suite.profile({"throttling": throttling})


@pytest.mark.parametrize(
    ("need", "profile", "is_there"),
    [
        ("throttling", TOLD, True),
        ("throttling", {}, False),
        ("undeclared throttling", {}, True),
        ("undeclared throttling", SILENT, False),
        ("throttling that is told", TOLD, True),
        ("throttling that is told", SILENT, False),
        ("throttling with an end", TOLD, True),
        ("throttling with an end", SILENT, False),
    ],
)
def test_what_is_not_declared_does_not_apply(
    suite: Suite, need: str, profile: Any, is_there: bool
) -> None:
    result = suite.run(f"needs: [{need}]\nthen:\n  - log in: alice\n", profile)
    assert result.outcome is (Outcome.PASSED if is_there else Outcome.NOT_APPLICABLE)
