from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from marked import unmarked, whole_error

from conformance.errors import InputError
from conformance.model import Place, Scenario, Step
from conformance.scenarios import read_scenarios
from conformance.steps import implied_needs
from conformance.vocabulary import VOCABULARY
from conformance.yamltree import parse_text

HEAD = "title: A case\nverifies: [A-1]\n"


def scenarios(text: str, name: str = "logout/case") -> list[Scenario]:
    return list(read_scenarios(parse_text(text, "file.yaml"), name, VOCABULARY))


def refusal(text: str) -> str:
    with pytest.raises(InputError) as caught:
        scenarios(text)
    return str(caught.value)


def step(text: str, name: str = "logout/case") -> Step:
    """Return the only step of a scenario."""
    (case,) = scenarios(f"{HEAD}then:\n  - {text}\n", name)
    (one,) = case.then
    return one


# --- whole scenarios -----------------------------------------------------------------------------

FULL = """\
title: Logging out revokes the session on the server
verifies: [LOGOUT-1, LOGOUT-2]
needs: [own account]
notes: |
  Nobody
  reads this.
given:
  - log in: alice
  - keep session as: copy made before logout
  - present: copy made before logout
    expect: signed in
when:
  - log out
then:
  - present: copy made before logout
    expect: [signed out, no server error]
    browser: other
    times: 2
"""


def test_a_scenario_is_read_with_all_its_keys() -> None:
    kept = "copy made before logout"
    assert scenarios(FULL, "logout/revokes-session") == [
        Scenario(
            name="logout/revokes-session",
            title="Logging out revokes the session on the server",
            verifies=("LOGOUT-1", "LOGOUT-2"),
            place=Place("file.yaml", 1, 1),
            given=(
                Step("log in", "alice", Place("file.yaml", 8, 5), ("accepted",)),
                Step("keep session as", kept, Place("file.yaml", 9, 5)),
                Step("present", {"session": kept}, Place("file.yaml", 10, 5), ("signed in",)),
            ),
            when=(Step("log out", {}, Place("file.yaml", 13, 5), ("accepted",)),),
            then=(
                Step(
                    verb="present",
                    object={"session": kept},
                    place=Place("file.yaml", 15, 5),
                    expect=("signed out", "no server error"),
                    browser="other",
                    times=2,
                ),
            ),
            needs=("own account",),
            notes="Nobody\nreads this.",
        )
    ]


def test_a_scenario_of_three_keys_is_enough() -> None:
    (case,) = scenarios(f"{HEAD}then: [log in: alice]", "contract/api/case")
    assert (case.given, case.when, case.needs, case.notes, case.row) == ((), (), (), "", "")
    assert case.area == "contract/api"
    assert case.steps == case.then


def test_an_unknown_verb_is_shown_as_the_design_says() -> None:
    lines = FULL.replace("keep session as", "keep sesion as").replace("|\n  Nobody\n  reads", "it")
    assert refusal(lines) == (
        "file.yaml:7:5: unknown verb 'keep sesion as'\n"
        "   7 |   - keep sesion as: copy made before logout\n"
        "     |     ^\n"
        "  did you mean 'keep session as'?"
    )


