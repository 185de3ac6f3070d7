"""What one answer shows, by the signs of the profile."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.load.knowledge import Seen
from conformance.model import Exchange, Profile, User
from conformance.recognition import recognise
from conformance.signs import holds

_TOO_MANY, _UNAVAILABLE = 429, 503
_FROM_GATEWAYS = (502, 503, 504)  # nobody behind them has answered
_LONGEST_PAUSE = 5.0


def seen_on_page(
    profile: Profile, exchange: Exchange, owner: User | None, everybody: Mapping[str, User]
) -> Seen:
    """Say what the protected page showed to `owner`; `everybody` are all users, by their names."""
    own = {owner.username: owner} if owner else {}
    shown = recognise(profile, exchange, own)
    if shown.state == "unrecognised":
        shown = recognise(profile, exchange, everybody)
        if shown.state != "signed in" or not shown.role:
            return without_sign(profile, exchange)
    if shown.state == "signed out":
        return Seen.SIGNED_OUT
    if not shown.role:
        return Seen.SOMEBODY
    return Seen.OWNER if owner and shown.role == owner.username else Seen.OTHER


def without_sign(profile: Profile, exchange: Exchange) -> Seen:
    """Say what an answer means that no sign recognises."""
    if asks_to_wait(profile, exchange):
        return Seen.THROTTLED
    return Seen.NO_ANSWER if exchange.status in _FROM_GATEWAYS else Seen.NOT_UNDERSTOOD


def asks_to_wait(profile: Profile, exchange: Exchange) -> bool:
    """Say whether the target asks for fewer requests, or for patience."""
    if exchange.status == _TOO_MANY:
        return True
    if exchange.status == _UNAVAILABLE and exchange.header("Retry-After"):
        return True
    signs = profile.throttling.signs if profile.throttling else ()
    return any(holds(sign, exchange, {}) for sign in signs)


def pause_after(exchange: Exchange | None) -> float:
    """Return for how many seconds to leave the target alone after an answer, or after none."""
    said = (exchange.header("Retry-After") or "") if exchange else ""
    wanted = float(said) if said.isdecimal() and len(said) < len("86400") else 0.0
    return min(max(wanted, 0.2), _LONGEST_PAUSE)
