"""Login forms of many kinds are found on pages, and filled as a browser would do it."""

from __future__ import annotations

import pytest

from conformance.init.forms import filled, login_form, login_links, means_login, means_logout
from conformance.init.markup import document

URL = "http://shop.example/accounts/login/?next=/me"
TOKEN = "k" * 32

DJANGO = """<form method="post"><input type="hidden" name="csrfmiddlewaretoken" value="{token}">
<p><label for="id_username">Username:</label><input type="text" name="username" autofocus></p>
<p><input type="password" name="password" autocomplete="current-password"></p>
<input type="submit" value="login"><input type="hidden" name="next" value="/me"></form>"""
FLASK = """<form action="/login" method="POST"><input name="username">
<input name="password" type="password"><button>Go</button></form>"""
RAILS = """<form class="new_user" action="/users/sign_in" accept-charset="UTF-8" method="post">
<input type="hidden" name="authenticity_token" value="{token}" autocomplete="off" />
<input autofocus type="email" value="" name="user[email]" id="user_email" />
<input autocomplete="current-password" type="password" name="user[password]" />
<input name="user[remember_me]" type="hidden" value="0" />
<input type="checkbox" value="1" name="user[remember_me]" id="user_remember_me" />
<input type="submit" name="commit" value="Log in" /></form>"""
PHP = """<form method=post action=login.php><input name=q type=search><input type=text name=login>
<input type=password name=pwd><select name=lang><option value=de>de<option value=en selected>en
</select><input type=submit name=do value=Enter><input type=submit name=cancel value=No></form>"""
JUPYTER = """<form action="/login?next=%2F" method="post"><input type="hidden" name="_xsrf"
value="{token}"/><input type="password" name="password" id="password_input">
<button type="submit" class="btn">Log in</button></form>"""

FIELDS = {
    DJANGO: {
        "csrfmiddlewaretoken": "{csrf}",
        "username": "{username}",
        "password": "{password}",
        "next": "/me",
    },
    FLASK: {"username": "{username}", "password": "{password}"},
    RAILS: {
        "authenticity_token": "{csrf}",
        "user[email]": "{username}",
        "user[password]": "{password}",
        "user[remember_me]": "0",
        "commit": "Log in",
    },
    PHP: {"q": "", "login": "{username}", "pwd": "{password}", "lang": "en", "do": "Enter"},
    JUPYTER: {"_xsrf": "{csrf}", "password": "{password}"},
}
ACTIONS = ("/accounts/login/?next=/me", "/login", "/users/sign_in", "/accounts/login/login.php")
PATHS = dict(zip(FIELDS, ACTIONS, strict=False))
KINDS = ("django", "flask", "rails", "php", "jupyter")


@pytest.mark.parametrize(("page", "fields"), FIELDS.items(), ids=KINDS)
def test_a_form_is_filled_as_a_browser_sends_it(page: str, fields: dict[str, str]) -> None:
    form = login_form(document(page.replace("{token}", TOKEN), URL))
    other = login_form(document(page.replace("{token}", TOKEN[::-1] + "x"), URL))
    assert form
    assert filled(form, other).fields == fields


@pytest.mark.parametrize(("page", "path"), PATHS.items(), ids=KINDS[:4])
def test_a_form_goes_where_its_action_leads(page: str, path: str) -> None:
    form = login_form(document(page, URL))
    assert form
    assert (form.path, form.method) == (path, "POST")


def test_a_hidden_field_that_never_changes_is_no_token() -> None:
    page = "<form method=post><input type=hidden name=step value=1><input type=password name=p>"
    form = login_form(document(page, URL))
    assert form
    assert filled(form, form).fields == {"step": "1", "p": "{password}"}
    assert filled(form, form).tokens == ()


def test_a_field_that_is_another_value_in_another_browser_is_a_token_whatever_its_name() -> None:
    page = "<form method=post><input type=hidden name=f17 value={}><input type=password name=p>"
    one, other = (login_form(document(page.format(value), URL)) for value in ("17", "42"))
    assert one
    assert filled(one, other).tokens == ("f17",)


def test_the_form_for_joining_is_not_taken_for_the_login() -> None:
    join = '<form action="/register" method=post><input name=n><input type=password name=p></form>'
    form = login_form(document(join + FLASK, URL))
    assert form
    assert form.path == "/login"


def test_a_form_that_asks_for_a_password_twice_is_no_login() -> None:
    page = "<form><input type=password name=a><input type=password name=b></form>"
    assert login_form(document(page, URL)) is None


@pytest.mark.parametrize(
    "words", ["Log in", "sign-in", "/users/sign_in", "/auth/login", "Anmelden"]
)
def test_words_of_a_login_are_known(words: str) -> None:
    assert means_login(words)
    assert not means_logout(words)


@pytest.mark.parametrize("words", ["Log out", "sign-out", "/users/sign_out", "/auth/logout"])
def test_words_of_a_logout_are_known(words: str) -> None:
    assert means_logout(words)
    assert not means_login(words)


def test_links_to_a_login_are_found_and_those_to_join_are_not() -> None:
    page = '<a href="/in">Log in</a> <a href="/join">Sign up</a> <a href="/about">About</a>'
    assert [one.url for one in login_links(document(page, URL))] == ["http://shop.example/in"]


@pytest.mark.parametrize("page", ["", "<form", "<a href='http://['>x</a>", "<<<>>>", "\x00"])
def test_a_broken_page_has_no_login(page: str) -> None:
    assert login_form(document(page, URL)) is None