TITLE = "a title says what happens, without 'should', 'test that' or '.'"
TITLE_HINT = "for example: Logging out revokes the session on the server"
THEN = "\nverifies: A-1\nthen: [log in: alice]"
KEYS = "title, verifies, needs, examples, notes, given, when, then"
WRONG_FILES = [
    ("»- log in: alice", "a scenario is a mapping, not a list", ""),
    (f"{HEAD}»thn: [log out]", "unknown key 'thn' in a scenario", "did you mean 'then'?"),
    (f"{HEAD}»xyz: []", "unknown key 'xyz' in a scenario", f"known: {KEYS}"),
    ("»verifies: A-1\nthen: [log out]", "a scenario lacks the key 'title'", ""),
    ("»title: A case\nthen: [log out]", "a scenario lacks the key 'verifies'", ""),
    ("»title: A case\nverifies: A-1", "a scenario lacks the key 'then'", ""),
    (f"title: »''{THEN}", "title is empty", ""),
    (f"title: »[A case]{THEN}", "title is a text, not a list", ""),
    (f"title: »{'x' * 71}{THEN}", "the title has 71 characters; at most 70", ""),
    (f"title: »The session should end{THEN}", TITLE, TITLE_HINT),
    (f"title: »Should it end, it ends{THEN}", TITLE, TITLE_HINT),
    (f"title: »Tests that a session ends{THEN}", TITLE, TITLE_HINT),
    (f"title: »We test that a session ends{THEN}", TITLE, TITLE_HINT),
    (f"title: »A session ends.{THEN}", TITLE, TITLE_HINT),
    ("title: A case\nverifies: »[]\nthen: [log out]", "verifies is empty", ""),
    ("title: A case\nverifies: [A-1, »'']\nthen: [log out]", "verifies is empty", ""),
    (f"{HEAD}needs: »[]\nthen: [log out]", "needs is empty", ""),
    (
        f"{HEAD}needs: »[own acount]\nthen: [log out]",
        "unknown need 'own acount'",
        "did you mean 'own account'?",
    ),
    (f"{HEAD}notes: »[a]\nthen: [log out]", "notes is a text, not a list", ""),
    (f"{HEAD}given: »[]\nthen: [log out]", "given has no steps", ""),
    (f"{HEAD}when: »log in\nthen: [log out]", "when is a list, not a text", ""),
    (f"{HEAD}then:»", "then is a list, not nothing", ""),
    (f"{HEAD}then: »{{log in: alice}}", "then is a list, not a mapping", ""),
]


@pytest.mark.parametrize(("marked", "message", "hint"), WRONG_FILES)
def test_a_wrong_scenario_is_shown_with_its_line(marked: str, message: str, hint: str) -> None:
    assert refusal(unmarked(marked)) == whole_error(marked, message, hint)


@pytest.mark.parametrize("title", ["x" * 70, "A shoulder is shown", "It passes 3 tests. Then not"])
def test_a_title_that_only_resembles_a_wrong_one_is_right(title: str) -> None:
    (case,) = scenarios(f"title: {title}{THEN}")
    assert case.title == title


# --- steps ---------------------------------------------------------------------------------------

OBJECTS: list[tuple[str, Any]] = [
    ("clear cookies", None),
    ("clear cookies:", None),
    ("log out", {}),
    ("log out:", {}),
    (
        "log out: {from: another site, csrf token: left out}",
        {"from": "another site", "csrf token": "left out"},
    ),
    ("change password", {}),
    ("change password: {current: wrong password}", {"current": "wrong password"}),
    ("end session: phone", "phone"),
    ("administrator removes: bob", {"user": "bob"}),
    (
        "{administrator removes: {user: bob, by: this browser}, expect: refused}",
        {"user": "bob", "by": "this browser"},
    ),
    ("plant session: {token: a, for: the login}", {"token": "a", "for": "the login"}),
    ("log in up to the limit: {user: alice, keep as: a}", {"user": "alice", "keep as": "a"}),
    ("{present: {handle: a}, expect: signed out}", {"handle": "a"}),
    (
        "{log in with: {user: bob, session: a, session in: form body}, expect: refused}",
        {"user": "bob", "session": "a", "session in": "form body"},
    ),
    (
        "{visit: {page: protected page, from: a sibling host}, expect: signed in}",
        {"from": "a sibling host"},
    ),
    ("clear cookies", None),
    ("log in: bob", "bob"),
    ("{visit: protected page, expect: signed in}", {}),
    ("{look at: every answer, expect: no server error}", "every answer"),
    ("{look at: session cookie, expect: HttpOnly}", "session cookie"),
    ("wait: half the idle timeout", "half the idle timeout"),
    ("keep session as: ' a name '", "a name"),
    ("{compare: one, expect: all different}", ["one"]),
    ("{compare: [one, two], expect: all different}", ["one", "two"]),
    ("{present: copy, expect: signed in}", {"session": "copy"}),
    (
        "{present: {session: copy, change: written twice, in: header}, expect: signed out}",
        {"session": "copy", "change": "written twice", "in": "header"},
    ),
    ("{present: {token: ''}, expect: signed out}", {"token": ""}),
    ("plant session: {token: no}", {"token": "no"}),
    (
        "{log in with: {user: alice, change: wrong password}, expect: refused}",
        {"user": "alice", "change": "wrong password"},
    ),
    (
        "{log in with: {user: alice, name: '', password: ' '}, expect: refused}",
        {"user": "alice", "name": "", "password": " "},
    ),
    (
        "{log in with: {user: alice, password of: bob, in: query string}, expect: refused}",
        {"user": "alice", "password of": "bob", "in": "query string"},
    ),
    ("{send: GET /status?a=b, expect: no server error}", {"request": "GET /status?a=b"}),
    (
        "{send: {request: POST /x, headers: {A: 1}, json: {a: [no, ~]}}, expect: no server error}",
        {"request": "POST /x", "headers": {"A": "1"}, "json": {"a": ["no", "~"]}},
    ),
    (
        "{send: {request: POST /x, body: ''}, expect: no server error}",
        {"request": "POST /x", "body": ""},
    ),
]


