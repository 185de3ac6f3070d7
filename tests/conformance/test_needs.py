from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.model import (
    Command,
    Launch,
    Outcome,
    Place,
    Profile,
    SharedNode,
    SharedStore,
    Sign,
    Throttling,
    Timeouts,
    User,
)
from conformance.needs import Lack, needs
from conformance.profile_actions import OPTIONAL_ACTIONS
from conformance.profiles import read_profile

BARE = """\
name: x
base url: http://127.0.0.1
session cookie: sid
session store: memory
session limit: 1
login while signed in: ignored
users: {alice: {username: a, password: b}}
log in: {send: POST /, success: {status: 200}, refused: {status: 401}}
log out: {send: POST /, success: {status: 200}}
protected page: {send: GET /, signed in: {status: 200}, signed out: {status: 401}}
"""
PLACE = Place("profile.yaml", 1, 1)
LAUNCH = Launch(Command(("./serve",), PLACE), "/")


@pytest.fixture
def bare(tmp_path: Path) -> Profile:
    """A profile that declares as little as it can."""
    (tmp_path / "profile.yaml").write_text(BARE)
    return read_profile(tmp_path / "profile.yaml")


def not_applicable(reason: str) -> Lack:
    return Lack(Outcome.NOT_APPLICABLE, f"the profile declares {reason}")


def not_tested(reason: str) -> Lack:
    return Lack(Outcome.NOT_TESTED, reason)


LACKING = {
    "own account": None,
    "spare account": not_tested(
        "the profile has no 'register' action, so there is no account to spare"
    ),
    "the end of the run": None,
    "logout in one request": None,
    "json login": not_applicable("a login without a JSON body"),
    "form login": not_applicable("a login without a form"),
    "quiet": None,
    "throttling": not_applicable("no 'throttling'"),
    "undeclared throttling": None,
    "throttling that is told": not_applicable("no sign of 'throttling'"),
    "throttling with an end": Lack(
        Outcome.NOT_APPLICABLE, "the profile does not declare how long 'throttling' lasts"
    ),
    "session cookie": None,
    "csrf token": not_applicable("no 'csrf' token"),
    "the action list sessions": not_applicable("no action 'list sessions'"),
    **{
        f"the action {name}": not_applicable(f"no action '{name}'")
        for name in OPTIONAL_ACTIONS
        if name != "register"
    },
    "second user": not_tested("the profile has no second user 'bob' and no 'register' action"),
    "administrator": not_applicable("no user 'admin'"),
    "login while signed in": not_applicable("that a login of who is signed in is ignored"),
    "several sessions": not_applicable("a limit of one session for each user"),
    "session limit": None,
    "other sessions end with the password": None,
    "an end of the others is offered with the password": not_applicable(
        "that a password change ends sessions by itself"
    ),
    "the session outlives its password": None,
    "three sessions": not_applicable("a limit below three sessions for each user"),
    "four sessions": not_applicable("a limit below four sessions for each user"),
    "idle timeout": not_applicable("no idle timeout"),
    "absolute timeout": not_applicable("no absolute timeout"),
    "any timeout": not_applicable("neither an idle nor an absolute timeout"),
    "restart": not_tested("the profile has no 'start' command, so the server can't be restarted"),
    "kill": not_tested("the profile has no 'start' command, so the server can't be killed"),
    "nodes": not_applicable("no other 'nodes'"),
    "clocks apart": not_applicable("no node with another clock ('clock ahead')"),
    "store away": not_tested("the profile has no command 'take away' of 'store'"),
    "store dump": not_tested("the profile has no command 'print' of 'store'"),
    "durable sessions": not_applicable("that sessions are kept in memory"),
    "identity": not_tested(
        "the sign 'signed in' has no {username}, so users can't be told apart"
    ),
    "https": not_tested("this run reaches the target over plain http"),
}  # fmt: skip


@pytest.mark.parametrize("need", needs.words)
def test_a_need_that_a_profile_does_not_meet_says_why(need: str, bare: Profile) -> None:
    assert needs[need](bare) == LACKING[need]


@pytest.mark.parametrize(
    ("need", "declared", "reason"),
    [
        ("session limit", {"session_limit": None}, "no 'session limit'"),
        (
            "undeclared throttling",
            {"throttling": Throttling(3)},
            "'throttling', which is tried by itself",
        ),
        (
            "other sessions end with the password",
            {"session_policy": "others are offered an end"},
            "that after a password change an end is offered",
        ),
        (
            "the session outlives its password",
            {"session_policy": "all end"},
            "that a password change ends all sessions",
        ),
    ],
)
def test_a_profile_may_declare_that_a_need_is_not_met(
    need: str, declared: dict[str, Any], reason: str, bare: Profile
) -> None:
    assert needs[need](replace(bare, **declared)) == not_applicable(reason)


