from __future__ import annotations

import base64
import hashlib
import json
import random
import zlib

import pytest
from toysuite import Clock, Suite

from conformance.decodings import columns, decoded, layers
from conformance.expectations import expectations
from conformance.jwt import sign, write_jwt
from conformance.model import Exchange
from conformance.stage import DoesNotApply, Seen, Stage, Unproved

DIGEST = hashlib.sha256(b"alice").hexdigest()


@pytest.fixture
def stage(suite: Suite, clock: Clock) -> Stage:
    profile = suite.profile()
    return Stage(profile, profile.users, suite.wire, clock, clock.sleep)


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def jwt(**claims: object) -> str:
    head = write_jwt({"alg": "HS256"}, claims)
    return f"{head}.{sign(head, b'a long and secret key')}"


def judged(expectation: str, tokens: list[str], stage: Stage) -> str | None:
    return expectations[expectation](Seen(tokens=tuple(tokens)), stage)


# --- what a token can be read as -----------------------------------------------------------------


def test_a_text_is_decoded_by_every_encoding_that_fits() -> None:
    assert decoded("616c696365") == {
        "hexadecimal digits": b"alice",
        "base64": base64.b64decode("616c696365=" + "=" * 5),
    }
    assert decoded("YWxpY2U") == {"base64": b"alice"}
    assert decoded("YWxpY2U=") == {"base64": b"alice"}
    assert decoded("a%3Ab") == {"percent encoding": b"a:b"}
    assert decoded("no, this is none") == {}
    assert decoded("YWxpY") == {}


def test_layers_are_read_until_nothing_more_is_there() -> None:
    inner = base64url(b"alice")
    token = f"x.{base64url(inner.encode())}.y"
    assert b"alice" in layers(token)
    assert b'{"user": 7}' in layers(base64url(zlib.compress(b'{"user": 7}')))


def test_a_place_counts_only_if_every_token_has_it() -> None:
    names = [name for name, _ in columns(["61.1", "62.2"])]
    assert "field 2 of the token" in names
    assert [name for name, _ in columns(["61.1", "62"])] == ["the token"]


# --- without meaning -----------------------------------------------------------------------------

MEANING = {
    "the name": ("alice-{}", "the user's name"),
    "the name in hexadecimal digits": (b"{}-alice".hex() + "{}", "the user's name"),
    "a hash of the name": (f"{DIGEST}.{{}}", "the sha256 hash of the user's name"),
    "an id in clear": ("user_id=7&n={}", "a name, an id or a role"),
}


@pytest.mark.parametrize("name", MEANING)
def test_a_token_with_a_meaning_is_named(name: str, stage: Stage) -> None:
    pattern, meaning = MEANING[name]
    tokens = [pattern.replace("{}", f"{number:02}") for number in range(6)]
    assert judged("without meaning", tokens, stage) == f"a token holds {meaning}"


@pytest.mark.parametrize(
    ("data", "meaning"),
    [
        (b'{"a": %d}', "a JSON object"),
        (b'["a", %d]', "a JSON object"),
        (b'a:1:{s:1:"a";i:%d;}', "a serialised object"),
        (b"\x80\x04K%d.", "a serialised object"),
        (b"role=reader;n=%d", "a name, an id or a role"),
        (b"%d:alice", "the user's name"),
    ],
)
def test_a_meaning_is_found_below_base64(data: bytes, meaning: str, stage: Stage) -> None:
    tokens = [base64url(data % number) for number in range(10, 16)]
    assert judged("without meaning", tokens, stage) == f"a token holds {meaning}"


@pytest.mark.parametrize("seed", range(20))
def test_random_tokens_mean_nothing(seed: int, stage: Stage) -> None:
    chance = random.Random(seed)
    for make in (
        lambda: base64url(chance.randbytes(32)),
        lambda: chance.randbytes(32).hex(),
        lambda: f"s%3A{base64url(chance.randbytes(24))}.{base64url(chance.randbytes(20))}",
        lambda: base64url(chance.randbytes(16).hex().encode()),
    ):
        assert judged("without meaning", [make() for _ in range(6)], stage) is None


