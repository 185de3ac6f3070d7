"""The base URL of a target, and the whole URLs of what lies below it.

Paths stay as they are written: whoever asks for "/a/../b" or "//x" wants to see that answered.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

from conformance.errors import TargetError

_DEFAULT_PORTS = {"http": 80, "https": 443}
_WHOLE_URL = re.compile("https?://", re.IGNORECASE)


class BaseUrl:
    """Where a target is; its path, if any, comes before every path that is asked for."""

    def __init__(self, url: str) -> None:
        self.origin = _origin(url)
        self.path = _path_and_query(url).partition("?")[0].rstrip("/")

    def url_of(self, target: str) -> str:
        """Return the whole URL of a path below this one, or of a URL on the same origin."""
        if not _WHOLE_URL.match(target):
            slash = "" if target.startswith("/") else "/"
            return self.origin + self.path + slash + target.partition("#")[0]
        if _origin(target) != self.origin:
            raise TargetError(f"{_origin(target)} is another server than {self.origin}")
        return self.origin + _path_and_query(target)


def is_base_url(text: str) -> bool:
    """Say whether `text` is an http or https URL with a host and no query."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.query


def host_and_port(url: str) -> str:
    """Return a URL's host and port, the default port too."""
    parts = urlsplit(url)
    return f"{_bracketed(parts.hostname or '')}:{parts.port or _DEFAULT_PORTS[parts.scheme]}"


@lru_cache(maxsize=256)  # every browser asks for that of its target
def _origin(url: str) -> str:
    """Return scheme, host and port of a URL, without a user name or a default port."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise TargetError("a target's URL has a host and a port that can't be read") from None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise TargetError("a target's URL starts with http:// or https:// and a host")
    shown = "" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{_bracketed(parts.hostname)}{shown}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _path_and_query(url: str) -> str:
    rest = url.partition("//")[2].partition("#")[0]
    start = re.search("[/?]", rest)
    path = rest[start.start() :] if start else ""
    return path if path.startswith("/") else f"/{path}"