@pytest.mark.parametrize(("text", "read"), OBJECTS)
def test_the_object_of_a_verb_is_read_as_the_verb_takes_it(text: str, read: Any) -> None:
    assert step(text).object == read


USER = "known: alice, bob"
CREDENTIALS = (
    "user, name, password, password of, change, in, name as, password as, sent, return to, "
    "session, session change, session in, from, csrf token"
)
BY = "known: this browser"
ONE_OF_TWO = "say either 'session' (a kept one) or 'token' (a text)"
SHAPES = f"known: {', '.join(VOCABULARY.shapes)}"
SENDINGS = f"known: {', '.join(VOCABULARY.sendings)}"
SHOWN = VOCABULARY.verbs["visit"].shows
FITTING = [name for name, word in VOCABULARY.expectations.items() if word.about in SHOWN]
ON_ANSWERS = [name for name, word in VOCABULARY.expectations.items() if word.about == "answer"]
ON_TOKENS = [name for name, word in VOCABULARY.expectations.items() if word.about == "tokens"]
WRONG_STEPS = [
    ("»log oot", "unknown verb 'log oot'", "did you mean 'log out'?"),
    ("»''", "a step is empty", ""),
    ("»[log out]", "a step is a mapping, not a list", ""),
    ("{»log im: alice}", "unknown verb 'log im'", "did you mean 'log in'?"),
    (
        "»{log in: alice, log out: ''}",
        "a step has one verb, this has 'log in' and 'log out'",
        "",
    ),
    ("»expect: signed in", "a step has one verb, this has none", ""),
    ("»{}", "a step has one verb, this has none", ""),
    ("{log in: alice, »expects: accepted}", "unknown verb 'expects'", "VERBS"),
    ("log out: »now", "the object of this verb is a mapping, not a text", ""),
    ("log out: »[now]", "the object of this verb is a mapping, not a list", ""),
    ("log out: »{}", "nothing is said here", "leave it out"),
    (
        "log out: {»form: x}",
        "unknown key 'form' in the object of this verb",
        "did you mean 'from'?",
    ),
    (
        "log out: {from: »anothr site}",
        "unknown origin 'anothr site'",
        "did you mean 'another site'?",
    ),
    (
        "log out: {csrf token: »lost}",
        "unknown change of a CSRF token 'lost'",
        "known: left out, made up, of another browser, from before the login, "
        "of the session before",
    ),
    ("{clear cookies: »now}", "this verb takes no object", ""),
    (
        "change password: {current: »old}",
        "unknown change 'old'",
        f"known: {', '.join(VOCABULARY.credential_changes)}",
    ),
    (
        "visit: »{page: protected page}",
        "nothing is said of how it is visited",
        "write 'visit: protected page'",
    ),
    ("crowd: »101", "a crowd has from 2 to 100 users, not '101'", ""),
    ("log in with: {user: bob, name as: »a text}", "unknown shape 'a text'", SHAPES),
    ("log in with: {user: bob, sent: »by bus}", "unknown way of sending 'by bus'", SENDINGS),
    (
        "visit: {page: protected page, method: »GET}",
        "unknown method 'GET'",
        "known: HEAD, OPTIONS, POST, PUT, PATCH, DELETE, TRACE",
    ),
    ("visit: {page: »login, from: another site}", "unknown page 'login'", "known: protected page"),
    ("»log in", "user is empty", ""),
    ("log in: »''", "user is empty", ""),
    ("log in: »carol", "unknown user 'carol'", f"{USER}, admin"),
    ("log in: »alicia", "unknown user 'alicia'", "did you mean 'alice'?"),
    ("log in: »[alice]", "user is a text, not a list", ""),
    ("visit: »protected pag", "unknown page 'protected pag'", "did you mean 'protected page'?"),
    ("visit: »/me", "unknown page '/me'", "known: protected page"),
    (
        "look at: »session cooky",
        "unknown object of 'look at' 'session cooky'",
        "did you mean 'session cookie'?",
    ),
    ("wait: »2 s", "unknown duration '2 s'", "DURATIONS"),
    (
        "wait: »half the idle time",
        "unknown duration 'half the idle time'",
        "did you mean 'half the idle timeout'?",
    ),
    ("keep session as: »''", "a name is empty", ""),
    ("keep session as: »[a]", "a name is a text, not a list", ""),
    ("compare: »[]", "names is empty", ""),
    ("compare: »{a: b}", "names is a list, not a mapping", ""),
    ("present: »''", "a session's name is empty", ""),
    ("present: »[a]", "what is presented is a mapping, not a list", ""),
    ("present: »{session: a, token: b}", ONE_OF_TWO, ""),
    ("present: »{change: written twice}", ONE_OF_TWO, ""),
    ("present: »{token: a, handle: b}", ONE_OF_TWO, ""),
    (
        "plant session: {token: a, for: »the lgin}",
        "unknown object of 'for' 'the lgin'",
        "did you mean 'the login'?",
    ),
    ("log in with: »{user: bob, session: a}", "'session' and 'session in' go together", ""),
    (
        "log in with: {user: bob, session: a, session in: »cookie}",
        "unknown place for a session 'cookie'",
        "known: query string, form body",
    ),
    ("administrator removes: {user: bob, by: »me}", "unknown object of 'by' 'me'", BY),
    ("try another login: »{user: bob}", "logins lacks the key 'keep as'", ""),
    (
        "present: {»sesion: a}",
        "unknown key 'sesion' in what is presented",
        "did you mean 'session'?",
    ),
    (
        "present: {session: a, change: »written thrice}",
        "unknown change 'written thrice'",
        "did you mean 'written twice'?",
    ),
    (
        "present: {session: a, in: »heather}",
        "unknown carrier 'heather'",
        "did you mean 'header'?",
    ),
    ("present: {session: »[a]}", "session is a text, not a list", ""),
    ("log in with: »alice", "credentials is a mapping, not a text", ""),
    ("log in with: »{change: wrong password}", "credentials lacks the key 'user'", ""),
    ("log in with: »{user: alice}", "nothing is changed here", "use the verb 'log in'"),
    ("log in with: {user: »eve, name: x}", "unknown user 'eve'", USER),
    ("log in with: {user: bob, password of: »eve}", "unknown user 'eve'", USER),
    (
        "log in with: {user: bob, »pasword: x}",
        "unknown key 'pasword' in credentials",
        "did you mean 'password'?",
    ),
    (
        "log in with: {user: bob, »x: y}",
        "unknown key 'x' in credentials",
        f"known: {CREDENTIALS}",
    ),
    (
        "log in with: {user: bob, change: »wrong pasword}",
        "unknown change 'wrong pasword'",
        "did you mean 'wrong password'?",
    ),
    (
        "log in with: {user: bob, in: »url}",
        "unknown carrier 'url'",
        "known: cookie, query string, form body, header",
    ),
    ("log in with: {user: bob, name: »[x]}", "name is a text, not a list", ""),
    ("send: »/status", "'/status' is not a request such as GET /status", ""),
    ("send: »get /status", "'get /status' is not a request such as GET /status", ""),
    ("send: »GET /a b", "'GET /a b' is not a request such as GET /status", ""),
    ("send: »''", "a request is empty", ""),
    ("send: »[GET /]", "a request is a mapping, not a list", ""),
    ("send: »{json: {}}", "a request lacks the key 'request'", ""),
    ("send: {request: »GET}", "'GET' is not a request such as GET /status", ""),
    (
        "send: {request: GET /, »header: {}}",
        "unknown key 'header' in a request",
        "did you mean 'headers'?",
    ),
    (
        "send: »{request: GET /, form: {}, body: x}",
        "a request has one body: form, json or body",
        "",
    ),
    ("at once: »[]", "at once has no steps", ""),
    ("at once: »log out", "at once is a list, not a text", ""),
    ("in turn: [{log in: alice}, »log oot]", "unknown verb 'log oot'", "did you mean 'log out'?"),
    ("{log out: '', browser: »''}", "browser is empty", ""),
    ("{log out: '', browser: »[a]}", "browser is a text, not a list", ""),
    *[
        (
            f"{{log out: '', times: »{times}}}",
            f"times is a whole number from 1 to 1000, not '{times}'",
            "",
        )
        for times in ("0", "1001", "-1", "1.5", "1e3", "two", "")
    ],
    ("{log out: '', times: »[2]}", "times is a text, not a list", ""),
    ("»visit: protected page", "'visit' says nothing without 'expect:'", ""),
    (
        "»log in with: {user: bob, name: x}",
        "'log in with' says nothing without 'expect:'",
        "",
    ),
    (
        "{visit: protected page, expect: »sined in}",
        "unknown expectation 'sined in'",
        "did you mean 'signed in'?",
    ),
    ("{visit: protected page, expect: »''}", "expect is empty", ""),
    ("{visit: protected page, expect: »[]}", "expect is empty", ""),
    (
        "{visit: protected page, expect: »{status: 200}}",
        "only 'send' may expect a response condition by condition",
        "",
    ),
    (
        "{visit: protected page, expect: »accepted}",
        "'visit' shows nothing that 'accepted' could judge",
        f"it can expect: {', '.join(FITTING)}",
    ),
    (
        "{compare: a, expect: »[all different, signed in]}",
        "'compare' shows nothing that 'signed in' could judge",
        f"it can expect: {', '.join(ON_TOKENS)}",
    ),
    (
        "{clear cookies: '', expect: »no server error}",
        "'clear cookies' shows nothing that 'no server error' could judge",
        "",
    ),
    (
        "{send: GET /, expect: »refused}",
        "'send' shows nothing that 'refused' could judge",
        f"it can expect: {', '.join(ON_ANSWERS)}",
    ),
    (
        "{send: GET /, expect: {»statsu: 200}}",
        "unknown key 'statsu' in expect",
        "did you mean 'status'?",
    ),
    ("{send: GET /, expect: »{}}", "expect has no conditions", ""),
]


