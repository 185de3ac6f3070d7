"""The words about how answers set the session cookie."""

from __future__ import annotations

from dataclasses import replace

import pytest
from toysuite import Clock, Suite

from conformance.expectations import expectations
from conformance.model import Exchange, Timeouts
from conformance.setcookie import parse_set_cookie
from conformance.stage import Seen, Stage

GUARDED = "HttpOnly; SameSite=Lax; Path=/"


@pytest.fixture
def stage(suite: Suite, clock: Clock) -> Stage:
    profile = suite.profile()
    return Stage(profile, profile.users, suite.wire, clock, clock.sleep)


def answer(*lines: str, **headers: str) -> Exchange:
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    cookies = tuple(("Set-Cookie", line) for line in lines)
    return Exchange("GET", "http://127.0.0.1/me", (), 200, (*cookies, *pairs), b"", 0.0, 0.0)


def judged(word: str, stage: Stage, *answers: Exchange) -> str | None:
    lines = [line for one in answers for line in one.header_values("Set-Cookie")]
    cookies = tuple(one for one in map(parse_set_cookie, lines) if one)
    return expectations[word](Seen(answers, cookies=cookies), stage)


@pytest.mark.parametrize(
    ("name", "observed"),
    [("__Host-sid", None), ("__Secure-sid", None), ("sid", "the name sid")],
)
def test_a_prefix_of_the_name_is_looked_for(stage: Stage, name: str, observed: str | None) -> None:
    assert judged("a name with a prefix", stage, answer(f"{name}=1")) == observed


def test_where_no_cookie_is_set_there_is_no_prefix(stage: Stage) -> None:
    assert judged("a name with a prefix", stage) == "no session cookie was set"


@pytest.mark.parametrize(
    ("timeouts", "most"),
    [(Timeouts(10, 60), 61), (Timeouts(10, None), 11), (Timeouts(None, 60, 0.5), 60)],
)
def test_a_cookie_lives_no_longer_than_its_session(
    stage: Stage, timeouts: Timeouts, most: int
) -> None:
    word = "no longer than the session"
    stage.profile = replace(stage.profile, timeouts=timeouts)
    assert judged(word, stage, answer("sid=1")) is None
    assert judged(word, stage, answer(f"sid=1; Max-Age={most}")) is None
    assert judged(word, stage, answer(f"sid=1; Max-Age={most + 1}"))
    assert judged(word, stage, answer("sid=1; Expires=Fri, 01 Jan 2100 00:00:00 GMT"))


def test_a_date_counts_by_the_clock_of_the_server(stage: Stage) -> None:
    word, ahead = "no longer than the session", "Fri, 01 Jan 2100 00:00:00 GMT"
    line = "sid=1; Expires=Fri, 01 Jan 2100 00:01:01 GMT"
    assert judged(word, stage, answer(line, Date=ahead)) is None
    assert judged(word, stage, answer(line.replace("01:01", "01:02"), Date=ahead))


def test_the_grammar_is_that_of_session_cookies_alone(stage: Stage) -> None:
    word = "Set-Cookie by its grammar"
    assert judged(word, stage, answer(f"sid=1; {GUARDED}", "theme=a b")) is None
    observed = judged(word, stage, answer("sid=1"), answer("sid=1; Max-Age=x"))
    assert observed == (
        "GET /me answered 200 and set sid: the attribute Max-Age with a value of another form"
    )


def test_a_cookie_of_another_path_or_answer_is_another(stage: Stage) -> None:
    word, cookie = "each cookie once", "sid=1; Path=/"
    apart = answer(cookie, "sid=; Path=/old; Max-Age=0", "sid=1; Path=/; Domain=example.com")
    assert judged(word, stage, apart, answer(cookie)) is None
    observed = judged(word, stage, answer("sid=; Path=/; Max-Age=0", cookie))
    assert observed == "GET /me answered 200 and set sid twice"


@pytest.mark.parametrize(
    ("again", "missing"),
    [
        (f"sid=2; {GUARDED}; Secure", None),
        ("sid=; Max-Age=0", None),
        ("sid=2; SameSite=Lax", "HttpOnly"),
        ("sid=2; HttpOnly; SameSite=None", "SameSite"),
    ],
)
def test_a_cookie_that_is_set_again_is_compared_with_the_first(
    stage: Stage, again: str, missing: str | None
) -> None:
    observed = judged("as guarded as the first", stage, answer(f"sid=1; {GUARDED}"), answer(again))
    wrong = f"GET /me answered 200 and set sid without {missing}"
    assert observed == (wrong if missing else None)


def test_a_cookie_that_was_never_guarded_loses_nothing(stage: Stage) -> None:
    assert judged("as guarded as the first", stage, answer("sid=1"), answer("sid=2")) is None


@pytest.mark.parametrize(
    ("header", "is_fine"),
    [
        ("max-age=31536000", True),
        ('includeSubDomains; Max-Age="63072000"; preload', True),
        ("max-age=31535999", False),
        ("max-age=x", False),
        ("includeSubDomains", False),
        ("", False),
    ],
)
def test_https_is_asked_for_a_year_by_every_answer(
    stage: Stage, header: str, is_fine: bool
) -> None:
    fine = answer(Strict_Transport_Security="max-age=31536000")
    observed = judged("https for a year", stage, fine, answer(Strict_Transport_Security=header))
    assert (observed is None) is is_fine
