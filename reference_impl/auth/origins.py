"""Cross-site request forgery: an unsafe request must come from a page of our own."""

from flask import Request
from werkzeug.exceptions import Forbidden

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})  # RFC 9110 9.2.1
OWN_SITES = frozenset({"same-origin", "none"})  # "none": typed in or opened by the user


class Origins:
    """Judges where a request comes from by what the browser says of it (ASVS 5.0.0 3.5.1)."""

    def __init__(self, allowed: frozenset[str]) -> None:
        self._allowed = allowed

    def check(self, request: Request) -> None:
        """Raise Forbidden (403) for an unsafe request from a foreign page, login included.

        A page can't forge these two headers; a client that sends neither is no browser, and no
        browser's cookies are at stake.
        """
        if request.method in SAFE_METHODS:
            return
        origin = request.headers.get("Origin", "").lower()
        if origin in self._allowed:
            return
        site = request.headers.get("Sec-Fetch-Site")
        if site is not None and site not in OWN_SITES:
            raise Forbidden("cross-site request refused")
        if origin and origin != f"{request.scheme}://{request.host}".lower():
            raise Forbidden("cross-site request refused")
