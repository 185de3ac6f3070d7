from __future__ import annotations

import pytest
from toyserver import Reply
from toysuite import Suite

from conformance.claims import claims
from conformance.model import Outcome, User
from conformance.paths import path_spellings, spelt


@pytest.mark.parametrize(
    ("word", "path"),
    [
        ("with a slash at the end", "/private/page/"),
        ("with two slashes at the beginning", "//private/page"),
        ("with two dots at the beginning", "/x/../private/page"),
        ("in the other case", "/PRIVATE/PAGE"),
        ("with an encoded letter", "/private/pag%65"),
        ("with a letter encoded twice", "/private/pag%2565"),
        ("with an encoded slash", "/%2Fprivate/page"),
        ("with a dot at the end", "/private/page/."),
        ("with an extension", "/private/page.css"),
        ("by way of an open page", "/a/login/../../private/page"),
        ("by way of an open page, encoded", "/a%2Flogin%2F..%2F..%2Fprivate%2Fpage"),
        ("with an open page in the query", "/private/page?/a/login"),
    ],
)
def test_a_path_is_spelt_as_the_word_says(word: str, path: str) -> None:
    assert spelt("/private/page", word, "/a/login") == path


def test_a_path_that_ends_with_a_slash_loses_it() -> None:
    assert spelt("/private/", "with a slash at the end", "/login") == "/private"


@pytest.mark.parametrize("word", path_spellings.words)
def test_a_query_stays_behind_the_path(word: str) -> None:
    assert spelt("/page?a=b", word, "/login").endswith("?a=b")


@pytest.mark.parametrize("path", ["/", "/page", "/page/", "/42"])
@pytest.mark.parametrize("word", path_spellings.words)
def test_every_spelling_is_a_path(word: str, path: str) -> None:
    assert spelt(path, word, "/login").startswith("/")


@pytest.mark.parametrize("claim", claims.words)
def test_a_claim_is_made_of_headers(claim: str) -> None:
    assert all(claims[claim](User("alice", "secret")))


def test_a_claim_never_holds_the_password() -> None:
    made = [claims[claim](User("alice", "secret")) for claim in claims.words]
    assert "secret" not in str(made)


def test_a_page_is_visited_by_the_method_the_path_and_the_claim_that_a_step_names(
    suite: Suite,
) -> None:
    visit = "{page: protected page, method: PUT, path: with a parameter, claim: to be a user}"
    result = suite.run(
        f"given:\n  - log in: alice\n  - visit: protected page\n    expect: signed in\n"
        f"then:\n  - visit: {visit}\n    expect: not shown\n"
    )
    assert result.outcome is Outcome.PASSED
    asked = suite.toy.asked[-1]
    assert (asked.method, asked.path) == ("PUT", "/me;x=1")
    assert asked.headers["X-Forwarded-User"] == "alice"


def test_a_spelling_that_changes_nothing_is_not_tested(suite: Suite) -> None:
    page = {"send": "GET /1", "signed in": {"status": "200"}, "signed out": {"status": "404"}}
    steps = (
        "then:\n  - visit: {page: protected page, path: in the other case}\n"
        "    expect: no server error\n"
    )
    result = suite.run(steps, {"protected page": page})
    assert result.outcome is Outcome.NOT_TESTED
    assert result.reason == "'in the other case' leaves this path as it is"


NOT_SHOWN = """
given:
  - log in: alice
  - visit: protected page
    expect: signed in
then:
  - visit: {page: protected page, method: METHOD}
    browser: stranger
    expect: not shown
"""


def judged(suite: Suite, method: str, reply: Reply) -> Outcome:
    suite.toy.routes[f"{method} /me"] = lambda _: reply
    return suite.run(NOT_SHOWN.replace("METHOD", method)).outcome


@pytest.mark.parametrize("status", [401, 404, 405, 501])
def test_any_refusal_shows_nothing(suite: Suite, status: int) -> None:
    assert judged(suite, "PUT", Reply(status)) is Outcome.PASSED


def test_a_page_is_shown_by_its_sign(suite: Suite) -> None:
    assert judged(suite, "PUT", Reply(200, {"user": "bob"})) is Outcome.FAILED


def test_a_page_is_shown_by_its_user_whatever_the_status(suite: Suite) -> None:
    assert judged(suite, "PUT", Reply(403, {"user": "alice"})) is Outcome.FAILED


def test_a_server_error_shows_nothing_for_certain(suite: Suite) -> None:
    assert judged(suite, "PUT", Reply(500)) is Outcome.ERROR


@pytest.mark.parametrize(("status", "outcome"), [(200, Outcome.FAILED), (401, Outcome.PASSED)])
def test_head_is_judged_by_its_status(suite: Suite, status: int, outcome: Outcome) -> None:
    assert judged(suite, "HEAD", Reply(status, body=b"")) is outcome


def test_head_decides_nothing_where_the_signs_differ_in_the_body_alone(suite: Suite) -> None:
    page = {
        "send": "GET /me",
        "signed in": {"json": {"user": "{username}"}},
        "signed out": {"body is": "{}"},
    }
    suite.toy.routes["HEAD /me"] = lambda _: Reply(200, body=b"")
    result = suite.run(NOT_SHOWN.replace("METHOD", "HEAD"), {"protected page": page})
    assert result.outcome is Outcome.NOT_TESTED
