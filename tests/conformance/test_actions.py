from __future__ import annotations

from typing import Any

import pytest
from toyserver import Reply
from toysuite import LOGIN, Clock, Suite

from conformance.actions import Manner, Performer
from conformance.browser import Browser
from conformance.errors import Unrecognised
from conformance.model import Action, Exchange, Outcome
from conformance.recognition import SOMEBODY_ELSE, answer, recognise
from conformance.stage import Stage


def exchange(
    status: int = 200, body: str = "", headers: tuple[tuple[str, str], ...] = ()
) -> Exchange:
    return Exchange("GET", "http://127.0.0.1/me", (), status, headers, body.encode(), 1.0, 0.0)


def browser_of(suite: Suite, clock: Clock) -> Browser:
    return Stage(suite.profile(), {}, suite.wire, clock, clock.sleep).new_browser()


def perform(
    suite: Suite, clock: Clock, changes: dict[str, Any], **given: Any
) -> tuple[str, tuple[Exchange, ...]]:
    profile = suite.profile(changes)
    values = {"username": "alice", "password": "a+b c", **given.pop("values", {})}
    return Performer(profile, browser_of(suite, clock), values, **given).perform(profile.log_in)


def log_in(**changes: Any) -> dict[str, Any]:
    """Return a login that goes to the page that repeats what was sent."""
    request = {"send": "POST /echo", "success": {"status": "200"}, "refused": {"status": "401"}}
    return {"log in": {**request, **changes}}


# --- what is sent --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "values", "sent_type", "sent"),
    [
        ({"form": {"u": "{username}", "p": "{password}"}}, {}, "x-www-form", "u=alice&p=a%2Bb+c"),
        ({"json": {"u": ["{username}"]}}, {}, "application/json", '{"u": ["alice"]}'),
        ({"form": {"u": "{username}", "x": "{"}}, {"username": None}, "x-www-form", "x=%7B"),
        ({"json": {"u": "{username}", "x": "y"}}, {"username": None}, "json", '{"x": "y"}'),
        ({"json": {"deep": {"u": "{username}"}}}, {"username": None}, "json", "{}"),
        ({"form": {"u": "{username}"}}, {"username": "{password}"}, "form", "u=%7Bpassword%7D"),
        ({}, {}, "", ""),
    ],
)
def test_an_action_sends_its_body_with_the_values_filled_in(
    suite: Suite,
    clock: Clock,
    body: dict[str, Any],
    values: dict[str, Any],
    sent_type: str,
    sent: str,
) -> None:
    perform(suite, clock, log_in(**body), values=values)
    asked = suite.toy.asked[-1]
    assert asked.body.decode() == sent
    assert sent_type in asked.headers.get("Content-Type", "")


def test_credentials_in_the_query_string_leave_the_body(suite: Suite, clock: Clock) -> None:
    form = {"u": "{username}", "p": "{password}", "keep": "me"}
    perform(suite, clock, log_in(form=form), manner=Manner(in_query=True))
    asked = suite.toy.asked[-1]
    assert asked.query == {"u": "alice", "p": "a+b c"}
    assert asked.form == {"keep": "me"}


def test_paths_and_headers_have_placeholders_too(suite: Suite, clock: Clock) -> None:
    changes = log_in(send="POST /echo?u={username}", headers={"X-User": "{username}!"})
    perform(suite, clock, changes)
    assert suite.toy.asked[-1].query == {"u": "alice"}
    assert suite.toy.asked[-1].headers["X-User"] == "alice!"


# --- values that are read ------------------------------------------------------------------------

CSRF = {"read": "GET /form", "from field": "csrf"}


def test_a_csrf_token_is_fetched_before_an_action_that_needs_it(suite: Suite, clock: Clock) -> None:
    page = b"<input name=csrf value='a&amp;b'>"
    suite.toy.routes["GET /form"] = lambda _: Reply(body=page, headers=[("Set-Cookie", "c=1")])
    perform(suite, clock, {"csrf": CSRF, **log_in(form={"csrf": "{csrf}"})})
    assert [one.path for one in suite.toy.asked] == ["/form", "/echo"]
    assert suite.toy.asked[-1].form == {"csrf": "a&b"}
    assert suite.toy.asked[-1].cookies == {"c": "1"}


def test_no_csrf_token_is_fetched_for_an_action_that_has_none(suite: Suite, clock: Clock) -> None:
    perform(suite, clock, {"csrf": CSRF, **log_in(form={"u": "{username}"})})
    assert [one.path for one in suite.toy.asked] == ["/echo"]


