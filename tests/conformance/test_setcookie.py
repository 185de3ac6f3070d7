from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from conformance.setcookie import SetCookie, parse_cookie_date, parse_set_cookie

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=timezone.utc)


def parsed(header: str) -> SetCookie:
    cookie = parse_set_cookie(header)
    assert cookie is not None
    return cookie


@pytest.mark.parametrize(
    ("header", "name", "value"),
    [
        ("sid=abc", "sid", "abc"),
        (" sid \t=\t abc ; Path=/", "sid", "abc"),
        ('sid="abc"', "sid", '"abc"'),
        ("sid=a=b==", "sid", "a=b=="),
        ("sid=", "sid", ""),
        ("token", "", "token"),
        ("=token", "", "token"),
        ("sid=a,b other=c", "sid", "a,b other=c"),
    ],
)
def test_name_and_value_are_kept_as_written(header: str, name: str, value: str) -> None:
    cookie = parsed(header)
    assert (cookie.name, cookie.value) == (name, value)


@pytest.mark.parametrize(
    "header", ["", "=", " ; Path=/", "sid=a\x00b", "sid=a\nb", "sid=a; x=\x7f"]
)
def test_empty_cookies_and_control_characters_are_refused(header: str) -> None:
    assert parse_set_cookie(header) is None


def test_a_tab_inside_a_value_is_no_control_character() -> None:
    assert parsed("sid=a\tb").value == "a\tb"


def test_a_pair_of_4096_bytes_is_the_largest_that_is_kept() -> None:
    assert parse_set_cookie("sid=" + "x" * 4093) is not None
    assert parse_set_cookie("sid=" + "x" * 4094) is None


def test_attributes_keep_order_repetition_and_whether_there_was_an_equals_sign() -> None:
    cookie = parsed("sid=a; HttpOnly; Path=/a; PATH = /b ; Secure=; ; Priority=High")
    assert cookie.attributes == (
        ("httponly", None),
        ("path", "/a"),
        ("path", "/b"),
        ("secure", ""),
        ("priority", "High"),
    )


def test_an_attribute_value_over_1024_bytes_is_ignored() -> None:
    assert parsed("sid=a; Path=/a; Path=/" + "x" * 1023).path == "/" + "x" * 1023
    assert parsed("sid=a; Path=/a; Path=/" + "x" * 1024).path == "/a"


def test_flags_count_with_any_value_and_in_any_case() -> None:
    cookie = parsed("sid=a; SECURE=false; httponly")
    assert cookie.secure
    assert cookie.http_only
    assert not parsed("sid=a").secure
    assert not parsed("sid=a").http_only


def test_the_last_same_site_wins_and_is_shown_in_lower_case() -> None:
    assert parsed("sid=a; SameSite=Lax; samesite=STRICT").same_site == "strict"
    assert parsed("sid=a; SameSite=Whatever").same_site == "whatever"
    assert parsed("sid=a; SameSite").same_site == ""
    assert parsed("sid=a").same_site is None


def test_a_domain_loses_its_leading_dot_and_an_empty_one_is_none() -> None:
    assert parsed("sid=a; Domain=.Example.COM").domain == "example.com"
    assert parsed("sid=a; Domain=example.com; Domain=").domain is None


def test_a_path_without_a_leading_slash_means_the_default_path() -> None:
    assert parsed("sid=a; Path=/x; Path=app").path is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("sid=a; Max-Age=60", 60),
        ("sid=a; Max-Age=-5", -5),
        ("sid=a; Max-Age=60; Max-Age=soon", 60),
        ("sid=a; Max-Age=60; Max-Age=5", 5),
        ("sid=a; Max-Age=1.5", None),
        ("sid=a; Max-Age=+5", None),
        ("sid=a; Max-Age=-", None),
        ("sid=a; Max-Age", None),
        ("sid=a", None),
    ],
)
def test_max_age_is_the_last_whole_number(header: str, seconds: int | None) -> None:
    assert parsed(header).max_age == seconds


@pytest.mark.parametrize(
    "text",
    [
        "Sun, 01 Mar 2026 12:01:00 GMT",
        "Sun, 01-Mar-2026 12:01:00 GMT",
        "Sunday, 01-Mar-26 12:01:00 GMT",
        "Sun Mar  1 12:01:00 2026",
        "1 march 2026 12:1:0",
        "2026 12:01:00 Mar 01th",
        "01 Mar 2026 12:01:00 GMT+0500 (zones are not looked at)",
    ],
)
def test_dates_are_read_as_leniently_as_browsers_do(text: str) -> None:
    assert parse_cookie_date(text) == NOW + timedelta(minutes=1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "tomorrow",
        "Sun, 31 Feb 2026 12:00:00 GMT",
        "Sun, 01 Mar 2026 24:00:00 GMT",
        "Sun, 01 Mar 1600 12:00:00 GMT",
        "Sun, 01 Mar 2026",
        "2026-03-01T12:00:00Z",
    ],
)
def test_what_is_no_cookie_date_is_ignored(text: str) -> None:
    assert parse_cookie_date(text) is None
    assert parsed(f"sid=a; Expires={text}").lifetime(NOW) is None


def test_two_digits_of_a_year_turn_at_seventy() -> None:
    years = [parse_cookie_date(f"01 Jan {year} 00:00:00") for year in ("69", "70")]
    assert [date.year for date in years if date] == [2069, 1970]


def test_max_age_goes_before_expires_in_any_order() -> None:
    past = "Expires=Thu, 01 Jan 1970 00:00:00 GMT"
    assert parsed(f"sid=a; Max-Age=60; {past}").lifetime(NOW) == 60
    assert parsed(f"sid=a; {past}; Max-Age=60").lifetime(NOW) == 60
    assert parsed(f"sid=a; Max-Age=soon; {past}").removes(NOW)


def test_a_cookie_without_a_lifetime_lives_as_long_as_the_browser() -> None:
    assert parsed("sid=a").lifetime(NOW) is None
    assert not parsed("sid=a").removes(NOW)


@pytest.mark.parametrize("age", ["0", "-1", "-" + "9" * 400])
def test_a_max_age_of_zero_or_less_removes(age: str) -> None:
    assert parsed(f"sid=a; Max-Age={age}").removes(NOW)


def test_an_empty_value_alone_removes_nothing() -> None:
    assert not parsed("sid=").removes(NOW)


@pytest.mark.parametrize(
    "attribute", ["Max-Age=" + "9" * 400, "Expires=Fri, 31 Dec 9999 23:59:59 GMT"]
)
def test_nothing_lives_longer_than_400_days(attribute: str) -> None:
    assert parsed(f"sid=a; {attribute}").lifetime(NOW) == 400 * 24 * 3600


def test_the_value_is_not_in_the_repr() -> None:
    assert "hidden-token" not in repr(parsed("sid=hidden-token; Path=/"))
