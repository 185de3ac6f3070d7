import re
import time
from dataclasses import dataclass, field

import pytest
import requests

pytestmark = pytest.mark.once  # `tox -e acceptance` tries them


PASSWORD = "correct horse battery staple"
DID_NOT_MATCH = "Your username and password didn't match."


@dataclass
class Browser:
    """One visitor of one site. Redirects are answers to look at, not to follow."""

    url: str
    http: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str, **options: object) -> requests.Response:
        return self.http.get(self.url + path, allow_redirects=False, timeout=10, **options)

    def post(self, path: str, *, csrf: bool = True, **fields: str) -> requests.Response:
        if csrf:
            form = self.get("/accounts/login/").text
            found = re.search('name="csrfmiddlewaretoken" value="(.+?)"', form)
            assert found
            fields["csrfmiddlewaretoken"] = found[1]
        return self.http.post(self.url + path, data=fields, allow_redirects=False, timeout=10)

    def log_in(self, password: str = PASSWORD) -> requests.Response:
        return self.post("/accounts/login/", username="alice", password=password)

    @property
    def token(self) -> str:
        return str(self.http.cookies["sessionid"])


def signed_in(url: str, token: str) -> bool:
    answer = Browser(url).get("/private/", headers={"Cookie": f"sessionid={token}"})
    assert (answer.status_code, answer.headers.get("Location")) in [
        (200, None),
        (302, "/accounts/login/?next=/private/"),
    ]
    return answer.status_code == 200


@pytest.fixture(scope="module")
def site(target):
    """Return a function that makes a site with one user, not yet started."""

    def make(**environment: str):
        # The database is named by its path from the folder in which the commands run.
        environment["DJANGO_DATABASE"] = "site.db"
        one = target("django/serve.py", environment, ["--port", "{port}"])
        for command in (["migrate", "--verbosity", "0"], ["adduser", "alice"]):
            done = one.run(*command, script="manage.py", stdin=PASSWORD + "\n")
            assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        return one

    return make


@pytest.fixture(scope="module")
def stock(site):
    one = site()
    one.start()
    return one


@pytest.fixture
def browser(stock) -> Browser:
    return Browser(stock.url)


def test_the_private_page_sends_a_visitor_to_the_login_form(browser):
    answer = browser.get("/private/")

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/accounts/login/?next=/private/"
    assert "Set-Cookie" not in answer.headers


def test_a_login_opens_the_private_page_which_names_the_user(browser):
    answer = browser.log_in()

    assert (answer.status_code, answer.headers["Location"]) == (302, "/private/")
    page = browser.get("/private/")
    assert page.status_code == 200
    assert "Signed in as alice" in page.text


def test_the_session_cookie_has_the_attributes_that_are_stock(browser):
    cookies = browser.log_in().raw.headers.getlist("Set-Cookie")

    [session] = [one for one in cookies if one.startswith("sessionid=")]
    attributes = {one.split("=")[0]: one.partition("=")[2] for one in session.split("; ")[1:]}
    del attributes["expires"]
    assert attributes == {
        "HttpOnly": "",
        "Max-Age": str(14 * 24 * 60 * 60),
        "Path": "/",
        "SameSite": "Lax",
    }


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"username": "alice"},
        {"password": PASSWORD},
        {"username": "alice", "password": ""},
        {"username": "alice", "password": "wrong"},
        {"username": "nobody", "password": PASSWORD},
        {"username": "alice", "password": f" {PASSWORD} "},
        {"username": "ALICE", "password": PASSWORD},
        {"username": "al\0ice", "password": PASSWORD},
    ],
    ids=str,
)
def test_a_refused_login_shows_the_form_again_and_starts_no_session(browser, fields):
    answer = browser.post("/accounts/login/", **fields)

    assert answer.status_code == 200
    assert DID_NOT_MATCH in answer.text
    assert 'name="csrfmiddlewaretoken"' in answer.text
    assert "sessionid" not in browser.http.cookies


def test_the_form_shows_no_refusal_before_a_login_was_tried(browser):
    assert DID_NOT_MATCH not in browser.get("/accounts/login/").text


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/logout/"])
def test_a_post_without_its_csrf_token_is_forbidden(browser, path):
    browser.log_in()

    answer = browser.post(path, csrf=False, username="alice", password=PASSWORD)

    assert answer.status_code == 403
    assert signed_in(browser.url, browser.token)


def test_a_logout_ends_the_session_on_the_server(browser):
    browser.log_in()
    token = browser.token
    assert signed_in(browser.url, token)

    answer = browser.post("/accounts/logout/")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/login/")
    assert not signed_in(browser.url, token)


def test_a_second_logout_answers_as_the_first(browser):
    browser.log_in()

    answers = [browser.post("/accounts/logout/") for _ in range(2)]

    assert [one.status_code for one in answers] == [302, 302]


def test_a_logout_is_a_post(browser):
    browser.log_in()

    assert browser.get("/accounts/logout/").status_code == 405
    assert signed_in(browser.url, browser.token)


@pytest.mark.parametrize("token", ["", "x", "x" * 8000, "%00", "a b", '"'])
def test_a_token_that_was_never_given_out_is_signed_out(stock, token):
    assert not signed_in(stock.url, token)


def test_a_session_lasts_over_a_restart_and_the_stop_is_quick(site):
    one = site()
    one.start()
    visitor = Browser(one.url)
    visitor.log_in()

    seconds = one.stop()
    one.start()

    assert (
        seconds < 20
    )  # it ends by itself, and is not killed; 0.4 on a machine with nothing else to do
    assert signed_in(one.url, visitor.token)
    assert sorted(path.name for path in one.folder.iterdir()) == [f"{one.port}.log", "site.db"]
    assert one.log() == ""


def test_the_two_lifetimes_count_from_the_last_request_and_from_the_login(site):
    sites = [site(SESSION_COOKIE_AGE="4", SESSION_SAVE_EVERY_REQUEST=every) for every in "01"]
    for one in sites:
        one.start()
    visitors = [Browser(one.url) for one in sites]
    for visitor in visitors:
        visitor.log_in()
    sessions = [(visitor.url, visitor.token) for visitor in visitors]

    def who_is_signed_in() -> list[bool]:
        return [signed_in(*session) for session in sessions]

    assert who_is_signed_in() == [True, True]
    time.sleep(2.2)
    assert who_is_signed_in()[1]
    time.sleep(2.2)
    assert who_is_signed_in() == [False, True]
    time.sleep(4.2)
    assert who_is_signed_in() == [False, False]


@pytest.mark.parametrize(
    "variable", ["SESSION_COOKIE_AGE", "SESSION_SAVE_EVERY_REQUEST"], ids=str.lower
)
def test_a_lifetime_that_is_no_number_stops_the_start(target, variable):
    one = target("django/serve.py", {variable: "soon"})

    assert one.run().returncode == 1


@pytest.mark.parametrize(
    ("name", "password", "says"),
    [
        ("alice", PASSWORD, "user 'alice' exists already"),
        ("carol", "", "no password on standard input"),
    ],
)
def test_adding_a_user_says_what_is_wrong(stock, name, password, says):
    done = stock.run("adduser", name, script="manage.py", stdin=password)

    assert done.returncode == 1
    assert done.stderr == f"CommandError: {says}\n"


def test_another_host_name_is_refused(browser):
    assert browser.get("/private/", headers={"Host": "example.com"}).status_code == 400
