"""What a scenario may need of a target or of a run, and what is said when it is lacking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from conformance.composition import used_placeholders
from conformance.model import Outcome, Profile
from conformance.profile_actions import OPTIONAL_ACTIONS
from conformance.signs import placeholders
from conformance.words import Words


@dataclass(frozen=True)
class Lack:
    """Why a scenario can't be run: the outcome it gets instead, and the reason."""

    outcome: Outcome
    reason: str


Need: TypeAlias = Callable[[Profile], "Lack | None"]

needs: Words[Need] = Words("need")


def _not_applicable(reason: str) -> Lack:
    return Lack(Outcome.NOT_APPLICABLE, reason)


def _not_tested(reason: str) -> Lack:
    return Lack(Outcome.NOT_TESTED, reason)


@needs("own account")
def _own_account(_profile: Profile) -> Lack | None:
    """The users of this scenario are used by no other scenario at the same time."""
    return None


@needs("second user")
def _second_user(profile: Profile) -> Lack | None:
    """The profile has a second user, bob (or can register one)."""
    if "bob" in profile.users or profile.register:
        return None
    return _not_tested("the profile has no second user 'bob' and no 'register' action")


@needs("administrator")
def _administrator(profile: Profile) -> Lack | None:
    """The profile has a user `admin`, who may act on the accounts of others."""
    if "admin" in profile.users:
        return None
    return _not_applicable("the profile declares no user 'admin'")


@needs("spare account")
def _spare_account(profile: Profile) -> Lack | None:
    """The users of this scenario are newly registered, so that it may use them up.

    Their passwords may change, and they may be locked or removed.
    """
    if profile.register:
        return None
    return _not_tested("the profile has no 'register' action, so there is no account to spare")


@needs("the end of the run")
def _end_of_run(_profile: Profile) -> Lack | None:
    """The scenario runs after all others, since the server may throttle this address then."""
    return None


@needs("json login")
def _json_login(profile: Profile) -> Lack | None:
    """The profile logs in with a JSON body."""
    if profile.log_in.requests[-1].json is not None:
        return None
    return _not_applicable("the profile declares a login without a JSON body")


@needs("form login")
def _form_login(profile: Profile) -> Lack | None:
    """The profile logs in with a form."""
    if profile.log_in.requests[-1].form is not None:
        return None
    return _not_applicable("the profile declares a login without a form")


@needs("logout in one request")
def _logout_in_one_request(profile: Profile) -> Lack | None:
    """The logout is one request: before others, pages would have to be read while it happens."""
    uses_csrf = profile.csrf and "csrf" in used_placeholders(profile.log_out.requests[-1])
    if len(profile.log_out.requests) == 1 and not uses_csrf:
        return None
    return _not_tested("the logout reads a page first, so that two of them don't meet")


@needs("quiet")
def _quiet(_profile: Profile) -> Lack | None:
    """No other scenario runs at the same time on this server, since times are measured."""
    return None


@needs("throttling")
def _throttling(profile: Profile) -> Lack | None:
    """The profile declares after how many wrong passwords an account is throttled."""
    return None if profile.throttling else _not_applicable("the profile declares no 'throttling'")


@needs("undeclared throttling")
def _undeclared_throttling(profile: Profile) -> Lack | None:
    """The profile does not declare after how many wrong passwords an account is throttled."""
    if profile.throttling is None:
        return None
    return _not_applicable("the profile declares 'throttling', which is tried by itself")


@needs("throttling that is told")
def _told_throttling(profile: Profile) -> Lack | None:
    """The profile declares what answers show while an account is throttled."""
    if profile.throttling and profile.throttling.signs:
        return None
    return _not_applicable("the profile declares no sign of 'throttling'")


@needs("throttling with an end")
def _ending_throttling(profile: Profile) -> Lack | None:
    """The profile declares how long an account is throttled."""
    if profile.timeouts.throttling:
        return None
    return _not_applicable("the profile does not declare how long 'throttling' lasts")


@needs("session cookie")
def _session_cookie(profile: Profile) -> Lack | None:
    """The session is held by a cookie, which browsers send along by themselves: the usual case."""
    if profile.session_cookies:
        return None
    return _not_applicable("the profile declares no session cookie: a header holds the session")


@needs("csrf token")
def _csrf_token(profile: Profile) -> Lack | None:
    """The profile says where CSRF tokens are read."""
    return None if profile.csrf else _not_applicable("the profile declares no 'csrf' token")


@needs("the action list sessions")
def _session_list(profile: Profile) -> Lack | None:
    """The profile declares a page that lists the user's sessions."""
    return None if profile.session_list else _undeclared("list sessions")


def _undeclared(action: str) -> Lack:
    return _not_applicable(f"the profile declares no action '{action}'")


def _declared(action: str) -> Need:
    def need(profile: Profile) -> Lack | None:
        return None if action in profile.actions else _undeclared(action)

    need.__doc__ = f"The profile declares the action `{action}`."
    return need


for _action in OPTIONAL_ACTIONS:
    if _action != "register":
        needs(f"the action {_action}")(_declared(_action))


