"""The users of the profile: each can log in, and their pages can be told apart."""

from __future__ import annotations

from conformance.doctor.patient import Patient
from conformance.model import User
from conformance.signs import placeholders


def identity(patient: Patient) -> None:
    """The sign of being signed in names the user."""
    signs = patient.profile.protected_page.signed_in
    if all("username" in placeholders(dict(sign.conditions)) for sign in signs):
        patient.ok("signed in", "the sign names the user")
        return
    seen = "identity can't be told: the sign has no {username}, so a mix-up of users is not seen"
    change = "if the page shows who is signed in, add a condition with {username}"
    patient.warn("signed in", seen, signs[0].place, change)


def others(patient: Patient) -> None:
    """Bob and the administrator can log in, and see pages of their own."""
    users = patient.profile.users
    for role in ("bob", "admin"):
        if role in users:
            _other(patient, role, users[role])
    if "bob" not in users and patient.profile.register is None:
        seen = "there is no second user 'bob'"
        change = "declare one, and mix-ups of users are looked for"
        patient.warn("users", seen, patient.place("users"), change)


def _other(patient: Patient, role: str, user: User) -> None:
    place = patient.place(f"users.{role}")
    if user.username == patient.profile.users["alice"].username:
        change = f"give {role} an account of {'his' if role == 'bob' else 'its'} own"
        patient.wrong("users", f"alice and {role} have one name", place, change)
        return
    visitor = patient.log_in(user)
    if not visitor.login.accepted:
        seen = f"{role} can't log in: {visitor.login.seen}"
        patient.wrong("users", seen, place, "are name and password right, does the account exist?")
        return
    page = patient.page_with(list(visitor.cookies.values()))
    if page.signed_in and page.shown.role in ("", role):
        patient.ok("users", f"{role} is signed in after the login: {page.seen}")
        return
    if not page.signed_in:
        seen = f"{role}'s login is accepted, and the page is {page.shown.state}: {page.seen}"
        change = "is the password right, and if so, may this account see the page?"
        patient.wrong("users", seen, place, change)
        return
    seen = f"the page of {role} is taken for that of {page.shown.role}: {page.seen}"
    change = "let the sign name more of what stands around {username}"
    sign = patient.profile.protected_page.signed_in[0]
    patient.wrong("signed in", seen, sign.place, change)