def test_a_logout_that_reads_a_token_takes_more_than_one_request(bare: Profile) -> None:
    first = bare.log_out.requests[0]
    csrf = replace(first, path="/token")
    with_token = replace(bare.log_out, requests=(replace(first, form={"csrf": "{csrf}"}),))
    in_two = replace(bare.log_out, requests=(first, first))
    need = needs["logout in one request"]
    assert need(replace(bare, csrf=csrf)) is None
    assert need(replace(bare, csrf=csrf, log_out=with_token))
    assert need(replace(bare, log_out=in_two))


def test_every_need_is_tried() -> None:
    assert {*LACKING} == {*needs.words}


MET: list[tuple[str, dict[str, Any]]] = [
    ("second user", {"users": {"alice": User("a", "b"), "bob": User("c", "d")}}),
    ("administrator", {"users": {"alice": User("a", "b"), "admin": User("c", "d")}}),
    ("several sessions", {"session_limit": 2}),
    ("throttling", {"throttling": Throttling(3)}),
    ("throttling that is told", {"throttling": Throttling(3, (Sign({"status": "429"}, PLACE),))}),
    ("throttling with an end", {"timeouts": Timeouts(throttling=60)}),
    (
        "an end of the others is offered with the password",
        {"session_policy": "others are offered an end"},
    ),
    ("several sessions", {"session_limit": None}),
    ("idle timeout", {"timeouts": Timeouts(idle=2)}),
    ("absolute timeout", {"timeouts": Timeouts(absolute=2)}),
    ("any timeout", {"timeouts": Timeouts(idle=2)}),
    ("any timeout", {"timeouts": Timeouts(absolute=2)}),
    ("restart", {"launch": LAUNCH}),
    ("kill", {"launch": LAUNCH}),
    ("nodes", {"nodes": (SharedNode("http://127.0.0.1:1", PLACE),)}),
    ("clocks apart", {"timeouts": Timeouts(skew=1)}),
    ("clocks apart", {"timeouts": Timeouts(idle=4, absolute=0, skew=1.5)}),
    ("store away", {"store": SharedStore("/", take_away=LAUNCH.start, bring_back=LAUNCH.start)}),
    ("store dump", {"store": SharedStore("/", dump=LAUNCH.start)}),
    ("durable sessions", {"durable": True}),
    ("https", {"base_url": "https://localhost"}),
]


@pytest.mark.parametrize(("need", "declared"), MET)
def test_a_need_is_met_by_what_the_profile_declares(
    need: str, declared: dict[str, Any], bare: Profile
) -> None:
    assert needs[need](replace(bare, **declared)) is None


@pytest.mark.parametrize("declared", [{"idle": 3}, {"idle": 9, "absolute": 3}])
def test_clocks_must_not_differ_by_as_much_as_a_timeout(
    declared: dict[str, float], bare: Profile
) -> None:
    lack = needs["clocks apart"](replace(bare, timeouts=Timeouts(**declared, skew=1)))
    assert lack
    assert lack.outcome is Outcome.NOT_TESTED
    assert "a timeout may pass between two nodes" in lack.reason


@pytest.mark.parametrize("need", ["store away", "store dump"])
def test_a_store_of_which_only_the_staleness_is_known_does_not_do(need: str, bare: Profile) -> None:
    assert needs[need](replace(bare, store=SharedStore("/", staleness=2))) == LACKING[need]


def test_a_second_user_can_be_registered(bare: Profile) -> None:
    assert needs["second user"](replace(bare, register=bare.log_out)) is None


@pytest.mark.parametrize(
    ("need", "timeouts"),
    [
        ("idle timeout", Timeouts(absolute=2)),
        ("absolute timeout", Timeouts(idle=2)),
        ("idle timeout", Timeouts(idle=0)),
        ("any timeout", Timeouts(idle=0, absolute=0)),
    ],
)
def test_another_timeout_or_none_at_all_does_not_do(
    need: str, timeouts: Timeouts, bare: Profile
) -> None:
    assert needs[need](replace(bare, timeouts=timeouts)) == LACKING[need]


@pytest.mark.parametrize("name", [name for name in OPTIONAL_ACTIONS if name != "register"])
def test_an_action_is_there_once_the_profile_declares_it(name: str, bare: Profile) -> None:
    assert needs[f"the action {name}"](replace(bare, actions={name: bare.log_out})) is None


def test_an_account_that_was_registered_is_one_to_spare(bare: Profile) -> None:
    assert needs["spare account"](replace(bare, register=bare.log_out)) is None


def test_one_sign_with_the_user_is_enough_to_tell_users_apart(bare: Profile) -> None:
    signs = (
        Sign({"status": "200"}, PLACE),
        Sign({"json": {"user": {"name": "Mx {username}"}}}, PLACE),
    )
    page = replace(bare.protected_page, signed_in=signs)
    assert needs["identity"](replace(bare, protected_page=page)) is None
