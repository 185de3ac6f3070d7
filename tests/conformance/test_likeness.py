from __future__ import annotations

import pytest
from toyserver import Reply
from toysuite import Suite

from conformance.likeness import difference, parts
from conformance.model import Exchange, Outcome


def answer(status: int = 401, body: str = "", sent: str = "", **headers: str) -> Exchange:
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    cookies = (("sid", sent),) if sent else ()
    return Exchange("GET", "http://x/", cookies, status, pairs, body.encode(), 0.0, 0.0)


def told_apart(one: Exchange, other: Exchange, *sent: str) -> str | None:
    return difference([[parts(one, sent)], [parts(other, sent)]])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (answer(Date="Mon"), answer(Date="Tue")),
        (answer(X_Request_Id="1"), answer(X_Request_Id="2")),
        (answer(Content_Length="1"), answer(Content_Length="2")),
        (
            answer(body="no session 0123 found", sent="0123"),
            answer(body="no session 45 found", sent="45"),
        ),
        (answer(body="at 2026-10-01T10:00:00Z"), answer(body="at 2026-10-01 11:30:59.5Z")),
        (answer(body="at 1790000000"), answer(body="at 1790000999.25")),
        (answer(body="csrf=a1b2c3d4e5f6a7b8c9"), answer(body="csrf=ffb2c3d4e5f6a7b8aa")),
        (answer(Set_Cookie="visitor=1; Path=/"), answer(Set_Cookie="visitor=2; Path=/")),
        (answer(Vary="Cookie"), answer(vary="Cookie")),
    ],
)
def test_what_changes_by_itself_is_no_difference(one: Exchange, other: Exchange) -> None:
    assert told_apart(one, other) is None


@pytest.mark.parametrize(
    ("one", "other", "part"),
    [
        (answer(401), answer(403), "status"),
        (answer(body="unknown"), answer(body="expired"), "body"),
        (answer(Location="/login"), answer(Location="/login?expired"), "header Location"),
        (answer(X_Reason="expired"), answer(), "header X-Reason"),
        (answer(Set_Cookie="sid=; Max-Age=0"), answer(), "header Set-Cookie"),
        (answer(Set_Cookie="sid=; Max-Age=0"), answer(Set_Cookie="sid=1"), "header Set-Cookie"),
    ],
)
def test_the_part_that_differs_is_named(one: Exchange, other: Exchange, part: str) -> None:
    assert told_apart(one, other) == part


def test_what_was_sent_is_no_difference() -> None:
    one, other = answer(body="no user alice"), answer(body="no user mallory")
    assert told_apart(one, other, "alice", "mallory") is None
    assert told_apart(one, other, "alice") == "body"


def test_a_part_that_varies_within_a_group_tells_nothing() -> None:
    groups = [[parts(answer(body=text)) for text in texts] for texts in ("ab", "cc")]
    assert difference(groups) is None


STEPS = """
when:
  - visit: protected page
    expect: signed out
  - keep answer as: before
  - present: {token: x}
    expect: signed out
  - keep answer as: after
then:
  - compare answers: [before, after]
    expect: all alike
"""


@pytest.mark.parametrize(("body", "outcome"), [(b"no", Outcome.PASSED), (b"never", Outcome.FAILED)])
def test_kept_answers_are_compared(suite: Suite, body: bytes, outcome: Outcome) -> None:
    suite.toy.routes["GET /me"] = lambda asked: Reply(401, body=body if asked.cookies else b"no")
    result = suite.run(STEPS)
    assert result.outcome is outcome
    assert not result.observed or result.observed == "the body tells them apart"


def test_a_difference_is_shown_with_its_values(suite: Suite) -> None:
    suite.toy.routes["GET /me"] = lambda asked: Reply(
        401, headers=[("X-Reason", "late" if asked.cookies else "none")]
    )
    result = suite.run(STEPS)
    assert result.observed == "the header X-Reason tells them apart: none (before), late (after)"


def test_without_an_answer_there_is_nothing_to_keep(suite: Suite) -> None:
    assert suite.run("then:\n  - keep answer as: none\n").outcome is Outcome.ERROR
