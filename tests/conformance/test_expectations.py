from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest
from toyserver import PASSWORDS, Reply
from toysuite import Clock, Suite

from conformance.errors import Unrecognised
from conformance.expectations import expectations, response_differs
from conformance.model import Exchange, Outcome
from conformance.recognition import Shown
from conformance.setcookie import parse_set_cookie
from conformance.stage import KeptSession, Life, Page, Seen, Stage, TooSlow

TOKEN = "0123456789abcdef"


@pytest.fixture
def stage(suite: Suite, clock: Clock) -> Stage:
    profile = suite.profile()
    return Stage(profile, profile.users, suite.wire, clock, clock.sleep)


def exchange(
    status: int = 200, body: str = "", url: str = "http://127.0.0.1/me", **headers: str
) -> Exchange:
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Exchange("GET", url, (), status, pairs, body.encode(), 1000.0, 0.0)


def cookies(*lines: str) -> Seen:
    parsed = [parse_set_cookie(line) for line in lines]
    return Seen(cookies=tuple(one for one in parsed if one))


# --- cookies -------------------------------------------------------------------------------------

NONE_SET = "no session cookie was set"
COOKIES = [
    ("HttpOnly", ["sid=1; HttpOnly"], None),
    ("HttpOnly", ["sid=1; httponly"], None),
    ("HttpOnly", ["sid=1"], "sid without HttpOnly"),
    ("HttpOnly", ["sid=1; HttpOnly", "sid2=2"], "sid2 without HttpOnly"),
    ("HttpOnly", [], NONE_SET),
    ("Secure", ["sid=1; Secure"], None),
    ("Secure", ["sid=1; HttpOnly"], "sid without Secure"),
    ("Secure", [], NONE_SET),
    ("SameSite Lax or Strict", ["sid=1; SameSite=Lax"], None),
    ("SameSite Lax or Strict", ["sid=1; samesite=STRICT"], None),
    ("SameSite Lax or Strict", ["sid=1; SameSite=None"], "sid with SameSite=none"),
    ("SameSite Lax or Strict", ["sid=1"], "sid without SameSite"),
    ("SameSite Lax or Strict", [], NONE_SET),
    ("no Domain", ["sid=1; Path=/"], None),
    ("no Domain", ["sid=1; Domain=example.com"], "sid with Domain=example.com"),
    ("no Domain", [], NONE_SET),
    ("Path that covers the target", ["sid=1; Path=/"], None),
    ("Path that covers the target", ["sid=1"], "sid without Path"),
    ("Path that covers the target", ["sid=1; Path=/m"], "sid with Path=/m, not sent to /login"),
    ("Path that covers the target", ["sid=1; Path=/me"], "sid with Path=/me, not sent to /login"),
    ("Path that covers the target", [], NONE_SET),
    ("small enough for a browser", [f"sid={'x' * 4093}"], None),
    ("small enough for a browser", [], NONE_SET),
    ("not set", [], None),
    ("not set", ["sid=; Max-Age=0"], None),
    ("not set", ["sid=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT"], None),
    ("not set", ["sid=x"], "the answer sets sid"),
    ("not set", ["sid=; Max-Age=0", "b=1", "a=1; Max-Age=9"], "the answer sets a, b"),
]


@pytest.mark.parametrize(("word", "lines", "observed"), COOKIES)
def test_session_cookies_are_judged_by_their_attributes(
    stage: Stage, word: str, lines: list[str], observed: str | None
) -> None:
    assert expectations[word](cookies(*lines), stage) == observed


def test_a_cookie_that_browsers_ignore_for_its_size_is_called_too_large(suite: Suite) -> None:
    suite.toy.routes["POST /login"] = lambda _: suite.toy.welcome("alice", "x" * 4094)
    expect = "[HttpOnly, small enough for a browser]"
    result = suite.run(f"then:\n  - log in: alice\n    expect: {expect}\n")
    assert (result.outcome, result.observed) == (Outcome.FAILED, "sid has 4097 bytes")


@pytest.mark.parametrize(
    ("path", "observed"),
    [("/app", None), ("/app/", None), ("/", None), ("/ap", "sid with Path=/ap, not sent to")],
)
def test_the_path_of_the_cookie_counts_from_the_servers_root(
    suite: Suite, clock: Clock, path: str, observed: str | None
) -> None:
    suite.toy.url += "/app"
    profile = suite.profile()
    stage = Stage(profile, {}, suite.wire, clock, clock.sleep)
    found = expectations["Path that covers the target"](cookies(f"sid=1; Path={path}"), stage)
    assert found == observed or (observed and found and found.startswith(observed))


