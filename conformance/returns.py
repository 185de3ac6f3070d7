"""Where a login may be told to lead to afterwards, by parameters that many servers know."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias
from urllib.parse import urlsplit

from conformance.words import Words

ELSEWHERE = "elsewhere.example"
INJECTED = "injected"  # a header and a cookie that no server sends by itself

Address: TypeAlias = Callable[[str], str]

addresses: Words[Address] = Words("address")

PARAMETERS = (
    *("next", "next_url", "url", "return", "returnTo", "return_to", "returnUrl", "return_url"),
    *("ReturnUrl", "redirect", "redirect_to", "redirectTo", "redirect_url", "redirectUrl"),
    *("redirect_uri", "continue", "goto", "target", "dest", "destination", "back", "back_url"),
    *("came_from", "forward", "success_url", "callback", "RelayState"),
)


def returning(word: str, base_url: str) -> list[tuple[str, str]]:
    """Return the parameters that lead to the address of this word."""
    host = urlsplit(base_url).netloc
    return [(name, addresses[word](host)) for name in PARAMETERS]


def leads_elsewhere(location: str) -> bool:
    """Say whether a browser follows a Location to the other site, or runs it as a script."""
    text = re.sub(r"[\t\r\n]", "", location.strip("".join(map(chr, range(33)))))
    text = text.replace("\\", "/")
    if re.match(r"(javascript|data|vbscript):", text, re.IGNORECASE):
        return True
    found = re.match(r"(?:https?:)?//+(?:[^/?#]*@)?([^/?#:@]*)", text, re.IGNORECASE)
    return found is not None and f".{found[1].lower()}".endswith(f".{ELSEWHERE}")


@addresses("another site")
def _site(_: str) -> str:
    """`https://elsewhere.example/`."""
    return f"https://{ELSEWHERE}/"


@addresses("another site without a scheme")
def _no_scheme(_: str) -> str:
    """`//elsewhere.example/`."""
    return f"//{ELSEWHERE}/"


@addresses("another site behind three slashes")
def _three_slashes(_: str) -> str:
    """`///elsewhere.example/`."""
    return f"///{ELSEWHERE}/"


@addresses("another site behind a backslash")
def _backslash(_: str) -> str:
    r"""`/\elsewhere.example/`, which browsers read as two slashes."""
    return f"/\\{ELSEWHERE}/"


@addresses("another site behind a tab")
def _tab(_: str) -> str:
    """Two slashes with a tab between them, which browsers drop."""
    return f"/\t/{ELSEWHERE}/"


@addresses("another site with this one as its user")
def _as_user(host: str) -> str:
    """`https://HOST@elsewhere.example/`."""
    return f"https://{host}@{ELSEWHERE}/"


@addresses("another site that begins like this one")
def _begins(host: str) -> str:
    """`https://HOST.elsewhere.example/`."""
    return f"https://{host.partition(':')[0]}.{ELSEWHERE}/"


@addresses("a script")
def _script(_: str) -> str:
    """`javascript:alert(1)`."""
    return "javascript:alert(1)"


@addresses("a page with a line break and a header")
def _line_break(_: str) -> str:
    """`/` with a line break and `Set-Cookie: injected=1` behind."""
    return f"/\r\nSet-Cookie: {INJECTED}=1\r\n{INJECTED}: 1"
