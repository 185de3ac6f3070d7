"""How an answer differs from what a contract states."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.model import Exchange, Plain
from conformance.signs import broken, json_body
from conformance.stage import Seen, Stage


def response_differs(seen: Seen, stage: Stage, wanted: Mapping[str, Plain]) -> str | None:
    """Return how the answer differs from what a contract states, or None."""
    exchange = seen.exchanges[-1]
    names = broken(wanted, exchange, stage.credentials())
    if not names:
        return None
    observed = {
        "status": f"status {exchange.status}",
        "location": f"location {exchange.header('Location') or 'none'}",
    }
    texts = [observed.get(name) or _look(name, wanted[name], exchange, stage) for name in names]
    return "; ".join(dict.fromkeys(texts))


def _look(name: str, wanted: Plain, exchange: Exchange, stage: Stage) -> str:
    if name in ("header", "header contains") and isinstance(wanted, dict):
        found = ((key, exchange.header(key)) for key in wanted)
        return ", ".join(f"header {key}: {value or 'none'}" for key, value in found)
    if name == "json keys":
        is_json, value = json_body(exchange)
        keys = sorted(value) if is_json and isinstance(value, dict) else "no JSON object"
        return f"keys {keys}"
    if name in ("no header", "no cookie", "sets cookie"):
        return f"'{name}' does not hold"
    # Secrets go first: of one that is cut in two, no half would be recognised any more.
    return f"status {exchange.status} with the body {_shortened(stage.redact(exchange.text))}"


def _shortened(text: str, most: int = 200) -> str:
    text = " ".join(text.split())
    return f"{text[:most]!r}..." if len(text) > most else repr(text)
