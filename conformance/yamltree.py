"""A YAML file as a tree whose every node knows its line: texts, lists and mappings, nothing else.

Anchors, aliases, tags, several documents and repeated keys are refused, and no scalar is
interpreted: `no` is the text "no".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from conformance.errors import InputError, did_you_mean
from conformance.model import Place, Plain

DEEPEST = 64  # levels; no file of ours has ten, and YAML libraries have limits of their own

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Source:
    """A file's name as it is shown, and its text."""

    path: str
    text: str

    def line(self, number: int) -> str:
        """Return the text of line `number`, counted from 1."""
        lines = self.text.splitlines()
        return lines[number - 1] if 0 < number <= len(lines) else ""


@dataclass(frozen=True)
class Node:
    """A value and where it stands; `line` and `column` count from 1."""

    value: str | list[Node] | dict[str, Node]
    line: int
    column: int
    source: Source
    keys: Mapping[str, Node] | None = None  # of a mapping: its keys as nodes

    @property
    def place(self) -> Place:
        """Where the node stands."""
        return Place(self.source.path, self.line, self.column)

    def error(self, message: str, hint: str = "") -> InputError:
        """Return (not raise) an error that points at this node."""
        text = self.source.line(self.line)
        return InputError(message, self.source.path, self.line, self.column, text, hint)

    def text(self, what: str) -> str:
        """Return the text of this node; `what` names it in the error when it is no text."""
        if not isinstance(self.value, str):
            raise self.error(f"{what} is a text, not {_kind(self.value)}")
        return self.value

    def filled_text(self, what: str) -> str:
        """Return the text of this node, which must not be empty."""
        text = self.text(what).strip()
        if not text:
            raise self.error(f"{what} is empty")
        return text

    def items(self, what: str) -> list[Node]:
        """Return the nodes of this list."""
        if not isinstance(self.value, list):
            raise self.error(f"{what} is a list, not {_kind(self.value)}")
        return self.value

    def texts(self, what: str) -> tuple[str, ...]:
        """Return a list of texts; a single text counts as a list of one."""
        nodes = [self] if isinstance(self.value, str) else self.items(what)
        if not nodes:
            raise self.error(f"{what} is empty")
        return tuple(node.filled_text(what) for node in nodes)

    def mapping(self, what: str) -> dict[str, Node]:
        """Return the mapping of this node."""
        if not isinstance(self.value, dict):
            raise self.error(f"{what} is a mapping, not {_kind(self.value)}")
        return self.value

    def fields(
        self, what: str, known: tuple[str, ...], required: tuple[str, ...] = ()
    ) -> dict[str, Node]:
        """Return the mapping of this node, which has only `known` keys and all `required` ones."""
        fields = self.mapping(what)
        for key in fields:
            if key not in known:
                message = f"unknown key '{key}' in {what}"
                raise self.key(key).error(message, known_words(key, known))
        for key in required:
            if key not in fields:
                raise self.error(f"{what} lacks the key '{key}'")
        return fields

    def with_fields(self, other: Node, what: str) -> Node:
        """Return this mapping with the fields of another on top; it stands where the other does."""
        values = {**self.mapping(what), **other.mapping(what)}
        keys = {**(self.keys or {}), **(other.keys or {})}
        return replace(other, value=values, keys=keys)

    def key(self, name: str) -> Node:
        """Return the node of the key itself, so that an error can point at it."""
        return (self.keys or {}).get(name, self)

    def plain(self) -> Plain:
        """Return the value without places."""
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        return self.value

    def walk(self) -> Iterator[Node]:
        """Yield this node and all nodes below it, in their order; keys are not among them."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            if isinstance(node.value, list):
                waiting.extend(reversed(node.value))
            elif isinstance(node.value, dict):
                waiting.extend(reversed(node.value.values()))


def known_words(word: str, known: tuple[str, ...]) -> str:
    """Return a hint for an unknown word: the closest known one, or else all of them."""
    return did_you_mean(word, known) or f"known: {', '.join(known)}"


def shown_as(path: Path) -> str:
    """Return the path as a person would write it: relative to the working directory, if below."""
    below = _below(path.parent, Path.cwd())
    return str(path if below is None else below / path.name)


@lru_cache(maxsize=256)  # many files lie in one folder
def _below(folder: Path, working: Path) -> Path | None:
    """Return where a folder is as seen from the working directory; None where it is not below."""
    try:
        return folder.resolve().relative_to(working)
    except ValueError:
        return None


def parse(path: Path) -> Node:
    """Read a file into a tree.

    Raises InputError for a file that can't be read or that is not the YAML described above.
    """
    name = shown_as(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"can't be read: {error.strerror}", name, 1, 1) from None
    except UnicodeDecodeError as error:
        message = f"is not UTF-8 text (byte {error.start})"
        raise InputError(message, name, 1, 1) from None
    return parse_text(text, name)


def parse_text(text: str, name: str) -> Node:
    """Read `text` into a tree; `name` stands for the file in errors."""
    source = Source(name, text)
    try:
        return _Builder(source).document()
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, source) from None
    except yaml.reader.ReaderError as error:
        code = error.character if isinstance(error.character, int) else ord(error.character)
        before = text.partition(chr(code))[0]  # its position may be counted in bytes
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        message = f"is not YAML: the character U+{code:04X} is not allowed"
        raise InputError(message, name, line, column) from None


def error_at(place: Place, message: str, hint: str = "") -> InputError:
    """Return (not raise) an error that points at a place of a file that was read before."""
    try:
        text = Path(place.path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        text = ""
    return Node("", place.line, place.column, Source(place.path, text)).error(message, hint)


class _Builder:
    """Builds the tree from the parser's events, which still know about anchors and tags."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.event: Callable[[], Any] = _Loader(source.text).get_event  # the next one
        self.depth = 0  # lists and mappings that are open

    def document(self) -> Node:
        self.event()  # the stream starts
        if isinstance(self.event(), yaml.StreamEndEvent):
            raise InputError("the file is empty", self.source.path, 1, 1)
        root = self.node(self.event())
        self.event()  # the document ends
        following = self.event()
        if not isinstance(following, yaml.StreamEndEvent):
            raise self.at(following, "").error("one file holds one document")
        return root

    def at(self, event: Any, value: Any, keys: dict[str, Node] | None = None) -> Node:
        mark = event.start_mark
        return Node(value, mark.line + 1, mark.column + 1, self.source, keys)

    def node(self, event: Any) -> Node:
        self.refuse_cleverness(event)
        if isinstance(event, yaml.ScalarEvent):
            return self.at(event, event.value)
        self.refuse_depth(event)
        self.depth += 1
        node = self.collection(event)
        self.depth -= 1
        return node

    def collection(self, event: Any) -> Node:
        if isinstance(event, yaml.SequenceStartEvent):
            return self.at(event, self.sequence())
        keys: dict[str, Node] = {}
        return self.at(event, self.mapping(keys), keys)

    def refuse_depth(self, event: Any) -> None:
        if self.depth == DEEPEST:
            place = self.at(event, "").place  # without its line, which may be of any length
            message = f"is nested too deeply: more than {DEEPEST} levels"
            raise InputError(message, place.path, place.line, place.column)

    def refuse_cleverness(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent):
            message = "aliases are not allowed here: write the value out"
        elif event.anchor:
            message = "anchors are not allowed here"
        elif event.tag:
            message = "tags are not allowed here: every value is read as text"
        else:
            return
        raise self.at(event, "").error(message)

    def sequence(self) -> list[Node]:
        nodes = []
        while not isinstance(event := self.event(), yaml.SequenceEndEvent):
            nodes.append(self.node(event))
        return nodes

    def mapping(self, keys: dict[str, Node]) -> dict[str, Node]:
        values: dict[str, Node] = {}
        while not isinstance(event := self.event(), yaml.MappingEndEvent):
            key = self.node(event)
            name = key.text("a key")
            if name in values:
                first = keys[name].line
                raise key.error(f"the key '{name}' stands here twice (first in line {first})")
            keys[name] = key
            values[name] = self.node(self.event())
        return values


def _syntax_error(error: yaml.MarkedYAMLError, source: Source) -> InputError:
    mark = error.problem_mark or error.context_mark
    if mark and error.context_mark and not source.line(mark.line + 1).strip():
        mark = error.context_mark  # the file ends too early: point at what it leaves open
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    problem = error.problem or error.context or "can't be parsed"
    message = f"is not YAML: {problem}"
    return InputError(message, source.path, line, column, source.line(line))


def _kind(value: object) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return "a text" if value else "nothing"
