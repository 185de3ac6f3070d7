"""Whether an action was accepted or refused."""

from __future__ import annotations

from conformance.expectations.registry import describe, expectations, not_understood
from conformance.stage import Seen, Stage

_SERVER_ERROR = 500


@expectations("accepted", about="action")
def accepted(seen: Seen, stage: Stage) -> str | None:
    """The action succeeded, by the profile's sign of success."""
    _refuse_unrecognised(seen)
    if seen.answer == "accepted":
        return None
    stage.refuse_slowness(seen.exchanges[-1], seen.life)
    return f"refused: {_last(seen)}"


@expectations("refused", about="action", refusal=True)
def refused(seen: Seen, _: Stage) -> str | None:
    """The action was refused, by the profile's sign of refusal."""
    _refuse_unrecognised(seen)
    return None if seen.answer == "refused" else f"accepted: {_last(seen)}"


@expectations("not claimed", about="action", refusal=True)
def not_claimed(seen: Seen, _: Stage) -> str | None:
    """The action is not said to have succeeded; a server error is as good as a refusal."""
    return f"accepted: {_last(seen)}" if seen.answer == "accepted" else None


def _refuse_unrecognised(seen: Seen) -> None:
    if seen.answer == "unrecognised":
        message = "the profile's signs do not tell what this means"
        raise not_understood(seen.exchanges[-1], message)


@expectations("no server error", about="answer")
def no_server_error(seen: Seen, _: Stage) -> str | None:
    """No answer has a status of 500 or above."""
    errors = [exchange for exchange in seen.exchanges if exchange.status >= _SERVER_ERROR]
    return describe(errors[0]) if errors else None


def _last(seen: Seen) -> str:
    return describe(seen.exchanges[-1])