def test_what_stands_in_one_token_alone_is_chance(stage: Stage) -> None:
    tokens = [f"{number:032x}" for number in range(5)]
    assert judged("without meaning", [*tokens, "alice-0123456789abcdef"], stage) is None


def test_a_few_tokens_show_no_meaning(stage: Stage) -> None:
    with pytest.raises(Unproved):
        judged("without meaning", ["alice"] * 4, stage)


@pytest.mark.parametrize("expectation", ["without meaning", "without a pattern"])
def test_a_jwt_is_not_asked_for_what_it_says_openly(expectation: str, stage: Stage) -> None:
    with pytest.raises(DoesNotApply):
        judged(expectation, [jwt(n=number) for number in range(50)], stage)


def test_a_sample_that_is_too_small_shows_no_pattern(stage: Stage) -> None:
    with pytest.raises(Unproved):
        judged("without a pattern", [str(number) for number in range(19)], stage)


def test_a_counter_is_a_pattern(stage: Stage) -> None:
    tokens = [str(number) for number in range(50)]
    assert judged("without a pattern", tokens, stage)


# --- JSON Web Tokens -----------------------------------------------------------------------------


def test_only_a_jwt_is_a_jwt(stage: Stage) -> None:
    assert judged("a JWT", [jwt(sub="7")], stage) is None
    with pytest.raises(DoesNotApply):
        judged("a JWT", [jwt(sub="7"), "0123456789abcdef"], stage)


@pytest.mark.parametrize(
    ("claims", "observed"),
    [
        ({"email": "x"}, "a token has the claim 'email'"),
        ({"Name": "x"}, "a token has the claim 'name'"),
        ({"sub": "alice"}, "a claim of a token holds a user's name or an address"),
        ({"a": [{"b": "me@example.com"}]}, "a claim of a token holds a user's name or an address"),
        ({"sub": "7", "iat": 1, "jti": "0123456789abcdef"}, None),
    ],
)
def test_claims_on_a_person_are_named(
    claims: dict[str, object], observed: str | None, stage: Stage
) -> None:
    assert judged("no personal data in clear", [jwt(**claims)], stage) == observed


def test_a_common_key_is_not_told(stage: Stage) -> None:
    head = json.dumps({"alg": "HS256"})
    signed = f"{base64url(head.encode())}.e30"
    forged = f"{signed}.{sign(signed, b'secret')}"
    assert judged("a key that is not a common one", [jwt(sub="7")], stage) is None
    observed = judged("a key that is not a common one", [forged], stage)
    assert observed
    assert "secret" not in observed


# --- names of cookies ----------------------------------------------------------------------------


def set_cookie(name: str) -> Seen:
    headers = (("Set-Cookie", f"{name}=0123456789; Path=/"),)
    url = "http://127.0.0.1/login"
    return Seen((Exchange("POST", url, (), 200, headers, b"", 0.0, 0.0),))


@pytest.mark.parametrize(
    "name",
    [
        *("PHPSESSID", "JSESSIONID", "ASP.NET_SessionId", "connect.sid", "__Host-connect.sid"),
        *("laravel_session", ".AspNetCore.Session", "CFTOKEN", "jsessionid", "__Secure-PHPSESSID"),
    ],
)
def test_the_name_of_a_framework_is_told(name: str, stage: Stage) -> None:
    observed = expectations["no cookie named by a framework"](set_cookie(name), stage)
    assert observed == f"POST /login sets {name}"


@pytest.mark.parametrize(
    "name", ["sid", "session", "__Host-session", "id", "sessionid", "MYPHPSESSID"]
)
def test_a_general_name_tells_nothing(name: str, stage: Stage) -> None:
    assert expectations["no cookie named by a framework"](set_cookie(name), stage) is None