@needs("login while signed in")
def _login_while_signed_in(profile: Profile) -> Lack | None:
    """A login of a browser that is signed in is a login: the usual case."""
    if not profile.ignores_logins:
        return None
    return _not_applicable("the profile declares that a login of who is signed in is ignored")


@needs("several sessions")
def _several_sessions(profile: Profile) -> Lack | None:
    """A user may have more than one live session at this target."""
    if profile.session_limit != 1:
        return None
    return _not_applicable("the profile declares a limit of one session for each user")


@needs("session limit")
def _session_limit(profile: Profile) -> Lack | None:
    """The profile declares how many live sessions a user may have."""
    if profile.session_limit:
        return None
    return _not_applicable("the profile declares no 'session limit'")


@needs("other sessions end with the password")
def _others_end(profile: Profile) -> Lack | None:
    """A password change ends the user's other sessions by itself: the usual case."""
    if profile.session_policy != "others are offered an end":
        return None
    return _not_applicable("the profile declares that after a password change an end is offered")


@needs("an end of the others is offered with the password")
def _end_is_offered(profile: Profile) -> Lack | None:
    """The profile says that a user may end the other sessions after a password change."""
    if profile.session_policy == "others are offered an end":
        return None
    return _not_applicable("the profile declares that a password change ends sessions by itself")


@needs("the session outlives its password")
def _outlives(profile: Profile) -> Lack | None:
    """A password change leaves the session in which it is made alive: the usual case."""
    if profile.session_policy != "all end":
        return None
    return _not_applicable("the profile declares that a password change ends all sessions")


def _sessions(number: int, word: str) -> Need:
    def need(profile: Profile) -> Lack | None:
        if profile.session_limit is None or profile.session_limit >= number:
            return None
        reason = f"the profile declares a limit below {word} sessions for each user"
        return _not_applicable(reason)

    need.__doc__ = f"A user may have {word} live sessions at this target."
    return need


for _number, _word in ((3, "three"), (4, "four")):
    needs(f"{_word} sessions")(_sessions(_number, _word))


@needs("idle timeout")
def _idle(profile: Profile) -> Lack | None:
    """The profile declares an idle timeout."""
    if profile.timeouts.idle:
        return None
    return _not_applicable("the profile declares no idle timeout")


@needs("absolute timeout")
def _absolute(profile: Profile) -> Lack | None:
    """The profile declares an absolute timeout."""
    if profile.timeouts.absolute:
        return None
    return _not_applicable("the profile declares no absolute timeout")


@needs("any timeout")
def _any_timeout(profile: Profile) -> Lack | None:
    """The profile declares an idle or an absolute timeout."""
    if profile.timeouts.idle or profile.timeouts.absolute:
        return None
    return _not_applicable("the profile declares neither an idle nor an absolute timeout")


@needs("restart")
def _restart(profile: Profile) -> Lack | None:
    """The suite can stop and start the target itself."""
    if profile.launch:
        return None
    return _not_tested("the profile has no 'start' command, so the server can't be restarted")


@needs("kill")
def _kill(profile: Profile) -> Lack | None:
    """The suite has started the target itself, so that it can kill it."""
    if profile.launch:
        return None
    return _not_tested("the profile has no 'start' command, so the server can't be killed")


@needs("nodes")
def _nodes(profile: Profile) -> Lack | None:
    """The profile declares another node that shares the session store."""
    return None if profile.nodes else _not_applicable("the profile declares no other 'nodes'")


@needs("clocks apart")
def _clocks_apart(profile: Profile) -> Lack | None:
    """The profile declares that the clocks of its nodes differ, by less than its timeouts."""
    timeouts = profile.timeouts
    if not timeouts.skew:
        return _not_applicable("the profile declares no node with another clock ('clock ahead')")
    shortest = min(filter(None, (timeouts.idle, timeouts.absolute)), default=0.0)
    if shortest and shortest <= timeouts.skew + 2 * timeouts.allowance:
        return _not_tested("the clocks differ by so much that a timeout may pass between two nodes")
    return None


@needs("store away")
def _store_away(profile: Profile) -> Lack | None:
    """The profile says how the session store is taken away and brought back."""
    if profile.store and profile.store.take_away:
        return None
    return _not_tested("the profile has no command 'take away' of 'store'")


@needs("store dump")
def _store_dump(profile: Profile) -> Lack | None:
    """The profile says how all that the session store holds is printed."""
    if profile.store and profile.store.dump:
        return None
    return _not_tested("the profile has no command 'print' of 'store'")


@needs("durable sessions")
def _durable(profile: Profile) -> Lack | None:
    """The target keeps its sessions where a restart does not lose them."""
    if profile.durable:
        return None
    return _not_applicable("the profile declares that sessions are kept in memory")


@needs("identity")
def _identity(profile: Profile) -> Lack | None:
    """The protected page names the user, so that a mix-up of users shows."""
    if any(
        "username" in placeholders(dict(s.conditions)) for s in profile.protected_page.signed_in
    ):
        return None
    return _not_tested("the sign 'signed in' has no {username}, so users can't be told apart")


@needs("https")
def _https(profile: Profile) -> Lack | None:
    """The target is reached over https."""
    if profile.base_url.startswith("https:"):
        return None
    return _not_tested("this run reaches the target over plain http")
