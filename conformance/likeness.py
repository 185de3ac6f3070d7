"""Whether answers can be told apart, once all that differs from one to the next is taken out.

Two answers are compared part by part: the status, each header, the body. Dates, identifiers of
requests, tokens and whatever the client itself sent are no difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone

from conformance.model import Exchange
from conformance.setcookie import parse_set_cookie
from conformance.spellings import spellings

# Headers that say when an answer was made, by whom, how long that took, and how long it is; of the
# body itself every byte is compared.
_VOLATILE = re.compile(
    r"date|age|expires|last-modified|etag|content-length|connection|keep-alive|server-timing"
    r"|x-runtime|x-response-time|x-served-by|x-timer|via|cf-ray|nel|report-to"
    r"|(x-)?ratelimit-.*|x-rate-limit-.*|retry-after|.*(request|trace|correlation|transaction)-?id"
    r"|traceparent|tracestate"
)
_CHANGING = (
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:?\d\d)?"), "<time>"),
    (re.compile(r"\b1\d{9}(\d{3})?(\.\d+)?\b"), "<time>"),  # seconds or milliseconds since 1970
    (re.compile(r"(?=[\w+/=~-]*\d)(?=[\w+/=~-]*[A-Za-z])[\w+/=~-]{16,}"), "<token>"),
)


def parts(exchange: Exchange, sent: Iterable[str] = ()) -> dict[str, str]:
    """Return the parts of an answer by name; `sent` are texts that it may repeat from its request.

    The values of the request's cookies are among them anyway.
    """
    own = (*sent, *(value for _, value in exchange.sent_cookies))
    texts = sorted(set().union(*map(spellings, filter(None, own))), key=len, reverse=True)
    named: dict[str, list[str]] = {}
    for name, value in exchange.headers:
        if not _VOLATILE.fullmatch(name.lower()):
            steady = _cookie(value) if name.lower() == "set-cookie" else _steady(value, texts)
            named.setdefault(f"header {name.title()}", []).append(steady)
    headers = {name: ", ".join(sorted(values)) for name, values in named.items()}
    return {"status": str(exchange.status), **headers, "body": _steady(exchange.text, texts)}


def difference(groups: Sequence[Sequence[Mapping[str, str]]]) -> str | None:
    """Return which part tells one group of answers from another, or None.

    The answers of a group are alike by themselves: a part that differs within one group tells
    nothing.
    """
    names = {name: None for group in groups for one in group for name in one}
    for name in names:
        seen = [{one.get(name) for one in group} for group in groups]
        if all(len(values) == 1 for values in seen) and len(set().union(*seen)) > 1:
            return name
    return None


def _steady(text: str, sent: Sequence[str]) -> str:
    for one in sent:
        if len(one) > 1:  # a single letter stands anywhere
            text = text.replace(one, "<sent>")
    for pattern, instead in _CHANGING:
        text = pattern.sub(instead, text)
    return text


def _cookie(line: str) -> str:
    """Return the name of a cookie, whether it is set or removed, and its fixed attributes."""
    cookie = parse_set_cookie(line)
    if cookie is None:
        return "no cookie"
    what = "removed" if cookie.removes(datetime.now(timezone.utc)) else "set"
    return f"{cookie.name} {what}, {cookie.path}, {cookie.domain}, {cookie.same_site}"