def test_an_action_of_several_requests_reads_as_it_goes_and_the_last_is_judged(
    suite: Suite, clock: Clock
) -> None:
    suite.toy.routes["GET /one"] = lambda _: Reply(500, {"next": {"id": 7}})
    requests = [
        {"send": "GET /one", "read": {"number": {"from json": "next.id"}}},
        {**log_in(form={"n": "{number}"})["log in"]},
    ]
    judged, exchanges = perform(suite, clock, {"log in": requests})
    assert judged == "accepted"
    assert [one.status for one in exchanges] == [500, 200]
    assert suite.toy.asked[-1].form == {"n": "7"}


def test_a_value_that_is_not_found_is_an_error_and_never_a_refusal(
    suite: Suite, clock: Clock
) -> None:
    changes = {"csrf": CSRF, **log_in(form={"csrf": "{csrf}"})}
    with pytest.raises(Unrecognised, match=r"GET /form answered 404 without the field 'csrf'"):
        perform(suite, clock, changes)
    result = suite.run("then:\n  - log in: alice\n    expect: refused\n", changes)
    assert result.outcome is Outcome.ERROR


# --- forms of the target's own pages --------------------------------------------------------------

LOGIN_PAGE = b"""
<form action=/search><input type=hidden name=lang value=en><input name=q></form>
<form id=f method=post><input type=HIDDEN name=_csrf value='a&amp;{username}'>
<input type=hidden name=next value=/me><input type=hidden name=off value=1 disabled>
<input name=u><input name=p type=password><input type=checkbox name=keep value=1></form>
"""
FORM = {"u": "{username}", "p": "{password}"}


def test_all_hidden_fields_of_the_form_go_along(suite: Suite, clock: Clock) -> None:
    suite.toy.routes["GET /in"] = lambda _: Reply(body=LOGIN_PAGE)
    changes = log_in(**{"fields from": "GET /in?a=b", "form": {**FORM, "next": "/other"}})
    _, exchanges = perform(suite, clock, changes)
    assert [one.path for one in exchanges] == ["/in?a=b", "/echo"]
    assert suite.toy.asked[-1].form == {
        "_csrf": "a&{username}",
        "next": "/other",
        "u": "alice",
        "p": "a+b c",
    }


def test_a_selector_may_choose_the_form(suite: Suite, clock: Clock) -> None:
    suite.toy.routes["GET /in"] = lambda _: Reply(body=LOGIN_PAGE)
    source = {"page": "GET /in", "form": "form[action='/search']"}
    perform(suite, clock, log_in(**{"fields from": source, "form": FORM}))
    assert suite.toy.asked[-1].form == {"lang": "en", "u": "alice", "p": "a+b c"}


@pytest.mark.parametrize(
    ("source", "what"),
    [("GET /none", "the form whose"), ({"page": "GET /in", "form": "#x"}, "the form '#x' whose")],
)
def test_a_form_that_is_not_there_is_an_error(
    suite: Suite, clock: Clock, source: Any, what: str
) -> None:
    suite.toy.routes["GET /in"] = lambda _: Reply(body=LOGIN_PAGE)
    with pytest.raises(Unrecognised, match=f"without {what} fields the profile sends on"):
        perform(suite, clock, log_in(**{"fields from": source, "form": FORM}))


def test_a_foreign_page_knows_what_strangers_are_shown_alike(suite: Suite, clock: Clock) -> None:
    looks = iter(range(9))
    page = "<form><input type=hidden name=next value=/><input type=hidden name=csrf value={}>"
    suite.toy.routes["GET /in"] = lambda _: Reply(body=page.format(next(looks)).encode())
    changes = log_in(**{"fields from": "GET /in", "form": FORM})
    perform(suite, clock, changes, manner=Manner(origin="another site"))
    assert suite.toy.asked[-1].form == {"next": "/", "u": "alice", "p": "a+b c"}


# --- what a browser says of the page that sends ---------------------------------------------------

SAID = ("Origin", "Referer", "Sec-Fetch-Site", "Sec-Fetch-Mode")


def said_of_the_page(suite: Suite) -> list[str | None]:
    return [suite.toy.asked[-1].headers.get(name) for name in SAID]


