"""What other origins may learn."""

from __future__ import annotations

from conformance.expectations.registry import describe, expectations
from conformance.origins import is_readable
from conformance.stage import Seen, Stage


@expectations("not readable from there", about="reading")
def not_readable(seen: Seen, _: Stage) -> str | None:
    """No browser shows the answer to a script of the page that asked (`visit` with `from`)."""
    page = seen.asked_from
    for exchange in seen.exchanges if page else ():
        if page and is_readable(page, exchange):
            allowed = "Access-Control-Allow-Origin and -Credentials allow"
            return f"{describe(exchange)}: {allowed} {page.origin}"
    return None
