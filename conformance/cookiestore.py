"""The cookies of one browser: which it keeps, and which it sends where.

The rules are those of draft-ietf-httpbis-rfc6265bis-22 (cited as 6265bis-22), which says what
browsers do; RFC 6265 is still the RFC in force.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from conformance.setcookie import SetCookie


def default_path(request_path: str) -> str:
    """Return the path of a cookie that names none (6265bis-22 section 5.1.4)."""
    folder = request_path.rpartition("/")[0]
    return folder if folder.startswith("/") else "/"


def path_matches(cookie_path: str, request_path: str) -> bool:
    """Tell whether a request to `request_path` gets the cookie (6265bis-22 section 5.1.4)."""
    if not request_path.startswith(cookie_path):
        return False
    return cookie_path.endswith("/") or request_path[len(cookie_path) :][:1] in ("", "/")


def domain_matches(cookie_domain: str, host: str) -> bool:
    """Tell whether `host` is the domain or below it (6265bis-22 section 5.1.3)."""
    domain, host = cookie_domain.removeprefix(".").lower(), host.lower()
    return host == domain or (host.endswith(f".{domain}") and _address(host) is None)


@lru_cache(maxsize=256)
def is_trustworthy(url: str) -> bool:
    """Tell whether Secure cookies go to and come from `url`.

    6265bis-22 section 5.7 leaves that to the browser; today's trust https and their own machine.
    """
    host = _host(url)
    address = _address(host)
    if address is not None and address.is_loopback:
        return True
    return urlsplit(url).scheme == "https" or host == "localhost" or host.endswith(".localhost")


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


@lru_cache(maxsize=256)
def _host(url: str) -> str:
    """Return the host of a URL in canonical form (6265bis-22 section 5.1.2)."""
    host = urlsplit(url).hostname or ""
    try:
        return host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return host.lower()


@dataclass(frozen=True)
class StoredCookie:
    """A cookie in a browser; `ends` is None when it lives as long as the browser runs."""

    name: str
    value: str = field(repr=False)
    domain: str
    path: str
    host_only: bool
    ends: datetime | None
    set_cookie: SetCookie

    @property
    def key(self) -> tuple[str, str, bool, str]:
        """What makes it this cookie and not another (6265bis-22 section 5.7)."""
        return self.name, self.domain, self.host_only, self.path

    def goes_to(self, url: str) -> bool:
        """Tell whether a same-site request to `url` carries it (6265bis-22 section 5.8.3)."""
        host = _host(url)
        at_home = host == self.domain if self.host_only else domain_matches(self.domain, host)
        allowed = is_trustworthy(url) or not self.set_cookie.secure
        return at_home and allowed and path_matches(self.path, urlsplit(url).path or "/")


class CookieStore:
    """The cookies of one browser (6265bis-22 section 5.7); every request counts as same-site."""

    def __init__(self) -> None:
        # A dict keeps the place of a key that is overwritten, and 6265bis keeps its creation time.
        self._cookies: dict[tuple[str, str, bool, str], StoredCookie] = {}

    @property
    def cookies(self) -> tuple[StoredCookie, ...]:
        """What is kept, in order of creation."""
        return tuple(self._cookies.values())

    def store(self, set_cookie: SetCookie, url: str, now: datetime) -> bool:
        """Do with a cookie from `url` what a browser does; False when it is refused."""
        self._forget_expired(now)
        cookie = _received(set_cookie, url, now)
        if cookie is None or self._is_refused(cookie, is_trustworthy(url)):
            return False
        self._cookies[cookie.key] = cookie
        self._forget_expired(now)
        return True

    def set(
        self, name: str, value: str, url: str, *, path: str = "/", host_only: bool = True
    ) -> None:
        """Plant a cookie by hand for a path of the host of `url`, whatever the rules say."""
        planted = SetCookie(name, value, (("path", path),))
        cookie = StoredCookie(name, value, _host(url), path, host_only, None, planted)
        self._cookies[cookie.key] = cookie

    def header_for(self, url: str, now: datetime) -> tuple[tuple[str, str], ...]:
        """Return the names and values to send to `url`, in order (6265bis-22 section 5.8.3)."""
        self._forget_expired(now)
        going = [cookie for cookie in self.cookies if cookie.goes_to(url)]
        going.sort(key=lambda cookie: -len(cookie.path))
        return tuple((cookie.name, cookie.value) for cookie in going)

    def clear(self) -> None:
        """Forget every cookie."""
        self._cookies.clear()

    def _forget_expired(self, now: datetime) -> None:
        for key in [key for key, one in self._cookies.items() if one.ends and one.ends <= now]:
            del self._cookies[key]

    def _is_refused(self, cookie: StoredCookie, trustworthy: bool) -> bool:
        """Apply the rules of 6265bis-22 section 5.7 on Secure, SameSite=None and name prefixes."""
        secure, same_site = cookie.set_cookie.secure, cookie.set_cookie.same_site
        if secure:
            return not trustworthy or not _keeps_prefix(cookie)
        hides_secure = not trustworthy and any(_hides(cookie, old) for old in self.cookies)
        return same_site == "none" or hides_secure or not _keeps_prefix(cookie)


def _received(set_cookie: SetCookie, url: str, now: datetime) -> StoredCookie | None:
    """Give a cookie its domain, path and end; None when its Domain is not one of the host's."""
    host, domain = _host(url), set_cookie.domain
    if domain and not (domain.isascii() and domain_matches(domain, host)):
        return None
    if domain and "." not in domain:
        # A name without a dot is a public suffix (the only kind known without their list).
        if domain != host:
            return None
        domain = None
    path = set_cookie.path or default_path(urlsplit(url).path)
    lifetime = set_cookie.lifetime(now)
    ends = None if lifetime is None else now + timedelta(seconds=lifetime)
    name, value = set_cookie.name, set_cookie.value
    return StoredCookie(name, value, domain or host, path, domain is None, ends, set_cookie)


def _keeps_prefix(cookie: StoredCookie) -> bool:
    """Tell whether a cookie is what its __Secure- or __Host- promises, in any case of letters."""
    promise = (cookie.name or cookie.value).lower()
    if not promise.startswith(("__secure-", "__host-")):
        return True
    at_host = cookie.host_only and cookie.set_cookie.path == "/"
    is_secure = bool(cookie.name) and cookie.set_cookie.secure
    return is_secure and (at_host or promise.startswith("__secure-"))


def _hides(cookie: StoredCookie, old: StoredCookie) -> bool:
    """Tell whether an insecure `cookie` would come in front of the secure `old` one."""
    related = domain_matches(old.domain, cookie.domain) or domain_matches(cookie.domain, old.domain)
    overlays = related and path_matches(old.path, cookie.path)
    return old.set_cookie.secure and old.name == cookie.name and overlays


def cookie_header(pairs: tuple[tuple[str, str], ...]) -> str:
    """Write cookies as one Cookie header, legal or not (6265bis-22 section 5.8.3)."""
    wired = ((on_the_wire(name), on_the_wire(value)) for name, value in pairs)
    return "; ".join(f"{name}={value}" if name else value for name, value in wired)


def read_cookie_header(header: str) -> tuple[tuple[str, str], ...]:
    """Return the names and values in a Cookie header, of which none need be legal."""
    triples = (pair.strip().partition("=") for pair in header.split(";"))
    return tuple((name, value) if equals else ("", name) for name, equals, value in triples)


def on_the_wire(text: str) -> str:
    """Return a text whose latin-1 bytes are sent: its UTF-8 where latin-1 has no such letter."""
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass").decode("latin-1")
    return text
