"""Actions about the sessions of a user: listed, ended one by one, elsewhere or everywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from conformance.doctor.accounts import effect_seen, not_accepted, spare
from conformance.doctor.patient import Attempt, Patient, Visitor
from conformance.model import User
from conformance.readings import read_all

_LIST, _END, _STEP_UP = "list sessions", "end session", "step up"
_OTHERS, _EVERYWHERE = "log out others", "log out everywhere"
_ADMINISTRATOR_ENDS = "administrator ends sessions"


def managing(patient: Patient, *, can_register: bool) -> None:
    """Try each declared action that only ends sessions: on a new account, or else as alice."""
    declared = patient.profile.actions
    for name, check in _CHECKS.items():
        is_list = name == _LIST and patient.profile.session_list is not None
        if name in declared or is_list:
            _try(patient, name, check, can_register=can_register)


def _try(
    patient: Patient, name: str, check: Callable[[Patient, User], None], *, can_register: bool
) -> None:
    user = spare(patient) if can_register else patient.profile.users["alice"]
    if patient.profile.session_limit == 1 and name not in _ONE_SESSION:
        seen = "not tried, as a user has one session here and this needs two"
        patient.warn(name, seen, patient.place(name), "raise 'session limit', if there may be more")
    elif user is not None:
        patient.leave()
        check(patient, user)


def list_sessions(patient: Patient, user: User) -> None:
    """The list shows a handle for each session: one more after another login."""
    one = _listed(patient, patient.log_in(user))
    two = _listed(patient, patient.log_in(user))
    if one is None or two is None or patient.profile.session_list is None:
        return
    place = patient.profile.session_list.handles.place
    added = [handle for handle in two if handle not in one]
    if not two:
        change = "correct 'handles': it finds nothing in that answer"
        patient.wrong(_LIST, "no handle of any session is found", place, change)
    elif len(added) != 1:
        seen = f"handles in the list: {len(one)}, and {len(added)} new ones after one login"
        patient.warn(_LIST, seen, place, "does 'handles' find one value for each session?")
    else:
        patient.ok(_LIST, f"handles in the list: {len(one)}, and a new one after a login")


def _listed(patient: Patient, visitor: Visitor) -> tuple[str, ...] | None:
    """Return the handles that a visitor's list shows; None if it was not accepted."""
    wanted = patient.profile.session_list
    if wanted is None:
        return None
    values = {"username": visitor.user.username, "password": visitor.user.password}
    attempt = patient.attempt(wanted.action, visitor.browser, values)
    if not attempt.accepted:
        not_accepted(patient, _LIST, attempt)
        return None
    found = read_all(wanted.handles, attempt.exchanges[-1])
    patient.stage.secrets.update(found)
    return found


def end_session(patient: Patient, user: User) -> None:
    """A session that the list shows can be ended, and one that is made up can not."""
    here = patient.log_in(user)
    before = _listed(patient, here) or ()
    elsewhere = patient.log_in(user)
    added = [one for one in _listed(patient, here) or () if one not in before]
    action = patient.profile.actions[_END]
    if len(added) != 1:
        change = "the list of sessions has to show the session that is to be ended"
        patient.warn(_END, "not tried, for want of a handle", action.place, change)
        return
    made_up = patient.perform(_END, here, session_handle=_another(added[0]))
    if made_up.accepted:
        seen = "'success' holds as well for a handle that is made up"
        change = "name more of a success, unless the server answers all alike"
        patient.warn(_END, seen, action.success[0].place, change)
    _ended(patient, patient.perform(_END, here, session_handle=added[0]), elsewhere, here)


def _another(handle: str) -> str:
    """Return a handle of the same form that nobody was given."""
    digits = {"9": "8"}
    return "".join(digits.get(one, "9") if one.isdecimal() else one for one in handle) + "9"


def log_out_others(patient: Patient, user: User) -> None:
    """The others end, the own session stays."""
    elsewhere, here = patient.log_in(user), patient.log_in(user)
    _ended(patient, patient.perform(_OTHERS, here), elsewhere, here)


def _ended(patient: Patient, attempt: Attempt, elsewhere: Visitor, here: Visitor) -> None:
    if not attempt.accepted:
        not_accepted(patient, attempt.action.name, attempt)
        return
    happened = not patient.is_in(elsewhere) and patient.page(here.browser, here.user).signed_in
    effect = "the other session has ended, the own one not"
    effect_seen(patient, attempt.action, effect, happened=happened)


def log_out_everywhere(patient: Patient, user: User) -> None:
    """All sessions of the user end."""
    elsewhere, here = patient.log_in(user), patient.log_in(user)
    _all_ended(patient, patient.perform(_EVERYWHERE, here), elsewhere)


def administrator_ends(patient: Patient, user: User) -> None:
    """The sessions of the user end."""
    theirs = patient.log_in(user)
    administrator = patient.log_in(patient.profile.users["admin"])
    attempt = patient.perform(_ADMINISTRATOR_ENDS, administrator, subject=user.username)
    _all_ended(patient, attempt, theirs)


def _all_ended(patient: Patient, attempt: Attempt, elsewhere: Visitor) -> None:
    if not attempt.accepted:
        not_accepted(patient, attempt.action.name, attempt)
        return
    happened = not patient.is_in(elsewhere)
    effect_seen(patient, attempt.action, "the user's session has ended", happened=happened)


def step_up(patient: Patient, user: User) -> None:
    """It is accepted, and leaves the browser signed in."""
    here = patient.log_in(user)
    attempt = patient.perform(_STEP_UP, here)
    if not attempt.accepted:
        not_accepted(patient, _STEP_UP, attempt)
        return
    happened = patient.page(here.browser, user).signed_in
    effect_seen(patient, attempt.action, "the browser is signed in", happened=happened)


_CHECKS: Mapping[str, Callable[[Patient, User], None]] = {
    _STEP_UP: step_up,
    _LIST: list_sessions,
    _END: end_session,
    _OTHERS: log_out_others,
    _EVERYWHERE: log_out_everywhere,
    _ADMINISTRATOR_ENDS: administrator_ends,
}
_ONE_SESSION = frozenset({_STEP_UP, _EVERYWHERE, _ADMINISTRATOR_ENDS})
