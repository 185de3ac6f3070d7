"""Logging in by the right and by a wrong password, and logging out."""

from __future__ import annotations

from conformance.changes import credential_changes
from conformance.doctor.pages import unrecognised
from conformance.doctor.patient import (
    Attempt,
    Page,
    Patient,
    Visitor,
    broken_of,
    what_is_broken,
)

_LOG_IN, _LOG_OUT = "log in", "log out"


def right_password(patient: Patient) -> bool:
    """Alice's own password is accepted, and her page is signed in; returns whether both are so."""
    alice = patient.log_in(patient.profile.users["alice"])
    if alice.login.answer is None:
        change = "correct the reading, or the request before it"
        patient.wrong(_LOG_IN, alice.login.seen, alice.login.action.place, change)
        return False
    page = patient.page_with(list(alice.cookies.values()))
    if alice.login.accepted:
        patient.ok(_LOG_IN, f"the right password is accepted: {alice.login.answered}")
        return _page_after(patient, alice, page)
    if page.signed_in:
        _wrong_success(patient, alice.login)
    else:
        _no_login(patient, alice.login)
    return False


def _wrong_success(patient: Patient, login: Attempt) -> None:
    """Alice is signed in, and the signs of the login don't see it."""
    last, action = login.exchanges[-1], login.action
    if all(broken_of(action.success, last, login.values)):
        broken = what_is_broken(action.success, last, login.values)
        seen = f"the right password signs alice in, and 'success' does not see it: {login.seen}"
        change = f"{broken}. Seen was {patient.suggestion(last)}"
        patient.wrong(_LOG_IN, seen, action.success[0].place, change)
        return
    seen = f"'refused' holds for the right password too: {login.answered}"
    change = "name what only a wrong password shows"
    patient.wrong(_LOG_IN, seen, action.refused[0].place, change)


def _no_login(patient: Patient, login: Attempt) -> None:
    seen = f"the right password of alice does not sign her in: {login.seen}"
    change = "are path, fields, name and password right, and does this account exist?"
    if login.answer == "refused":
        patient.wrong(_LOG_IN, seen, patient.place("users.alice"), change)
        return
    patient.wrong(_LOG_IN, seen, login.action.requests[-1].place, change)


def _page_after(patient: Patient, alice: Visitor, page: Page) -> bool:
    signs = patient.profile.protected_page
    if page.signed_in and page.shown.role in ("", "alice"):
        patient.ok("signed in", f"alice is signed in after her login: {page.seen}")
        return True
    if page.signed_in:
        seen = f"alice's page is taken for that of {page.shown.role}: {page.seen}"
        change = "let the sign name more of what stands around {username}"
        patient.wrong("signed in", seen, signs.signed_in[0].place, change)
        return True
    if not page.signed_out:
        unrecognised(patient, page, "alice's page after her login", is_in=True)
        return False
    seen = (
        f"the login is accepted ({alice.login.answered}), and with all cookies that it set the "
        f"page is signed out: {page.seen}"
    )
    change = "either 'success' holds for a login that did not work, or the session is in no cookie"
    patient.wrong(_LOG_IN, seen, alice.login.action.success[0].place, change)
    return False


def wrong_password(patient: Patient) -> None:
    """A wrong password is refused."""
    alice = patient.profile.users["alice"]
    _, wrong = credential_changes["wrong password"](alice)
    visitor = patient.log_in(alice, wrong)
    login = visitor.login
    if login.answer == "refused":
        patient.ok(_LOG_IN, f"a wrong password is refused: {login.answered}")
    elif login.accepted and patient.is_in(visitor):
        seen = f"a wrong password is accepted and signs in: {login.answered}"
        change = "the profile is right, if the server does that: no password is looked at"
        patient.warn(_LOG_IN, seen, login.action.place, change)
    elif login.accepted:
        seen = f"'success' holds for a wrong password too: {login.answered}"
        change = "name what only a right password shows: a place, a cookie, a text"
        patient.wrong(_LOG_IN, seen, login.action.success[0].place, change)
    elif login.answer is not None:
        _unrecognised_refusal(patient, login)


def _unrecognised_refusal(patient: Patient, login: Attempt) -> None:
    last, action = login.exchanges[-1], login.action
    place = action.refused[0].place
    if all(broken_of(action.refused, last, login.values)):
        broken = what_is_broken(action.refused, last, login.values)
        change = f"{broken}. Seen was {patient.suggestion(last)}"
        patient.wrong(
            _LOG_IN, f"a wrong password is not seen as refused: {login.seen}", place, change
        )
        return
    seen = f"'success' holds for a wrong password too: {login.seen}"
    change = "name what only a right password shows: a place, a cookie, a text"
    patient.wrong(_LOG_IN, seen, action.success[0].place, change)


def log_out(patient: Patient) -> None:
    """A logout is accepted and signs the browser out."""
    alice = patient.log_in(patient.profile.users["alice"])
    attempt = patient.perform("log out", alice)
    action = attempt.action
    is_out = patient.page(alice.browser).signed_out
    if attempt.accepted and is_out:
        patient.ok(_LOG_OUT, f"it is accepted and signs out: {attempt.answered}")
    elif attempt.accepted:
        seen = f"it is accepted, and the browser is still signed in: {attempt.answered}"
        change = (
            "either 'success' holds for a logout that did nothing, or the server does not log out"
        )
        patient.warn(_LOG_OUT, seen, action.success[0].place, change)
    elif is_out and attempt.exchanges:
        last = attempt.exchanges[-1]
        broken = what_is_broken(action.success, last, attempt.values)
        seen = f"it signs out, and the signs do not see it: {attempt.seen}"
        change = f"{broken}. Seen was {patient.suggestion(last)}"
        patient.wrong(_LOG_OUT, seen, action.success[0].place, change)
    else:
        change = "are method, path and fields right, and is a CSRF token needed?"
        patient.wrong(_LOG_OUT, attempt.seen, action.requests[-1].place, change)


def strangers_log_out(patient: Patient) -> None:
    """A stranger's logout is recognised: accepted or refused, as targets like."""
    user = patient.profile.users["alice"]
    values = {"username": user.username, "password": user.password}
    attempt = patient.attempt(patient.profile.log_out, patient.stage.new_browser(), values)
    if attempt.answer == "unrecognised":
        seen = f"a stranger's logout is not recognised: {attempt.seen}"
        change = f"say it with 'refused': {patient.suggestion(attempt.exchanges[-1])}"
        patient.warn(_LOG_OUT, seen, attempt.action.place, change)
    elif attempt.accepted:
        patient.ok(_LOG_OUT, f"a stranger's logout is accepted as well: {attempt.answered}")
    else:
        patient.ok(_LOG_OUT, f"a stranger's logout is not accepted: {attempt.seen}")