def test_what_changes_something_says_that_an_own_page_sends_it(suite: Suite, clock: Clock) -> None:
    base = suite.profile().base_url
    perform(suite, clock, log_in(form=FORM))
    assert said_of_the_page(suite) == [base, f"{base}/", "same-origin", "navigate"]
    perform(suite, clock, log_in(json=FORM))
    assert said_of_the_page(suite) == [base, f"{base}/", "same-origin", "cors"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (log_in(send="GET /echo"), [None, None, None, None]),
        ({"browser headers": "left out", **log_in()}, [None, None, None, None]),
        (log_in(headers={"Origin": "null"}), ["null", "", "same-origin", "cors"]),
    ],
)
def test_what_the_profile_says_itself_stays(
    suite: Suite, clock: Clock, changes: dict[str, Any], said: list[str | None]
) -> None:
    perform(suite, clock, changes)
    base = suite.profile().base_url
    assert said_of_the_page(suite) == [f"{base}/" if one == "" else one for one in said]


# --- redirects ------------------------------------------------------------------------------------


def test_redirects_within_the_target_are_followed_where_that_is_said(
    suite: Suite, clock: Clock
) -> None:
    hops = {"POST /a": (302, "/b"), "GET /b": (307, "c?x=1"), "GET /c": (302, "http://other/d")}
    for route, (status, location) in hops.items():
        reply = Reply(status, headers=[("Location", location)])
        suite.toy.routes[route] = lambda _, reply=reply: reply
    _, exchanges = perform(suite, clock, log_in(send="POST /a", form=FORM))
    assert [one.path for one in exchanges] == ["/a"]
    _, exchanges = perform(suite, clock, log_in(send="POST /a", form=FORM, follow="redirects"))
    assert [one.path for one in exchanges] == ["/a", "/b", "/c?x=1"]
    assert suite.toy.asked[-1].body == b""


def test_a_circle_of_redirects_is_left(suite: Suite, clock: Clock) -> None:
    suite.toy.routes["POST /a"] = lambda _: Reply(307, headers=[("Location", "/a")])
    _, exchanges = perform(suite, clock, log_in(send="POST /a", form=FORM, follow="redirects"))
    assert len(exchanges) == 11
    assert suite.toy.asked[-1].form == {"u": "alice", "p": "a+b c"}


def test_a_field_whose_value_may_be_missing_is_left_out(suite: Suite, clock: Clock) -> None:
    optional = {"from json": "next", "optional": "yes"}
    last = log_in(form={"n": "{next}", "x": "{base_url}", "y": "{origin}"})["log in"]
    perform(suite, clock, {"log in": [{"send": "GET /me", "read": {"next": optional}}, last]})
    base = suite.profile().base_url
    assert suite.toy.asked[-1].form == {"x": base, "y": base}


# --- signs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("success", "refused", "response", "meaning"),
    [
        ({"status": "200"}, {"status": "401"}, exchange(200), "accepted"),
        ({"status": "200"}, {"status": "401"}, exchange(401), "refused"),
        ({"status": "200"}, {"status": "401"}, exchange(403), "unrecognised"),
        ({"status": "200"}, {"status": "200"}, exchange(200), "unrecognised"),
        ([{"status": "201"}, {"status": "200"}], {"status": "401"}, exchange(200), "accepted"),
        ({"status": "200"}, {"body contains": "no"}, exchange(500, "no"), "unrecognised"),
        ({"body lacks": "no"}, {"status": "401"}, exchange(500), "unrecognised"),
        ({"status": "200"}, {"status": "503"}, exchange(503), "refused"),
        ({"body contains": "{username}"}, {"status": "401"}, exchange(200, "alice"), "accepted"),
        ({"body contains": "{username}"}, {"status": "401"}, exchange(200, "bob"), "unrecognised"),
        (
            {"status": "302", "location": "/in"},
            {"status": "302", "location": "/out"},
            exchange(302, headers=(("Location", "/out?x"),)),
            "refused",
        ),
    ],
)
def test_an_answer_means_what_exactly_one_sign_says(
    suite: Suite, success: Any, refused: Any, response: Exchange, meaning: str
) -> None:
    action = suite.profile(log_in(success=success, refused=refused)).log_in
    assert answer(action, response, {"username": "alice"}) == meaning


