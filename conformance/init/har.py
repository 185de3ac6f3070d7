"""Reads a HAR file, as browsers' developer tools save it: what was asked and what was answered."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance.cookiestore import read_cookie_header
from conformance.errors import InputError
from conformance.model import Exchange, Pairs

_MISSING_COOKIES = (
    "holds no cookies: it was saved sanitised. In Chromium allow 'HAR with sensitive data' in the "
    "settings of the developer tools (Preferences, Network) and save it 'with sensitive data'; in "
    "Firefox 'Save All As HAR' holds them"
)


@dataclass(frozen=True)
class Entry:
    """One request that was recorded, and its answer."""

    exchange: Exchange
    headers: Pairs = field(repr=False)
    body: str = field(repr=False)
    kind: str = ""  # the media type of the request's body

    @property
    def path(self) -> str:
        """The path and query that were asked for."""
        return self.exchange.path

    def header(self, name: str) -> str:
        """Return a header of the request, or nothing."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


def read_har(path: Path) -> tuple[Entry, ...]:
    """Return what a HAR file recorded; raises InputError, with the place, for what is no HAR."""
    value = _parsed(path)
    log = value.get("log") if isinstance(value, dict) else None
    entries = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(entries, list):
        raise _wrong(path, "is no HAR file: it has no list at log.entries")
    if not entries:
        raise _wrong(path, "recorded nothing: log.entries is empty")
    read = tuple(_entry(path, number, one) for number, one in enumerate(entries))
    if not any(one.exchange.sent_cookies or _sets_cookie(one) for one in read):
        raise _wrong(path, _MISSING_COOKIES)
    return read


def _sets_cookie(entry: Entry) -> bool:
    return entry.exchange.header("Set-Cookie") is not None


def _wrong(path: Path, message: str, line: int = 1, column: int = 1) -> InputError:
    return InputError(message, str(path), line, column)


def _parsed(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise _wrong(path, f"can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise _wrong(path, "can't be read as UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise _wrong(path, f"is no JSON: {error.msg}", error.lineno, error.colno) from None
    except RecursionError:
        raise _wrong(path, "is no HAR file: it is nested too deeply") from None


def _entry(path: Path, number: int, value: Any) -> Entry:
    try:
        return _read_entry(value)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        lacks = f": it lacks {error}" if isinstance(error, KeyError) else ""
        raise _wrong(path, f"log.entries[{number}] can't be read{lacks}") from None


def _read_entry(value: Mapping[str, Any]) -> Entry:
    request, response = value["request"], value["response"]
    headers = _pairs(request["headers"])
    posted = request.get("postData") or {}
    exchange = Exchange(
        method=str(request["method"]).upper(),
        url=str(request["url"]).partition("#")[0],
        sent_cookies=_sent_cookies(headers, request.get("cookies") or []),
        status=int(response["status"]),
        headers=_answered(response),
        body=_content(response.get("content") or {}),
        started=0.0,
        seconds=0.0,
    )
    _ = exchange.path  # raises ValueError for what is no URL
    return Entry(exchange, headers, _posted(posted), str(posted.get("mimeType", "")))


def _pairs(values: Sequence[Mapping[str, Any]]) -> Pairs:
    return tuple((str(one["name"]), str(one.get("value", ""))) for one in values)


def _sent_cookies(headers: Pairs, cookies: Sequence[Mapping[str, Any]]) -> Pairs:
    said = "; ".join(value for name, value in headers if name.lower() == "cookie")
    return read_cookie_header(said) if said else _pairs(cookies)


def _answered(response: Mapping[str, Any]) -> Pairs:
    """Return the headers of an answer; several cookies come in one header, a line for each."""
    headers: list[tuple[str, str]] = []
    for name, value in _pairs(response["headers"]):
        lines = value.split("\n") if name.lower() == "set-cookie" else [value]
        headers += [(name, line) for line in lines]
    names = {name.lower() for name, _ in headers}
    if "set-cookie" not in names:
        headers += [("Set-Cookie", f"{n}={v}") for n, v in _pairs(response.get("cookies") or [])]
    if "location" not in names and response.get("redirectURL"):
        headers.append(("Location", str(response["redirectURL"])))
    return tuple(headers)


def _content(content: Mapping[str, Any]) -> bytes:
    text = str(content.get("text") or "")
    if content.get("encoding") != "base64":
        return text.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(text)
    except binascii.Error:
        return b""


def _posted(posted: Mapping[str, Any]) -> str:
    if posted.get("text"):
        return str(posted["text"])
    pairs = [(str(one["name"]), str(one.get("value", ""))) for one in posted.get("params") or []]
    return json.dumps(dict(pairs)) if pairs else ""
