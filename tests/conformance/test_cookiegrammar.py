"""Which Set-Cookie headers follow the grammar."""

import pytest

from conformance.cookiegrammar import misspelt

DATE = "Wed, 21 Oct 2026 07:28:00 GMT"


@pytest.mark.parametrize(
    "line",
    [
        "sid=1",
        "sid=",
        'sid="quoted"',
        "__Host-sid=a.b-c_d~e%20; Path=/; Secure; HttpOnly; SameSite=Lax",
        f"sid=1; Expires={DATE}; Max-Age=0",
        "sid=1; max-age=31536000; samesite=none; secure",
        "sid=1;Path=/;HttpOnly",
        "sid=1; Domain=.example.com; Priority=High; Partitioned",
    ],
)
def test_it_follows_the_grammar(line: str) -> None:
    assert misspelt(line) == ""


VALUE = "a value with characters that cookies can't have"


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("sid", "a name that is no token"),
        ("=1", "a name that is no token"),
        ("my sid=1", "a name that is no token"),
        ("sid=a b", VALUE),
        ("sid=a, theme=dark", VALUE),
        ('sid="a', VALUE),
        ("sid=h\u00e9", VALUE),
        ("sid=1; Path=/; path=/x", "the attribute path twice"),
        ("sid=1; Expires=Wed, 21-Oct-2026 07:28:00 GMT", "the attribute Expires"),
        ("sid=1; Expires=Wed, 21 Oct 26 07:28:00 GMT", "the attribute Expires"),
        ("sid=1; Expires=Mon, 21 Oct 2026 07:28:00 GMT", "the attribute Expires"),
        ("sid=1; Expires=0", "the attribute Expires"),
        ("sid=1; Max-Age=-1", "the attribute Max-Age"),
        ("sid=1; Max-Age=1.5", "the attribute Max-Age"),
        ("sid=1; Secure=true", "the attribute Secure"),
        ("sid=1; HttpOnly=1", "the attribute HttpOnly"),
        ("sid=1; SameSite=Relaxed", "the attribute SameSite"),
        ("sid=1; Path=shop", "the attribute Path"),
        ("sid=1; Domain=a b", "the attribute Domain"),
        ("sid=1; Note=caf\u00e9", "the attribute Note"),
        ("sid=1; ; Path=/", "the attribute without a name"),
        ("sid=1;", "the attribute without a name"),
    ],
)
def test_it_breaks_the_grammar(line: str, wrong: str) -> None:
    assert misspelt(line).startswith(wrong)
