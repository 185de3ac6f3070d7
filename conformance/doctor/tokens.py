"""The CSRF token: whether it can be read, differs between browsers, is used, and is needed."""

from __future__ import annotations

from conformance.composition import compose, surroundings, used_placeholders
from conformance.doctor.patient import Patient
from conformance.errors import Unrecognised
from conformance.model import ActionRequest
from conformance.readings import read


def csrf_token(patient: Patient) -> None:
    """The token is where the profile reads it, and is another one in every browser."""
    request = patient.profile.csrf
    if request is None:
        return
    try:
        values = [_token(patient, request) for _ in range(2)]
    except Unrecognised as error:
        change = (
            "correct the path or the reading; a page for users alone can't be read before login"
        )
        patient.wrong("csrf", patient.stage.redact(str(error)), request.readings[0].place, change)
        return
    if not all(values):
        change = "is this the field that holds the token?"
        patient.wrong("csrf", "the token that is read is empty", request.readings[0].place, change)
    elif values[0] == values[1]:
        seen = "two browsers read the same token"
        change = "is this the token, or some other text? If it is, CSRF-1 and others will say so"
        patient.warn("csrf", seen, request.readings[0].place, change)
    else:
        patient.ok("csrf", "two browsers read two tokens")


def _token(patient: Patient, request: ActionRequest) -> str:
    value = read(
        request.readings[0],
        patient.stage.new_browser().send(compose(request, surroundings(patient.profile))),
    )
    patient.stage.secrets.add(value)
    return value


def csrf_use(patient: Patient) -> None:
    """Some action sends the token; whether the login needs it is told, and not judged."""
    profile = patient.profile
    actions = (profile.log_in, profile.log_out, *profile.actions.values())
    if profile.csrf is None:
        return
    used = [
        one.name
        for one in actions
        if any("csrf" in used_placeholders(request) for request in one.requests)
    ]
    if not used:
        seen = "no action sends the token"
        patient.warn(
            "csrf", seen, patient.place("csrf"), "put {csrf} into the actions that need it"
        )
    elif "log in" in used:
        user = profile.users["alice"]
        values = {"username": user.username, "password": user.password}
        browser = patient.stage.new_browser()
        attempt = patient.attempt(profile.log_in, browser, values, csrf=lambda _: None)
        said = "is accepted as well" if attempt.accepted else "is not accepted"
        patient.ok("csrf", f"a login without the token {said}")
