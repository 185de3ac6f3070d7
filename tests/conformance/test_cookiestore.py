from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from conformance.cookiestore import (
    CookieStore,
    cookie_header,
    default_path,
    domain_matches,
    is_trustworthy,
    path_matches,
    read_cookie_header,
)
from conformance.setcookie import parse_set_cookie

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=timezone.utc)
HTTPS = "https://app.example.com/"
HTTP = "http://app.example.com/"


@pytest.fixture
def store() -> CookieStore:
    return CookieStore()


def receive(store: CookieStore, header: str, url: str = HTTPS, now: datetime = NOW) -> bool:
    cookie = parse_set_cookie(header)
    assert cookie is not None
    return store.store(cookie, url, now)


def sent(store: CookieStore, url: str = HTTPS, now: datetime = NOW) -> list[tuple[str, str]]:
    return list(store.header_for(url, now))


@pytest.mark.parametrize(
    ("path", "expected"),
    [("", "/"), ("/", "/"), ("/login", "/"), ("/a/b", "/a"), ("/a/b/", "/a/b"), ("x", "/")],
)
def test_the_default_path_is_the_folder_of_the_request(path: str, expected: str) -> None:
    assert default_path(path) == expected


@pytest.mark.parametrize(
    ("cookie_path", "request_path", "matches"),
    [
        ("/", "/anything", True),
        ("/app", "/app", True),
        ("/app", "/app/x", True),
        ("/app/", "/app/x", True),
        ("/app", "/apple", False),
        ("/app/", "/app", False),
        ("/App", "/app", False),
    ],
)
def test_paths_match_whole_segments(cookie_path: str, request_path: str, matches: bool) -> None:
    assert path_matches(cookie_path, request_path) is matches


@pytest.mark.parametrize(
    ("domain", "host", "matches"),
    [
        ("example.com", "example.com", True),
        (".Example.com", "EXAMPLE.com", True),
        ("example.com", "app.example.com", True),
        ("example.com", "badexample.com", False),
        ("app.example.com", "example.com", False),
        ("0.0.1", "127.0.0.1", False),
        ("127.0.0.1", "127.0.0.1", True),
    ],
)
def test_domains_match_whole_labels_and_never_parts_of_an_address(
    domain: str, host: str, matches: bool
) -> None:
    assert domain_matches(domain, host) is matches


@pytest.mark.parametrize(
    ("url", "trusted"),
    [
        ("https://example.com/", True),
        ("http://example.com/", False),
        ("http://127.0.0.1:8000/", True),
        ("http://127.9.9.9/", True),
        ("http://[::1]:8000/", True),
        ("http://localhost/", True),
        ("http://app.LOCALHOST:1/", True),
        ("http://notlocalhost/", False),
        ("http://192.168.0.1/", False),
    ],
)
def test_https_and_the_own_machine_are_trustworthy(url: str, trusted: bool) -> None:
    assert is_trustworthy(url) is trusted


def test_a_cookie_goes_back_to_its_own_host_only(store: CookieStore) -> None:
    assert receive(store, "sid=a; Path=/")
    assert sent(store) == [("sid", "a")]
    assert sent(store, "https://sub.app.example.com/") == []
    assert sent(store, "https://example.com/") == []


def test_a_domain_opens_a_cookie_to_the_hosts_below(store: CookieStore) -> None:
    assert receive(store, "sid=a; Domain=example.com")
    assert sent(store, "https://other.example.com/") == [("sid", "a")]


@pytest.mark.parametrize(
    "domain", ["other.com", "sub.app.example.com", "com", "ex\u00e4mple.com", "pp.example.com"]
)
def test_a_domain_that_is_not_the_hosts_is_refused(store: CookieStore, domain: str) -> None:
    assert not receive(store, f"sid=a; Domain={domain}")
    assert store.cookies == ()


def test_a_domain_without_a_dot_that_is_the_host_means_host_only(store: CookieStore) -> None:
    assert receive(store, "sid=a; Domain=localhost", "http://localhost/")
    assert sent(store, "http://localhost/") == [("sid", "a")]
    assert sent(store, "http://app.localhost/") == []


def test_ports_share_their_cookies(store: CookieStore) -> None:
    receive(store, "sid=a", "http://127.0.0.1:8000/")
    assert sent(store, "http://127.0.0.1:8001/") == [("sid", "a")]


def test_one_name_on_two_paths_is_two_cookies_and_the_longer_path_goes_first(
    store: CookieStore,
) -> None:
    receive(store, "sid=root; Path=/")
    receive(store, "sid=deep; Path=/admin")
    assert sent(store, HTTPS + "admin/x") == [("sid", "deep"), ("sid", "root")]
    assert sent(store, HTTPS + "shop") == [("sid", "root")]


def test_a_cookie_without_a_path_belongs_to_the_folder_it_was_set_in(store: CookieStore) -> None:
    receive(store, "sid=a", HTTPS + "accounts/login?next=/x/y")
    assert [cookie.path for cookie in store.cookies] == ["/accounts"]
    assert sent(store) == []


def test_an_overwritten_cookie_keeps_its_place(store: CookieStore) -> None:
    for header in ("first=1", "second=2", "first=3"):
        receive(store, header)
    assert sent(store) == [("first", "3"), ("second", "2")]


def test_a_host_only_cookie_and_one_with_the_hosts_domain_live_side_by_side(
    store: CookieStore,
) -> None:
    receive(store, "sid=own")
    receive(store, "sid=shared; Domain=app.example.com")
    assert sent(store) == [("sid", "own"), ("sid", "shared")]


