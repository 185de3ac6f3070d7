"""Which cookies a login sets, which of them the session needs, and how long they live."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timezone

from conformance.doctor.patient import Patient
from conformance.errors import did_you_mean
from conformance.setcookie import SetCookie

_COOKIE = "session cookie"


def listed_cookies(patient: Patient) -> bool:
    """The login sets the session cookies that the profile lists; returns whether any."""
    alice = patient.log_in(patient.profile.users["alice"])
    names = tuple(alice.cookies)
    found = [cookie.name for cookie in patient.session_cookies(alice)]
    said = f"the login sets {_listed(names) or 'no cookie'}"
    missing = [] if patient.profile.cookie_patterns else _missing(patient, names)
    if found and not missing:
        patient.ok(_COOKIE, f"the login sets {_listed(found)}")
    for name in missing if found else []:
        change = did_you_mean(name, names) or f"take '{name}' off the list"
        patient.warn(_COOKIE, f"{said}, and not '{name}'", patient.place(_COOKIE), change)
    if not found:
        _none(
            patient,
            names,
            f"{said}, and none that is listed: {_listed(patient.profile.session_names)}",
        )
    return bool(found)


def _missing(patient: Patient, names: Sequence[str]) -> list[str]:
    return [name for name in patient.profile.session_names if name not in names]


def _none(patient: Patient, names: Sequence[str], seen: str) -> None:
    if not patient.profile.session_cookies:
        _no_token(patient)
        return
    needed = [name for name in names if not _is_in_without(patient, name, names)]
    found = needed[0] if len(needed) == 1 else f"[{', '.join(needed)}]"
    change = f"{_COOKIE}: {found}"
    if not needed:
        change = "name the cookies that hold the session"
    patient.wrong(_COOKIE, seen, patient.place(_COOKIE), change)


def _no_token(patient: Patient) -> None:
    token = patient.profile.session_token
    if token is not None:
        source, key = token.reading.source.removeprefix("from "), token.reading.key
        seen = f"the answers to the login have no {source} '{key}'"
        change = "say where an answer to the login shows the token"
        patient.wrong("session token", seen, patient.place("session token"), change)


def needed_cookies(patient: Patient) -> None:
    """The session needs each listed cookie, and no other."""
    alice = patient.log_in(patient.profile.users["alice"])
    names = tuple(alice.cookies)
    needed = [name for name in names if not _is_in_without(patient, name, names)]
    listed = [name for name in names if patient.profile.is_session_cookie(name)]
    place = patient.place(_COOKIE)
    for name in (one for one in needed if one not in listed):
        seen = f"without '{name}', which is not listed, nobody is signed in"
        patient.wrong(_COOKIE, seen, place, f"add {name} to '{_COOKIE}'")
    if not needed:
        _alternatives(patient, names, listed)
    for name in (one for one in listed if needed and one not in needed):
        seen = f"without '{name}' alice is signed in all the same, by {_listed(needed)}"
        patient.warn(_COOKIE, seen, place, f"take '{name}' off the list")
    if needed and set(needed) == set(listed):
        others = [name for name in names if name not in listed]
        beside = f", and not {_listed(others)}" if others else ""
        patient.ok(_COOKIE, f"without {_listed(listed)} nobody is signed in{beside}")


def _alternatives(patient: Patient, names: Sequence[str], listed: Sequence[str]) -> None:
    """No cookie is needed by itself: those that are not listed must not be enough together."""
    alice = patient.log_in(patient.profile.users["alice"])
    others = [alice.cookies[name] for name in names if name not in listed and name in alice.cookies]
    if others and patient.page_with(others).signed_in:
        seen = f"{_listed(one.name for one in others)} is enough to be signed in, and is not listed"
        change = "list every cookie that is enough by itself, or a logout can't be judged"
        patient.wrong(_COOKIE, seen, patient.place(_COOKIE), change)
    else:
        patient.ok(_COOKIE, f"one of {_listed(listed)} is enough, and no other cookie is")


def _is_in_without(patient: Patient, left_out: str, names: Iterable[str]) -> bool:
    """Say whether a fresh login is a session without this cookie; "no" is asked for twice.

    Each try has a session of its own, as servers end sessions that come with half of their cookies.
    """
    for _ in range(2):
        visitor = patient.log_in(patient.profile.users["alice"])
        kept = [visitor.cookies[name] for name in names if name in visitor.cookies]
        is_in = patient.page_with([one for one in kept if one.name != left_out]).signed_in
        patient.leave()
        if is_in:
            return True
    return False


def kept_by_browsers(patient: Patient) -> None:
    """A browser keeps the session cookies and sends them to the protected page."""
    alice = patient.log_in(patient.profile.users["alice"])
    page = patient.profile.protected_page.request.path
    sent = {name for name, _ in alice.browser.cookies_for(page)}
    lost = [one for one in patient.session_cookies(alice) if one.name not in sent]
    for cookie in lost:
        seen = f"a browser does not send '{cookie.name}' to the protected page"
        change = why_not_sent(cookie, patient.profile.base_url)
        patient.warn(_COOKIE, seen, patient.place("base url"), change)
    if not lost:
        patient.ok(_COOKIE, "a browser sends it to the protected page")


def why_not_sent(cookie: SetCookie, base_url: str) -> str:
    """Say why a browser may keep such a cookie to itself at this URL."""
    if cookie.secure and base_url.startswith("http:"):
        return "it is Secure, and this is plain http: reach the target by https"
    return "see its Path, Domain, Secure and the prefix of its name; scenarios judge them"


def lifetimes(patient: Patient) -> None:
    """What the cookie says of its lifetime agrees with the declared timeouts."""
    alice = patient.log_in(patient.profile.users["alice"])
    for cookie in patient.session_cookies(alice):
        _lifetime(patient, cookie)


def _lifetime(patient: Patient, cookie: SetCookie) -> None:
    lifetime = cookie.lifetime(datetime.now(timezone.utc))
    timeouts = patient.profile.timeouts
    place = patient.place("timeouts")
    declared = [one for one in (timeouts.idle, timeouts.absolute) if one]
    said = f"'{cookie.name}' lives for {lifetime:.10g} s" if lifetime is not None else ""
    if lifetime is None:
        patient.ok("timeouts", f"'{cookie.name}' lives as long as the browser")
    elif not declared:
        change = f"to have that judged: timeouts: {{absolute: {lifetime:.0f} s}}, or idle"
        patient.warn("timeouts", f"{said}, and the profile declares no timeout", place, change)
    elif lifetime < min(declared) - timeouts.allowance:
        seen = f"{said}, which is shorter than the declared {min(declared):g} s"
        patient.warn("timeouts", seen, place, "is the declared time what the server is set to?")
    elif timeouts.absolute and lifetime > timeouts.absolute + timeouts.allowance:
        seen = f"{said}, which is longer than the declared absolute {timeouts.absolute:g} s"
        patient.warn("timeouts", seen, place, "is the declared time what the server is set to?")
    else:
        patient.ok("timeouts", f"{said}, and is not shorter than what is declared")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
