"""The verbs of the vocabulary: what a step does, as one small function each."""

from conformance.verbs import (
    account,
    administration,
    answers,
    copies,
    crowd,
    exact,
    guessing,
    limits,
    listing,
    login,
    nested,
    pages,
    registering,
    server,
    strangers,
    timing,
    tokens,
)
from conformance.verbs.registry import verbs

__all__ = [
    "account",
    "administration",
    "answers",
    "copies",
    "crowd",
    "exact",
    "guessing",
    "limits",
    "listing",
    "login",
    "nested",
    "pages",
    "registering",
    "server",
    "strangers",
    "timing",
    "tokens",
    "verbs",
]
