from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from conformance.jwt import read_jwt, sign, texts_in, write_jwt
from conformance.jwtchanges import token_changes

# The example of RFC 7515, appendix A.1, whose JSON is spread over two lines.
RFC_7515 = (
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
    ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
)
RFC_7515_KEY = (
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
)
CHANGES = [word for word in token_changes.words if word.startswith("JWT ")]
HEADER = {"alg": "HS256", "typ": "JWT"}


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def token(key: str = "a long and secret key", **claims: Any) -> str:
    head = write_jwt(HEADER, claims or {"sub": "7", "exp": 100})
    return f"{head}.{sign(head, key.encode())}"


def header_of(text: str) -> Any:
    return json.loads(decoded(text.split(".")[0]))


def claims_of(text: str) -> Any:
    return json.loads(decoded(text.split(".")[1]))


def test_the_token_of_the_rfc_is_read() -> None:
    jwt = read_jwt(RFC_7515)
    assert jwt
    assert jwt.header == HEADER
    assert jwt.claims["iss"] == "joe"
    assert sign(jwt.signed, decoded(RFC_7515_KEY)) == jwt.signature
    assert not jwt.has_common_key


@pytest.mark.parametrize(
    "text",
    [
        "",
        "..",
        "a.b.c",
        "0123456789abcdef",
        "eyJhbGciOiJIUzI1NiJ9.e30",
        "eyJhbGciOiJIUzI1NiJ9.W10.x",
        "e30.e30.x",
        "eyJhbGciOiJIUzI1NiJ9.e30.x.y.z",
        "eyJhbGciOiJIUzI1NiJ9.e30.x y",
        f"{'W' * 3}.{'e30'}.x",
    ],
)
def test_other_tokens_are_no_jwt(text: str) -> None:
    assert read_jwt(text) is None


@pytest.mark.parametrize("key", ["", "secret", "your-256-bit-secret", "changeme"])
def test_a_common_key_is_found(key: str) -> None:
    jwt = read_jwt(token(key))
    assert jwt
    assert jwt.has_common_key


def test_a_key_of_another_kind_of_signature_is_not_looked_for() -> None:
    head = write_jwt({"alg": "RS256"}, {})
    jwt = read_jwt(f"{head}.{sign(head, b'secret')}")
    assert jwt
    assert not jwt.has_common_key


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_leaves_the_user_and_spoils_the_token(change: str) -> None:
    changed = token_changes[change](token())
    assert changed != token()
    assert claims_of(changed)["sub"] == "7"


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_leaves_other_tokens_as_they_are(change: str) -> None:
    assert token_changes[change]("0123456789abcdef") == "0123456789abcdef"


@pytest.mark.parametrize(
    ("change", "algorithm"),
    [
        ("JWT with alg none", "none"),
        ("JWT with alg None", "None"),
        ("JWT with alg NONE", "NONE"),
        ("JWT with alg nOnE", "nOnE"),
        ("JWT with an empty alg", ""),
    ],
)
def test_without_algorithm_there_is_no_signature(change: str, algorithm: str) -> None:
    changed = token_changes[change](token())
    assert header_of(changed) == {"alg": algorithm, "typ": "JWT"}
    assert changed.endswith(".")
    assert changed.count(".") == 2


@pytest.mark.parametrize(
    "change",
    [
        "JWT with one more claim",
        "JWT good for longer",
        "JWT with another header",
        "JWT with alg none and its signature",
    ],
)
def test_the_signature_stays_where_the_word_says_so(change: str) -> None:
    assert token_changes[change](token()).split(".")[2] == token().split(".")[2]


@pytest.mark.parametrize("expiry", [100, 100.5, "soon", None])
def test_a_token_is_made_good_for_a_day_longer(expiry: Any) -> None:
    changed = token_changes["JWT good for longer"](token(sub="7", exp=expiry))
    known = expiry if isinstance(expiry, int | float) else 0
    assert claims_of(changed)["exp"] == known + 86400


def test_a_token_that_brings_its_key_is_signed_with_that() -> None:
    changed = token_changes["JWT that brings its own key"](token())
    head, _, signature = changed.rpartition(".")
    assert sign(head, decoded(header_of(changed)["jwk"]["k"])) == signature


def test_texts_are_found_however_deep_they_stand() -> None:
    assert [*texts_in({"a": ["b", {"c": 1, "d": "e"}], "f": None})] == [*"abcdef"]
