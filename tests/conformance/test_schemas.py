"""The JSON Schemas say what the loaders say, but for what a schema can't say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from marked import unmarked
from test_guide import FULL as FULL_GUIDE
from test_guide import WRONG as WRONG_GUIDES
from test_profiles import EXTENDING, LOG_OUT, MINIMAL
from test_profiles import FULL as FULL_PROFILE
from test_profiles import WRONG as WRONG_PROFILES
from test_requirements import FULL as FULL_REQUIREMENTS
from test_requirements import WRONG as WRONG_REQUIREMENTS
from test_scenarios import (
    EXAMPLES,
    HEAD,
    OBJECTS,
    WRONG_EXAMPLES,
    WRONG_FILES,
    WRONG_STEPS,
)
from test_scenarios import FULL as FULL_SCENARIO
from test_standards import FULL as FULL_STANDARD
from test_standards import WRONG as WRONG_STANDARDS
from yamlreadings import ROOT, as_editors, as_texts, kind_of, shipped

from conformance import profiles
from conformance.cli import main
from conformance.errors import InputError
from conformance.profile_actions import OPTIONAL_ACTIONS
from conformance.schemas import SCHEMAS, schema_text
from conformance.schemas.objects import objects
from conformance.steps import _OBJECTS, StepReader
from conformance.vocabulary import VOCABULARY
from conformance.yamltree import parse_text

VALIDATORS = {name: jsonschema.Draft202012Validator(schema()) for name, schema in SCHEMAS.items()}

# What the loaders say and no schema can: it depends on other places, or is more than a pattern.
LOADER_ALONE = "|".join(
    (
        r"has other columns than the first row|no step uses the column|no column '",
        r"is not a regular expression|is not JSON|is not a command:",
        r"the environment variable .* is not set",
        r"the allowance .* is more than half of",
        r"nothing fills the placeholder",
        r"lacks the key 'username', which|can't be read as UTF-8 text|is not a CSS selector:",
        r"'http://a:99999' is not a base URL|'2026-02-30' is not a day",
        r"unknown level 'L9'",  # the levels stand at the top of the standard
        r"b: \{who: eve\}",  # what stands in a cell of examples
    )
)
# What an editor takes for other than it is: a number written as no other is.
ODD = "times: 1e3"


def wrong(kind: str, value: Any) -> list[str]:
    """Return what the schema has against a value."""
    return [error.message for error in VALIDATORS[kind].iter_errors(value)]


def refused(kind: str, text: str) -> bool:
    """Say whether the schema refuses a text; in whatever way its scalars are read, it does."""
    verdict = bool(wrong(kind, as_texts(text)))
    assert bool(wrong(kind, as_editors(text))) is verdict or ODD in text
    return verdict


@pytest.mark.parametrize("kind", SCHEMAS)
def test_a_schema_is_itself_valid(kind: str) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[kind]())


@pytest.mark.parametrize("path", shipped(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_shipped_file_is_valid_by_its_schema(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert wrong(kind_of(path), as_texts(text)) == []
    assert wrong(kind_of(path), as_editors(text)) == []


@pytest.mark.parametrize("kind", SCHEMAS)
def test_the_command_prints_every_schema(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", kind]) == 0
    assert capsys.readouterr().out == schema_text(kind)


# --- what the loaders accept and refuse, so does the schema --------------------------------------


def in_scenario(step: str) -> str:
    return f"{HEAD}then:\n  - {step}\n"


RIGHT = [
    ("scenario", FULL_SCENARIO),
    ("scenario", EXAMPLES),
    *[("scenario", in_scenario(text)) for text, _ in OBJECTS],
    ("profile", MINIMAL),
    ("profile", FULL_PROFILE),
    ("profile", EXTENDING),
    ("profile", f"{EXTENDING}environment: {{B: 3}}"),
    ("requirements", FULL_REQUIREMENTS),
    ("standard", FULL_STANDARD),
    ("guide", FULL_GUIDE),
]


@pytest.mark.parametrize(("kind", "text"), RIGHT)
def test_what_a_loader_reads_is_valid(kind: str, text: str) -> None:
    assert not refused(kind, text)


def profiles_with_mistakes() -> Iterator[tuple[str, str, str]]:
    for old, new, message, _ in WRONG_PROFILES:
        marked = MINIMAL.replace(old, new, 1) if old else f"{MINIMAL}{new}\n"
        yield "profile", unmarked(marked), message


TWICE = "stands here twice"  # a key, which is for the editor's YAML parser to say
EVERY_MISTAKE = [
    *[("scenario", unmarked(marked), said) for marked, said, _ in WRONG_FILES + WRONG_EXAMPLES],
    *[("scenario", in_scenario(unmarked(marked)), said) for marked, said, _ in WRONG_STEPS],
    *[("requirements", unmarked(marked), said) for marked, said, _ in WRONG_REQUIREMENTS],
    *[("standard", unmarked(marked), said) for marked, said, _ in WRONG_STANDARDS],
    *[("guide", unmarked(marked), said) for marked, said, _ in WRONG_GUIDES],
    *profiles_with_mistakes(),
]
WRONG = [(kind, text, said) for kind, text, said in EVERY_MISTAKE if TWICE not in said]


@pytest.mark.parametrize(("kind", "text", "said"), WRONG)
def test_what_a_loader_refuses_is_not_valid(kind: str, text: str, said: str) -> None:
    assert refused(kind, text) is not bool(re.search(LOADER_ALONE, f"{said}\n{text}"))


# --- no word and no key is missing ---------------------------------------------------------------

DEFINITIONS = SCHEMAS["scenario"]()["$defs"]
STEP = {"$ref": "#/$defs/step-with-object", "$defs": DEFINITIONS}


def complaints(step: dict[str, Any], field: str) -> list[str]:
    """Return what the schema has against the key `field` of a step, or against what it says."""
    return [
        error.message
        for error in jsonschema.Draft202012Validator(STEP).iter_errors(step)
        if field in error.path or f"'{field}'" in error.message or error.instance == step[field]
    ]


@pytest.mark.parametrize("verb", VOCABULARY.verbs)
def test_a_verb_is_known_and_a_slip_in_it_is_not(verb: str) -> None:
    slip = f"{verb[:-1]}_"
    assert complaints({verb: [], slip: "a"}, slip)
    assert DEFINITIONS["step-with-object"]["properties"][verb]["description"]


@pytest.mark.parametrize("word", VOCABULARY.expectations)
def test_an_expectation_fits_its_verbs_and_a_slip_in_it_fits_none(word: str) -> None:
    about = VOCABULARY.expectations[word].about
    for verb in VOCABULARY.verbs.values():
        step = {verb.word: "a", "expect": word}
        assert (complaints(step, "expect") == []) is (about in verb.shows)
        assert complaints({**step, "expect": f"{word[:-1]}_"}, "expect")


@pytest.mark.parametrize("key", profiles._PROFILE)
def test_a_key_of_a_profile_is_known_and_a_slip_in_it_is_not(key: str) -> None:
    slip = f"{key[:-1]}_"
    assert slip in "".join(wrong("profile", {"extends": "base.yaml", slip: "a"}))
    assert SCHEMAS["profile"]()["properties"][key]["description"]


def test_a_schema_has_no_key_that_profiles_lack() -> None:
    assert set(SCHEMAS["profile"]()["properties"]) == set(profiles._PROFILE)


def known_keys(takes: str) -> list[str]:
    """Return the keys that a verb's object may have when it is a mapping, as the reader says."""
    with pytest.raises(InputError) as caught:
        StepReader(VOCABULARY).object_of(takes, parse_text("{xyzzy: a}", "file.yaml"))
    known = re.search("unknown key 'xyzzy'.*known: (.*)", str(caught.value), re.DOTALL)
    return known[1].split(", ") if known else []


@pytest.mark.parametrize("takes", _OBJECTS)
def test_the_object_of_a_verb_has_the_keys_that_its_reader_knows(takes: str) -> None:
    schema = objects()[takes]
    several = [one for one in (schema, *schema.get("anyOf", [])) if "properties" in one]
    assert sorted(key for one in several for key in one["properties"]) == sorted(known_keys(takes))


@pytest.mark.parametrize("action", OPTIONAL_ACTIONS)
def test_an_action_may_be_a_list_whose_requests_are_checked(action: str) -> None:
    first, slip = "{send: GET /}", "{send: GET /, haeders: {}}"
    text = f"extends: base.yaml\nusers: {{alice: {{username: a, password: b}}}}\n{action}: "
    assert not refused("profile", f"{text}[{first}, {LOG_OUT}]")
    assert refused("profile", f"{text}[{slip}, {LOG_OUT}]")


def test_words_are_described_by_their_docstrings() -> None:
    (says,) = [one["description"] for one in DEFINITIONS["step"]["else"]["anyOf"]
               if one.get("const") == "clear cookies"]  # fmt: skip
    assert says == "Delete all cookies of this browser, as a user can."
