"""What a recording alone tells, where its server is not asked."""

from __future__ import annotations

from dataclasses import replace

from conformance.errors import InputError
from conformance.init.cookies import Needed
from conformance.init.drafts import Person, draft_of
from conformance.init.guesses import Certainty, Draft, Guess
from conformance.init.har import Entry
from conformance.init.logouts import Exit, with_common
from conformance.init.protected import Seen
from conformance.init.recording import Recording
from conformance.init.sessions import Account
from conformance.init.survey import Findings
from conformance.init.telling import sign_of
from conformance.model import Exchange
from conformance.setcookie import parse_set_cookie


def recorded_draft(
    recording: Recording, account: Account, people: list[Person], path: str
) -> Draft:
    """Return the profile that a recording makes; nothing in it is surer than likely."""
    draft = draft_of(_findings(recording, account, path), people)
    return replace(draft, guesses=tuple(map(_untried, draft.guesses))).with_remark(
        "the server was not asked: `doctor` tells whether the guesses hold there"
    )


def _untried(guess: Guess) -> Guess:
    if guess.certainty is not Certainty.SURE:
        return guess
    why = {"log in": "as recorded", "log out": "as recorded", "protected page": "as recorded"}
    said = why.get(guess.key, f"as recorded: {guess.why}")
    return replace(guess, certainty=Certainty.LIKELY, why=f"{said}; not tried")


def _findings(recording: Recording, account: Account, path: str) -> Findings:
    page = _page(recording, path)
    again = [one.exchange for one in recording.before if _is_login_again(one, recording)]
    found = Findings(
        account,
        page,
        [recording.login.exchange],
        refused=again,
        strangers=[*page.without],
        cookies=_cookies(recording),
        tried=False,
    )
    if recording.exit_entry is not None:
        requests = next(iter(with_common(recording.way, recording.exit)))
        found.exit = Exit(requests, recording.exit_entry.exchange, "the recorded logout")
    return found


def _is_login_again(entry: Entry, recording: Recording) -> bool:
    """Say whether an earlier request was a login too, with something else in it."""
    one, login = entry.exchange, recording.login.exchange
    return (one.method, one.path) == (login.method, login.path)


def _cookies(recording: Recording) -> Needed:
    """Return the cookies that the login set, those that no script can read before others."""
    lines = recording.login.exchange.header_values("Set-Cookie")
    cookies = [cookie for cookie in map(parse_set_cookie, lines) if cookie and cookie.value]
    chosen = [one for one in cookies if one.http_only] or cookies
    return Needed(tuple(dict.fromkeys(one.name for one in chosen)), len(cookies))


def _page(recording: Recording, path: str) -> Seen:
    """Return the page that names the user, or the first that was seen signed in."""
    name = recording.username
    candidates = recording.pages
    if not candidates:
        message = "no page was recorded after the login: record one that only users see"
        raise InputError(message, path, 1, 1)
    inside = [one.exchange for one in recording.signed_in]
    outside = [one.exchange for one in (*recording.before, *_after_exit(recording))]
    seen = [_seen(one, _answers(inside, one), _answers(outside, one), name) for one in candidates]
    return max(seen, key=lambda one: one.worth)


def _answers(exchanges: list[Exchange], path: str) -> list[Exchange]:
    return [one for one in exchanges if one.path == path and one.method == "GET"][:2]


def _seen(path: str, these: list[Exchange], others: list[Exchange], name: str) -> Seen:
    names_user = "{username}" in str(sign_of(these, others, name)) if name else False
    return Seen(path, tuple(these), tuple(others), 2 * bool(others) + names_user, names_user)


def _after_exit(recording: Recording) -> tuple[Entry, ...]:
    if recording.exit_entry is None:
        return ()
    return recording.after[recording.after.index(recording.exit_entry) + 1 :]
