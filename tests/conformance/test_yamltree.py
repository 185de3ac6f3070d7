from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from marked import unmarked, whole_error

from conformance.errors import InputError, InputErrors, did_you_mean
from conformance.model import Place
from conformance.yamltree import Node, Source, error_at, known_words, parse, parse_text, shown_as


def tree(text: str) -> Node:
    return parse_text(text, "file.yaml")


def refusal(text: str) -> str:
    with pytest.raises(InputError) as caught:
        tree(text)
    return str(caught.value)


# --- what a file says ----------------------------------------------------------------------------

SCALARS = [
    "no",
    "yes",
    "On",
    "true",
    "null",
    "~",
    "1e3",
    "0x1F",
    "0o17",
    "1_000",
    "-.inf",
    ".NaN",
    "12:30:45",
    "2024-02-30",
    "=",
    "3.0",
    "007",
    "Größe 🙂",
]


@pytest.mark.parametrize("text", SCALARS)
def test_a_scalar_is_the_text_that_was_written(text: str) -> None:
    assert tree(text).value == text
    assert tree(f"'{text}'").value == text


@pytest.mark.parametrize("written", ["key:", "key: ''", 'key: ""', "key: # nothing"])
def test_a_value_that_is_not_there_is_an_empty_text(written: str) -> None:
    assert tree(written).plain() == {"key": ""}


def test_text_may_go_over_several_lines() -> None:
    assert tree("a: |\n  one\n   two\nb: >\n  one\n  two\nc: one\n  two\n").plain() == {
        "a": "one\n two\n",
        "b": "one two\n",
        "c": "one two",
    }


def test_what_looks_like_a_merge_is_a_key_like_any_other() -> None:
    assert tree("<<: {a: b}").plain() == {"<<": {"a": "b"}}


def test_every_value_and_key_knows_its_place() -> None:
    root = tree("a:\n  - b\n  - c: d\n")
    b, c = root.mapping("it")["a"].items("a")
    assert root.place == Place("file.yaml", 1, 1)
    assert (b.line, b.column) == (2, 5)
    assert (c.line, c.column) == (3, 5)
    assert (c.key("c").line, c.key("c").column) == (3, 5)
    assert c.key("x") is c
    assert (c.mapping("c")["c"].line, c.mapping("c")["c"].column) == (3, 8)


def test_columns_count_characters_whatever_they_are() -> None:
    assert tree("{Größe 🙂: x}").mapping("it")["Größe 🙂"].column == 11


def test_walking_meets_every_value_but_no_key() -> None:
    met = [node.value for node in tree("a: [b, {c: d}]").walk() if isinstance(node.value, str)]
    assert met == ["b", "d"]


def random_tree(chance: random.Random, depth: int = 0) -> Any:
    kind = chance.choice(["text", "list", "mapping"]) if depth < 4 else "text"
    if kind == "list":
        return [random_tree(chance, depth + 1) for _ in range(chance.randrange(4))]
    if kind == "mapping":
        return {random_text(chance): random_tree(chance, depth + 1) for _ in range(3)}
    return random_text(chance)


def random_text(chance: random.Random) -> str:
    return "".join(chance.choices("ab :#-'\"\\{}[]&*!|>%@,?\n\té🙂0~", k=chance.randrange(8)))


@pytest.mark.parametrize("seed", range(50))
def test_whatever_was_written_as_json_is_read_back(seed: int) -> None:
    written = random_tree(random.Random(seed))
    assert tree(json.dumps(written, ensure_ascii=False)).plain() == written
    assert tree(json.dumps(written, ensure_ascii=False, indent=1)).plain() == written


# --- what is refused -----------------------------------------------------------------------------

REFUSED = [
    ("a: »&name b", "anchors are not allowed here"),
    ("a: »&name [b]", "anchors are not allowed here"),
    ("a: »&name {b: c}", "anchors are not allowed here"),
    ("»&name a: b", "anchors are not allowed here"),
    ("a: b\nc: [d, »*name]", "aliases are not allowed here: write the value out"),
    ("- »!!str no", "tags are not allowed here: every value is read as text"),
    ("- »!!python/name:os.system ''", "tags are not allowed here: every value is read as text"),
    ("- »!mine {a: b}", "tags are not allowed here: every value is read as text"),
    ("a: b\n»---\nc: d\n", "one file holds one document"),
    ("a: b\nc: d\n»a: e\n", "the key 'a' stands here twice (first in line 1)"),
    ("{a: b, »a: b}", "the key 'a' stands here twice (first in line 1)"),
    ("a:\n  b: c\n  »'b': d\n", "the key 'b' stands here twice (first in line 2)"),
    ("? »[a]\n: b\n", "a key is a text, not a list"),
    ("? »{a: b}\n: c\n", "a key is a text, not a mapping"),
    ("a: b»: c", "is not YAML: mapping values are not allowed in this context"),
    ("»\ta: b", "is not YAML: found character that cannot start any token"),
    ("a: b\nc: »[d\n", "is not YAML: did not find expected ',' or ']'"),
    ("a: b\nc: »'d\n\n", "is not YAML: found unexpected end of stream"),
    ("- [a, b»}\n\n- c\n", "is not YAML: did not find expected ',' or ']'"),
    ("»%YAML 1.3\n---\na: b", "is not YAML: found incompatible YAML document"),
]


