"""The schema of a scenario: its keys, and steps of one verb each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from conformance.model import Vocabulary, Word
from conformance.scenarios import TITLE_LENGTH
from conformance.schemas.conditions import condition_definitions
from conformance.schemas.objects import COLUMN, object_definitions, objects
from conformance.schemas.parts import (
    FILLED,
    REQUIREMENT_ID,
    TEXT,
    Schema,
    choice,
    document,
    either,
    listed,
    mapping,
    meanings,
    one_of_keys,
    one_or_list,
    ref,
    said,
    when,
    whole_number,
)
from conformance.steps import MAX_TIMES, NODES

_MAY_STAND_ALONE = ("nothing", "manner", "password change")
_NO_TITLE = r"\b[Ss]hould\b|\b[Tt]ests? that\b|\.\s*$"
_TIMES = r"^0*([1-9][0-9]{0,2}|1000)$"


def scenario_schema(words: Vocabulary) -> Schema:
    """Return the schema of a file `scenarios/<area>/<name>.yaml`."""
    fields = {
        "title": said(_title(), "What happens, in at most 70 characters."),
        "verifies": said(
            one_or_list({"type": "string", "pattern": REQUIREMENT_ID}),
            "The ids of the requirements that this scenario proves.",
        ),
        "needs": said(
            one_or_list(choice(meanings(words.needs.values()))),
            "What the scenario needs beyond what its words imply.",
        ),
        "examples": said(_examples(), "A table; a step uses the value of a column as `<column>`."),
        "notes": said(TEXT, "What the reader needs to know."),
        "given": said(ref("steps"), "What is prepared, and shown to work at all."),
        "when": said(ref("steps"), "What happens."),
        "then": said(ref("steps"), "What is then to be seen; a failure here is the server's."),
    }
    whole = mapping(fields, ("title", "verifies", "then"))
    return document("A scenario of session-conformance", whole, _definitions(words))


def _title() -> Schema:
    return {**FILLED, "maxLength": TITLE_LENGTH, "not": {"type": "string", "pattern": _NO_TITLE}}


def _examples() -> Schema:
    names = {"pattern": "^[a-z][a-z0-9 ]*$"}
    row: Schema = {"type": "object", "propertyNames": names, "additionalProperties": TEXT}
    return {"type": "object", "additionalProperties": row, "minProperties": 1}


def _definitions(words: Vocabulary) -> dict[str, Schema]:
    alone = [word for word in words.verbs.values() if _stands_alone(word)]
    verbs = choice(meanings(alone), COLUMN)
    return {
        "steps": listed(ref("step")),
        # Told apart by type, so that a slip in a verb is not taken for a verb that stands alone.
        "step": {
            "type": ["string", "object"],
            **when({"type": "object"}, ref("step-with-object")),
            "else": verbs,
        },
        "step-with-object": _step(words),
        **_expectations(words),
        **object_definitions(words),
        **condition_definitions(),
    }


def _stands_alone(verb: Word) -> bool:
    return verb.takes in _MAY_STAND_ALONE and not _says_nothing_alone(verb)


def _says_nothing_alone(verb: Word) -> bool:
    return bool(verb.shows) and not verb.default


def _step(words: Vocabulary) -> Schema:
    taken = objects()
    fields = {word.word: said(taken[word.takes], word.says) for word in words.verbs.values()}
    verbs = list(fields)
    fields |= {
        "expect": {"description": "What is expected; without it, what the verb does by itself."},
        "browser": said(FILLED, "Which browser acts; without it all steps share one."),
        "on": said(choice(NODES, COLUMN), "Which node is asked; without it the one at `base url`."),
        "times": said(
            either(whole_number(1, MAX_TIMES, _TIMES), COLUMN), "How often the step is done."
        ),
    }
    rules = [when({"propertyNames": {"enum": list(fields)}}, one_of_keys(*verbs))]
    return mapping(fields, allOf=[*rules, *_rules_of_expecting(words)])


def _rules_of_expecting(words: Vocabulary) -> Iterator[Schema]:
    """Yield for each group of verbs that show the same what can be expected of them."""
    groups: dict[tuple[frozenset[str], bool], list[str]] = {}
    for word in words.verbs.values():
        groups.setdefault((word.shows, _says_nothing_alone(word)), []).append(word.word)
    for (shows, needs_one), verbs in groups.items():
        expected = ref(_name(shows)) if shows else False
        required = {"required": ["expect"]} if needs_one else {}
        yield when(
            either(*({"required": [verb]} for verb in verbs)),
            {"properties": {"expect": expected}, **required},
        )


def _expectations(words: Vocabulary) -> dict[str, Schema]:
    """Return the expectations about each thing, and what can be expected of each kind of verb."""
    about: dict[str, list[Word]] = {}
    for word in words.expectations.values():
        about.setdefault(word.about, []).append(word)
    shown = {word.shows for word in words.verbs.values() if word.shows}
    return {
        **{_name({thing}, "about"): choice(meanings(of_it)) for thing, of_it in about.items()},
        **{_name(shows): _expected(shows, about) for shows in sorted(shown, key=sorted)},
    }


def _expected(shows: frozenset[str], about: Mapping[str, list[Word]]) -> Schema:
    fitting = [ref(_name({thing}, "about")) for thing in sorted(shows) if thing in about]
    whole = [ref("conditions")] if "response" in shows else []
    return either(one_or_list(either(*fitting, COLUMN)), *whole)


def _name(things: frozenset[str] | set[str], what: str = "expected-of") -> str:
    return "-".join([what, *sorted(things)])
