"""Makes the draft of a profile of what was found out, and says how sure each key is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from conformance.init.cookies import as_profile_says
from conformance.init.guesses import Certainty, Draft, Guess, action_value, reading_value
from conformance.init.logouts import common_token
from conformance.init.survey import Findings
from conformance.init.telling import Conditions, alternatives, found_in, sign_of
from conformance.model import ActionRequest, Exchange, Plain

_SELF_EVIDENT = range(400, 600)
_ONLY = "the only cookie that the login leaves"


@dataclass(frozen=True)
class Person:
    """A user as the profile names one: never with the password, but where it is to be found."""

    role: str
    username: str
    variable: str

    @property
    def value(self) -> Plain:
        """What the profile says of this user."""
        named: dict[str, Plain] = {"username": self.username} if self.username else {}
        return {**named, "password from environment": self.variable}


def draft_of(found: Findings, people: Sequence[Person]) -> Draft:
    """Return the profile that the findings make."""
    site = found.account.site
    users: dict[str, Plain] = {one.role: one.value for one in people}
    draft = Draft(
        (
            Guess("name", f"server at {site.origin.partition('//')[2]}"),
            Guess("base url", site.origin),
            _cookies(found),
            Guess("users", users),
        )
    )
    token = common_token(found.account.way)
    if token is not None:
        draft = draft.with_guess(_csrf(token))
    for guess in (_log_in(found), _log_out(found), _page(found)):
        draft = draft.with_guess(guess)
    return _with_remarks(draft, found, people)


def _cookies(found: Findings) -> Guess:
    needed = found.cookies
    value = as_profile_says(needed.names, found.account.site.origin)
    if needed.tried == 1:
        return Guess("session cookie", value, Certainty.SURE, _ONLY)
    if not needed.names:
        return Guess("session cookie", "session", Certainty.UNSURE, "no cookie matters")
    if needed.enough_alone:
        why = f"of {needed.tried} cookies each of these is enough by itself"
    else:
        why = f"of {needed.tried} cookies, without this one nobody is signed in"
        why = why if len(needed.names) == 1 else why.replace("this one", "each of these")
    return Guess("session cookie", value, Certainty.SURE, why)


def _csrf(token: ActionRequest) -> Guess:
    reading = token.readings[0]
    value: dict[str, Plain] = {"read": f"GET {token.path}", **reading_value(reading)}
    return Guess("csrf", value, Certainty.SURE, "differs from browser to browser")


def _log_in(found: Findings) -> Guess:
    account, name = found.account, found.account.user.username
    success = sign_of(found.accepted, found.refused, name if _names_json(found) else "")
    refused = alternatives(found.refused, found.accepted) if found.refused else None
    signs: dict[str, Plain] = {
        "success": success or {"status": str(found.accepted[0].status)},
        "refused": _one_or_more(refused) if refused else {"status": "401"},
    }
    value = action_value(_without_common(account.way.requests, found), signs)
    if success and refused:
        why = f"{account.way.found}; the right password was accepted, {_tries(found)} not"
        return Guess("log in", value, Certainty.SURE, why)
    why = "nothing was found that tells the right password from a wrong one: look at the signs"
    return Guess("log in", value, Certainty.UNSURE, why)


def _names_json(found: Findings) -> bool:
    """Say whether the answer to a login is JSON: of a page, what it says may change."""
    return "json" in (found.accepted[0].header("Content-Type") or "")


def _tries(found: Findings) -> str:
    number = len(found.refused)
    return f"{number} other tries" if number != 1 else "a wrong one"


def _log_out(found: Findings) -> Guess:
    if found.exit is None:
        statuses: list[Plain] = ["200", "204", "302"]
        value: dict[str, Plain] = {"send": "POST /logout", "success": {"status": statuses}}
        why = "no logout was found: name its method, path and fields"
        return Guess("log out", value, Certainty.UNSURE, why)
    answer = found.exit.answer
    success = sign_of([answer], []) or {"status": str(answer.status)}
    signs: dict[str, Plain] = {"success": success}
    stranger = found.strangers_exit
    if stranger is not None and _needs_sign(stranger, success):
        signs["refused"] = sign_of([stranger], [answer]) or {"status": str(stranger.status)}
    requests = _without_common(found.exit.requests, found)
    why = f"{found.exit.found}; the browser was signed out after it"
    return Guess("log out", action_value(requests, signs), Certainty.SURE, why)


def _needs_sign(stranger: Exchange, success: Conditions) -> bool:
    """Say whether no sign would recognise a stranger's logout; 4xx is a refusal without one."""
    return stranger.status not in _SELF_EVIDENT and not found_in(success, stranger)


def _without_common(
    requests: Sequence[ActionRequest], found: Findings
) -> tuple[ActionRequest, ...]:
    """Leave out the request that the profile has below `csrf`."""
    token = common_token(found.account.way)
    return tuple(requests[1:] if token is not None and requests[0] == token else requests)


def _page(found: Findings) -> Guess:
    page, name, missing = found.page, found.account.user.username, found.missing
    others = [*found.strangers, *missing]
    signed_in = sign_of(page.with_session, others, name if page.names_user else "")
    signed_in = signed_in or sign_of(page.with_session, found.strangers, "")
    outside = alternatives(found.strangers, [*page.with_session, *missing])
    outside = outside or alternatives(found.strangers, page.with_session)
    signs: dict[str, Plain] = {
        "signed in": signed_in or {"status": str(page.with_session[0].status)},
        "signed out": _one_or_more(outside) if outside else {"status": "401"},
    }
    value: dict[str, Plain] = {"send": f"GET {page.path}", **signs}
    names = "{username}" in str(signed_in)
    certainty = Certainty.SURE if signed_in and outside and names else Certainty.LIKELY
    why = "looks different with and without the session, twice each"
    why += ", and names the user" if names else "; it does not name the user"
    if not (signed_in and outside):
        certainty, why = Certainty.UNSURE, "its signs could not be told apart: look at them"
    return Guess("protected page", value, certainty, why)


def _one_or_more(signs: Sequence[Conditions]) -> Plain:
    return {**signs[0]} if len(signs) == 1 else [{**one} for one in signs]


def _with_remarks(draft: Draft, found: Findings, people: Sequence[Person]) -> Draft:
    """Add what the user may want to say beside it."""
    if found.exit is None:
        draft = draft.with_remark("log out: write down the request that logs out")
    if not found.page.names_user:
        remark = "protected page: choose one that shows the user's name, if there is one"
        draft = draft.with_remark(remark)
    if len(people) < 2:
        remark = "users: add a second user 'bob' (--user2), and mix-ups of users are looked for"
        draft = draft.with_remark(remark)
    return draft.with_remark(
        "timeouts: declare idle and absolute, such as timeouts: {idle: 30 min}, to have them judged"
    )
