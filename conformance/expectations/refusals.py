"""How a refusal of the protected page says what it is."""

from __future__ import annotations

import re

from conformance.expectations.pages import recognised_pages
from conformance.expectations.registry import describe, expectations
from conformance.model import Exchange
from conformance.stage import Seen, Stage

_UNAUTHORIZED = 401
_REDIRECTS, _SUCCESS = range(300, 400), range(200, 300)
_DIALOGS = frozenset({"basic", "digest", "negotiate", "ntlm"})
_PASSWORD_FIELD = re.compile(r"""type\s*=\s*["']?password""", re.IGNORECASE)


@expectations("refused as HTTP has it", about="page", refusal=True)
def refused_as_http_has_it(seen: Seen, _: Stage) -> str | None:
    """The refusal says what it is: 401 with a challenge, 403 or 404, a redirect, or a login form.

    A challenge for which browsers open a dialog of their own (Basic, Digest, Negotiate) does not
    count, as it asks for something that the login does not use.
    """
    for page in recognised_pages(seen):
        if page.shown.state == "signed in":
            return f"signed in: {describe(page.exchange)}"
        wrong = _wrong(page.exchange)
        if wrong:
            return f"{describe(page.exchange)} {wrong}"
    return None


def _wrong(exchange: Exchange) -> str | None:
    """Return what a refusal lacks (RFC 9110 15.4 and 15.5.2), or None."""
    if exchange.status == _UNAUTHORIZED:
        scheme = (exchange.header("WWW-Authenticate") or "").partition(" ")[0].lower()
        if not scheme:
            return "without WWW-Authenticate"
        return "with a challenge that opens a dialog" if scheme in _DIALOGS else None
    if exchange.status in _REDIRECTS:
        return None if exchange.header("Location") else "without Location"
    if exchange.status in _SUCCESS and not _PASSWORD_FIELD.search(exchange.text):
        return "as if nothing was refused, and without a form to log in"
    return None