@pytest.mark.parametrize(("marked", "message", "hint"), WRONG_STEPS)
def test_a_wrong_step_is_shown_with_its_line(marked: str, message: str, hint: str) -> None:
    lists = {"VERBS": VOCABULARY.verbs, "DURATIONS": VOCABULARY.durations}
    hint = f"known: {', '.join(lists[hint])}" if hint in lists else hint
    marked = f"{HEAD}then:\n  - {marked}\n"
    assert refusal(unmarked(marked)) == whole_error(marked, message, hint)


def test_modifiers_are_read_and_left_out_otherwise() -> None:
    one = step("{log in: alice, browser: ' phone ', times: 1000, expect: HttpOnly}")
    assert (one.browser, one.times, one.expect) == ("phone", 1000, ("HttpOnly",))
    other = step("log in: alice")
    assert (other.browser, other.times) == ("", 1)
    assert step("{log in: alice, times: 1}").times == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("log in: alice", ("accepted",)),
        ("log out", ("accepted",)),
        ("{log out: '', expect: refused}", ("refused",)),
        ("{log in: alice, expect: [HttpOnly, Secure]}", ("HttpOnly", "Secure")),
        ("wait: half the idle timeout", ()),
        ("keep session as: copy", ()),
        ("clear cookies", ()),
    ],
)
def test_only_a_step_without_expectations_gets_the_default(
    text: str, expected: tuple[str, ...]
) -> None:
    assert step(text).expect == expected