REMOVALS = [
    ("sid=; Max-Age=0; Path=/", None),
    ("sid=gone; Path=/", None),
    ("sid=; Max-Age=0; Path=/me", "the browser still holds sid with the same value"),
    ("other=1", "the browser still holds sid with the same value"),
]


@pytest.mark.parametrize(("line", "observed"), REMOVALS)
def test_a_logout_removes_the_cookie_from_the_browser(
    suite: Suite, line: str, observed: str | None
) -> None:
    suite.toy.routes["POST /logout"] = lambda _: Reply(headers=[("Set-Cookie", line)])
    result = suite.run(
        "then:\n  - log in: alice\n  - log out:\n    expect: removed from the browser\n"
    )
    assert result.outcome is (Outcome.FAILED if observed else Outcome.PASSED)
    assert result.observed == (observed or "")


# --- leaks ---------------------------------------------------------------------------------------

WHERE = [
    (exchange(body=f'{{"t": "{TOKEN}"}}'), "body of the answer"),
    (exchange(302, Location=f"/x;sid={TOKEN}"), "header Location"),
    (exchange(X_Session=TOKEN), "header X-Session"),
    (exchange(url=f"http://127.0.0.1/me?sid={TOKEN}"), "URL"),
    (exchange(Set_Cookie=f"sid={TOKEN}"), None),
    (exchange(body="nothing"), None),
]


@pytest.mark.parametrize(("answer", "where"), WHERE)
@pytest.mark.parametrize("source", ["kept", "held"])
def test_a_token_stands_nowhere_but_in_its_cookie(
    stage: Stage, answer: Exchange, where: str | None, source: str
) -> None:
    if source == "kept":
        stage.kept["copy"] = [KeptSession((("sid", TOKEN),), "alice", Life(0, 0))]
    else:
        stage.seat("").cookies = cookies(f"sid={TOKEN}").cookies
    found = expectations["no token outside the cookie"](Seen((exchange(), answer)), stage)
    assert found == (f"a token stands in the {where} of GET /me" if where else None)


def test_a_token_of_a_few_letters_is_not_looked_for(stage: Stage) -> None:
    stage.seat("").cookies = cookies("sid=1234567").cookies
    seen = Seen((exchange(body="1234567"),))
    assert expectations["no token outside the cookie"](seen, stage) is None


@pytest.mark.parametrize(
    ("answer", "where"),
    [
        (exchange(body=f"<p>{PASSWORDS['alice']}</p>"), "body of the answer"),
        (exchange(body="Tr0ub4dor &amp; 3 &#x27;Zebras&#x27;"), "body of the answer"),
        (exchange(302, Location="/login?p=correct+horse%2fbattery"), "header Location"),
        (exchange(Set_Cookie=f"note={PASSWORDS['alice']}"), None),
        (exchange(body="correct horse"), None),
    ],
)
def test_no_password_of_any_user_stands_in_an_answer(
    stage: Stage, answer: Exchange, where: str | None
) -> None:
    found = expectations["no password inside"](Seen((answer,)), stage)
    assert found == (f"a password stands in the {where} of GET /me" if where else None)


def test_a_password_that_the_suite_put_into_the_url_is_not_the_servers_fault(suite: Suite) -> None:
    suite.toy.passwords["alice"] = "plain-password"
    users = {"alice": {"username": "alice", "password": "plain-password"}}
    steps = (
        "then:\n  - log in with: {user: alice, in: query string}\n"
        "    expect: [refused, no password inside]\n"
    )
    assert suite.run(steps, {"users": users}).outcome is Outcome.PASSED


# --- tokens --------------------------------------------------------------------------------------

DIGESTS = [sha256(str(number).encode()).hexdigest() for number in range(50)]
TOKENS = [
    ("all different", ("a", "b", "c"), None),
    ("all different", ("a", "b", "a", "a"), "2 of 4 tokens had been given before"),
    ("all the same", ("a", "a"), None),
    ("all the same", ("a", "b"), "2 different tokens"),
    ("all the same", (), "0 different tokens"),
    ("at least 128 bits", tuple(one[:32] for one in DIGESTS), None),
    ("at least 128 bits", tuple(one[:31] for one in DIGESTS), "room for 124 bits"),
    ("at least 128 bits", ("the same for ever",) * 50, "room for 0 bits"),
]


