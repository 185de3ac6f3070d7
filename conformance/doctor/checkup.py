"""All checks of a profile in their order: what builds on something that failed is left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from conformance.doctor import accounts, cookies, logins, nodes, pages, people, sessions, tokens
from conformance.doctor.coverage import coverage
from conformance.doctor.findings import Diagnosis
from conformance.doctor.patient import Patient
from conformance.engine import Settings
from conformance.model import Place, Profile, Scenario
from conformance.stage import Stage


def examined(
    profile: Profile,
    settings: Settings,
    places: Mapping[str, Place],
    scenarios: Iterable[Scenario],
    max_wait: float = 60.0,
) -> Diagnosis:
    """Try the profile at its target; raises TargetError when the target does not answer.

    `places` say where the profile has its keys, `scenarios` what it is meant for.
    """
    stage = Stage(profile, profile.users, settings.wire, settings.clock, settings.sleep)
    patient = Patient(profile, stage, places)
    _examine(patient)
    return Diagnosis(
        profile=profile.name,
        path=profile.place.path,
        url=profile.base_url,
        findings=tuple(patient.findings),
        coverage=coverage(scenarios, profile, max_wait),
    )


def _examine(patient: Patient) -> None:
    for check in _WITHOUT_SESSION:
        check(patient)
    if not logins.right_password(patient):
        seen = "nobody could be logged in, so all that needs a session was not tried"
        patient.warn("log in", seen, None, "correct what is said above, and ask again")
        return
    has_cookies = cookies.listed_cookies(patient)
    for check in (*_WITH_SESSION, *(_WITH_COOKIES if has_cookies else ())):
        patient.leave()
        check(patient)
    if has_cookies:
        patient.leave()
        can_register = accounts.register(patient)
        sessions.managing(patient, can_register=can_register)
        accounts.using_up(patient, can_register=can_register)
    patient.leave()


_WITHOUT_SESSION = (
    pages.base_url,
    pages.server_errors,
    pages.stranger,
    pages.missing_page,
    nodes.other_nodes,
    tokens.csrf_token,
)
_WITH_SESSION = (
    logins.wrong_password,
    tokens.csrf_use,
    logins.log_out,
    logins.strangers_log_out,
    people.identity,
    people.others,
)
_WITH_COOKIES = (cookies.needed_cookies, cookies.kept_by_browsers, cookies.lifetimes)
