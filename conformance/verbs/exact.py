"""The verb that speaks HTTP as a contract states it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from conformance.model import Request
from conformance.signs import fill
from conformance.stage import Life, Seat, Seen, Stage
from conformance.verbs.registry import session_cookies_in, verbs

_FIRST_REDIRECT = 300  # answers below it may have counted as use of the session


@verbs("send", takes="request", shows=("answer", "response"))
def send(stage: Stage, seat: Seat, wanted: Mapping[str, Any]) -> Seen:
    """Send exactly this request with this browser's cookies; in contracts only.

    The object is `METHOD /path`, or a mapping: `request`, `headers`, and one of `form`, `json` or
    `body`. A `json` that is one text is sent as it stands. `{alice.username}`, `{alice.password}`
    and the same for bob stand for the users' credentials.
    """
    filled: Any = fill(dict(wanted), stage.credentials())
    method, _, target = filled["request"].partition(" ")
    headers = list(filled.get("headers", {}).items())
    content_type, body = _body(filled)
    if content_type and not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", content_type))
    exchange = seat.browser.send(Request(method, target, tuple(headers), body))
    cookies = session_cookies_in(stage, (exchange,))
    if cookies:
        seat.cookies, seat.life = cookies, Life(exchange.started, exchange.started)
    if exchange.status < _FIRST_REDIRECT:
        stage.note_use(exchange, seat.life)
    return Seen((exchange,), cookies=cookies, life=seat.life)


def _body(wanted: Mapping[str, Any]) -> tuple[str, bytes]:
    if "form" in wanted:
        return "application/x-www-form-urlencoded", urlencode(wanted["form"]).encode()
    if "json" in wanted:
        data = wanted["json"]
        text = data if isinstance(data, str) else json.dumps(data)
        return "application/json", text.encode()
    return "", str(wanted.get("body", "")).encode()
