from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from marked import unmarked, whole_error, write_files

from conformance.baseurl import is_base_url
from conformance.composition import surroundings
from conformance.errors import InputError
from conformance.limits import parse_seconds
from conformance.model import (
    Action,
    ActionRequest,
    Command,
    KnownFailure,
    Launch,
    Place,
    Profile,
    ProtectedPage,
    Reading,
    Ready,
    Sign,
    Timeouts,
    User,
)
from conformance.profile_readings import READING
from conformance.profiles import _PROFILE, at_url, read_profile
from conformance.readings import sources
from conformance.signs import conditions

MINIMAL = """\
name: A small server
base url: http://127.0.0.1:8000/app/
session cookie: sid
users: {alice: {username: ada, password: lovelace}}
log in: {send: POST /login, success: {status: 200}, refused: {status: 401}}
log out: {send: POST /logout, success: {status: 200}}
protected page: {send: GET /me, signed in: {status: 200}, signed out: {status: 403}}
"""
FULL = """\
name: A large server
base url: https://localhost:{port}
session cookie: [sid, "sid.sig"]
session store: memory
session limit: 3
users:
  alice: {username: ada, password: " love lace "}
  bob: {username: bob, password from environment: BOB_PASSWORD}
timeouts: {idle: 2 s, absolute: 1.5 min, allowance: 500 ms}
csrf:
  read: GET /login?a=b
  from field: csrf_token
log in:
  - send: GET /login
    read: {state: {from cookie: state}, nonce.two: {from pattern: 'nonce=(\\w+)'}}
  - send: POST /login?state={state}
    headers: {X-Requested-With: XMLHttpRequest, Accept: }
    form: {name: "{username}", password: "{password}", csrf: "{csrf}"}
    success:
      - {status: 302, location: /}
      - {status: 303, location: /}
    refused: {status: 200, body contains: Wrong}
log out: {send: DELETE /session, json: {token: "{csrf}", all: no}, success: {status: 204}}
protected page:
  send: GET /
  headers: {Accept: text/html}
  signed in: {status: 200, body contains: "{username}"}
  signed out: [{status: 302}, {status: 401}]
register: {send: POST /users, json: '{"name": "{username}", "age": 30}', success: {status: 201}}
contract: large
ca file: "{scratch}/ca.pem"
environment: {PORT: "{port}", DEBUG: }
set up:
  - "{python} manage.py migrate"
  - run: "{python} manage.py adduser 'ada l'"
    input: "{alice.password}"
start: ./serve --port {port}
nodes:
  - http://10.0.0.2/app
  - {url: "http://10.0.0.3", clock ahead: 2 s}
  - {url: "http://127.0.0.1:{port 2}", environment: {A: b}, start: {run: ./b, input: c}}
store: {print: ./dump, take away: ./stop, bring back: {run: ./start}, staleness: 500 ms}
clean up: [./remove, {run: ./remove all}]
known failures:
  hardened/limits-logins: {reason: There is no limit., issue: '#12'}
  login/bad[a row]: {reason: Known., until: 2026-12-31}
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOB_PASSWORD", " 'Tr0ub4dor' ")
    monkeypatch.delenv("NOT_SET", raising=False)
    monkeypatch.setenv("EMPTY", "")
    return tmp_path


def profile(text: str, **others: str) -> Profile:
    """Read a profile; the others are files beside it."""
    files = {f"{name}.yaml": other for name, other in others.items()}
    write_files(Path("x"), {"profile.yaml": text, **files})
    return read_profile(Path("x/profile.yaml"))


def place_of(fragment: str, text: str = FULL) -> Place:
    """Return the place at which a fragment of the profile begins."""
    before = text[: text.index(fragment)]
    column = len(before) - before.rfind("\n")
    return Place("x/profile.yaml", before.count("\n") + 1, column)


def refusal(marked: str, **others: str) -> str:
    with pytest.raises(InputError) as caught:
        profile(unmarked(marked), **others)
    return str(caught.value)


def shown(marked: str, message: str, hint: str = "") -> str:
    return whole_error(marked, message, hint, "x/profile.yaml")


# --- what is right -------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", ["others end", "all end", "others are offered an end"])
def test_a_profile_says_what_a_password_change_does_to_sessions(policy: str) -> None:
    others = "log out others: {send: POST /others, success: {status: 200}}\n"
    assert profile(MINIMAL).session_policy == "others end"
    declared = profile(f"{MINIMAL}{others}after a password change: {policy}\n")
    assert declared.session_policy == policy


def test_a_profile_of_seven_keys_is_enough() -> None:
    def at(fragment: str) -> Place:
        return place_of(fragment, MINIMAL)

    log_in = ActionRequest("POST", "/login", at("{send: POST /login"))
    accepted = Sign({"status": "200"}, at("{status: 200}, refused"))
    refused = Sign({"status": "401"}, at("{status: 401}}\nlog out"))
    log_out = ActionRequest("POST", "/logout", at("{send: POST /logout"))
    logged_out = Sign({"status": "200"}, at("{status: 200}}\nprotected"))
    assert profile(MINIMAL) == Profile(
        name="A small server",
        place=Place("x/profile.yaml", 1, 1),
        base_url="http://127.0.0.1:8000/app",
        session_cookies=("sid",),
        cookie_patterns=False,
        users={"alice": User("ada", "lovelace")},
        timeouts=Timeouts(idle=None, absolute=None, allowance=1.0),
        log_in=Action("log in", (log_in,), (accepted,), (refused,), log_in.place),
        log_out=Action("log out", (log_out,), (logged_out,), (), log_out.place),
        protected_page=ProtectedPage(
            ActionRequest("GET", "/me", at("{send: GET /me")),
            (Sign({"status": "200"}, at("{status: 200}, signed out")),),
            (Sign({"status": "403"}, at("{status: 403}")),),
        ),
        csrf=None,
        register=None,
        contract="",
        durable=True,
        session_limit=None,
        ca_file="",
        launch=None,
        known_failures={},
    )


def test_a_profile_says_who_the_target_is() -> None:
    one = profile(FULL)
    assert (one.name, one.base_url) == ("A large server", "https://localhost:{port}")
    assert (one.session_cookies, one.cookie_patterns) == (("sid", "sid.sig"), False)
    assert (one.durable, one.session_limit) == (False, 3)
    assert (one.contract, one.ca_file) == ("large", "{scratch}/ca.pem")
    times = Timeouts(idle=2, absolute=90, allowance=0.5, staleness=0.5, skew=2)
    assert one.timeouts == times


def test_passwords_are_taken_as_they_stand() -> None:
    users = profile(FULL).users
    assert users == {"alice": User("ada", " love lace "), "bob": User("bob", " 'Tr0ub4dor' ")}


def test_an_action_may_be_several_requests() -> None:
    first, second = profile(FULL).log_in.requests
    assert first == ActionRequest(
        "GET",
        "/login",
        place_of("send: GET /login\n"),
        readings=(
            Reading("state", "from cookie", "state", place_of("{from cookie")),
            Reading("nonce.two", "from pattern", r"nonce=(\w+)", place_of("{from pattern")),
        ),
    )
    assert second == ActionRequest(
        "POST",
        "/login?state={state}",
        place_of("send: POST /login?"),
        headers={"X-Requested-With": "XMLHttpRequest", "Accept": ""},
        form={"name": "{username}", "password": "{password}", "csrf": "{csrf}"},
    )


def test_signs_may_be_alternatives() -> None:
    one = profile(FULL)
    assert [sign.conditions["status"] for sign in one.log_in.success] == ["302", "303"]
    assert [sign.conditions for sign in one.protected_page.signed_out] == [
        {"status": "302"},
        {"status": "401"},
    ]


def test_a_json_body_is_written_as_yaml_or_as_json() -> None:
    one = profile(FULL)
    assert one.log_out.requests[0].json == {"token": "{csrf}", "all": "no"}
    assert one.register
    assert one.register.requests[0].json == {"name": "{username}", "age": "30"}


def test_csrf_is_a_request_with_one_reading() -> None:
    reading = Reading("csrf", "from field", "csrf_token", place_of("read: GET"))
    csrf = ActionRequest("GET", "/login?a=b", place_of("read: GET"), readings=(reading,))
    assert profile(FULL).csrf == csrf


@pytest.mark.parametrize("source", sources.words)
def test_csrf_comes_from_any_source(source: str) -> None:
    key = "form" if source == "from selector" else "(a)"
    csrf = profile(f"{MINIMAL}csrf: {{read: GET /, {source}: {key}}}").csrf
    assert csrf
    assert (csrf.readings[0].source, csrf.readings[0].key) == (source, key)


def test_a_launch_says_how_to_prepare_and_start(here: Path) -> None:
    assert profile(FULL).launch == Launch(
        start=Command(("./serve", "--port", "{port}"), place_of("./serve")),
        folder=str(here.resolve() / "x"),
        set_up=(
            Command(("{python}", "manage.py", "migrate"), place_of('"{python} manage.py migrate')),
            Command(
                ("{python}", "manage.py", "adduser", "ada l"), place_of("run: "), "{alice.password}"
            ),
        ),
        clean_up=(
            Command(("./remove",), place_of("./remove, ")),
            Command(("./remove", "all"), place_of("{run: ./remove all")),
        ),
        environment={"PORT": "{port}", "DEBUG": ""},
    )


def test_a_launch_needs_only_a_start(here: Path) -> None:
    start = Command(("./serve",), Place("x/profile.yaml", 8, 8))
    assert profile(f"{MINIMAL}start: ./serve").launch == Launch(start, str(here.resolve() / "x"))


def test_a_target_may_ask_for_no_user_name() -> None:
    assert profile(MINIMAL.replace(USER, "{password: x}")).users == {"alice": User("", "x")}


def test_a_password_may_stand_in_a_file_beside_the_profile(here: Path) -> None:
    write_files(here / "x", {"secret": "two words \n"})
    said = profile(MINIMAL.replace(USER, "{username: ada, password from file: secret}"))
    assert said.users["alice"].password == "two words "
    write_files(here / "x", {"secret": "\n"})
    with pytest.raises(InputError, match="x/secret is empty"):
        profile(MINIMAL.replace(USER, "{username: ada, password from file: secret}"))


HIDDEN = """
log in:
  fields from: {page: GET /login, form: 'form[action="/login"]'}
  send: POST /login
  multipart: {"@name": "{username}", _pw: "{password}+=\\\\"}
  follow: redirects
  read: {next: {from location: next, decode: [url, html], optional: yes}}
  success: {location matches: "^/me"}
  refused: {selector: .error}
