"""The words about caches: what they judge, and what the browser sends for them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from toyserver import Asked, Reply
from toysuite import Clock, Suite

from conformance.expectations import expectations
from conformance.model import Exchange, Outcome, Result
from conformance.stage import DoesNotApply, Seen, Stage

NO_STORE = ("Cache-Control", "no-store")
ALICE = b'{"user": "alice"}'


@pytest.fixture
def stage(suite: Suite, clock: Clock) -> Stage:
    profile = suite.profile()
    return Stage(profile, profile.users, suite.wire, clock, clock.sleep)


def exchange(
    *headers: tuple[str, str],
    path: str = "/me",
    status: int = 200,
    body: bytes = b"",
    host: str = "127.0.0.1",
) -> Exchange:
    return Exchange("GET", f"http://{host}{path}", (), status, headers, body, 0.0, 0.0)


def judged(word: str, stage: Stage, *exchanges: Exchange) -> str | None:
    return expectations[word](Seen(exchanges), stage)


# --- expectations --------------------------------------------------------------------------------


def test_the_last_answer_may_be_stored_by_no_cache(stage: Stage) -> None:
    word, open_page = "stored by no cache", exchange(path="/login")
    assert judged(word, stage, open_page, exchange(NO_STORE)) is None
    observed = judged(word, stage, exchange(("Cache-Control", "private")))
    assert observed == (
        "GET /me answered 200, and caches may store it: Cache-Control says private and not no-store"
    )


def test_only_answers_with_a_session_cookie_are_not_for_shared_caches(stage: Stage) -> None:
    word = "session cookie for nobody else"
    private = ("Cache-Control", "private")
    fine = (
        exchange(),
        exchange(("Set-Cookie", "theme=dark")),
        exchange(("Set-Cookie", "sid=1"), private),
        exchange(("Set-Cookie", "sid=1"), status=302),
    )
    assert judged(word, stage, *fine) is None
    for line in ("sid=1", "sid=; Max-Age=0"):
        observed = judged(word, stage, *fine, exchange(("Set-Cookie", line)))
        assert (
            observed == "GET /me answered 200, and shared caches may store it: nothing forbids it"
        )


@pytest.mark.parametrize(
    ("headers", "is_fine"),
    [
        ([NO_STORE], True),
        ([("Vary", "Cookie")], True),
        ([("Cache-Control", "no-cache")], True),
        ([("Cache-Control", "private")], False),
        ([("Vary", "Accept")], False),
        ([], False),
    ],
)
def test_answers_are_told_apart_by_cookie(
    stage: Stage, headers: list[tuple[str, str]], is_fine: bool
) -> None:
    observed = judged("told apart by cookie", stage, exchange(*headers))
    wrong = "GET /me answered 200, with neither Vary: Cookie nor no-store"
    assert observed == (None if is_fine else wrong)


def test_a_permanent_redirect_is_not_asked_for_anew(stage: Stage) -> None:
    word = "asked for anew"
    moved = ("Location", "/login?next=/me")
    assert judged(word, stage, exchange(moved, status=302)) is None
    assert judged(word, stage, exchange(moved, ("Vary", "Cookie"), status=301)) is None
    observed = judged(word, stage, exchange(moved, status=301))
    assert observed == (
        "GET /me answered 301 (Location: /login), and browsers may go on showing it without asking"
    )


def test_a_page_of_a_user_leaves_a_copy_unless_the_cache_is_cleared(stage: Stage) -> None:
    word, logout = "no private copy left", exchange(path="/logout")
    stage.exchanges += [exchange(status=401), exchange(NO_STORE, body=ALICE), exchange(path="/x")]
    assert judged(word, stage, logout) is None
    stage.exchanges.append(exchange(body=ALICE))
    assert judged(word, stage, logout) == (
        "GET /me answered 200, and caches may store it: nothing forbids it"
    )
    cleared = ("Clear-Site-Data", '"cookies", "cache"')
    assert judged(word, stage, exchange(cleared, path="/logout")) is None
    assert judged(word, stage, exchange(cleared, host="example.com")), "browsers want https"


def test_clear_site_data_is_judged_where_it_is_sent(stage: Stage) -> None:
    word = "Clear-Site-Data that browsers understand"
    assert judged(word, stage, exchange(("Clear-Site-Data", '"cache", "*"'))) is None
    observed = judged(word, stage, exchange(("Clear-Site-Data", 'cache, "storage"')))
    assert observed == "browsers ignore 1 of what Clear-Site-Data names"
    with pytest.raises(DoesNotApply):
        judged(word, stage, exchange())


def test_vary_keeps_those_apart_who_have_a_session_already(stage: Stage) -> None:
    word = "session cookie for nobody else"
    answer = exchange(("Set-Cookie", "sid=2"), ("Vary", "Cookie"))
    assert judged(word, stage, answer), "every stranger would be given this session"
    assert judged(word, stage, replace(answer, sent_cookies=(("theme", "dark"),)))
    assert judged(word, stage, replace(answer, sent_cookies=(("sid", "1"),))) is None


# --- verbs ---------------------------------------------------------------------------------------

COPY = """
given:
  - log in: alice
  - visit: protected page
    expect: signed in
then:
  - clear cookies
  - ask whether the copy is good:
    expect: [no copy confirmed, signed out]
"""


def asked_for_a_copy(suite: Suite, *, early: bool, headers: list[tuple[str, str]]) -> Result:
    """Run COPY at a server that looks at ETags before or after the session."""

    def page(asked: Asked) -> Reply:
        is_same = asked.headers.get("If-None-Match") == '"1"'
        answer = suite.toy.me(asked)
        if is_same and (early or answer.status == 200):
            return Reply(304)
        answer.headers += headers
        return answer

    suite.toy.routes["GET /me"] = page
    return suite.run(COPY)


def test_a_copy_is_asked_for_by_its_etag_and_date(suite: Suite) -> None:
    date = "Wed, 21 Oct 2026 07:28:00 GMT"
    headers = [("ETag", '"1"'), ("Last-Modified", date)]
    result = asked_for_a_copy(suite, early=False, headers=headers)
    assert result.outcome is Outcome.PASSED
    sent = suite.toy.asked[-1].headers
    assert (sent["If-None-Match"], sent["If-Modified-Since"]) == ('"1"', date)


def test_a_copy_that_is_confirmed_without_a_session_is_a_failure(suite: Suite) -> None:
    result = asked_for_a_copy(suite, early=True, headers=[("ETag", '"1"')])
    assert (result.outcome, result.observed) == (Outcome.FAILED, "GET /me answered 304")


def test_without_etag_and_date_there_is_no_copy_to_ask_for(suite: Suite) -> None:
    result = asked_for_a_copy(suite, early=True, headers=[])
    assert result.outcome is Outcome.NOT_APPLICABLE
    assert result.reason == "the protected page has neither ETag nor Last-Modified"
