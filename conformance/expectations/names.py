"""What the names of cookies give away."""

from __future__ import annotations

import re

from conformance.expectations.registry import expectations, path_of
from conformance.setcookie import parse_set_cookie
from conformance.stage import Seen, Stage

# Names that one product gives unless told otherwise. General ones ("session", "sessionid", "sid")
# are left out, although some product's own: they tell next to nothing.
_NAMES = (
    *("PHPSESSID", "JSESSIONID(_.+)?", "CFID", "CFTOKEN", r"ASP\.NET_SessionId"),
    *("ASPSESSIONID[A-Z]+", r"\.ASPXAUTH", r"\.AspNet(Core)?\..+", r"connect\.sid", "laravel_.+"),
    *("ci_session", "CAKEPHP", "PLAY_SESSION", r"rack\.session", r"beaker\.session\.id", "SSESS.+"),
    *(r"koa[.:]sess(\.sig)?", r"express:sess(\.sig)?", r"(next-auth|authjs)\.session-token"),
    *("wordpress_.+", "SERVERID", "zope.+", "fe_typo_user", "BIGipServer.+"),
)
_PREFIX = re.compile("__(?:Host|Secure|Http|Host-Http)-", re.IGNORECASE)
_TELLING = re.compile("|".join(f"(?:{name})" for name in _NAMES), re.IGNORECASE)


@expectations("no cookie named by a framework", about="answer", needs=("session cookie",))
def no_framework_name(seen: Seen, _: Stage) -> str | None:
    """No answer sets a cookie whose name only one framework or server gives by default."""
    for exchange in seen.exchanges:
        for cookie in map(parse_set_cookie, exchange.header_values("Set-Cookie")):
            if cookie and _TELLING.fullmatch(_PREFIX.sub("", cookie.name, count=1)):
                return f"{exchange.method} {path_of(exchange)} sets {cookie.name}"
    return None