"""


def test_a_request_says_whose_fields_go_along_and_how_it_is_sent() -> None:
    text = MINIMAL.replace(LOG_IN_LINE, HIDDEN).replace("/app/", "/app/\nbrowser headers: left out")
    read = profile(text)
    (request,) = read.log_in.requests
    assert request.fields_from
    source = request.fields_from
    assert (source.page.method, source.page.path) == ("GET", "/login")
    assert source.selector == 'form[action="/login"]'
    assert request.multipart == {"@name": "{username}", "_pw": "{password}+=\\"}
    assert (request.form, request.follows, read.names_page) == (None, True, False)
    (reading,) = request.readings
    assert (reading.source, reading.decodings, reading.optional) == (
        "from location",
        ("url", "html"),
        True,
    )


def test_a_session_of_nobody_may_be_the_word_null() -> None:
    page = "{send: GET /me, signed in: {json: {user: {}}}, signed out: {json is: null}}"
    read = profile(MINIMAL.replace(PAGE, page))
    assert read.protected_page.signed_out[0].conditions == {"json is": "null"}


def test_headers_go_along_with_every_request_that_does_not_say_them() -> None:
    more = """headers: {X-Api: "1", Accept: text/html}
csrf: {read: GET /c, from json: a}
list sessions: {send: GET /s, success: {status: 200}, handles: {from json: "*"}}
register: {send: POST /r, success: {status: 200}}
step up: {fields from: GET /f, send: POST /s, headers: {accept: "*/*"}, success: {status: 200}}
"""
    read = profile(MINIMAL + more)
    assert read.csrf
    assert read.register
    assert read.session_list
    (step_up,) = read.actions["step up"].requests
    assert step_up.fields_from
    requests = [
        *(read.log_in.requests + read.log_out.requests + read.register.requests),
        *(read.protected_page.request, read.csrf, *read.session_list.action.requests),
        step_up.fields_from.page,
    ]
    assert all(one.headers == {"X-Api": "1", "Accept": "text/html"} for one in requests)
    assert step_up.headers == {"X-Api": "1", "accept": "*/*"}


def test_secrets_stand_elsewhere_and_are_shown_nowhere(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(here / "x", {"key.txt": "of the file\n"})
    monkeypatch.setenv("API_KEY", "of the environment")
    more = """secrets: {api_key: {from environment: API_KEY}, other: {from file: key.txt}}
