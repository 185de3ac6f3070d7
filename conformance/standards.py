"""Reads `scenarios/standards/<name>.yaml`: a standard and its clauses, for requirements to cite."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from conformance.model import Place
from conformance.yamltree import Node, known_words

_CLAUSE = "{clause}"
_KEYS = (
    "name",
    "version",
    "status",
    "source",
    "cited as",
    "lists",
    "complete",
    "levels",
    "awaited",
    "clauses",
)
_REQUIRED = ("name", "version", "status", "cited as", "lists", "clauses")
_CLAUSE_KEYS = ("title", "level", "untestable", "partly", "awaited")


@dataclass(frozen=True)
class Clause:
    """One clause of a standard, in our own words.

    `untestable` says why nobody can check it from outside, `partly` what of it nobody can see, and
    `awaited` names the requirement that is to cover it and is not written yet.
    """

    id: str
    title: str
    place: Place
    level: str = ""
    untestable: str = ""
    partly: str = ""
    awaited: str = ""


@dataclass(frozen=True)
class Standard:
    """A document that requirements come from; `lists` says which of its clauses are listed here.

    A list that is not `complete` has what requirements cite, be it only to derive a rule from it.
    `cited_as` is how a requirement cites a clause of it, such as "ASVS 5.0.0 {clause}". While
    `awaited` is filled, clauses that nothing cites may stay; it must go with the last awaited one.
    """

    key: str
    name: str
    version: str
    status: str
    source: str
    cited_as: str
    lists: str
    place: Place
    clauses: Mapping[str, Clause] = field(default_factory=dict)
    awaited: str = ""
    complete: bool = True

    def ref(self, clause: str) -> str:
        """Return how a requirement cites this clause."""
        return self.cited_as.replace(_CLAUSE, clause)

    def clause_in(self, ref: str) -> str | None:
        """Return the clause that a citation names ("" for none), or None if it cites another."""
        head, _, tail = self.cited_as.partition(_CLAUSE)
        if ref.rstrip() == head.rstrip(" (-"):
            return ""
        if not ref.startswith(head) or not ref.endswith(tail):
            return None
        return ref[len(head) : len(ref) - len(tail)]


def read_standard(root: Node, key: str) -> Standard:
    """Return the standard of one file; raises InputError at the first thing that is wrong."""
    fields = root.fields("a standard", _KEYS, _REQUIRED)
    text = {name: node.filled_text(name) for name, node in fields.items() if name in _TEXTS}
    if _CLAUSE not in text["cited as"]:
        raise fields["cited as"].error(f"'cited as' lacks {_CLAUSE}")
    levels = fields["levels"].texts("levels") if "levels" in fields else ()
    clauses = fields["clauses"]
    return Standard(
        key=key,
        name=text["name"],
        version=text["version"],
        status=text["status"],
        source=text.get("source", ""),
        cited_as=text["cited as"],
        lists=text["lists"],
        place=root.key("clauses").place,
        clauses={
            name: _clause(name, node, clauses.key(name), levels)
            for name, node in clauses.mapping("clauses").items()
        },
        awaited=text.get("awaited", ""),
        complete="complete" not in fields or _yes(fields["complete"]),
    )


def _yes(node: Node) -> bool:
    text = node.text("complete")
    if text not in ("yes", "no"):
        raise node.error(f"complete is yes or no, not '{text}'")
    return text == "yes"


_TEXTS = ("name", "version", "status", "source", "cited as", "lists", "awaited")


def _clause(name: str, node: Node, key: Node, levels: tuple[str, ...]) -> Clause:
    required = ("title", "level") if levels else ("title",)
    fields = node.fields(f"clause {name}", _CLAUSE_KEYS, required)
    text = {key: value.filled_text(key) for key, value in fields.items()}
    if "level" in text and text["level"] not in levels:
        message = f"unknown level '{text['level']}'"
        raise fields["level"].error(message, known_words(text["level"], levels))
    if "untestable" in text and "partly" in text:
        raise fields["partly"].error("a clause is untestable or partly tested, not both")
    return Clause(
        id=name,
        title=" ".join(text["title"].split()),
        place=key.place,
        level=text.get("level", ""),
        untestable=text.get("untestable", ""),
        partly=text.get("partly", ""),
        awaited=text.get("awaited", ""),
    )