@pytest.mark.parametrize(("marked", "message"), REFUSED)
def test_what_is_no_plain_yaml_is_shown_with_its_line(marked: str, message: str) -> None:
    assert refusal(unmarked(marked)) == whole_error(marked, message)


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n"])
def test_an_empty_file_is_refused(text: str) -> None:
    assert refusal(text) == "file.yaml:1:1: the file is empty"


CONTROL = [
    ("\x00", "1:1", "0000"),
    ("a: b\x07", "1:5", "0007"),
    ("a: Größe\nb: 'ü\x1b[31m'", "2:6", "001B"),
    ("a: b\n🙂: \x7f", "2:4", "007F"),
]


@pytest.mark.parametrize(("text", "place", "code"), CONTROL)
def test_a_control_character_is_named_and_not_printed(text: str, place: str, code: str) -> None:
    message = f"is not YAML: the character U+{code} is not allowed"
    assert refusal(text) == f"file.yaml:{place}: {message}"


@pytest.mark.parametrize("depth", [65, 900])
def test_what_is_nested_too_deeply_is_refused(depth: int) -> None:
    text = "[" * depth + "]" * depth
    assert refusal(text) == "file.yaml:1:65: is nested too deeply: more than 64 levels"


def test_what_is_too_deep_even_for_the_library_is_refused_too() -> None:
    # Some libraries of YAML give up at the thousandth level, before they hand over the first.
    assert refusal("[" * 50_000).startswith("file.yaml:1:")


def test_what_is_not_nested_too_deeply_is_read() -> None:
    text = "[" * 64 + "]" * 64
    assert sum(1 for _ in parse_text(text, "file.yaml").walk()) == 64


