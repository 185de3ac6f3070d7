"""Servers that let pages of other origins read, or ask for more than forms can."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .harness import ReferenceSite, mutant
from .planting import Unguarded
from .serving import WSGI

Judge = Callable[[str, str], bool]  # gets an origin and the server's own host


def cors(app: WSGI, allows: Judge) -> WSGI:
    """Let pages of some origins read everything and send what they like."""

    def answer(environ: dict[str, Any], start_response: Any) -> Any:
        origin = environ.get("HTTP_ORIGIN", "")
        allowed = [
            ("Access-Control-Allow-Origin", origin),
            ("Access-Control-Allow-Credentials", "true"),
            ("Access-Control-Allow-Methods", "PUT, DELETE"),
            ("Access-Control-Allow-Headers", "content-type"),
        ]
        more = allowed if origin and allows(origin, environ["HTTP_HOST"]) else []

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(status, [*headers, *more], *rest)

        if environ["REQUEST_METHOD"] == "OPTIONS":
            start("204 No Content", [])
            return []
        return app(environ, start)

    return answer


def anybody(*_: str) -> bool:
    return True


def null(origin: str, _: str) -> bool:
    return origin == "null"


def begins_alike(origin: str, host: str) -> bool:
    return origin.startswith(f"http://{host.partition(':')[0]}")


def ends_alike(origin: str, host: str) -> bool:
    return origin.endswith(host)


def any_port(origin: str, host: str) -> bool:
    return origin.rpartition(":")[0] == f"http://{host.partition(':')[0]}"


def readable(allows: Judge) -> Any:
    """Return a build that lets these origins read, and still refuses their changes."""
    return lambda site: cors(site.app(), allows)


mutant("CSRF-5", "every origin that asks may read")(readable(anybody))

mutant("CSRF-5", "sandboxed frames may read")(readable(null))

mutant("CSRF-5", "origins may read that begin like the server's")(readable(begins_alike))

mutant("CSRF-5", "origins may read that end like the server's")(readable(ends_alike))

mutant("CSRF-5", "other ports of the host may read")(readable(any_port))


@mutant("CSRF-1", "every origin may send every method")
@mutant("CSRF-3", "every origin may send a DELETE")
def every_method(site: ReferenceSite) -> WSGI:
    return cors(site.app(origins=Unguarded), anybody)