@pytest.mark.parametrize(("word", "tokens", "observed"), TOKENS)
def test_tokens_are_judged_side_by_side(
    stage: Stage, word: str, tokens: tuple[str, ...], observed: str | None
) -> None:
    assert expectations[word](Seen(tokens=tokens), stage) == observed


# --- answers -------------------------------------------------------------------------------------

ANSWERS = [
    ("accepted", "accepted", None),
    ("accepted", "refused", "refused: GET /me answered 200"),
    ("refused", "refused", None),
    ("refused", "accepted", "accepted: GET /me answered 200"),
]


@pytest.mark.parametrize(("word", "answer", "observed"), ANSWERS)
def test_an_action_is_accepted_or_refused(
    stage: Stage, word: str, answer: Any, observed: str | None
) -> None:
    assert expectations[word](Seen((exchange(),), answer=answer), stage) == observed


@pytest.mark.parametrize("word", ["accepted", "refused"])
def test_an_action_that_nobody_understands_is_neither_accepted_nor_refused(
    stage: Stage, word: str
) -> None:
    with pytest.raises(Unrecognised, match=r"GET /me answered 302 \(Location: /x\): the profile's"):
        expectations[word](
            Seen((exchange(302, Location="/x?secret"),), answer="unrecognised"), stage
        )


@pytest.mark.parametrize(
    ("statuses", "observed"),
    [
        ((200, 499), None),
        ((200, 500, 503), "GET /me answered 500"),
        ((599,), "GET /me answered 599"),
        ((), None),
    ],
)
def test_every_answer_is_looked_at_for_server_errors(
    stage: Stage, statuses: tuple[int, ...], observed: str | None
) -> None:
    seen = Seen(tuple(exchange(status) for status in statuses))
    assert expectations["no server error"](seen, stage) == observed


# --- pages ---------------------------------------------------------------------------------------

IN, OUT = "signed in", "signed out"
NOBODY_ELSE = "no other user"
PAGES = [
    (NOBODY_ELSE, Shown(IN, "alice"), None),
    (NOBODY_ELSE, Shown(IN), None),
    (NOBODY_ELSE, Shown(OUT), None),
    (NOBODY_ELSE, Shown(IN, "bob"), "signed in as bob: GET /me answered 200"),
    (IN, Shown(IN, "alice"), None),
    (IN, Shown(IN), None),
    (IN, Shown(IN, "bob"), "signed in as bob: GET /me answered 200"),
    (IN, Shown(IN, "somebody else"), "signed in as somebody else: GET /me answered 200"),
    (IN, Shown(OUT), "signed out: GET /me answered 200"),
    (OUT, Shown(OUT), None),
    (OUT, Shown(IN), "signed in: GET /me answered 200"),
    (OUT, Shown(IN, "alice"), "signed in as alice: GET /me answered 200"),
]


@pytest.mark.parametrize(("word", "shown", "observed"), PAGES)
def test_a_page_shows_its_own_user_or_nobody(
    stage: Stage, word: str, shown: Shown, observed: str | None
) -> None:
    good = Shown("signed in", "alice") if word == IN else Shown("signed out")
    pages = (Page(exchange(), good, "alice"), Page(exchange(), shown, "alice"))
    assert expectations[word](Seen(pages=pages), stage) == observed


@pytest.mark.parametrize("word", [IN, OUT, NOBODY_ELSE])
def test_a_page_that_nobody_understands_shows_neither(stage: Stage, word: str) -> None:
    pages = (Page(exchange(500), Shown("unrecognised"), "alice"),)
    with pytest.raises(Unrecognised, match="GET /me answered 500: neither"):
        expectations[word](Seen(pages=pages), stage)


