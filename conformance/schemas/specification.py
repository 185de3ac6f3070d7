"""The schemas of the other files of a specification: requirements, standards, and the guide."""

from __future__ import annotations

from conformance.model import ConformanceClass, Level
from conformance.schemas.parts import (
    FILLED,
    REQUIREMENT_ID,
    Schema,
    choice,
    document,
    mapping,
    one_or_list,
    ref,
    said,
    when,
)

_SENTENCE: Schema = {"type": "string", "pattern": r"\.\s*$"}


def requirements_schema() -> Schema:
    """Return the schema of a file `scenarios/<area>/requirements.yaml`."""
    fields = {
        "level": said(choice(one.value for one in Level), "How strictly it is meant."),
        "class": said(
            choice(one.value for one in ConformanceClass),
            "The class in whose verdict it counts.",
        ),
        "says": said(_SENTENCE, "The rule in one sentence of our own words."),
        "why": said(FILLED, "What goes wrong otherwise."),
        "refs": said(
            one_or_list(FILLED),
            "The clauses it comes from, as the standards in scenarios/standards/ are cited, or "
            "`derived from ...`.",
        ),
        "untestable": said(FILLED, "Why nobody can check it from outside."),
    }
    rule = mapping(fields, ("level", "class", "says", "refs"))
    whole: Schema = {
        "type": "object",
        "patternProperties": {REQUIREMENT_ID: ref("requirement")},
        "additionalProperties": False,
    }
    title = "Requirements of session-conformance, each below its id such as LOGOUT-1"
    return document(title, whole, {"requirement": rule})


def standard_schema() -> Schema:
    """Return the schema of a file `scenarios/standards/<name>.yaml`."""
    fields = {
        "name": said(FILLED, "The name of the document."),
        "version": said(FILLED, "Its version or date."),
        "status": said(FILLED, "What has become of it, such as: current, draft, replaced."),
        "source": said(FILLED, "Where it is published."),
        "cited as": said(
            {"type": "string", "pattern": r"\{clause\}"},
            "How requirements cite a clause, such as `ASVS 5.0.0 {clause}`.",
        ),
        "lists": said(FILLED, "Which of its clauses are listed here."),
        "complete": said(choice(("yes", "no")), "Whether all that it lists has to be covered."),
        "levels": said(one_or_list(FILLED), "The levels that its clauses have."),
        "awaited": said(FILLED, "Why clauses may wait for a requirement that is being written."),
        "clauses": {"type": "object", "additionalProperties": ref("clause")},
    }
    required = ("name", "version", "status", "cited as", "lists", "clauses")
    with_level = {"additionalProperties": {"required": ["level"]}}
    levelled = when({"required": ["levels"]}, {"properties": {"clauses": with_level}})
    whole = mapping(fields, required, **levelled)
    return document("A standard that requirements cite", whole, {"clause": _clause()})


def _clause() -> Schema:
    fields = {
        "title": said(FILLED, "What it is about, in our own words."),
        "level": said(FILLED, "One of the levels of the standard."),
        "untestable": said(FILLED, "Why nobody can check it from outside."),
        "partly": said(FILLED, "What of it nobody can see from outside."),
        "awaited": said(FILLED, "The requirement that is to cover it and is not written yet."),
    }
    both = {"required": ["untestable", "partly"]}
    return mapping(fields, ("title",), **{"not": both})


def guide_schema() -> Schema:
    """Return the schema of the file `scenarios/guide.yaml`."""
    area = mapping(
        {
            "title": said(FILLED, "The title of the chapter."),
            "says": said(FILLED, "What it is about."),
        },
        ("title", "says"),
    )
    disagreement = mapping(
        {
            "on": said(FILLED, "The point on which the sources differ."),
            "positions": said(one_or_list(FILLED), "What each of them says."),
            "judged": said(FILLED, "What this specification judges."),
            "declared": said(FILLED, "What a profile says about it."),
            "see": said(one_or_list(FILLED), "The requirements that judge it."),
        },
        ("on", "positions", "judged", "declared"),
    )
    fields = {
        "areas": {"type": "object", "additionalProperties": area},
        "disagreements": {"type": "array", "items": disagreement},
    }
    whole = mapping(fields, ("areas", "disagreements"))
    return document("What the specification says between its requirements", whole, {})
