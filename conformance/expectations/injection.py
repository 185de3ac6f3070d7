"""What attackers may not make a server send."""

from __future__ import annotations

import re

from conformance.expectations.registry import describe, expectations
from conformance.insides import inside_of
from conformance.returns import INJECTED, leads_elsewhere
from conformance.setcookie import parse_set_cookie
from conformance.stage import Seen, Stage

_REFRESH = re.compile(r"^\s*[\d.]*\s*[;,]\s*url\s*=\s*[\"']?", re.IGNORECASE)


@expectations("nothing injected", about="answer")
def nothing_injected(seen: Seen, _: Stage) -> str | None:
    """No answer has a header or a cookie called `injected`, which the request tried to add."""
    for exchange in seen.exchanges:
        cookies = map(parse_set_cookie, exchange.header_values("Set-Cookie"))
        if any(cookie and cookie.name == INJECTED for cookie in cookies):
            return f"{describe(exchange)}: it sets the cookie that the request named"
        if exchange.header(INJECTED) is not None:
            return f"{describe(exchange)}: it has the header that the request named"
    return None


@expectations("no way out", about="answer")
def no_way_out(seen: Seen, _: Stage) -> str | None:
    """No answer leads the browser to the other site that the request named, or runs a script."""
    for exchange in seen.exchanges:
        refreshes = [_REFRESH.sub("", value) for value in exchange.header_values("Refresh")]
        for location in (*exchange.header_values("Location"), *refreshes):
            if leads_elsewhere(location):
                return f"{describe(exchange)}: that is another site"
    return None


@expectations("nothing of its inside", about="answer")
def nothing_of_its_inside(seen: Seen, _: Stage) -> str | None:
    """No answer shows a stack trace, a path of the server, a query, or an error of its database."""
    for exchange in seen.exchanges:
        kind = inside_of(exchange.text)
        if kind:
            return f"{describe(exchange)}: its body shows {kind}"
    return None
