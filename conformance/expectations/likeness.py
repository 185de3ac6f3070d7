"""Whether answers can be told apart."""

from __future__ import annotations

from conformance.expectations.registry import expectations
from conformance.likeness import difference
from conformance.stage import Seen, Stage


@expectations("all alike", about="likeness")
def all_alike(seen: Seen, _: Stage) -> str | None:
    """No part of the answers tells those of one name from those of another.

    Dates, identifiers, tokens, and what the request itself held are no difference, nor is a part
    that varies among the answers of one name.
    """
    part = difference(list(seen.likeness.values()))
    if part is None:
        return None
    shown = {name: answers[0].get(part, "none") for name, answers in seen.likeness.items()}
    if part == "body":
        return "the body tells them apart"
    return f"the {part} tells them apart: " + ", ".join(
        f"{text} ({name})" for name, text in shown.items()
    )
