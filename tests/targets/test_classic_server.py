"""The assertions of the exercise's contract, one by one, against the server of targets/classic."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
import requests

pytestmark = pytest.mark.once  # `tox -e acceptance` tries them


PREFIX = "/api/v1"
EMAIL, PASSWORD = "alice@example.com", "correct horse battery staple"
COOKIE = "_my_session_id"
UNAUTHORIZED = (401, {"error": "Unauthorized"})
FORBIDDEN = (403, {"error": "Forbidden"})
LOGIN, LOGOUT = "/auth_session/login", "/auth_session/logout"
SESSION_MODES = ["session_auth", "session_exp_auth", "session_db_auth"]


@pytest.fixture(scope="module")
def server(target):
    """Return a function that starts the server with one user; AUTH_TYPE None leaves it unset."""

    def start(auth_type: str | None, **environment: str):
        if auth_type:
            environment = {"AUTH_TYPE": auth_type, "SESSION_NAME": COOKIE, **environment}
        one = target("classic/server.py", environment)
        done = one.run("add-user", EMAIL, stdin=PASSWORD + "\n")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        one.start()
        return one

    return start


@pytest.fixture(scope="module")
def api(server):
    """Return a server with sessions in its database, where most of the contract is checked."""
    return server("session_db_auth")


def send(server, request: str, token: str | None = None, **options) -> requests.Response:
    """Send what `request` says ("GET /stats"); cookies go as they are, past any cookie jar."""
    method, path = request.split()
    headers = options.pop("headers", {})
    if token is not None:
        headers = {**headers, "Cookie": f"{COOKIE}={token}"}
    return requests.request(
        method,
        server.url + PREFIX + path,
        headers=headers,
        allow_redirects=False,
        timeout=10,
        **options,
    )


def seen(answer: requests.Response) -> tuple[int, object]:
    return answer.status_code, answer.json()


def log_in(server, email: str = EMAIL, password: str = PASSWORD) -> str:
    answer = send(server, f"POST {LOGIN}", data={"email": email, "password": password})
    assert answer.status_code == 200
    return str(answer.cookies[COOKIE])


def is_signed_in(server, token: str) -> bool:
    answer = send(server, "GET /users/me", token)
    assert answer.status_code == 200 or seen(answer) == FORBIDDEN
    return answer.status_code == 200


@pytest.fixture
def token(api) -> str:
    return log_in(api)


@pytest.fixture
def someone(api, token) -> SimpleNamespace:
    """A user of one test only."""
    email = f"{time.monotonic_ns()}@example.com"
    body = {"email": email, "password": PASSWORD, "first_name": "Some"}
    answer = send(api, "POST /users", token, json=body)
    assert answer.status_code == 201
    return SimpleNamespace(**answer.json())


# Who gets in


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/status", (200, {"status": "OK"})),
        ("/unauthorized", UNAUTHORIZED),
        ("/forbidden", FORBIDDEN),
    ],
)
def test_three_routes_are_open(api, path, expected, slash):
    assert seen(send(api, f"GET {path}{slash}")) == expected


PROTECTED = [
    "GET /stats",
    "GET /users",
    "GET /users/me",
    "GET /users/some-id",
    "PUT /users/some-id",
    "DELETE /users/some-id",
    "POST /users",
    f"DELETE {LOGOUT}",
    f"GET {LOGOUT}",
    "GET /no/such/path",
]


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("request_line", PROTECTED)
def test_every_other_path_needs_a_credential_and_a_good_one(api, request_line, slash):
    assert seen(send(api, request_line + slash)) == UNAUTHORIZED
    assert seen(send(api, request_line + slash, "unknown")) == FORBIDDEN


@pytest.mark.parametrize("value", ["Basic YWxpY2U6eA==", "Bearer x", "x"])
def test_any_authorization_header_is_forbidden_where_sessions_are_asked_for(api, value):
    answer = send(api, "GET /users/me", headers={"Authorization": value})

    assert seen(answer) == FORBIDDEN


@pytest.mark.parametrize("odd", ["x", "%00", "a;b", "é", "x" * 8000, "../../etc/passwd"])
def test_an_odd_token_is_an_unknown_one(api, odd):
    assert seen(send(api, "GET /users/me", odd)) == FORBIDDEN


@pytest.mark.parametrize("odd", ["", '""', '"', "a b"])
def test_a_token_that_may_count_as_none_is_not_a_good_one(api, odd):
    assert seen(send(api, "GET /users/me", odd)) in (UNAUTHORIZED, FORBIDDEN)


def test_another_cookie_is_no_credential(api, token):
    assert seen(send(api, "GET /users/me", headers={"Cookie": f"other={token}"})) == UNAUTHORIZED


# Logging in


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({}, (400, "email missing")),
        ({"email": ""}, (400, "email missing")),
        ({"password": PASSWORD}, (400, "email missing")),
        ({"email": "", "password": ""}, (400, "email missing")),
        ({"email": EMAIL}, (400, "password missing")),
        ({"email": EMAIL, "password": ""}, (400, "password missing")),
        ({"email": "nobody@example.com"}, (400, "password missing")),
        ({"email": "nobody@example.com", "password": "x"}, (404, "no user found for this email")),
        ({"email": EMAIL, "password": "x"}, (401, "wrong password")),
    ],
)
def test_login_names_the_first_thing_that_is_wrong(api, form, expected):
    answer = send(api, f"POST {LOGIN}", data=form)

    status, text = expected
    assert seen(answer) == (status, {"error": text})
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("slash", ["", "/"])
def test_login_answers_with_the_user_and_a_cookie_without_attributes(api, slash):
    answer = send(api, f"POST {LOGIN}{slash}", data={"email": EMAIL, "password": PASSWORD})

    assert answer.status_code == 200
    user = answer.json()
    assert user["email"] == EMAIL
    assert set(user) == {"id", "email", "first_name", "last_name", "created_at", "updated_at"}
    [cookie] = answer.raw.headers.getlist("Set-Cookie")
    uuid4 = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    assert re.fullmatch(f"{COOKIE}={uuid4}; Path=/", cookie)


@pytest.mark.parametrize(
    "options",
    [
        {"json": {"email": EMAIL, "password": PASSWORD}},
        {"params": {"email": EMAIL, "password": PASSWORD}},
    ],
    ids=["a JSON body", "a query string"],
)
def test_login_reads_nothing_but_a_form(api, options):
    answer = send(api, f"POST {LOGIN}", **options)

    assert seen(answer) == (400, {"error": "email missing"})


def test_login_is_a_post(api):
    assert send(api, f"GET {LOGIN}").status_code == 405


def test_sessions_of_one_user_are_independent(api):
    first, second = log_in(api), log_in(api)
    assert first != second
    assert is_signed_in(api, first)

    send(api, f"DELETE {LOGOUT}", first)

    assert not is_signed_in(api, first)
    assert is_signed_in(api, second)


def test_logins_at_the_same_time_all_get_a_session(api):
    with ThreadPoolExecutor(8) as pool:
        tokens = list(pool.map(lambda _: log_in(api), range(16)))

    assert len(set(tokens)) == 16
    assert all(is_signed_in(api, one) for one in tokens)


# Logging out


@pytest.mark.parametrize("slash", ["", "/"])
def test_logout_ends_the_session_and_leaves_the_cookie(api, token, slash):
    answer = send(api, f"DELETE {LOGOUT}{slash}", token)

    assert seen(answer) == (200, {})
    assert "Set-Cookie" not in answer.headers
    assert seen(send(api, "GET /users/me", token)) == FORBIDDEN


def test_a_second_logout_is_forbidden(api, token):
    send(api, f"DELETE {LOGOUT}", token)

    assert seen(send(api, f"DELETE {LOGOUT}", token)) == FORBIDDEN


# Users


@pytest.mark.parametrize("slash", ["", "/"])
def test_me_is_the_user_who_signed_in(api, someone, slash):
    answer = send(api, f"GET /users/me{slash}", log_in(api, someone.email))

    assert seen(answer) == (200, vars(someone))
    assert seen(send(api, f"GET /users/{someone.id}{slash}", log_in(api))) == seen(answer)


@pytest.mark.parametrize("slash", ["", "/"])
def test_stats_count_the_users_of_the_list(api, token, slash):
    users = send(api, f"GET /users{slash}", token).json()

    assert EMAIL in [one["email"] for one in users]
    assert not [one for one in users if "password" in str(list(one))]
    assert seen(send(api, f"GET /stats{slash}", token)) == (200, {"users": len(users)})


def test_a_user_is_renamed(api, token, someone):
    answer = send(api, f"PUT /users/{someone.id}", token, json={"last_name": "One"})

    assert answer.status_code == 200
    user = send(api, f"GET /users/{someone.id}", token).json()
    assert (user["first_name"], user["last_name"]) == ("Some", "One")


def test_a_deleted_user_is_signed_out(api, token, someone):
    own = log_in(api, someone.email)

    assert seen(send(api, f"DELETE /users/{someone.id}", token)) == (200, {})

    assert not is_signed_in(api, own)
    assert send(api, f"GET /users/{someone.id}", token).status_code == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_me_is_special_for_get_only(api, token, method):
    assert send(api, f"{method} /users/me", token, json={}).status_code == 404
    assert is_signed_in(api, token)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 400),
        ("[]", 400),
        ("{}", 400),
        ('{"email": "new@example.com"}', 400),
        ('{"email": 5, "password": "x"}', 400),
        ('{"email": "  ", "password": "x"}', 400),
        (r'{"email": "\ud800", "password": "x"}', 400),
        (f'{{"email": "{EMAIL}", "password": "x"}}', 409),
    ],
)
def test_a_user_who_can_not_be_made_is_refused(api, token, body, status):
    headers = {"Content-Type": "application/json"}

    assert send(api, "POST /users", token, data=body, headers=headers).status_code == status


# Lifetimes and restarts


@pytest.mark.parametrize("auth_type", SESSION_MODES)
def test_only_sessions_in_a_database_last_over_a_restart(server, auth_type):
    one = server(auth_type)
    token = log_in(one)
    assert is_signed_in(one, token)

    seconds = one.stop()
    one.start()

    assert (
        seconds < 20
    )  # it ends by itself, and is not killed; 0.4 on a machine with nothing else to do
    assert is_signed_in(one, token) == (auth_type == "session_db_auth")
    assert is_signed_in(one, log_in(one))
    assert sorted(path.name for path in one.folder.iterdir()) == [f"{one.port}.log", "users.db"]
    assert one.log() == ""


def test_a_session_ends_its_duration_after_login_however_much_it_is_used(server):
    servers = [server(mode, SESSION_DURATION="2") for mode in SESSION_MODES]
    begun = time.monotonic()
    sessions = [(one, log_in(one)) for one in servers]
    all_in = time.monotonic()

    while time.monotonic() < all_in + 1:
        found = [is_signed_in(one, token) for one, token in sessions]
        if time.monotonic() < begun + 2:  # later, a slow machine has let them end
            assert found == [True, True, True]
        time.sleep(0.2)
    time.sleep(1.2)

    # `session_auth` has no lifetime: SESSION_DURATION came with the mode after it.
    assert [is_signed_in(one, token) for one, token in sessions] == [True, False, False]


@pytest.mark.parametrize("duration", ["", "0", "-1", "soon"])
def test_a_duration_that_is_none_never_ends_a_session(server, duration):
    one = server("session_exp_auth", SESSION_DURATION=duration)

    assert is_signed_in(one, log_in(one))


# The other ways to authenticate


def test_without_an_auth_type_the_api_is_open(server):
    one = server(None)

    assert seen(send(one, "GET /stats")) == (200, {"users": 1})
    assert send(one, "GET /users/me").status_code == 404
    assert send(one, f"POST {LOGIN}", data={"email": EMAIL}).status_code == 404


def test_plain_auth_knows_nobody(server):
    one = server("auth")

    assert seen(send(one, "GET /stats")) == UNAUTHORIZED
    assert seen(send(one, "GET /stats", headers={"Authorization": "x"})) == FORBIDDEN
    assert seen(send(one, "GET /stats", "x")) == FORBIDDEN


def test_basic_auth_takes_an_email_and_a_password(server):
    one = server("basic_auth")

    assert send(one, "GET /users/me", auth=(EMAIL, PASSWORD)).json()["email"] == EMAIL
    assert seen(send(one, "GET /users/me")) == UNAUTHORIZED
    for wrong in [(EMAIL, "x"), ("nobody@example.com", PASSWORD), ("", "")]:
        assert seen(send(one, "GET /users/me", auth=wrong)) == FORBIDDEN
    assert seen(send(one, "GET /users/me", headers={"Authorization": "Basic !"})) == FORBIDDEN


# Starting


@pytest.mark.parametrize("auth_type", ["", "session", "Session_auth"])
def test_a_misspelt_auth_type_stops_the_start(target, auth_type):
    done = target("classic/server.py", {"AUTH_TYPE": auth_type}).run()

    assert done.returncode == 1
    assert done.stderr.startswith("AUTH_TYPE must be")


def test_the_cookie_has_the_name_that_was_asked_for(server):
    one = server("session_auth", SESSION_NAME="sid")
    answer = send(one, f"POST {LOGIN}", data={"email": EMAIL, "password": PASSWORD})

    cookie = {"sid": answer.cookies["sid"]}
    assert send(one, "GET /users/me", cookies=cookie).status_code == 200


@pytest.mark.parametrize(
    ("email", "password", "says"),
    [(EMAIL, PASSWORD, f"{EMAIL} is taken"), ("x@y.z", "", "no password on standard input")],
)
def test_adding_a_user_says_what_is_wrong(api, email, password, says):
    done = api.run("add-user", email, stdin=password)

    assert (done.returncode, done.stderr) == (1, f"{says}\n")