@pytest.mark.parametrize(
    ("active", "started", "slow"),
    [
        (995.0, 990.0, None),  # 5 s of 10 s idle
        (991.0, 990.0, None),  # 9 s: exactly the allowance away
        (990.9, 990.0, "10 s"),
        (999.0, 941.0, None),  # 59 s of 60 s absolute
        (999.0, 940.9, "60 s"),
        (999.0, 0.0, None),  # a page that belongs to no login of ours
    ],
)
def test_a_session_that_was_free_to_end_is_not_blamed_for_it(
    stage: Stage, active: float, started: float, slow: str | None
) -> None:
    page = Page(exchange(401), Shown("signed out"), "alice", Life(started, active))
    if slow is None:
        assert expectations["signed in"](Seen(pages=(page,)), stage)
        return
    for word in ("signed in", "the same each time"):
        pages = (page, Page(exchange(200), Shown("signed in", "alice"), "alice"))
        with pytest.raises(TooSlow, match=f"too close to the .* timeout of {slow}"):
            expectations[word](Seen(pages=pages), stage)


# --- exact answers -------------------------------------------------------------------------------

DIFFERENCES = [
    ({"status": "200"}, exchange(200), None),
    ({"status": "200"}, exchange(404), "status 404"),
    (
        {"status": "200", "body is": "x"},
        exchange(404, "y"),
        "status 404; status 404 with the body 'y'",
    ),
    ({"location": "/a"}, exchange(302), "location none"),
    ({"location": "/a"}, exchange(302, Location="/b"), "location /b"),
    ({"header": {"A": "1"}}, exchange(A="2"), "header A: 2"),
    ({"header": {"A": "1", "B": "1"}}, exchange(A="1"), "header A: 1, header B: none"),
    ({"header contains": {"A": "1"}}, exchange(), "header A: none"),
    ({"json keys": ["a"]}, exchange(body='{"b": 1, "a": 2}'), "keys ['a', 'b']"),
    ({"json keys": ["a"]}, exchange(body="[]"), "keys no JSON object"),
    ({"no header": "A"}, exchange(A="1"), "'no header' does not hold"),
    ({"no cookie": "sid"}, exchange(Set_Cookie="sid=1"), "'no cookie' does not hold"),
    ({"sets cookie": "sid"}, exchange(), "'sets cookie' does not hold"),
    ({"json": {"a": "1"}}, exchange(body='{"a":\n 2}'), "status 200 with the body '{\"a\": 2}'"),
    ({"json": {"a": "{alice.username}"}}, exchange(body='{"a": "alice"}'), None),
]


@pytest.mark.parametrize(("wanted", "answer", "observed"), DIFFERENCES)
def test_it_is_said_how_an_answer_differs_from_its_contract(
    stage: Stage, wanted: dict[str, Any], answer: Exchange, observed: str | None
) -> None:
    assert response_differs(Seen((exchange(), answer)), stage, wanted) == observed


def test_a_long_body_is_shortened_after_its_secrets_are_hidden(stage: Stage) -> None:
    answer = exchange(body="x" * 195 + PASSWORDS["alice"] + "y" * 50)
    observed = response_differs(Seen((answer,)), stage, {"body is": "x"})
    assert observed == f"status 200 with the body '{'x' * 195}<hidd'..."


def test_every_expectation_is_tried_here() -> None:
    tried = {row[0] for table in (COOKIES, TOKENS, ANSWERS, PAGES) for row in table}
    elsewhere = {
        "no server error",
        "removed from the browser",
        "no token outside the cookie",
        "no password inside",
        "one more session",
        "one session less",
        "none of the kept handles",
        "not readable from there",
        "only the newest signed in",
        "no more signed in than the limit",
        "not shown",
        "not served",  # this one and the next in test_store_words.py
        "no token found",
        "not claimed",
        "nobody else",
        "nothing injected",
        "no way out",
        "nothing of its inside",
        "all alike",
        "refused as HTTP has it",
        "the same each time",
        "without a pattern",  # these six in test_meanings.py
        "without meaning",
        "no cookie named by a framework",
        "a JWT",
        "a key that is not a common one",
        "no personal data in clear",
        "the same time",  # in test_timing.py, and these in test_guessing.py
        "throttled",
        "not throttled",
        "429 with Retry-After",
        "no more looked at than declared",
        "stored by no cache",
        "session cookie for nobody else",
        "told apart by cookie",
        "asked for anew",
        "no private copy left",
        "Clear-Site-Data that browsers understand",
        "no copy confirmed",
        "a name with a prefix",
        "no longer than the session",
        "Set-Cookie by its grammar",
        "each cookie once",
        "as guarded as the first",
        "https for a year",
    }
    assert set(expectations.words) == tried | elsewhere
