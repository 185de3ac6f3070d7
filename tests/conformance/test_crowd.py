from __future__ import annotations

import pytest
from toyserver import Reply
from toysuite import Suite

from conformance.model import Outcome
from conformance.registration import fresh_name, registered

REGISTER = {
    "register": {
        "send": "POST /register",
        "form": {"username": "{username}", "password": "{password}"},
        "success": {"status": "201"},
    }
}
CROWD = """
then:
  - crowd: COUNT
    expect: signed in
"""


def logins(suite: Suite) -> list[str]:
    return [asked.form["username"] for asked in suite.toy.asked if asked.path == "/login"]


def test_everybody_in_a_crowd_is_a_user_of_their_own(suite: Suite) -> None:
    assert suite.run(CROWD.replace("COUNT", "20"), REGISTER).outcome is Outcome.PASSED
    names = logins(suite)
    assert len(set(names)) == 20
    assert all(name.startswith("alice-") for name in names)
    assert [asked.path for asked in suite.toy.asked].count("/me") == 60


def test_without_registration_alice_and_bob_take_turns(suite: Suite) -> None:
    assert suite.run(CROWD.replace("COUNT", "6")).outcome is Outcome.PASSED
    assert sorted(logins(suite)) == ["alice"] * 3 + ["bob"] * 3


def test_a_crowd_keeps_to_the_limit_of_sessions(suite: Suite) -> None:
    assert suite.run(CROWD.replace("COUNT", "6"), {"session limit": "2"}).outcome is Outcome.PASSED
    assert sorted(logins(suite)) == ["alice", "alice", "bob", "bob"]


def test_who_sees_the_page_of_another_is_found(suite: Suite) -> None:
    suite.toy.routes["GET /me"] = lambda _: Reply(200, {"user": "alice"})
    result = suite.run(CROWD.replace("COUNT", "4"))
    assert result.outcome is Outcome.FAILED
    assert result.observed == "signed in as alice: GET /me answered 200"


@pytest.mark.parametrize(("path", "changes"), [("POST /login", {}), ("POST /register", REGISTER)])
def test_a_crowd_that_can_not_get_in_proves_nothing(
    suite: Suite, path: str, changes: dict[str, object]
) -> None:
    suite.toy.routes[path] = lambda _: Reply(401)
    assert suite.run(CROWD.replace("COUNT", "2"), changes).outcome is Outcome.ERROR


def test_a_fresh_name_keeps_its_domain() -> None:
    assert fresh_name("a@example.com").endswith("@example.com")
    assert fresh_name("a") != fresh_name("a")


def test_nobody_is_registered_where_the_profile_can_not(suite: Suite) -> None:
    profile = suite.profile()
    with pytest.raises(ValueError, match="can't register"):
        registered(profile.users["alice"], profile, None)  # type: ignore[arg-type]
