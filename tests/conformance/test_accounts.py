from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from toyserver import PASSWORDS, Reply
from toysuite import LOGIN, REGISTER, Suite

from conformance.accounts import _lock_file, fresh_name, leased, register
from conformance.errors import Unrecognised
from conformance.model import Outcome, Profile, Scenario

OWN = f"needs: [own account]\n{LOGIN.lstrip()}"
ADMINISTRATOR = f"needs: [administrator]\n{LOGIN.lstrip()}"
BOTH = f"needs: [second user]\n{LOGIN.lstrip()}"


def could_have(profile: Profile, role: str, kind: int) -> bool:
    """Say whether another one could hold the account now: LOCK_SH together, LOCK_EX alone."""
    with _lock_file(profile, profile.users[role]).open("ab") as file:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextmanager
def another_process(suite: Suite, own: str) -> Iterator[None]:
    """Hold alice's account in a process of its own."""
    code = """
import sys
from pathlib import Path
from conformance.accounts import leased
from conformance.engine import Settings
from conformance.profiles import read_profile
from conformance.scenarios import read_scenarios
from conformance.vocabulary import VOCABULARY
from conformance.yamltree import parse
profile = read_profile(Path(sys.argv[1]))
(scenario,) = read_scenarios(parse(Path(sys.argv[2])), "toy/case", VOCABULARY)
with leased(scenario, profile, Settings()):
    print("held", flush=True)
    sys.stdin.read()
"""
    suite.scenario(own)
    process = subprocess.Popen(
        [sys.executable, "-c", code, suite.folder / "profile.yaml", suite.folder / "case.yaml"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(suite.folder)},
    )
    assert process.stdin
    assert process.stdout
    try:
        assert process.stdout.readline() == b"held\n"
        yield
    finally:
        process.stdin.close()
        process.stdout.close()
        assert process.wait(10) == 0


@pytest.mark.parametrize(
    ("steps", "together", "alone"), [(LOGIN, True, False), (OWN, False, False)]
)
@pytest.mark.parametrize("where", ["this process", "another process"])
def test_an_account_is_held_together_or_alone(
    suite: Suite, steps: str, together: bool, alone: bool, where: str
) -> None:
    profile = suite.profile()
    if where == "this process":
        holding = leased(suite.scenario(steps), profile, suite.settings)
    else:
        holding = another_process(suite, steps)
    with holding:
        assert could_have(profile, "alice", fcntl.LOCK_SH) is together
        assert could_have(profile, "alice", fcntl.LOCK_EX) is alone
        assert could_have(profile, "bob", fcntl.LOCK_EX)
    assert could_have(profile, "alice", fcntl.LOCK_EX)


@pytest.mark.parametrize(("first", "second"), [(OWN, LOGIN), (LOGIN, OWN), (OWN, OWN)])
def test_whoever_needs_an_account_alone_waits_for_the_others_and_they_for_it(
    suite: Suite, first: str, second: str
) -> None:
    profile = suite.profile()
    scenarios = [suite.scenario(first), suite.scenario(second)]
    came_in = threading.Event()

    def enter(scenario: Scenario) -> None:
        with leased(scenario, profile, suite.settings):
            came_in.set()

    thread = threading.Thread(target=enter, args=(scenarios[1],))
    with leased(scenarios[0], profile, suite.settings):
        thread.start()
        assert not came_in.wait(0.05)
    assert came_in.wait(5)
    thread.join()


def test_those_who_share_an_account_do_not_wait_for_one_another(suite: Suite) -> None:
    profile, scenario = suite.profile(), suite.scenario(LOGIN)
    together = threading.Barrier(4, timeout=5)

    def enter() -> None:
        with leased(scenario, profile, suite.settings):
            together.wait()

    threads = [threading.Thread(target=enter) for _ in range(3)]
    for thread in threads:
        thread.start()
    together.wait()  # raises when one of them waits
    for thread in threads:
        thread.join()


def test_an_account_is_free_again_after_a_defect(suite: Suite) -> None:
    profile = suite.profile()

    def fail() -> None:
        with leased(suite.scenario(OWN), profile, suite.settings):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert could_have(profile, "alice", fcntl.LOCK_EX)


@pytest.mark.parametrize(
    ("changes", "another"),
    [
        ({"base url": "http://127.0.0.1:9"}, True),
        ({"users": {"alice": {"username": "other", "password": "x"}}}, True),
        ({"users": {"alice": {"username": "alice", "password": "x"}}}, False),
    ],
)
def test_accounts_of_other_names_or_servers_are_other_accounts(
    suite: Suite, changes: dict[str, object], another: bool
) -> None:
    with leased(suite.scenario(OWN), suite.profile(), suite.settings):
        assert could_have(suite.profile(changes), "alice", fcntl.LOCK_EX) is another


@pytest.mark.parametrize(("steps", "roles"), [(LOGIN, ["alice"]), (BOTH, ["alice", "bob"])])
def test_a_scenario_gets_the_users_that_it_needs(
    suite: Suite, steps: str, roles: list[str]
) -> None:
    profile = suite.profile()
    with leased(suite.scenario(steps), profile, suite.settings) as users:
        assert users == {role: profile.users[role] for role in roles}