@pytest.mark.parametrize(
    ("status", "meaning"),
    [(200, "accepted"), (400, "refused"), (499, "refused"), (302, "unrecognised"), (500, "unr")],
)
def test_without_a_sign_of_refusal_any_client_error_is_one(
    suite: Suite, status: int, meaning: str
) -> None:
    action: Action = suite.profile(
        {"log out": {"send": "POST /x", "success": {"status": "200"}}}
    ).log_out
    assert answer(action, exchange(status), {}).startswith(meaning)


BODY = {
    "send": "GET /me",
    "signed in": {"body contains": "Hello {username}!"},
    "signed out": {"body contains": "Log in"},
}
BARE = {**BODY, "signed in": {"body contains": "{username}"}}
NAMELESS = {**BODY, "signed in": {"body contains": "Hello"}}


@pytest.mark.parametrize(
    ("page", "response", "state", "role"),
    [
        (None, exchange(200, '{"user": "alice"}'), "signed in", "alice"),
        (None, exchange(200, '{"user": "bob"}'), "signed in", "bob"),
        (None, exchange(200, '{"user": "mallory"}'), "signed in", SOMEBODY_ELSE),
        (None, exchange(200, '{"user": null}'), "unrecognised", ""),
        (None, exchange(200, "no JSON"), "unrecognised", ""),
        (None, exchange(401), "signed out", ""),
        (None, exchange(500, '{"user": "alice"}'), "unrecognised", ""),
        (BODY, exchange(200, "Hello alice!"), "signed in", "alice"),
        (BODY, exchange(200, "Hello alice2!"), "signed in", "alice2"),
        (BODY, exchange(200, "Hello alice3!"), "signed in", SOMEBODY_ELSE),
        (BODY, exchange(200, "Hello!"), "unrecognised", ""),
        (BODY, exchange(200, "Hello alice! Log in"), "unrecognised", ""),
        (BARE, exchange(200, "alice2"), "signed in", "alice2"),
        (BARE, exchange(200, "mallory"), "unrecognised", ""),
        (NAMELESS, exchange(200, "Hello mallory!"), "signed in", ""),
        (NAMELESS, exchange(200, "Log in"), "signed out", ""),
    ],
)
def test_the_page_shows_who_is_signed_in(
    suite: Suite, page: Any, response: Exchange, state: str, role: str
) -> None:
    profile = suite.profile({"protected page": page} if page else {})
    alice = profile.users["alice"]
    users = {**profile.users, "alice2": alice.__class__("alice2", "x")}
    shown = recognise(profile, response, users)
    assert (shown.state, shown.role) == (state, role)


@pytest.mark.parametrize(
    ("name", "observed"),
    [("bob", "signed in as bob"), ("mallory", "signed in as somebody else")],
)
def test_the_page_of_another_user_in_alices_browser_is_a_failure(
    suite: Suite, name: str, observed: str
) -> None:
    suite.toy.routes["GET /me"] = lambda _: Reply(200, {"user": name})
    result = suite.run(LOGIN)
    assert result.outcome is Outcome.FAILED
    assert result.observed == f"{observed}: GET /me answered 200"


@pytest.mark.parametrize(
    ("shown", "observed"),
    [("bob", "signed in as bob"), ("mallory", "signed in as somebody else"), (7, "somebody else")],
)
def test_a_name_deep_in_json_is_one_too(suite: Suite, shown: Any, observed: str) -> None:
    suite.toy.routes["GET /me"] = lambda _: Reply(200, {"user": {"login": {"name": shown}}})
    page = {"send": "GET /me", "signed in": {"json": {"user": {"login": {"name": "{username}"}}}},
            "signed out": {"status": "401"}}  # fmt: skip
    result = suite.run(LOGIN, {"protected page": page})
    assert observed in result.observed


def test_nobody_is_named_by_a_word_that_is_no_name(suite: Suite) -> None:
    suite.toy.routes["GET /me"] = lambda _: Reply(200, {"user": False})
    signed_out = {"json": {"user": "false"}}
    page = {"send": "GET /me", "signed in": {"json": {"user": "{username}"}},
            "signed out": signed_out}  # fmt: skip
    steps = "then:\n  - visit: protected page\n    expect: signed out\n"
    assert suite.run(steps, {"protected page": page}).outcome is Outcome.PASSED


def test_somebody_is_no_more_signed_out_than_alice(suite: Suite) -> None:
    suite.toy.routes["GET /me"] = lambda _: Reply(200, {"user": "mallory"})
    result = suite.run("then:\n  - visit: protected page\n    expect: signed out\n")
    assert result.observed == "signed in as somebody else: GET /me answered 200"
