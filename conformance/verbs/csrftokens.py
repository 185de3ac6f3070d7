"""Which CSRF token goes along with an action: the right one, or one that ought to be refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from conformance.changes import OtherTokens, csrf_changes
from conformance.composition import compose, surroundings, used_placeholders
from conformance.model import Action
from conformance.readings import read
from conformance.stage import DoesNotApply, Seat, Stage


def sent_token(
    stage: Stage, seat: Seat, action: Action, wanted: Mapping[str, str]
) -> Callable[[str], str | None]:
    """Return what makes of the right CSRF token the one that is sent."""

    def remembered(token: str) -> str:
        seat.csrf_tokens[action.name] = token
        return token

    if "csrf token" not in wanted:
        return remembered
    if not any("csrf" in used_placeholders(request) for request in action.requests):
        raise DoesNotApply(f"the profile's action '{action.name}' sends no CSRF token")
    change = csrf_changes[wanted["csrf token"]]
    return lambda token: change(token, _other_tokens(stage, seat))


def _other_tokens(stage: Stage, seat: Seat) -> OtherTokens:
    def used(action: str) -> str:
        if action not in seat.csrf_tokens:
            raise DoesNotApply(f"the profile's action '{action}' sends no CSRF token")
        return seat.csrf_tokens[action]

    return OtherTokens(
        another_browser=lambda: _token_of_another_browser(stage),
        before_login=lambda: used("log in"),
        session_before=lambda: used("log out"),
    )


def _token_of_another_browser(stage: Stage) -> str:
    if stage.profile.csrf is None:
        raise DoesNotApply("the profile declares no 'csrf' token")
    exchange = stage.new_browser().send(compose(stage.profile.csrf, surroundings(stage.profile)))
    return read(stage.profile.csrf.readings[0], exchange)
