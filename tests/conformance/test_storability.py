"""Whether caches may store an answer, and whether browsers answer from it without asking."""

import pytest

from conformance.model import Exchange
from conformance.storability import (
    cleared_kinds,
    directives,
    is_keyed_by_cookie,
    is_reused_unasked,
    why_stored,
)

LATER = "Wed, 21 Oct 2026 08:28:00 GMT"
NOW = "Wed, 21 Oct 2026 07:28:00 GMT"


def answer(*headers: tuple[str, str], method: str = "GET", status: int = 200) -> Exchange:
    return Exchange(method, "http://127.0.0.1/me", (), status, headers, b"", 0.0, 0.0)


def says(text: str, *more: tuple[str, str], method: str = "GET", status: int = 200) -> Exchange:
    return answer(("Cache-Control", text), *more, method=method, status=status)


NEITHER = [
    says("no-store"),
    says("No-Store"),
    says("public, max-age=60, no-store"),
    says("private, no-store"),
    answer(("Cache-Control", "private"), ("Cache-Control", "no-store")),
    answer(status=302),
    answer(status=401),
    answer(status=403),
    answer(status=500),
    answer(status=304),
    answer(method="POST"),
    says("public", method="POST"),
    says("public, max-age=60", method="PUT"),
    says("public, max-age=60", method="DELETE"),
    says("max-age=60", status=103),
]
BOTH = [
    answer(),
    answer(("Pragma", "no-cache")),
    answer(("Set-Cookie", "sid=1")),
    says("no-cache"),
    says("max-age=0, must-revalidate"),
    says("public"),
    says("private=set-cookie"),
    says('private="Set-Cookie, X-User"'),
    says('x="a, no-store"'),
    says("no-store, must-understand"),
    says("max-age=60", status=401),
    says("public", status=401),
    answer(("Expires", "0")),
    answer(("Expires", LATER), status=302),
    answer(method="HEAD"),
    answer(status=404),
    answer(status=301),
    says("max-age=60", method="POST"),
    answer(("Expires", LATER), method="POST"),
    answer(("Vary", "*")),
]
PRIVATE_ALONE = [says("private"), says("Private, max-age=60"), says("private", status=302)]


@pytest.mark.parametrize("one", NEITHER, ids=str)
def test_some_answers_are_for_no_cache(one: Exchange) -> None:
    assert [why_stored(one, shared=shared) for shared in (True, False)] == ["", ""]


@pytest.mark.parametrize("one", BOTH, ids=str)
def test_some_answers_are_for_every_cache(one: Exchange) -> None:
    assert all(why_stored(one, shared=shared) for shared in (True, False))


@pytest.mark.parametrize("one", PRIVATE_ALONE, ids=str)
def test_private_answers_are_for_the_browser_alone(one: Exchange) -> None:
    assert not why_stored(one, shared=True)
    assert why_stored(one, shared=False)


def test_an_age_for_shared_caches_tells_the_browser_nothing() -> None:
    one = says("s-maxage=60", status=401)
    assert why_stored(one, shared=True) == "Cache-Control says s-maxage"
    assert not why_stored(one, shared=False)


@pytest.mark.parametrize("text", ["", "max-age=60", "no-cache"])
def test_shared_caches_leave_authorized_answers_alone(text: str) -> None:
    assert not why_stored(says(text), shared=True, authorized=True)
    assert why_stored(says(text), shared=False, authorized=True)


@pytest.mark.parametrize("text", ["public", "s-maxage=60", "max-age=60, must-revalidate"])
def test_shared_caches_store_authorized_answers_that_say_so(text: str) -> None:
    assert why_stored(says(text), shared=True, authorized=True)


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (answer(), "nothing forbids it"),
        (says("max-age=60"), "Cache-Control says max-age"),
        (answer(("Expires", LATER)), "it has Expires"),
        (says("public"), "Cache-Control says public and not no-store"),
    ],
)
def test_the_reason_says_what_is_to_change(one: Exchange, reason: str) -> None:
    assert why_stored(one, shared=False) == reason


def test_of_a_directive_that_comes_twice_the_first_counts() -> None:
    assert directives(says('max-age="5", MAX-AGE=60, public')) == {"max-age": "5", "public": ""}


@pytest.mark.parametrize(
    "one",
    [
        says("max-age=60"),
        says("private, max-age=1"),
        says("max-age=60", status=401),
        says("no-cache=x, max-age=60"),
        answer(("Expires", LATER)),
        answer(("Expires", LATER), ("Date", NOW)),
        answer(("Last-Modified", NOW)),
        answer(status=301),
        answer(status=308),
        answer(status=410),
    ],
    ids=str,
)
def test_a_browser_may_answer_from_a_fresh_copy(one: Exchange) -> None:
    assert is_reused_unasked(one)


@pytest.mark.parametrize(
    "one",
    [
        answer(),
        answer(status=404),
        answer(status=302),
        says("no-store", status=301),
        says("no-cache, max-age=60"),
        says("max-age=0"),
        says("max-age=x"),
        says("max-age=0", ("Expires", LATER)),
        says("s-maxage=60", status=401),
        answer(("Expires", "0"), ("Last-Modified", NOW)),
        answer(("Expires", NOW), ("Date", NOW)),
    ],
    ids=str,
)
def test_a_browser_asks_again_where_its_copy_is_not_fresh(one: Exchange) -> None:
    assert not is_reused_unasked(one)


@pytest.mark.parametrize(
    ("vary", "is_keyed"),
    [("Cookie", True), ("Accept, cookie", True), ("*", True), ("Accept", False), ("", False)],
)
def test_vary_tells_answers_apart_by_cookie(vary: str, is_keyed: bool) -> None:
    assert is_keyed_by_cookie(answer(("Vary", vary))) is is_keyed


def test_without_vary_cookies_make_no_difference() -> None:
    assert not is_keyed_by_cookie(answer())


@pytest.mark.parametrize(
    ("header", "kinds"),
    [
        ('"cache", "storage"', ("cache", "storage")),
        ('"*"', ("*",)),
        ("cache", ()),
        ('"Cache"', ()),
        ('"cookies","everything"', ("cookies",)),
    ],
)
def test_browsers_clear_what_is_quoted_and_known(header: str, kinds: tuple[str, ...]) -> None:
    assert cleared_kinds(answer(("Clear-Site-Data", header))) == kinds


def test_no_header_clears_nothing() -> None:
    assert cleared_kinds(answer()) is None
