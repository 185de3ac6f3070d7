"""The base URL, and what the protected page shows to strangers and where there is no page."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from conformance.doctor.patient import Page, Patient, broken_of, what_is_broken
from conformance.model import Action, Exchange, Request, Sign

_SERVER_ERROR = 500
_MISSING = frozenset({400, 404, 405, 410})
_PAGE = "protected page"


def base_url(patient: Patient) -> None:
    """The base URL answers, and does not lead to another server."""
    exchange = patient.stage.new_browser().send(Request("GET", "/"))
    seen, place = patient.described(exchange), patient.place("base url")
    elsewhere = patient.stage.redact(_other_origin(exchange))
    if exchange.status >= _SERVER_ERROR:
        patient.warn("base url", seen, place, "see whether the server is all right")
    elif elsewhere:
        patient.warn("base url", seen, place, f"if that is the server: base url: {elsewhere}")
    else:
        patient.ok("base url", seen)


def _other_origin(exchange: Exchange) -> str:
    """Return the scheme and host that the answer leads to, if they are others."""
    try:
        to = urlsplit(urljoin(exchange.url, exchange.header("Location") or ""))
    except ValueError:
        return ""
    asked = urlsplit(exchange.url)
    same = (to.scheme, to.netloc) == (asked.scheme, asked.netloc)
    return "" if same or not to.netloc else f"{to.scheme}://{to.netloc.rpartition('@')[2]}"


def stranger(patient: Patient) -> None:
    """A stranger's protected page is signed out, twice, and not signed in."""
    pages = [patient.page(patient.stage.new_browser()) for _ in range(2)]
    page = next((one for one in pages if not one.signed_out), pages[0])
    if page.signed_out:
        patient.ok("signed out", f"a stranger is signed out: {page.seen}")
    elif page.signed_in:
        _open_page(patient, page)
    else:
        unrecognised(patient, page, "a stranger's page", is_in=False)


def _open_page(patient: Patient, page: Page) -> None:
    sign = patient.profile.protected_page.signed_in[0]
    if page.shown.role:
        seen = f"a stranger is shown as {page.shown.role}: {page.seen}"
        change = "either the page is open to everybody, or the sign holds for its every visitor"
        patient.warn("signed in", seen, sign.place, change)
        return
    seen = f"the sign 'signed in' holds for a stranger: {page.seen}"
    change = "name what only a user gets to see, best with {username}"
    patient.wrong("signed in", seen, sign.place, change)


def unrecognised(patient: Patient, page: Page, whose: str, *, is_in: bool) -> None:
    """Write down a page that the signs take for nothing; `is_in`: its visitor is signed in."""
    signs = patient.profile.protected_page
    name, own = ("signed in", signs.signed_in) if is_in else ("signed out", signs.signed_out)
    other_name, other = (
        ("signed out", signs.signed_out) if is_in else ("signed in", signs.signed_in)
    )
    seen = f"{whose} is neither signed in nor signed out: {page.seen}"
    if page.exchange.status >= _SERVER_ERROR:
        change = "a server error is never a sign: is the path right, is the server all right?"
        patient.wrong(_PAGE, seen, signs.request.place, change)
        return
    names = {"username": patient.profile.users["alice"].username}
    if all(broken_of(own, page.exchange, names)):
        broken = what_is_broken(own, page.exchange, names)
        change = f"{broken}. Seen was {patient.suggestion(page.exchange)}"
        if page.exchange.status in _MISSING:
            change = f"is the path right? Else {change}"
        patient.wrong(name, seen, own[0].place, change)
        return
    seen = f"both signs hold for {whose}: {page.seen}"
    change = f"'{other_name}' has to name what is not there then"
    patient.wrong(other_name, seen, other[0].place, change)


def missing_page(patient: Patient) -> None:
    """No sign of the protected page holds where there is no page."""
    path = f"/session-conformance-{secrets.token_hex(6)}"
    exchange = patient.stage.new_browser().send(Request("GET", path))
    seen = f"a page that is not there answers {exchange.status}"
    if exchange.status not in _MISSING:
        patient.ok(_PAGE, f"{seen}, like others that a stranger asks for")
        return
    names = {"username": patient.profile.users["alice"].username}
    signs = patient.profile.protected_page
    held = {
        name: sign
        for name, own in (("signed in", signs.signed_in), ("signed out", signs.signed_out))
        for sign in own
        if not all(broken_of((sign,), exchange, names))
    }
    for name, sign in held.items():
        change = "name more of what the right page shows, or a wrong path looks like it"
        note = patient.wrong if name == "signed in" else patient.warn
        note(name, f"{seen}, and the sign '{name}' holds for it", sign.place, change)
    if not held:
        patient.ok(_PAGE, f"{seen}, which is neither signed in nor signed out")


def server_errors(patient: Patient) -> None:
    """No sign takes a server error for an answer."""
    page = patient.profile.protected_page
    for name, signs in (("signed in", page.signed_in), ("signed out", page.signed_out)):
        for sign in filter(_names_server_error, signs):
            seen = f"the sign '{name}' names a server error, which never counts for this page"
            patient.wrong(name, seen, sign.place, "leave statuses from 500 on out")
    for action in _actions(patient):
        for sign in filter(_names_server_error, (*action.success, *action.refused)):
            seen = "a sign names a server error, so a crash counts as an answer"
            patient.warn(action.name, seen, sign.place, "leave statuses from 500 on out")


def _names_server_error(sign: Sign) -> bool:
    status = sign.conditions.get("status", [])
    statuses = [status] if isinstance(status, str) else list(status or [])
    return any(str(one).isdecimal() and int(str(one)) >= _SERVER_ERROR for one in statuses)


def _actions(patient: Patient) -> Iterator[Action]:
    profile = patient.profile
    yield from (profile.log_in, profile.log_out, *profile.actions.values())
    if profile.register:
        yield profile.register
