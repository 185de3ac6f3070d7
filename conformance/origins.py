"""Where else a request may come from: pages of other origins, and what browsers let them send.

A page of another origin can make the browser send requests, with the cookies that belong to them,
but can't read the answers. What is more than a form could send needs the server's permission
first, by a CORS preflight (Fetch standard, "CORS protocol").
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import TypeAlias
from urllib.parse import urlsplit

from conformance.cookiestore import is_trustworthy
from conformance.model import Exchange, Request
from conformance.words import Words

Pairs: TypeAlias = "tuple[tuple[str, str], ...]"

_ATTACKER = "https://attacker.example"
_FORM_METHODS = frozenset({"GET", "HEAD", "POST"})
_FORM_TYPES = frozenset({"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"})
_PLAIN_HEADERS = frozenset({"accept", "accept-language", "content-language", "user-agent"})
_SAFE = frozenset({"GET", "HEAD"})


@dataclass(frozen=True)
class Page:
    """A page that makes requests: its origin, and its relation to the target's (Sec-Fetch-Site).

    `site` is empty for a browser that does not say it, `referer` where none is sent. A page that
    `follows` has a link that the user follows.
    """

    origin: str
    site: str
    referer: str = ""
    follows: bool = False

    def headers(self, method: str, mode: str) -> Pairs:
        """Return what the browser says about the page in a request of this method."""
        said = [("Origin", self.origin)] if method not in _SAFE or mode == "cors" else []
        said += [("Referer", self.referer)] if self.referer else []
        said += [("Sec-Fetch-Site", self.site), ("Sec-Fetch-Mode", mode)] if self.site else []
        return tuple(said)


PageAt: TypeAlias = Callable[[str], Page]

origins: Words[PageAt] = Words("origin")


@origins("another site")
def _another_site(_: str) -> Page:
    """A page of a foreign site (Sec-Fetch-Site: cross-site)."""
    return Page(_ATTACKER, "cross-site", f"{_ATTACKER}/")


@origins("another site in an old browser")
def _old_browser(_: str) -> Page:
    """A page of a foreign site in a browser that sends Origin but no Sec-Fetch headers."""
    return Page(_ATTACKER, "", f"{_ATTACKER}/")


@origins("a sibling host")
def _sibling(target: str) -> Page:
    """A page of another host below the same domain (Sec-Fetch-Site: same-site).

    Where the target is an IP address: a page at another port, which counts as the same site too.
    SameSite holds back no cookie of such a request.
    """
    parts = urlsplit(target)
    host = parts.hostname or ""
    origin = f"{parts.scheme}://{_bracketed(host)}:{_another_port(parts.port)}"
    if not _is_address(host):
        origin = f"{parts.scheme}://sibling-{host}" if "." in host else origin
    return Page(origin, "same-site", f"{origin}/")


@origins("a sandboxed frame")
def _sandboxed(_: str) -> Page:
    """A sandboxed frame of a foreign page, whose origin is "null"."""
    return Page("null", "cross-site")


@origins("a host whose name begins like the target's")
def _begins_alike(target: str) -> Page:
    """A page at `target.attacker.example`, in a browser that sends no Sec-Fetch headers."""
    return _look_alike(target, "{}.attacker.example")


@origins("a host whose name ends like the target's")
def _ends_alike(target: str) -> Page:
    """A page at `attacker-target`, in a browser that sends no Sec-Fetch headers."""
    return _look_alike(target, "attacker-{}")


def _look_alike(target: str, form: str) -> Page:
    parts = urlsplit(target)
    name = form.format((parts.hostname or "").replace(":", "-"))
    origin = f"{parts.scheme}://{name}" + (f":{parts.port}" if parts.port else "")
    return Page(origin, "", f"{origin}/")


@origins("a link on another site")
def _link(_: str) -> Page:
    """A link of a foreign page that the user follows: GET, with all fields in the query."""
    return Page(_ATTACKER, "cross-site", f"{_ATTACKER}/", follows=True)


@origins("a link in a mail")
def _mail(_: str) -> Page:
    """The same from outside the browser (Sec-Fetch-Site: none)."""
    return Page("", "none", follows=True)


def own_page(url: str) -> Page:
    """Return the target's own page at its base URL; only safe origins say Sec-Fetch-Site."""
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    return Page(origin, "same-origin" if is_trustworthy(url) else "", url)


def as_from(page: Page, request: Request) -> Request:
    """Return the request with what a browser says of the page that sends it.

    Nothing is said of requests that change nothing; what the request says itself stays.
    """
    if request.method in _SAFE:
        return request
    given = {name.lower() for name, _ in request.headers}
    mode = "cors" if needs_preflight(request) else "navigate"
    said = [one for one in page.headers(request.method, mode) if one[0].lower() not in given]
    return replace(request, headers=(*request.headers, *said))


def needs_preflight(request: Request) -> bool:
    """Tell whether a browser asks the server first: it does for what no form could send."""
    return request.method not in _FORM_METHODS or bool(_unusual_headers(request))


def preflight(request: Request, page: Page) -> Request:
    """Return the question that a browser asks before such a request; it goes without cookies."""
    names = _unusual_headers(request)
    asked = [("Access-Control-Request-Method", request.method)]
    asked += [("Access-Control-Request-Headers", ",".join(names))] if names else []
    return Request("OPTIONS", request.target, (*page.headers("OPTIONS", "cors"), *asked))


def is_granted(request: Request, page: Page, answer: Exchange) -> bool:
    """Tell whether the answer to a preflight lets the page send the request with its cookies."""
    methods = _listed(answer, "Access-Control-Allow-Methods") | {"get", "head", "post"}
    headers = _listed(answer, "Access-Control-Allow-Headers")
    return (
        200 <= answer.status < 300
        and is_readable(page, answer)
        and request.method.lower() in methods
        and headers >= set(_unusual_headers(request))
    )


def is_readable(page: Page, answer: Exchange) -> bool:
    """Tell whether a browser shows the page this answer to a request with cookies."""
    allowed = answer.header("Access-Control-Allow-Origin")
    with_cookies = (answer.header("Access-Control-Allow-Credentials") or "").strip()
    return allowed == page.origin and with_cookies == "true"


def is_plain_header(name: str, value: str) -> bool:
    """Tell whether a form can make a browser send this header."""
    is_form = name.lower() == "content-type" and value.partition(";")[0] in _FORM_TYPES
    return is_form or name.lower() in _PLAIN_HEADERS


def _unusual_headers(request: Request) -> list[str]:
    """Return the names of headers, in small letters, that no form can send."""
    return sorted(
        name.lower() for name, value in request.headers if not is_plain_header(name, value)
    )


def _listed(answer: Exchange, name: str) -> set[str]:
    """Return what a header lists; with cookies a "*" is no wildcard."""
    return {one.strip().lower() for one in (answer.header(name) or "").split(",")}


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _another_port(port: int | None) -> int:
    return 8443 if port != 8443 else 9443
