"""The expectations of the vocabulary: what a step ought to show, one small function each."""

from conformance.expectations import (
    actions,
    cookies,
    leaks,
    listing,
    origins,
    pages,
    tokens,
)
from conformance.expectations.registry import expectations
from conformance.expectations.response import response_differs

__all__ = [
    "actions",
    "cookies",
    "expectations",
    "leaks",
    "listing",
    "origins",
    "pages",
    "response_differs",
    "tokens",
]
