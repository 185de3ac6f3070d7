"""docs/PROFILES.md: every example in it can be read, and every key is shown."""

from __future__ import annotations

import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from conformance.profiles import read_profile
from conformance.schemas import SCHEMAS, profile_keys
from conformance.yamltree import parse_text

PAGE = (Path(__file__).parents[2] / "docs" / "PROFILES.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
OTHERS = {
    "name": "a server",
    "base url": "http://127.0.0.1:8000",
    "session cookie": "sid",
    "users": "{alice: {username: alice, password: x}}",
    "log in": "{send: POST /in, success: {status: 200}, refused: {status: 401}}",
    "log out": "{send: POST /out, success: {status: 200}}",
    "protected page": "{send: GET /me, signed in: {status: 200}, signed out: {status: 401}}",
}


def whole(example: str) -> str:
    """Return the example with what it leaves out, if anything."""
    said = parse_text(example, "PROFILES.md").mapping("an example")
    if "extends" in said:
        return example
    unsaid = {key: value for key, value in OTHERS.items() if key not in said}
    if "session token" in said:
        del unsaid["session cookie"]
    return example + "".join(f"{key}: {value}\n" for key, value in unsaid.items())


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_can_be_read_and_is_valid(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("BOB_PASSWORD", "API_KEY"):
        monkeypatch.setenv(name, "a secret")
    for name in ("jupyter-password.txt", "tenant.txt"):
        (tmp_path / name).write_text("a secret")
    base = whole("register: {send: POST /users, success: {status: 201}}\n")
    (tmp_path / "profile.yaml").write_text(base)
    text = whole(EXAMPLES[number])
    (tmp_path / "example.yaml").write_text(text)
    assert read_profile(tmp_path / "example.yaml").name
    value = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 (texts alone)
    jsonschema.validate(value, SCHEMAS["profile"]())


def test_every_key_of_a_profile_is_in_an_example() -> None:
    shown = {key for one in EXAMPLES for key in parse_text(one, "PROFILES.md").mapping("it")}
    assert {*profile_keys()} - shown == set()
