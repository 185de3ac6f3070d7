"""How verbs perform an action of the profile: as its own pages would, or from elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from conformance.actions import Manner, Performer
from conformance.composition import Shaping, as_text, used_placeholders
from conformance.errors import Closed
from conformance.model import Action, Exchange
from conformance.recognition import Answer
from conformance.returns import returning
from conformance.sendings import OVERSIZE, sendings
from conformance.shapes import shapes
from conformance.stage import DoesNotApply, NotTried, Seat, Seen, Stage
from conformance.verbs.csrftokens import sent_token
from conformance.verbs.registry import session_cookies_in

Values = Mapping[str, "str | None"]


def act(stage: Stage, seat: Seat, name: str, wanted: Mapping[str, str], **more: str | None) -> Seen:
    """Perform the optional action of this name for the user of the seat.

    `more` are the values that it fills beside the user's name and password.
    """
    values = own_values(stage, seat) | more
    answer, exchanges = perform(stage, seat, stage.profile.actions[name], values, wanted)
    return seen_of(stage, seat, answer, exchanges)


def perform(
    stage: Stage, seat: Seat, action: Action, values: Values, wanted: Mapping[str, str]
) -> tuple[Answer, tuple[Exchange, ...]]:
    """Perform an action in the manner that `wanted` states with `from`, `sent` and so on.

    A server that closes the connection when it is sent too much has refused; one that answers
    before it has read everything may close it later, so no other request goes that way. Other
    sites know no password but that of their own account, which they may log in.
    """
    if action.name == "log in":
        _refuse_other_names(stage, values, wanted)
    if "from" in wanted and action.name != "log in":
        values = {**values, "password": None}
    how = manner(stage, seat, action, wanted)
    performer = Performer(stage.profile, seat.browser, values, how)
    try:
        return performer.perform(action)
    except Closed:
        if wanted.get("sent") in OVERSIZE:
            return "refused", ()
        raise
    finally:
        if wanted.get("sent") in OVERSIZE:
            stage.wire.drop_connections()


def _refuse_other_names(stage: Stage, values: Values, wanted: Mapping[str, str]) -> None:
    """Refuse to log in with another name where the target asks for none: it would not be sent."""
    action = stage.profile.log_in
    if any("username" in used_placeholders(request) for request in action.requests):
        return
    names = {user.username for user in stage.users.values()}
    if "name as" in wanted or values.get("username") not in names:
        raise DoesNotApply("the profile's login asks for no user name")


def is_forged(wanted: Mapping[str, str]) -> bool:
    """Tell whether a server is to give such a request no effect."""
    return bool({"from", "csrf token"} & set(wanted))


def own_values(stage: Stage, seat: Seat) -> dict[str, str | None]:
    """Return name and password of the user who has logged in with this browser, if any."""
    user = stage.users.get(seat.role)
    return {"username": user.username, "password": user.password} if user else {}


def seen_of(stage: Stage, seat: Seat, answer: Answer, exchanges: tuple[Exchange, ...]) -> Seen:
    """Return what an action in a live session showed; it counts as use of the session."""
    cookies = session_cookies_in(stage, exchanges)
    seat.cookies = cookies or seat.cookies
    if answer == "accepted":
        stage.note_use(exchanges[-1], seat.life)
    return Seen(exchanges, answer=answer, cookies=cookies, life=seat.life)


def manner(stage: Stage, seat: Seat, action: Action, wanted: Mapping[str, str]) -> Manner:
    """Return how the requests are sent."""
    carrier = wanted.get("in")
    if carrier not in (None, "query string"):
        raise NotTried(f"credentials can't be sent in '{carrier}'")
    sent, address = wanted.get("sent"), wanted.get("return to")
    return Manner(
        in_query=carrier is not None,
        origin=wanted.get("from", ""),
        csrf=sent_token(stage, seat, action, wanted),
        shaping=_shaping(stage, wanted),
        sending=sendings[sent] if sent else None,
        parameters=tuple(returning(address, stage.profile.base_url)) if address else (),
    )


def _shaping(stage: Stage, wanted: Mapping[str, str]) -> Shaping:
    """Return how the fields of name and password are shaped."""
    bob = stage.users.get("bob")
    others = {"username": bob.username, "password": bob.password} if bob else {}
    words = {"username": wanted.get("name as"), "password": wanted.get("password as")}

    def shape(held: Collection[str], name: str, text: str) -> list[tuple[str, Any]]:
        for placeholder, word in words.items():
            if word and placeholder in held:
                return shapes[word](name, text, others.get(placeholder, "x"))
        return as_text(held, name, text)

    return shape