def refused_file(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        parse(path)
    return str(caught.value)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_file_that_is_not_utf8_is_refused(here: Path) -> None:
    file = here / "latin.yaml"
    file.write_bytes("title: Größe".encode("latin-1"))
    assert refused_file(file) == "latin.yaml:1:1: is not UTF-8 text (byte 9)"


def test_a_file_that_is_not_there_is_refused(here: Path) -> None:
    message = "can't be read: No such file or directory"
    assert refused_file(here / "none.yaml") == f"none.yaml:1:1: {message}"


def test_a_folder_in_the_place_of_a_file_is_refused(here: Path) -> None:
    (here / "a" / "b.yaml").mkdir(parents=True)
    assert refused_file(here / "a/b.yaml") == "a/b.yaml:1:1: can't be read: Is a directory"


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_byte_order_mark_and_line_ends_of_other_systems_are_as_good(
    here: Path, start: bytes, end: bytes
) -> None:
    file = here / "file.yaml"
    file.write_bytes(start + end.join([b"a: b", b"c: &d e", b""]))
    assert refused_file(file) == whole_error("a: b\nc: »&d e", "anchors are not allowed here")


def test_a_file_is_named_as_a_person_would_name_it(here: Path, tmp_path_factory: Any) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "a.yaml"
    assert shown_as(here / "x" / ".." / "a.yaml") == "a.yaml"
    assert shown_as(Path("x/a.yaml")) == "x/a.yaml"
    assert shown_as(elsewhere) == str(elsewhere)


# --- what a node is asked for --------------------------------------------------------------------

KNOWN = ("title", "given", "then")
ASKED = [
    ("a: »[b]", lambda node: node.text("it"), "it is a text, not a list", ""),
    ("a: »{b: c}", lambda node: node.text("it"), "it is a text, not a mapping", ""),
    ("a: »' '", lambda node: node.filled_text("it"), "it is empty", ""),
    ("a: »[]", lambda node: node.filled_text("it"), "it is a text, not a list", ""),
    ("a: »b", lambda node: node.items("it"), "it is a list, not a text", ""),
    ("a: »''", lambda node: node.items("it"), "it is a list, not nothing", ""),
    ("a: »{}", lambda node: node.items("it"), "it is a list, not a mapping", ""),
    ("a: »[]", lambda node: node.texts("it"), "it is empty", ""),
    ("a: [b, »'']", lambda node: node.texts("it"), "it is empty", ""),
    ("a: [b, »[c]]", lambda node: node.texts("it"), "it is a text, not a list", ""),
    ("a: »{b: c}", lambda node: node.texts("it"), "it is a list, not a mapping", ""),
    ("a: »[b]", lambda node: node.mapping("it"), "it is a mapping, not a list", ""),
    ("a: »''", lambda node: node.mapping("it"), "it is a mapping, not nothing", ""),
    ("a: »b", lambda node: node.fields("it", KNOWN), "it is a mapping, not a text", ""),
    (
        "a: {»titel: b}",
        lambda node: node.fields("it", KNOWN),
        "unknown key 'titel' in it",
        "did you mean 'title'?",
    ),
    (
        "a: {title: b, »x: c}",
        lambda node: node.fields("it", KNOWN),
        "unknown key 'x' in it",
        "known: title, given, then",
    ),
    (
        "a: »{title: b}",
        lambda node: node.fields("it", KNOWN, ("title", "then")),
        "it lacks the key 'then'",
        "",
    ),
]


@pytest.mark.parametrize(("marked", "ask", "message", "hint"), ASKED)
def test_a_node_that_is_something_else_says_what_it_is(
    marked: str, ask: Any, message: str, hint: str
) -> None:
    node = tree(unmarked(marked)).mapping("it")["a"]
    with pytest.raises(InputError) as caught:
        ask(node)
    assert str(caught.value) == whole_error(marked, message, hint)


def test_a_node_gives_what_it_is() -> None:
    fields = tree("title: ' a '\ngiven: [b, c]\nthen: {d: e}").fields("it", KNOWN, KNOWN)
    assert fields["title"].text("it") == " a "
    assert fields["title"].filled_text("it") == "a"
    assert fields["title"].texts("it") == ("a",)
    assert fields["given"].texts("it") == ("b", "c")
    assert fields["then"].plain() == {"d": "e"}


# --- how errors look -----------------------------------------------------------------------------


def test_an_error_shows_place_line_caret_and_hint() -> None:
    error = InputError("is wrong", "a/b.yaml", 9, 5, "  - keep: it", "did you mean 'x'?")
    assert str(error) == (
        "a/b.yaml:9:5: is wrong\n"
        "   9 |   - keep: it\n"
        "     |     ^\n"
        "  did you mean 'x'?"
    )  # fmt: skip


def test_the_caret_stands_right_in_long_files_and_behind_tabs() -> None:
    assert str(InputError("is wrong", "a.yaml", 12345, 4, "a:\tb")) == (
        "a.yaml:12345:4: is wrong\n12345 | a:\tb\n      |   \t^"
    )


def test_an_error_on_a_blank_line_shows_no_line() -> None:
    assert str(InputError("is wrong", "a.yaml", 2, 1, "  ")) == "a.yaml:2:1: is wrong"


def test_several_errors_stand_one_below_the_other() -> None:
    errors = InputErrors(InputError("is wrong", name, 1, 1) for name in ("a", "b"))
    assert str(errors) == "a:1:1: is wrong\n\nb:1:1: is wrong"
    assert [error.path for error in errors.errors] == ["a", "b"]


def test_an_error_found_later_shows_the_line_as_well(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("a: b\nc: d\n")
    marked, place = "a: b\nc: »d\n", Place(str(file), 2, 4)
    error = error_at(place, "is wrong", "mend it")
    assert str(error) == whole_error(marked, "is wrong", "mend it", str(file))


def test_an_error_found_when_the_file_is_gone_shows_its_place(tmp_path: Path) -> None:
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(b"\xff")
    for file in (tmp_path / "gone.yaml", latin):
        assert str(error_at(Place(str(file), 2, 4), "is wrong")) == f"{file}:2:4: is wrong"


@pytest.mark.parametrize("number", [0, -1, 3])
def test_a_line_that_is_not_in_the_file_is_empty(number: int) -> None:
    assert Source("a.yaml", "one\ntwo\n").line(number) == ""


@pytest.mark.parametrize(
    ("word", "hint"),
    [("log im", "did you mean 'log in'?"), ("LOG IN", ""), ("", ""), ("fetch", "")],
)
def test_only_a_close_word_is_proposed(word: str, hint: str) -> None:
    known = ("log in", "log out")
    assert did_you_mean(word, known) == hint
    assert known_words(word, known) == (hint or "known: log in, log out")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("alice: {username: a, password: correct horse}", False),
        ("""alice: {username: a, "password": 'correct horse'}""", False),
        ("alice: {username: a, passwrd: correct horse}", False),
        ('form: {name: "{username}", password: "{password}"}', True),
        ("bob: {username: b, password from environment: BOB}", True),
    ],
)
def test_a_line_that_gives_a_password_is_not_shown(line: str, shown: bool) -> None:
    message = str(InputError("wrong", "profile.yaml", 3, 1, line))
    assert message.startswith("profile.yaml:3:1: wrong")
    assert (line in message) is shown
    assert "correct horse" not in message