def test_an_exact_answer_is_read_condition_by_condition() -> None:
    one = step("{send: GET /, expect: {status: [200, 204], json is: '{\"a\": 1}'}}")
    assert one.response == {"status": ["200", "204"], "json is": {"a": "1"}}
    assert one.expect == ()


def test_nested_steps_are_read_like_any_others() -> None:
    one = step("{at once: [in turn: [{log in: bob, times: 3}, log out]], times: 2, browser: b}")
    (inner,) = one.steps
    assert (one.verb, one.object, one.times, one.browser, one.expect) == (
        "at once", None, 2, "b", (),
    )  # fmt: skip
    assert [(each.verb, each.times, each.expect) for each in inner.steps] == [
        ("log in", 3, ("accepted",)),
        ("log out", 1, ("accepted",)),
    ]


# --- needs ---------------------------------------------------------------------------------------

IMPLIED = [
    ("log in: alice", ()),
    ("log in: bob", ("second user",)),
    ("log in: admin", ("administrator",)),
    ("at once: [in turn: [log in: bob]]", ("second user",)),
    ("{log in with: {user: bob, name: x}, expect: refused}", ("second user",)),
    ("{log in with: {user: alice, password of: bob}, expect: refused}", ("second user",)),
    ("keep session as: bob", ()),
    ("{present: {session: bob}, expect: signed in}", ()),
    ("{send: {request: POST /, json: '{bob.username}'}, expect: {status: 200}}", ("second user",)),
    ("{send: GET /, expect: {body lacks: '{bob.username}'}}", ("second user",)),
    ("{send: {request: POST /, form: {a: '{alice.username}'}}, expect: {status: 200}}", ()),
    ("{send: {request: POST /, body: '{bobby}'}, expect: {status: 200}}", ()),
    ("wait: half the idle timeout", ("idle timeout",)),
    ("wait: most of the absolute timeout", ("absolute timeout",)),
    ("wait: longer than either timeout", ("any timeout",)),
    ("{keep visiting: half the idle timeout, expect: signed in}", ("idle timeout",)),
    ("restart the server", ("restart",)),
    ("stop the server", ("restart",)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "needs"), IMPLIED)
