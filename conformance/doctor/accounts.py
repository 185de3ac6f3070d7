"""Actions that use an account up: each is tried on an account that was registered for it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace

from conformance.composition import used_placeholders
from conformance.doctor.patient import Attempt, Patient, what_is_broken
from conformance.model import Action, User
from conformance.registration import fresh_name

_REGISTER, _CHANGE, _REMOVE = "register", "change password", "remove account"
_ADMINISTRATOR_REMOVES = "administrator removes account"


def register(patient: Patient) -> bool:
    """A new account is accepted and can log in, a taken name is not; returns whether it works."""
    action = patient.profile.register
    if action is None:
        return False
    user = new_user(patient)
    attempt = _registered(patient, action, user)
    if not attempt.accepted:
        not_accepted(patient, _REGISTER, attempt)
        return False
    visitor = patient.log_in(user)
    if not visitor.login.accepted or not patient.is_in(visitor):
        seen = f"it is accepted ({attempt.seen}), and the new account can't log in"
        change = "either 'success' holds for a registration that failed, or more is needed first"
        patient.wrong(_REGISTER, seen, action.success[0].place, change)
        return False
    patient.ok(_REGISTER, "a new account is accepted and can log in")
    if _registered(patient, action, user).accepted:
        seen = "'success' holds as well for a name that is taken"
        change = "fine if the target hides which names are taken; else name more of a success"
        patient.warn(_REGISTER, seen, action.success[0].place, change)
    else:
        patient.ok(_REGISTER, "a name that is taken is not accepted")
    return True


def new_user(patient: Patient) -> User:
    """Return a user that nobody has registered yet, like alice."""
    alice = patient.profile.users["alice"]
    return User(fresh_name(alice.username), alice.password)


def spare(patient: Patient) -> User | None:
    """Return a user that was registered just now, or None where that did not work."""
    action = patient.profile.register
    user = new_user(patient)
    return user if action and _registered(patient, action, user).accepted else None


def _registered(patient: Patient, action: Action, user: User) -> Attempt:
    values = {"username": user.username, "password": user.password}
    return patient.attempt(action, patient.stage.new_browser(), values)


def not_accepted(patient: Patient, subject: str, attempt: Attempt) -> None:
    """Write down an action that ought to have been accepted."""
    action = attempt.action
    if attempt.answer is None or attempt.answer == "refused":
        change = "are method, path and fields right, and is a CSRF token needed?"
        patient.wrong(subject, attempt.seen, action.requests[-1].place, change)
        return
    last = attempt.exchanges[-1]
    broken = what_is_broken(action.success, last, attempt.values)
    place = action.success[0].place
    patient.wrong(subject, attempt.seen, place, f"{broken}. Seen was {patient.suggestion(last)}")


def using_up(patient: Patient, *, can_register: bool) -> None:
    """Try each declared action that uses an account up, or say that it was not tried."""
    for name, check in _CHECKS.items():
        if name not in patient.profile.actions:
            continue
        patient.leave()
        user = spare(patient) if can_register else None
        if user is not None:
            check(patient, user)
            continue
        seen = "not tried, as that would use up an account, and none can be registered"
        place = patient.profile.actions[name].place
        patient.warn(name, seen, place, "declare 'register', and it is tried on a new account")


def change_password(patient: Patient, user: User) -> None:
    """A change is accepted by the right password alone, and the new password counts then."""
    new = f"{user.password}-{secrets.token_hex(4)}"
    action = patient.profile.actions[_CHANGE]
    if any("password" in used_placeholders(one) for one in action.requests):
        wrong = replace(user, password=f"{user.password}-wrong")
        _refused_without(patient, _CHANGE, user, wrong, new_password=new)
    attempt = patient.perform(_CHANGE, patient.log_in(user), new_password=new)
    if not attempt.accepted:
        not_accepted(patient, _CHANGE, attempt)
        return
    is_new = patient.log_in(replace(user, password=new)).login.accepted
    is_old = patient.log_in(user).login.accepted
    effect_seen(patient, attempt.action, "the new password counts", happened=is_new and not is_old)


def remove_account(patient: Patient, user: User) -> None:
    """A removal is accepted by the right password alone, and nobody logs in after it."""
    action = patient.profile.actions[_REMOVE]
    if any("password" in used_placeholders(one) for one in action.requests):
        _refused_without(patient, _REMOVE, user, replace(user, password=f"{user.password}-wrong"))
    attempt = patient.perform(_REMOVE, patient.log_in(user))
    if not attempt.accepted:
        not_accepted(patient, _REMOVE, attempt)
        return
    gone = not patient.log_in(user).login.accepted
    effect_seen(patient, attempt.action, "the account can't log in any more", happened=gone)


def administrator_removes(patient: Patient, user: User) -> None:
    """The administrator's removal of an account is accepted, and nobody logs in there after it."""
    administrator = patient.log_in(patient.profile.users["admin"])
    attempt = patient.perform(_ADMINISTRATOR_REMOVES, administrator, subject=user.username)
    if not attempt.accepted:
        not_accepted(patient, _ADMINISTRATOR_REMOVES, attempt)
        return
    gone = not patient.log_in(user).login.accepted
    effect_seen(patient, attempt.action, "the account can't log in any more", happened=gone)


def _refused_without(patient: Patient, name: str, user: User, wrong: User, **more: str) -> None:
    """The action is not accepted with a wrong password."""
    visitor = replace(patient.log_in(user), user=wrong)
    attempt = patient.perform(name, visitor, **more)
    if attempt.accepted:
        seen = "'success' holds as well for a wrong current password"
        change = "name more of a success, unless the server does not look at that password"
        patient.warn(name, seen, attempt.action.success[0].place, change)
    elif attempt.answer == "unrecognised":
        change = f"say it with 'refused': {patient.suggestion(attempt.exchanges[-1])}"
        seen = f"with a wrong current password it is not recognised: {attempt.seen}"
        patient.warn(name, seen, attempt.action.place, change)
    else:
        patient.ok(name, "with a wrong current password it is not accepted")


def effect_seen(patient: Patient, action: Action, effect: str, *, happened: bool) -> None:
    """Write down whether an accepted action did what it is for."""
    if happened:
        patient.ok(action.name, f"it is accepted, and {effect}")
        return
    seen = f"it is accepted, and yet not so: {effect}"
    change = "either 'success' holds for a request that did nothing, or the server is wrong there"
    patient.warn(action.name, seen, action.success[0].place, change)


_CHECKS: Mapping[str, Callable[[Patient, User], None]] = {
    _CHANGE: change_password,
    _REMOVE: remove_account,
    _ADMINISTRATOR_REMOVES: administrator_removes,
}
