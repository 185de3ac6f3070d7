"""The expectations of the vocabulary: what a step ought to show, one small function each."""

from conformance.expectations import (
    actions,
    caching,
    cookies,
    guessing,
    injection,
    jwts,
    leaks,
    likeness,
    limits,
    listing,
    meanings,
    names,
    origins,
    pages,
    refusals,
    setcookies,
    store,
    timing,
    tokens,
)
from conformance.expectations.registry import expectations
from conformance.expectations.response import response_differs

__all__ = [
    "actions",
    "caching",
    "cookies",
    "expectations",
    "guessing",
    "injection",
    "jwts",
    "leaks",
    "likeness",
    "limits",
    "listing",
    "meanings",
    "names",
    "origins",
    "pages",
    "refusals",
    "response_differs",
    "setcookies",
    "store",
    "timing",
    "tokens",
]