def test_words_imply_what_they_need(text: str, needs: tuple[str, ...]) -> None:
    (case,) = scenarios(f"{HEAD}then:\n  - {text}\n")
    assert case.needs == needs


def test_an_expectation_may_imply_needs_as_well() -> None:
    accepted = replace(VOCABULARY.expectations["accepted"], needs=("https",))
    words = {**VOCABULARY.expectations, "accepted": accepted}
    steps = (step("in turn: [log in: bob]"),)
    vocabulary = replace(VOCABULARY, expectations=words)
    assert [*implied_needs(steps, vocabulary)] == ["https", "second user"]


def test_needs_stand_once_and_in_order() -> None:
    needs = "needs: [own account, restart, own account]\n"
    steps = "then: [log in: bob, restart the server, log in: bob]"
    (case,) = scenarios(f"{HEAD}{needs}{steps}")
    assert case.needs == ("own account", "restart", "second user")


# --- examples ------------------------------------------------------------------------------------

EXAMPLES = f"""\
{HEAD}
examples:
  wrong password: {{change: wrong password, who: alice}}
  no name: {{who: bob, change: name left out}}
given:
  - at once:
      - in turn:
          - log in: <who>
then:
  - log in with: {{user: <who>, change: <change>}}
    expect: refused
  - keep session as: <who> and <who>
"""