headers: {X-Api-Key: "{api_key}", X-Other: "{other}"}
"""
    login = "{send: POST /login, form: {k: '{other}'}, success: {status: 200}"
    read = profile(MINIMAL.replace("{send: POST /login, success: {status: 200}", login) + more)
    assert read.secrets == {"api_key": "of the environment", "other": "of the file"}
    assert "of the" not in repr(read)
    assert surroundings(read)["other"] == "of the file"


TOKEN = "session token: {from json: t, send: 'Authorization: Bearer {token}'}\n"


def test_a_session_token_may_take_the_place_of_the_cookie() -> None:
    read = profile(MINIMAL.replace(f"{COOKIE}\n", TOKEN))
    assert read.session_token
    token = read.session_token
    assert (token.header, token.text, token.name) == (
        "Authorization",
        "Bearer {token}",
        "Authorization:",
    )
    assert (read.session_cookies, read.session_names) == ((), ("Authorization:",))
    assert read.is_session_cookie("Authorization:")
    both = profile(f"{MINIMAL}{TOKEN}")
    assert both.session_names == ("sid", "Authorization:")


def test_a_server_that_is_started_may_say_when_it_is_ready() -> None:
    for said, ready in (
        ("GET /up?a=b", Ready("/up?a=b")),
        ("{send: GET /up, within: 2 min}", Ready("/up", 120.0)),
    ):
        launch = profile(f"{MINIMAL}start: ./serve\nready: {said}\n").launch
        assert launch
        assert launch.ready == ready


def test_known_failures_have_a_reason_and_perhaps_an_issue() -> None:
    first, second = "hardened/limits-logins", "login/bad[a row]"
    assert profile(FULL).known_failures == {
        first: KnownFailure(first, "There is no limit.", "#12", place_of(first)),
        second: KnownFailure(second, "Known.", "", place_of(second), date(2026, 12, 31)),
    }


def test_session_cookies_may_be_a_pattern() -> None:
    text = MINIMAL.replace("cookie: sid", 'cookie: {pattern: "sid_[0-9]+"}')
    assert (profile(text).session_cookies, profile(text).cookie_patterns) == (("sid_[0-9]+",), True)


def test_sessions_are_durable_unless_it_is_said() -> None:
    assert profile(f"{MINIMAL}session store: durable").durable
    assert not profile(f"{MINIMAL}session store: memory").durable


def test_passwords_are_not_shown_when_a_profile_is_printed() -> None:
    one = profile(FULL.replace('"{alice.password}"', "'swordfish'"))
    for secret in ("love lace", "Tr0ub4dor", "swordfish"):
        assert secret not in repr(one)
        assert secret not in repr((one.users, one.launch))
    assert "ada" in repr(one.users["alice"])
    assert one.launch
    assert one.launch.set_up[1].input == "swordfish"


# --- what is wrong -------------------------------------------------------------------------------

LOG_IN_LINE = "log in: {send: POST /login, success: {status: 200}, refused: {status: 401}}\n"
NAME = "name: A small server"
URL = "base url: http://127.0.0.1:8000/app/"
COOKIE = "session cookie: sid"
USER = "{username: ada, password: lovelace}"
USERS = f"users: {{alice: {USER}}}"
LOG_IN = "{send: POST /login, success: {status: 200}, refused: {status: 401}}"
LOG_OUT = "{send: POST /logout, success: {status: 200}}"
PAGE = "{send: GET /me, signed in: {status: 200}, signed out: {status: 403}}"
NO_URL = "is not a base URL such as http://127.0.0.1:8000"
NO_TIME = "is not a time such as 2 s, 500 ms, 30 min, 8 h or 7 d"
NO_REQUEST = "is not a request such as POST /login"
SOURCES = ", ".join(sources.words)
OF_CSRF = f"the reading 'csrf' has one of: {SOURCES}"
KEYS = ", ".join(_PROFILE)
AFTER = (
    "after a password change 'others end' or 'all end' or 'others are offered an end', "
    "not 'they end'"
)
OFFERED = "the end that is offered is the action 'log out others': declare it"
NO_DAY = "is not a day such as 2026-12-31"
EITHER = "a user has one of: password, password from environment, password from file"
HALF = "within it nothing can be told: choose a longer timeout"

NO_NODE = "is not the URL of a node such as http://127.0.0.1:8001"
NOT_STARTED = "this node is to be started, but the profile has no 'start'"
PORT_2 = "http://a:{port 2}"
STARTED = "a node that the suite starts has 'url: ...{port 2}'"

# What stands in MINIMAL (or nothing, to add a line), what stands there instead, and what is said.
NO_PROBE = "a server is asked by GET whether it is ready, not by POST"
WRONG = [
    # whether it is ready
    ("", "start: a\nready: »POST /x", NO_PROBE, ""),
    ("", "»ready: GET /x", "'ready' is of no use without 'start'", ""),
    ("", "start: a\nready: »{within: 1 s}", "ready lacks the key 'send'", ""),
    # the whole
    (NAME, f"»nam: x\n{NAME}", "unknown key 'nam' in a profile", "did you mean 'name'?"),
    (NAME, f"»xyzzy: x\n{NAME}", "unknown key 'xyzzy' in a profile", f"known: {KEYS}"),
    (f"{NAME}\n", "»", "a profile lacks the key 'name'", ""),
    (NAME, "name: »''", "name is empty", ""),
    (NAME, "name: »[a]", "name is a text, not a list", ""),
    # where
    (URL, "base url: »''", "base url is empty", ""),
    (URL, "base url: »localhost:8000", f"'localhost:8000' {NO_URL}", ""),
    (URL, "base url: »ftp://localhost", f"'ftp://localhost' {NO_URL}", ""),
    (URL, "base url: »http://", f"'http:' {NO_URL}", ""),
    (URL, "base url: »http://a:x", f"'http://a:x' {NO_URL}", ""),
    (URL, "base url: »http://a:99999", f"'http://a:99999' {NO_URL}", ""),
    (URL, "base url: »http://[a", f"'http://[a' {NO_URL}", ""),
    (URL, "base url: »http://a?b=c", f"'http://a?b=c' {NO_URL}", ""),
    ("", "ca file: »''", "ca file is empty", ""),
    ("", "contract: »''", "contract is empty", ""),
    # cookies and sessions
    (COOKIE, "session cookie: »''", "session cookie is empty", ""),
    (COOKIE, "session cookie: »[]", "session cookie is empty", ""),
    (COOKIE, "session cookie: [a, »'']", "session cookie is empty", ""),
    (COOKIE, "session cookie: »{}", "session cookie lacks the key 'pattern'", ""),
    (
        COOKIE,
        "session cookie: {»patern: a}",
        "unknown key 'patern' in session cookie",
        "did you mean 'pattern'?",
    ),
    (
        COOKIE,
        "session cookie: {pattern: »'*'}",
        "is not a regular expression: nothing to repeat at position 0",
        "",
    ),
    ("", "session store: »disk", "session store is 'memory' or 'durable', not 'disk'", ""),
    *[
        ("", f"session limit: »{text}", f"'{text}' is not a whole number of sessions", "")
        for text in ("0", "00", "-1", "1.5", "one")
    ],
    # users
    (USERS, "users: »alice", "users is a mapping, not a text", ""),
    (USERS, f"users: »{{bob: {USER}}}", "users lacks the key 'alice'", ""),
    (USERS, f"users: {{»alise: {USER}}}", "unknown key 'alise' in users", "did you mean 'alice'?"),
    (USERS, f"users: {{»carol: {USER}}}", "unknown key 'carol' in users",
     "known: alice, bob, admin"),
    (
        f"users: {{alice: {USER}}}\nlog in: {{send: POST /login",
        "users: {alice: »{password: x}}\nlog in: {send: POST /login, form: {u: '{username}'}",
        "alice lacks the key 'username', which 'log in' asks for",
        "",
    ),
    (USER, "{password from file: »none}", "x/none can't be read as UTF-8 text", ""),
    (
        USER,
        "{»user name: ada, password: x}",
        "unknown key 'user name' in alice",
        "did you mean 'username'?",
    ),
    (USER, "»{username: ada}", EITHER, ""),
    (USER, "»{username: ada, password: a, password from environment: B}", EITHER, ""),
    (USER, "{username: »' ', password: a}", "username is empty", ""),
    (USER, "{username: ada, password: »'  '}", "password is empty", ""),
    (USER, "{username: ada, password: »[a]}", "password is a text, not a list", ""),
    (
        USER,
        "{username: ada, password from environment: »''}",
        "password from environment is empty",
        "",
    ),
    *[
        (
            USER,
            f"{{username: ada, password from environment: »{name}}}",
            f"the environment variable {name} is not set",
            "",
        )
        for name in ("NOT_SET", "EMPTY")
    ],
    # sessions after a password change
    ("", "after a password change: »they end", AFTER, ""),
    ("", "after a password change: »others are offered an end", OFFERED, ""),
    # timeouts
    (
        "",
        "timeouts: {»idel: 2 s}",
        "unknown key 'idel' in timeouts",
        "did you mean 'idle'?",
    ),
    *[
        ("", f"timeouts: {{idle: »'{text}'}}", f"'{text}' {NO_TIME}", "")
        for text in ("2", "2 sec", "s", "-2 s", "2,5 s", "1e3 s", "2  s", "2 S")
    ],
    ("", "timeouts: {absolute: »''}", "absolute is empty", ""),
    ("", "timeouts: {allowance: »[1 s]}", "allowance is a text, not a list", ""),
    ("", "timeouts: »{idle: 1.9 s}", "the allowance (1 s) is more than half of idle", HALF),
    (
        "",
        "timeouts: »{idle: 1 h, absolute: 1 s, allowance: 501 ms}",
        "the allowance (0.501 s) is more than half of absolute",
        HALF,
    ),
    # actions
    (LOG_IN, "»POST /login", "log in is a mapping, not a text", ""),
    (LOG_IN, "»[]", "log in has no requests", ""),
    (LOG_IN, "»{send: POST /, refused: {}}", "log in lacks the key 'success'", ""),
    (LOG_IN, "»{success: {}, refused: {}}", "log in lacks the key 'send'", ""),
    (
        LOG_IN,
        "»{send: POST /login, success: {status: 200}}",
        "log in lacks the key 'refused': what does a wrong password show?",
        "",
    ),
    (LOG_OUT, "{send: POST /, »sucess: {}}", "unknown key 'sucess' in log out",
     "did you mean 'success'?"),
    (
        LOG_OUT,
        "[{send: GET /, »success: {}}, {send: POST /, success: {status: 200}}]",
        "unknown key 'success' in a request of log out before the last",
        "known: fields from, send, headers, form, multipart, json, follow, read",
    ),
    (
        LOG_OUT,
        "[»{read: {}}, {send: POST /, success: {status: 200}}]",
        "a request of log out before the last lacks the key 'send'",
        "",
    ),
    *[
        (LOG_OUT, f"{{send: »{line}, success: {{status: 200}}}}", f"'{line}' {NO_REQUEST}", "")
        for line in ("/logout", "POST", "post /logout", "POST logout", "POST /log out")
    ],
    (LOG_OUT, "{send: »'', success: {status: 200}}", "a request is empty", ""),
    (
        LOG_OUT,
        "{send: POST /, form: {a: »'{usrname}'}, success: {status: 200}}",
        "nothing fills the placeholder '{usrname}' here",
        "did you mean 'username'?",
    ),
    (
        LOG_OUT,
        "[{send: GET /, read: {key: {from field: k}}}, "
        "{send: »'POST /{kex}', success: {status: 1}}]",
        "nothing fills the placeholder '{kex}' here",
        "did you mean 'key'?",
    ),
    (
        "",
        "administrator ends sessions: »{send: POST /, success: {status: 200}}",
        "'administrator ends sessions' needs the user 'admin' below 'users'",
        "",
    ),
    (
        "",
        "list sessions: »{send: GET /, success: {status: 200}}",
        "list sessions lacks the key 'handles': what tells one from another?",
        "",
    ),
    (LOG_OUT, "{send: POST /, success: »{}}", "success has no conditions", ""),
    (LOG_OUT, "{send: POST /, success: {status: 200}, refused: »[]}", "refused has no conditions",
     ""),
    (
        LOG_OUT,
        "{send: POST /, success: {»stats: 200}}",
        "unknown key 'stats' in success",
        "did you mean 'status'?",
    ),
    (
        LOG_OUT,
        "»{send: POST /, form: {}, json: {}, success: {status: 200}}",
        "a request has one body: form, multipart, json",
        "",
    ),
    (LOG_OUT, "{send: POST /, headers: »a, success: {status: 200}}",
     "headers is a mapping, not a text", ""),
    (LOG_OUT, "{send: POST /, form: {a: »[b]}, success: {status: 200}}",
     "form is a text, not a list", ""),
    (
        LOG_OUT,
        "{send: POST /, json: »'{a', success: {status: 200}}",
        "is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
        "",
    ),
    ("", "register: »{send: POST /users}", "register lacks the key 'success'", ""),
    # readings
    *[
        (
            LOG_OUT,
            f"{{send: GET /, read: {reading}, success: {{status: 200}}}}",
            message,
            hint,
        )
        for reading, message, hint in [
            (
                "{a: {from json: a, decode: »base32}}",
                "unknown way of decoding 'base32'",
                "known: url, html",
            ),
            (
                "{a: {from json: a, optional: »maybe}}",
                "optional is 'yes' or 'no', not 'maybe'",
                "",
            ),
            (
                "{a: {from selector: »'a['}}",
                "is not a CSS selector: Malformed attribute selector at position 1",
                "",
            ),
            (
                "{a: {from cookie pattern: »'('}}",
                "is not a regular expression: missing ), unterminated subpattern at position 0",
                "",
            ),
            ("»[]", "read is a mapping, not a list", ""),
            ("{a: »b}", "the reading 'a' is a mapping, not a text", ""),
            ("{a: »{}}", f"the reading 'a' has one of: {SOURCES}", ""),
            (
                "{a: »{from field: b, from json: c}}",
                f"the reading 'a' has one of: {SOURCES}",
                "",
            ),
            (
                "{a: {»from feild: b}}",
                "unknown key 'from feild' in the reading 'a'",
                "did you mean 'from field'?",
            ),
            ("{a: {from json: »''}}", "from json is empty", ""),
            ("{a: {from pattern: »a+}}", "the pattern needs a group (...) around the value", ""),
            (
                "{a: {from pattern: »(a}}",
                "is not a regular expression: missing ), unterminated subpattern at position 0",
                "",
            ),
            *[
                (
                    f"{{»{name}: {{from json: b}}}}",
                    f"'{name}' is not a placeholder's name: use small letters and underscores",
                    "",
                )
                for name in ("csrf-token", "Token", "a.b.c", "token2")
            ],
        ]
    ],
    # csrf
    ("", "csrf: »GET /", "csrf is a mapping, not a text", ""),
    (
        f"{NAME}\n{URL}\n{COOKIE}\n",
        f"»{NAME}\n{URL}\n",
        "a profile lacks the key 'session cookie' (or 'session token')",
        "",
    ),
    *(
        ("", f"session token: {token}", message, "")
        for token, message in [
            ("»{from json: a}", "session token lacks the key 'send'"),
            ("»{send: 'A: {token}'}", f"the reading 'token' has one of: {SOURCES}"),
            *(
                (
                    f"{{from json: a, send: »{send}}}",
                    "is not a header such as 'Authorization: Bearer {token}'",
                )
                for send in ("'{token}'", "'Authorization: Bearer'", "'A B: {token}'")
            ),
        ]
    ),
    *(
        ("", f"secrets: {secret}", message, "")
        for secret, message in [
            ("»[]", "secrets is a mapping, not a list"),
            ("{a: »{}}", "a secret has one of: from environment, from file"),
            ("{a: {from file: »none}}", "x/none can't be read as UTF-8 text"),
            (
                "{a: {from environment: »NO_SUCH_VARIABLE}}",
                "the environment variable NO_SUCH_VARIABLE is not set",
            ),
            (
                "{»A: {from file: b}}",
                "'A' is not a placeholder's name: use small letters and underscores",
            ),
        ]
    ),
    ("", "csrf: »{from field: a}", "csrf lacks the key 'read'", ""),
    ("", "csrf: »{read: GET /}", OF_CSRF, ""),
    ("", "csrf: »{read: GET /, from json: a, from field: b}", OF_CSRF, ""),
    ("", "csrf: {read: »/login, from json: a}", f"'/login' {NO_REQUEST}", ""),
    (
        "",
        "csrf: {read: GET /, »xyzzy: a}",
        "unknown key 'xyzzy' in csrf",
        f"known: read, {', '.join(READING)}",
    ),
    (
        "",
        "csrf: {read: GET /, from pattern: »a}",
        "the pattern needs a group (...) around the value",
        "",
    ),
    # the protected page
    (PAGE, "»GET /me", "protected page is a mapping, not a text", ""),
    (PAGE, "»{send: GET /me, signed out: {}}", "protected page lacks the key 'signed in'", ""),
    (PAGE, "»{send: GET /me, signed in: {}}", "protected page lacks the key 'signed out'", ""),
    (PAGE, "»{signed in: {}, signed out: {}}", "protected page lacks the key 'send'", ""),
    (PAGE, "{send: GET /, signed in: »{}, signed out: {}}", "signed in has no conditions", ""),
    (
        PAGE,
        "{send: GET /, signed in: {status: 200}, signed out: »{body lacks: 'x {username}'}}",
        "the sign 'signed out' knows no user: no placeholders",
        "",
    ),
    # starting it
    ("", "»set up: [a]", "'set up' is of no use without 'start'", ""),
    ("", "»environment: {A: b}", "'environment' is of no use without 'start'", ""),
    ("", "start: »''", "a command is empty", ""),
    ("", "start: »[a]", "a command is a mapping, not a list", ""),
    ("", "start: »./serve 'a", "is not a command: no closing quotation", ""),
    ("", "start: »./serve a\\", "is not a command: no escaped character", ""),
    ("", "start: »{input: a}", "a command lacks the key 'run'", ""),
    ("", "start: {run: a, »inptu: b}", "unknown key 'inptu' in a command", "did you mean 'input'?"),
    ("", "start: {run: »'', input: b}", "a command is empty", ""),
    ("", "start: {run: a, input: »[b]}", "input is a text, not a list", ""),
    ("", "start: a\nset up: »b", "set up is a list, not a text", ""),
    ("", "start: a\nset up: [b, »'c \"']", "is not a command: no closing quotation", ""),
    ("", "start: a\nenvironment: »b", "environment is a mapping, not a text", ""),
    ("", "start: a\nenvironment: {A: »[b]}", "environment is a text, not a list", ""),
    # known failures
    ("", "known failures: »[a/b]", "known failures is a mapping, not a list", ""),
    ("", "known failures: {a/b: »why}", "a/b is a mapping, not a text", ""),
    ("", "known failures: {a/b: »{issue: x}}", "a/b lacks the key 'reason'", ""),
    ("", "known failures: {a/b: {reason: »''}}", "reason is empty", ""),
    ("", "known failures: {a/b: {reason: x, issue: »''}}", "issue is empty", ""),
    ("", "known failures: {a/b: {reason: x, until: »''}}", "until is empty", ""),
    ("", "known failures: {a/b: {reason: x, until: »soon}}", f"'soon' {NO_DAY}", ""),
    ("", "known failures: {a/b: {reason: x, until: »20261231}}", f"'20261231' {NO_DAY}", ""),
    ("", "known failures: {a/b: {reason: x, until: »2026-02-30}}", f"'2026-02-30' {NO_DAY}", ""),
    (
        "",
        "known failures: {a/b: {»raeson: x}}",
        "unknown key 'raeson' in a/b",
        "did you mean 'reason'?",
    ),
    # nodes, the store, and cleaning up
    ("", "nodes: [»8001]", f"'8001' {NO_NODE}", ""),
    ("", "nodes: [»{}]", "a node lacks the key 'url'", ""),
    ("", f"nodes: [»{{url: '{PORT_2}'}}]", NOT_STARTED, ""),
    ("", "nodes: [»{url: http://a, start: ./serve}]", NOT_STARTED, ""),
    (
        *("", "nodes: [{url: http://a, environment: »{A: b}}]"),
        *("'environment' is of no use where the node is running", ""),
    ),
    (
        *("", "nodes: [{url: http://a, clock ahead: »soon}]"),
        *("'soon' is not a time such as 2 s or 500 ms", ""),
    ),
    ("", f"nodes: [»'{PORT_2}']", f"'{PORT_2}' {NO_NODE}", STARTED),
    ("", "nodes: [{url: »'http://a:{port 1}'}]", f"'http://a:{{port 1}}' {NO_NODE}", ""),
    ("", "store: {»prin: a}", "unknown key 'prin' in store", "did you mean 'print'?"),
    ("", "store: {»take away: a}", "'take away' is of no use without 'bring back'", ""),
    ("", "store: {»bring back: a}", "'bring back' is of no use without 'take away'", ""),
    ("", "store: {staleness: »a bit}", "'a bit' is not a time such as 2 s or 500 ms", ""),
    ("", "»clean up: [rm -r x]", "'clean up' is of no use without 'start'", ""),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message", "hint"), WRONG)
def test_a_wrong_profile_is_shown_with_its_line(
    old: str, new: str, message: str, hint: str
) -> None:
    marked = MINIMAL.replace(old, new, 1) if old else f"{MINIMAL}{new}\n"
    assert refusal(marked) == shown(marked, message, hint)


def test_a_profile_is_a_mapping() -> None:
    assert refusal("»- a\n") == shown("»- a\n", "a profile is a mapping, not a list")


FILLED = [word for word in conditions.words.values() if word.takes != "selectors"]


@pytest.mark.parametrize("condition", [word.word for word in FILLED])
def test_a_sign_of_nobody_has_no_placeholder_in_any_condition(condition: str) -> None:
    takes = conditions.words[condition].takes
    value = "{a: '{username}'}" if takes.startswith(("mapping", "json")) else "'{username}'"
    page = f"{{send: GET /, signed in: {{status: 200}}, signed out: »{{{condition}: {value}}}}}"
    marked = MINIMAL.replace(PAGE, page)
    assert refusal(marked) == shown(marked, "the sign 'signed out' knows no user: no placeholders")


# --- extending -----------------------------------------------------------------------------------

EXTENDING = "extends: base.yaml\nname: The same, in memory\nsession store: memory\n"


def test_a_profile_takes_over_all_that_it_does_not_say_itself() -> None:
    one = profile(EXTENDING, base=MINIMAL)
    assert (one.name, one.durable, one.place.path) == (
        "The same, in memory", False, "x/profile.yaml",
    )  # fmt: skip
    base = profile(MINIMAL, base=MINIMAL)
    assert one.users == base.users
    assert one.log_in.requests[0].place.path == "x/base.yaml"


def test_what_a_profile_says_itself_replaces_all_of_the_other() -> None:
    users = "users: {alice: {username: eve, password: x}}\n"
    base = MINIMAL.replace(USERS, f"users: {{alice: {USER}, bob: {USER}}}")
    assert profile(f"{EXTENDING}{users}", base=base).users == {"alice": User("eve", "x")}


def test_environments_are_joined_variable_by_variable() -> None:
    base = f"{MINIMAL}start: ./serve\nenvironment: {{A: 1, B: 2}}\n"
    launch = profile(f"{EXTENDING}environment: {{B: 3, C: 4}}\n", base=base).launch
    assert launch
    assert launch.environment == {"A": "1", "B": "3", "C": "4"}
    alone = profile(EXTENDING, base=base).launch
    assert alone
    assert alone.environment == {"A": "1", "B": "2"}


def test_a_profile_may_extend_one_that_extends_another() -> None:
    middle = "extends: first.yaml\nname: b\nsession limit: 3\nheaders: {A: 1, B: 2}\ncontract: c\n"
    last = "extends: middle.yaml\nname: none\ncontract: none\nheaders: {B: 3, c: 4}\n"
    one = profile(last, middle=middle, first=MINIMAL)
    assert (one.name, one.session_limit, one.contract) == ("none", 3, "")
    assert one.users == {"alice": User("ada", "lovelace")}
    assert one.protected_page.request.headers == {"A": "1", "B": "3", "c": "4"}


WRONG_EXTENDING = [
    (EXTENDING.replace("base", "»bas"), "there is no profile at x/bas.yaml", ""),
    (EXTENDING.replace("base.yaml", "»''"), "extends is empty", ""),
    (f"{EXTENDING}»xyzzy: 1\n", "unknown key 'xyzzy' in a profile", f"known: {KEYS}"),
    (f"{EXTENDING}»extend: 1\n", "unknown key 'extend' in a profile", "did you mean 'extends'?"),
    (f"{EXTENDING}start: a\nenvironment: {{A: »[1]}}\n", "environment is a text, not a list", ""),
    (f"{EXTENDING}»set up: [a]\n", "'set up' is of no use without 'start'", ""),
    (f"{EXTENDING}contract: »none\n", "there is no 'contract' to take away", ""),
    (
        f"»{EXTENDING}session cookie: none\n",
        "a profile lacks the key 'session cookie' (or 'session token')",
        "",
    ),
]


@pytest.mark.parametrize(("marked", "message", "hint"), WRONG_EXTENDING)
def test_a_profile_that_extends_wrongly_is_shown_with_its_line(
    marked: str, message: str, hint: str
) -> None:
    assert refusal(marked, base=MINIMAL) == shown(marked, message, hint)


WRONG_BASE = [
    (f"extends: »profile.yaml\n{MINIMAL}", "x/profile.yaml extends this profile itself", ""),
    (f"extends: »none.yaml\n{MINIMAL}", "there is no profile at x/none.yaml", ""),
    ("»- a\n", "a profile is a mapping, not a list", ""),
    (MINIMAL.replace(NAME, "name: »[a]"), "name is a text, not a list", ""),
    (f"{MINIMAL}»xyzzy: 1\n", "unknown key 'xyzzy' in a profile", f"known: {KEYS}"),
]


@pytest.mark.parametrize(("marked", "message", "hint"), WRONG_BASE)
def test_what_is_wrong_with_the_other_profile_is_shown_there(
    marked: str, message: str, hint: str
) -> None:
    extending = "extends: base.yaml\nsession limit: 1\n"
    assert refusal(extending, base=marked) == whole_error(marked, message, hint, "x/base.yaml")


def test_what_neither_profile_says_is_missing_in_the_one_that_extends() -> None:
    marked = "»extends: base.yaml\n"
    base = MINIMAL.replace(f"{URL}\n", "")
    assert refusal(marked, base=base) == shown(marked, "a profile lacks the key 'base url'")


# --- URLs and times ------------------------------------------------------------------------------


def test_a_profile_can_be_used_for_a_server_that_runs_already() -> None:
    one = profile(FULL)
    moved = at_url(one, "https://staging.example.com/app/")
    alone = replace(one, launch=None, nodes=(), store=moved.store)
    assert moved == replace(alone, base_url="https://staging.example.com/app")


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("http://127.0.0.1:8000", True),
        ("https://[::1]:8443/app", True),
        ("HTTP://LOCALHOST", True),
        ("localhost", False),
        ("django", False),
        ("//localhost", False),
        ("http:///app", False),
        ("file:///etc", False),
        ("http://a:b", False),
        ("http://a?b", False),
        ("", False),
    ],
)
def test_a_base_url_is_told_from_other_texts(text: str, right: bool) -> None:
    assert is_base_url(text) is right


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("500 ms", 0.5),
        ("500ms", 0.5),
        ("2 s", 2),
        ("0.5 s", 0.5),
        ("0 s", 0),
        ("30 min", 1800),
        ("30 m", 1800),
        ("8 h", 28800),
        ("7 d", 604800),
        ("7", None),
        ("d", None),
        ("7 weeks", None),
        (" 7 d", None),
        ("-7 d", None),
        (".5 s", None),
    ],
)
def test_times_are_read_in_their_units(text: str, seconds: Any) -> None:
    assert parse_seconds(text) == (seconds if seconds is None else pytest.approx(seconds))


def test_an_allowance_of_just_half_a_timeout_is_right() -> None:
    timeouts = profile(f"{MINIMAL}timeouts: {{idle: 2 s, allowance: 1 s}}").timeouts
    assert timeouts == Timeouts(idle=2, absolute=None, allowance=1)
