"""What is found out about a server, as data: each key of the profile, how sure it is, and why."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from conformance.model import ActionRequest, JsonWord, Plain, Reading


class Certainty(str, Enum):
    """How sure a guess is: seen to work, likely by its looks, or nothing better known."""

    SURE = "sure"
    LIKELY = "likely"
    UNSURE = "unsure"


@dataclass(frozen=True)
class Guess:
    """One key of the profile; `why` is one line without a secret, for the comment beside it.

    What was given by the user is no guess: it has no `certainty`.
    """

    key: str
    value: Plain
    certainty: Certainty | None = None
    why: str = ""


@dataclass(frozen=True)
class Draft:
    """A profile to be: its keys in order, and what is left to be done by hand."""

    guesses: tuple[Guess, ...] = ()
    remarks: tuple[str, ...] = field(default=())

    def with_guess(self, guess: Guess) -> Draft:
        """Return the draft with one more key, or with this one in the place of the former."""
        kept = tuple(one for one in self.guesses if one.key != guess.key)
        return replace(self, guesses=(*kept, guess))

    def with_remark(self, remark: str) -> Draft:
        """Return the draft with one more thing that is left to be done by hand."""
        return replace(self, remarks=(*self.remarks, remark))

    def graded(self, certainty: Certainty) -> tuple[Guess, ...]:
        """Return the guesses that are so sure."""
        return tuple(one for one in self.guesses if one.certainty is certainty)


def request_value(request: ActionRequest) -> dict[str, Plain]:
    """Return a request as a profile says it."""
    value: dict[str, Plain] = {"send": f"{request.method} {request.path}"}
    if request.headers:
        value["headers"] = dict(request.headers)
    if request.form is not None:
        value["form"] = dict(request.form)
    if request.multipart is not None:
        value["multipart"] = dict(request.multipart)
    if request.json is not None:
        value["json"] = _json_value(request.json)
    if request.readings:
        value["read"] = {one.name: reading_value(one) for one in request.readings}
    return value


def reading_value(reading: Reading) -> dict[str, Plain]:
    """Return a reading as a profile says it, without its name."""
    value: dict[str, Plain] = {reading.source: reading.key}
    if reading.decodings:
        value["decode"] = list(reading.decodings) if reading.decodings[1:] else reading.decodings[0]
    return value


def _json_value(value: Plain) -> Plain:
    """Return JSON as YAML, or as one text where it has more than texts in it."""
    return json.dumps(_loaded(value)) if _has_words(value) else value


def _has_words(value: Plain) -> bool:
    if isinstance(value, dict):
        return any(map(_has_words, value.values()))
    return isinstance(value, JsonWord | list)


def _loaded(value: Plain) -> Any:
    if isinstance(value, dict):
        return {key: _loaded(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_loaded(inner) for inner in value]
    return json.loads(value) if isinstance(value, JsonWord) else value


def action_value(
    requests: Iterable[ActionRequest], signs: Mapping[str, Plain]
) -> dict[str, Plain] | list[Plain]:
    """Return an action as a profile says it: its requests, with the signs beside the last."""
    values = [request_value(one) for one in requests]
    values[-1] |= signs
    return values[0] if len(values) == 1 else [*values]