def test_a_cookie_ends_with_its_max_age(store: CookieStore) -> None:
    receive(store, "sid=a; Max-Age=10")
    assert sent(store, now=NOW + timedelta(seconds=9.9)) == [("sid", "a")]
    assert sent(store, now=NOW + timedelta(seconds=10)) == []
    assert store.cookies == ()


def test_an_expired_cookie_does_not_lend_its_place_to_a_new_one(store: CookieStore) -> None:
    receive(store, "first=1; Max-Age=1")
    receive(store, "second=2")
    receive(store, "first=3", now=NOW + timedelta(seconds=2))
    assert sent(store) == [("second", "2"), ("first", "3")]


def test_a_deletion_needs_the_same_path_and_domain(store: CookieStore) -> None:
    receive(store, "sid=a; Path=/")
    receive(store, "sid=; Path=/other; Max-Age=0")
    receive(store, "sid=; Path=/; Domain=example.com; Max-Age=0")
    assert sent(store) == [("sid", "a")]
    assert receive(store, "sid=; Path=/; Max-Age=0")
    assert sent(store) == []


def test_a_secure_cookie_neither_comes_from_nor_goes_to_plain_http(store: CookieStore) -> None:
    assert not receive(store, "sid=a; Secure", HTTP)
    assert receive(store, "sid=a; Secure", HTTPS)
    assert sent(store, HTTP) == []
    assert sent(store, HTTPS) == [("sid", "a")]


def test_a_secure_cookie_works_over_plain_http_on_the_own_machine(store: CookieStore) -> None:
    assert receive(store, "sid=a; Secure", "http://127.0.0.1:8000/")
    assert sent(store, "http://127.0.0.1:8000/") == [("sid", "a")]


def test_an_insecure_answer_can_not_hide_a_secure_cookie(store: CookieStore) -> None:
    receive(store, "sid=a; Secure; Path=/login", HTTPS)
    assert not receive(store, "sid=b; Path=/login/en", HTTP)
    assert not receive(store, "sid=b; Domain=example.com; Path=/login", HTTP)
    assert receive(store, "sid=b; Path=/", HTTP)
    assert receive(store, "other=b; Path=/login", HTTP)
    assert receive(store, "sid=b; Path=/login", HTTPS)


def test_same_site_none_needs_secure(store: CookieStore) -> None:
    assert not receive(store, "sid=a; SameSite=None")
    assert receive(store, "sid=a; SameSite=None; Secure")
    assert receive(store, "sid=a; SameSite=Unknown")


@pytest.mark.parametrize(
    ("header", "kept"),
    [
        ("__Secure-sid=a; Secure", True),
        ("__Secure-sid=a", False),
        ("__SECURE-sid=a", False),
        ("__Host-sid=a; Secure; Path=/", True),
        ("__host-sid=a; Secure", False),
        ("__Host-sid=a; Secure; Path=/app", False),
        ("__Host-sid=a; Path=/", False),
        ("__Host-sid=a; Secure; Path=/; Domain=app.example.com", False),
        ("=__Host-sid=a; Secure; Path=/", False),
        ("__secure-sid; Secure", False),
    ],
)
def test_names_with_a_prefix_keep_its_promise(store: CookieStore, header: str, kept: bool) -> None:
    assert receive(store, header) is kept


def test_a_planted_cookie_goes_to_every_path_of_its_host(store: CookieStore) -> None:
    receive(store, "sid=real; Path=/; Max-Age=5")
    store.set("sid", "planted", HTTPS + "deep/path")
    store.set("__Host-x", "y", HTTP)
    later = NOW + timedelta(days=1)
    assert sent(store, HTTPS + "x", later) == [("sid", "planted"), ("__Host-x", "y")]
    assert sent(store, "https://example.com/") == []


def test_a_cookie_is_planted_for_one_path_or_a_whole_domain_beside_the_real_one(
    store: CookieStore,
) -> None:
    receive(store, "sid=real; Path=/")
    store.set("sid", "first", HTTPS, path="/login")
    assert sent(store, HTTPS + "login") == [("sid", "first"), ("sid", "real")]
    assert sent(store, HTTPS + "me") == [("sid", "real")]
    store.set("sid", "wide", HTTPS, host_only=False)
    assert sent(store, HTTPS + "me") == [("sid", "real"), ("sid", "wide")]


def test_a_cleared_store_is_empty(store: CookieStore) -> None:
    receive(store, "sid=a")
    store.clear()
    assert store.cookies == ()


def test_a_view_of_the_store_shows_where_each_cookie_goes_but_not_its_value(
    store: CookieStore,
) -> None:
    receive(store, "sid=hidden-token; Domain=example.com; HttpOnly")
    (cookie,) = store.cookies
    assert (cookie.name, cookie.value) == ("sid", "hidden-token")
    assert (cookie.domain, cookie.path, cookie.host_only) == ("example.com", "/", False)
    assert cookie.set_cookie.http_only
    assert "hidden-token" not in repr(cookie)


def test_a_cookie_header_is_written_and_read_back() -> None:
    pairs = (("a", "1"), ("", "nameless"), ("b", '"x=y"'), ("c", ""))
    header = 'a=1; nameless; b="x=y"; c='
    assert cookie_header(pairs) == header
    assert read_cookie_header(header) == pairs
