"""Verbs that lay answers side by side."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from conformance.changes import credential_changes
from conformance.errors import Unrecognised
from conformance.likeness import parts
from conformance.model import REDIRECTS, Request
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
    for user in stage.users.values():
        spoilt = ("unknown name", "wrong password")
        sent += [text for word in spoilt for text in credential_changes[word](user) if text]
    sent = [text for text in sent if text]  # some targets have no user names
    return Seen(
        likeness={name: [parts(one, sent) for one in stage.answers[name]] for name in names}
    )


@verbs("follow the redirect")
def follow_redirect(stage: Stage, seat: Seat, _: None) -> Seen:
    """Go where the last answer leads, on the same site, if it leads anywhere.

    A page after a redirect may say what the answer itself does not.
    """
    last = stage.exchanges[-1] if stage.exchanges else None
    location = last.header("Location") if last and last.status in REDIRECTS else None
    if not last or not location:
        return Seen()
    there = urlsplit(urljoin(last.url, location))
    if (there.scheme, there.netloc) != urlsplit(last.url)[:2]:
        return Seen()
    return Seen((seat.browser.send(Request("GET", there._replace(fragment="").geturl())),))