# --- new accounts --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "changes", "fresh"),
    [
        (OWN, REGISTER, ["alice"]),
        (f"needs: [own account, second user]\n{LOGIN.lstrip()}", REGISTER, ["alice", "bob"]),
        (LOGIN, REGISTER, []),
        (LOGIN, {**REGISTER, "session limit": "3"}, ["alice"]),
        (LOGIN, {"session limit": "3"}, []),
    ],
)
def test_who_needs_an_account_alone_gets_a_new_one_where_that_is_possible(
    suite: Suite, steps: str, changes: dict[str, object], fresh: list[str]
) -> None:
    profile = suite.profile(changes)
    with leased(suite.scenario(steps), profile, suite.settings) as users:
        new = [role for role, user in users.items() if user.username not in PASSWORDS]
        assert new == fresh
        for role, user in users.items():
            assert user.username.startswith(role)
            assert suite.toy.passwords[user.username] == user.password == PASSWORDS[role]
        limited = "session limit" in changes and not fresh
        assert could_have(profile, "alice", fcntl.LOCK_SH) is not limited


def test_bob_is_registered_where_the_profile_has_none(suite: Suite) -> None:
    users = {"alice": {"username": "alice", "password": PASSWORDS["alice"]}}
    steps = """
then:
  - log in: bob
  - visit: protected page
    expect: signed in
"""
    result = suite.target({"users": users, **REGISTER}).perform(suite.scenario(steps))
    assert result.outcome is Outcome.PASSED


def test_every_try_gets_accounts_that_nobody_has_used(suite: Suite) -> None:
    profile = suite.profile(REGISTER)
    names = {register("alice", profile, suite.settings).username for _ in range(5)}
    assert len(names) == 5


@pytest.mark.parametrize("name", ["alice", "alice@example.com", "a.b+c@example.com"])
def test_a_fresh_name_keeps_the_domain_of_an_address(name: str) -> None:
    fresh, another = fresh_name(name), fresh_name(name)
    assert fresh != another
    assert fresh.startswith(name.partition("@")[0] + "-")
    assert fresh.partition("@")[2] == name.partition("@")[2]


@pytest.mark.parametrize("status", [200, 409, 500])
def test_a_registration_that_does_not_succeed_is_an_error(suite: Suite, status: int) -> None:
    suite.toy.routes["POST /register"] = lambda _: Reply(status)
    result = suite.target(REGISTER).perform(suite.scenario(OWN))
    assert result.outcome is Outcome.ERROR
    assert result.reason.startswith(
        f"POST /register answered {status}: no new account could be registered ("
    )


def test_a_registration_shows_no_password_whatever_the_server_repeats(suite: Suite) -> None:
    where = "/x/correct%20horse%2fbattery"
    suite.toy.routes["POST /register"] = lambda _: Reply(302, headers=[("Location", where)])
    changes = {"register": {**REGISTER["register"], "send": "POST /register?p=correct"}}
    result = suite.target(changes).perform(suite.scenario(OWN))
    assert result.outcome is Outcome.ERROR
    assert "Location: /x/<hidden>" in result.reason
    assert "correct" not in repr(result)


def test_a_profile_without_registration_registers_nobody(suite: Suite) -> None:
    with pytest.raises(Unrecognised, match="the profile has no 'register' action"):
        register("alice", suite.profile(), suite.settings)


SPARE = f"needs: [spare account]\n{LOGIN.lstrip()}"


def test_an_account_to_spare_is_a_new_one(suite: Suite) -> None:
    profile = suite.profile(REGISTER)
    with leased(suite.scenario(SPARE), profile, suite.settings) as users:
        assert users["alice"].username != profile.users["alice"].username


def test_the_administrator_is_there_for_all(suite: Suite) -> None:
    admin = {"username": "root", "password": "toor"}
    users = {"alice": {"username": "alice", "password": PASSWORDS["alice"]}, "admin": admin}
    profile = suite.profile({**REGISTER, "users": users})
    for steps in (LOGIN, OWN, SPARE):
        with leased(suite.scenario(steps), profile, suite.settings) as leased_users:
            assert leased_users["admin"].username == "root"


@pytest.mark.parametrize(("steps", "free"), [(ADMINISTRATOR, False), (LOGIN, True)])
def test_where_sessions_are_limited_one_scenario_at_a_time_acts_as_administrator(
    suite: Suite, steps: str, free: bool
) -> None:
    admin = {"admin": {"username": "root", "password": "rootrootroot"}}
    users = {"alice": {"username": "alice", "password": PASSWORDS["alice"]}, **admin}
    profile = suite.profile({"users": users, "session limit": "1", **REGISTER})
    with leased(suite.scenario(steps), profile, suite.settings) as leases:
        assert {*leases} == {"alice", "admin"}
        assert could_have(profile, "admin", fcntl.LOCK_EX) is free
