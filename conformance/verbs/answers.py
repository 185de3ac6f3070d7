"""Verbs that lay answers side by side."""

from __future__ import annotations

from conformance.errors import Unrecognised
from conformance.likeness import parts
from conformance.stage import Seat, Seen, Stage
from conformance.verbs.registry import verbs


@verbs("keep answer as", takes="name")
def keep_answer(stage: Stage, _: Seat, name: str) -> Seen:
    """Keep the last answer under a name; a name may collect several, which ought to be alike."""
    if not stage.exchanges:
        raise Unrecognised("there is no answer yet to keep")
    stage.answers.setdefault(name, []).append(stage.exchanges[-1])
    return Seen()


@verbs("compare answers", takes="names", shows=("likeness",))
def compare_answers(stage: Stage, _: Seat, names: list[str]) -> Seen:
    """Lay kept answers side by side: their status, their headers and their body."""
    sent = [text for user in stage.users.values() for text in (user.username, user.password)]
    return Seen(
        likeness={name: [parts(one, sent) for one in stage.answers[name]] for name in names}
    )
