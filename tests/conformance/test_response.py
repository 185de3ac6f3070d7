from __future__ import annotations

from typing import Any

import pytest
from marked import unmarked, whole_error

from conformance.errors import InputError
from conformance.model import Place, Sign
from conformance.response import check_pattern, read_conditions, read_json, read_signs
from conformance.signs import conditions
from conformance.yamltree import Node, parse_text


def tree(text: str) -> Node:
    return parse_text(text, "file.yaml")


def test_a_sign_is_one_mapping_of_conditions() -> None:
    signs = read_signs(tree("{status: 302, location: /private/}"), "success")
    conditions_read = {"status": "302", "location": "/private/"}
    assert signs == (Sign(conditions_read, Place("file.yaml", 1, 1)),)


def test_a_list_of_signs_are_alternatives() -> None:
    first, second = read_signs(tree("- status: 302\n- {status: 303}\n"), "success")
    assert (first.conditions, str(first.place)) == ({"status": "302"}, "file.yaml:1")
    assert (second.conditions, str(second.place)) == ({"status": "303"}, "file.yaml:2")


READ: list[tuple[str, Any]] = [
    ("status: 200", "200"),
    ("status: [200]", "200"),
    ("status: [200, 204]", ["200", "204"]),
    ("body is: ''", ""),
    ("body is: ' a '", " a "),
    ("body contains: [no, ~]", ["no", "~"]),
    ("body matches: '^a+$'", "^a+$"),
    ("header: {Retry-After: 5}", {"Retry-After": "5"}),
    ("json: {user: {id: 1, name: }}", {"user": {"id": "1", "name": ""}}),
    ("json is: {a: [b, {c: d}]}", {"a": ["b", {"c": "d"}]}),
    ("json is: [1, 2]", ["1", "2"]),
    ('json is: \'{"a": [1, 2.5, true, null, "x", {}]}\'',
     {"a": ["1", "2.5", "true", "null", "x", {}]}),
    ("json is: '[]'", []),
    ("json is: 'null'", "null"),
    ('json is: \'"a text"\'', "a text"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), READ)
def test_a_condition_is_read_as_it_is_meant(text: str, value: Any) -> None:
    assert list(read_conditions(tree(text), "a sign").values()) == [value]


KNOWN = ", ".join(conditions.words)
WRONG = [
    ("»[]", "a sign has no conditions", ""),
    ("»{}", "a sign has no conditions", ""),
    ("[{status: 200}, »{}]", "a sign has no conditions", ""),
    ("»200", "a sign is a mapping, not a text", ""),
    ("[{status: 200}, »200]", "a sign is a mapping, not a text", ""),
    ("{»statsu: 200}", "unknown key 'statsu' in a sign", "did you mean 'status'?"),
    ("{»xyz: 200}", "unknown key 'xyz' in a sign", f"known: {KNOWN}"),
    ("{status: »''}", "a condition is empty", ""),
    ("{status: »[]}", "a condition is empty", ""),
    ("{status: [200, »{a: b}]}", "a condition is a text, not a mapping", ""),
    ("{status: »{a: b}}", "a condition is a list, not a mapping", ""),
    ("{body is: »[a]}", "a condition is a text, not a list", ""),
    ("{header: »Retry-After}", "a condition is a mapping, not a text", ""),
    ("{header contains: »{}}", "this condition names nothing", ""),
    ("{json: »[a]}", "a condition is a mapping, not a list", ""),
    ("{json: »{}}", "this condition names nothing", ""),
    (
        "{body matches: »'(a'}",
        "is not a regular expression: missing ), unterminated subpattern at position 0",
        "",
    ),
    ("{body matches: »''}", "a pattern is empty", ""),
    ("{body matches: »[a]}", "a pattern is a text, not a list", ""),
    (
        "{json is: »'{a: b}'}",
        "is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
        "",
    ),
    ("{json is: »a}", "is not JSON: Expecting value: line 1 column 1 (char 0)", ""),
    ("{json is: »''}", "is not JSON: Expecting value: line 1 column 1 (char 0)", ""),
]


@pytest.mark.parametrize(("marked", "message", "hint"), WRONG)
def test_a_wrong_sign_is_shown_with_its_line(marked: str, message: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        read_signs(tree(unmarked(marked)), "a sign")
    assert str(caught.value) == whole_error(marked, message, hint)


def test_json_that_is_written_as_yaml_is_all_text() -> None:
    assert read_json(tree("{a: 1, b: [no, '{x}']}")) == {"a": "1", "b": ["no", "{x}"]}


def test_a_pattern_is_returned_as_it_stands() -> None:
    assert check_pattern(tree("'a{2}(b)'")) == "a{2}(b)"