def test_each_row_is_a_case_of_its_own() -> None:
    first, second = scenarios(EXAMPLES, "login/case")
    assert (first.name, first.row) == ("login/case[wrong password]", "wrong password")
    assert (second.name, second.row) == ("login/case[no name]", "no name")
    assert {first.area, second.area} == {"login"}
    assert first.then[0].object == {"user": "alice", "change": "wrong password"}
    assert second.then[0].object == {"user": "bob", "change": "name left out"}
    assert second.then[1].object == "bob and bob"


def test_columns_are_filled_in_nested_steps_too() -> None:
    first, second = scenarios(EXAMPLES)
    assert first.given[0].steps[0].steps[0].object == "alice"
    assert second.given[0].steps[0].steps[0].object == "bob"
    assert (first.needs, second.needs) == ((), ("second user",))


def test_a_step_of_a_row_keeps_its_line() -> None:
    assert [case.then[0].place.line for case in scenarios(EXAMPLES)] == [12, 12]


def test_a_cell_is_text_and_is_not_filled_again() -> None:
    text = f"{HEAD}examples: {{row: {{a: '<b>', b: no}}}}\nthen: [keep session as: <a> <b>]"
    (case,) = scenarios(text)
    assert case.then[0].object == "<b> no"


@pytest.mark.parametrize("text", ["a < b", "<Who>", "< who>", "<>", "<a-b>"])
def test_what_is_not_written_as_a_column_stays(text: str) -> None:
    assert step(f"keep session as: '{text}'").object == text


def with_examples(examples: str, step: str) -> str:
    return f"{HEAD}examples:\n{examples}\nthen:\n  - {step}\n"


ONE = "  a: {who: alice}"
WRONG_EXAMPLES = [
    (f"{HEAD}examples: »{{}}\nthen: [log out]", "examples has no rows", ""),
    (f"{HEAD}examples: »[a]\nthen: [log out]", "examples is a mapping, not a list", ""),
    (with_examples("  a: »b", "log in: <who>"), "a row is a mapping, not a text", ""),
    (
        with_examples(f"{ONE}\n  »b: {{user: bob}}", "log in: <who>"),
        "row 'b' has other columns than the first row (who)",
        "",
    ),
    (
        with_examples(f"{ONE}\n  »b: {{who: bob, x: y}}", "log in: <who>"),
        "row 'b' has other columns than the first row (who)",
        "",
    ),
    (
        with_examples(f"{ONE}\n  b: {{who: »[bob]}}", "log in: <who>"),
        "a cell of examples is a text, not a list",
        "",
    ),
    (
        with_examples(f"{ONE}\n  »a: {{who: bob}}", "log in: <who>"),
        "the key 'a' stands here twice (first in line 4)",
        "",
    ),
    (
        with_examples("  a: {who: alice, change: »x}", "log in: <who>"),
        "no step uses the column 'change'",
        "write it as <change>",
    ),
    (
        with_examples("  a: {»Who: alice}", "log in: <Who>"),
        "'Who' is not a column's name: use small letters, digits and spaces",
        "",
    ),
    (
        with_examples(ONE, "in turn: [log in: <who>, log in: »<woh>]"),
        "no column 'woh' in examples",
        "did you mean 'who'?",
    ),
    (
        with_examples(ONE, "in turn: [log in: <who>, keep session as: »<x>]"),
        "no column 'x' in examples",
        "known: who",
    ),
    (f"{HEAD}then:\n  - log in: »<who>", "no column 'who' in examples", "there are no examples"),
    (
        with_examples("  a: {who: alice}\n  b: {who: eve}", "log in: »<who>"),
        "unknown user 'eve'",
        "known: alice, bob, admin",
    ),
]


@pytest.mark.parametrize(("marked", "message", "hint"), WRONG_EXAMPLES)
def test_a_wrong_table_is_shown_with_its_line(marked: str, message: str, hint: str) -> None:
    assert refusal(unmarked(marked)) == whole_error(marked, message, hint)


def test_columns_are_not_looked_for_outside_of_steps() -> None:
    text = with_examples(ONE, "log in: <who>").replace("A case", "A case for <who>")
    (case,) = scenarios(text)
    assert case.title == "A case for <who>"
