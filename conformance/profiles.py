"""Reads `targets/<name>/profile.yaml`: how one server says "log in" and "protected page"."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from conformance.model import (
    Action,
    ActionRequest,
    Command,
    KnownFailure,
    Launch,
    Profile,
    ProtectedPage,
    Reading,
    Sign,
    Timeouts,
    User,
)
from conformance.readings import sources
from conformance.response import read_json, read_signs
from conformance.signs import placeholders
from conformance.yamltree import Node, parse

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_PROFILE = (
    "name",
    "base url",
    "session cookie",
    "session store",
    "session limit",
    "users",
    "timeouts",
    "csrf",
    "log in",
    "log out",
    "protected page",
    "register",
    "contract",
    "ca file",
    "environment",
    "set up",
    "start",
    "known failures",
)
_REQUIRED = (
    "name",
    "base url",
    "session cookie",
    "users",
    "log in",
    "log out",
    "protected page",
)
_REQUEST = ("send", "headers", "form", "json", "read")
_UNITS = {"ms": 0.001, "s": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?([a-z]+)")


def read_profile(path: Path) -> Profile:
    """Read a profile file; raises InputError for the first thing that is wrong with it."""
    root = parse(path)
    fields = root.fields("a profile", _PROFILE, required=_REQUIRED)
    cookies, patterns = _session_cookies(fields["session cookie"])
    return Profile(
        name=fields["name"].filled_text("name"),
        place=root.place,
        base_url=_base_url(fields["base url"]),
        session_cookies=cookies,
        cookie_patterns=patterns,
        users=_users(fields["users"]),
        timeouts=_timeouts(fields["timeouts"]) if "timeouts" in fields else Timeouts(),
        log_in=_action("log in", fields["log in"]),
        log_out=_action("log out", fields["log out"]),
        protected_page=_protected_page(fields["protected page"]),
        csrf=_csrf(fields["csrf"]) if "csrf" in fields else None,
        register=_action("register", fields["register"]) if "register" in fields else None,
        contract=fields["contract"].filled_text("contract") if "contract" in fields else "",
        durable=_durable(fields["session store"]) if "session store" in fields else True,
        session_limit=_count(fields["session limit"]) if "session limit" in fields else None,
        ca_file=fields["ca file"].filled_text("ca file") if "ca file" in fields else "",
        launch=_launch(fields, path) if "start" in fields else None,
        known_failures=_known_failures(fields["known failures"])
        if "known failures" in fields
        else {},
    )


def at_url(profile: Profile, url: str) -> Profile:
    """Return the profile for a server that already runs at `url`; the suite won't start one."""
    return replace(profile, base_url=url.rstrip("/"), launch=None)


def is_base_url(text: str) -> bool:
    """Say whether `text` is an http or https URL with a host and no query."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.query


def _base_url(node: Node) -> str:
    text = node.filled_text("base url").rstrip("/")
    if not is_base_url(text.replace("{port}", "1")):
        raise node.error(f"'{text}' is not a base URL such as http://127.0.0.1:8000")
    return text


def _session_cookies(node: Node) -> tuple[tuple[str, ...], bool]:
    if not isinstance(node.value, dict):
        return node.texts("session cookie"), False
    pattern = node.fields("session cookie", ("pattern",), ("pattern",))["pattern"]
    _compile(pattern)
    return (pattern.text("pattern"),), True


def _compile(node: Node) -> None:
    try:
        re.compile(node.filled_text("a pattern"))
    except re.error as error:
        raise node.error(f"is not a regular expression: {error}") from None


def _users(node: Node) -> dict[str, User]:
    fields = node.fields("users", ("alice", "bob"), required=("alice",))
    return {role: _user(role, user) for role, user in fields.items()}


def _user(role: str, node: Node) -> User:
    known = ("username", "password", "password from environment")
    fields = node.fields(role, known, required=("username",))
    if ("password" in fields) == ("password from environment" in fields):
        raise node.error("a user has either 'password' or 'password from environment'")
    username = fields["username"].filled_text("username")
    if "password" in fields:
        return User(username, fields["password"].filled_text("password"))
    variable = fields["password from environment"]
    password = os.environ.get(variable.filled_text("password from environment"))
    if not password:
        raise variable.error(f"the environment variable {variable.value} is not set")
    return User(username, password)


def _timeouts(node: Node) -> Timeouts:
    fields = node.fields("timeouts", ("idle", "absolute", "allowance"))
    timeouts = Timeouts(**{name: seconds(value, name) for name, value in fields.items()})
    for name, declared in (("idle", timeouts.idle), ("absolute", timeouts.absolute)):
        if declared and 2 * timeouts.allowance > declared:
            message = f"the allowance ({timeouts.allowance:g} s) is more than half of {name}"
            raise node.error(message, "within it nothing can be told: choose a longer timeout")
    return timeouts


def seconds(node: Node, what: str) -> float:
    """Return a time such as `2 s`, `500 ms`, `30 min`, `8 h` or `7 d` in seconds."""
    found = parse_seconds(node.filled_text(what))
    if found is None:
        message = f"'{node.value}' is not a time such as 2 s, 500 ms, 30 min, 8 h or 7 d"
        raise node.error(message)
    return found


def parse_seconds(text: str) -> float | None:
    """Return a time such as `2 s`, `500ms`, `30 min`, `8 h` or `7 d` in seconds, or None."""
    found = _DURATION.fullmatch(text)
    if not found or found[2] not in _UNITS:
        return None
    return float(found[1]) * _UNITS[found[2]]


def _durable(node: Node) -> bool:
    text = node.text("session store")
    if text not in ("memory", "durable"):
        raise node.error(f"session store is 'memory' or 'durable', not '{text}'")
    return text == "durable"


def _count(node: Node) -> int:
    text = node.text("session limit")
    if not text.isdecimal() or text == "0":
        raise node.error(f"'{text}' is not a whole number of sessions")
    return int(text)


# --- actions -----------------------------------------------------------------------------------


def _action(name: str, node: Node) -> Action:
    nodes = node.value if isinstance(node.value, list) else [node]
    if not nodes:
        raise node.error(f"{name} has no requests")
    known = (*_REQUEST, "success", "refused")
    for early in nodes[:-1]:
        early.fields(f"a request of {name} before the last", _REQUEST, required=("send",))
    last = nodes[-1].fields(name, known, required=("send", "success"))
    if name == "log in" and "refused" not in last:
        raise node.error("log in lacks the key 'refused': what does a wrong password show?")
    return Action(
        name=name,
        requests=tuple(_request(one) for one in nodes),
        success=read_signs(last["success"], "success"),
        refused=read_signs(last["refused"], "refused") if "refused" in last else (),
        place=node.place,
    )


def _request(node: Node) -> ActionRequest:
    fields = node.mapping("a request")
    method, path = _request_line(fields["send"])
    if "form" in fields and "json" in fields:
        raise node.error("a request has one body: form or json")
    return ActionRequest(
        method=method,
        path=path,
        place=node.place,
        headers=_texts(fields["headers"], "headers") if "headers" in fields else {},
        form=_texts(fields["form"], "form") if "form" in fields else None,
        json=read_json(fields["json"]) if "json" in fields else None,
        readings=_readings(fields["read"]) if "read" in fields else (),
    )


def _request_line(node: Node) -> tuple[str, str]:
    found = re.fullmatch(r"([A-Z]+) (/\S*)", node.filled_text("a request"))
    if not found:
        raise node.error(f"'{node.value}' is not a request such as POST /login")
    return found[1], found[2]


def _texts(node: Node, what: str) -> dict[str, str]:
    return {name: value.text(what) for name, value in node.mapping(what).items()}


def _readings(node: Node) -> tuple[Reading, ...]:
    return tuple(_reading(name, value) for name, value in node.mapping("read").items())


def _reading(name: str, node: Node) -> Reading:
    fields = node.fields(f"the reading '{name}'", tuple(sources.words))
    if len(fields) != 1:
        raise node.error(f"a reading has one of: {', '.join(sources.words)}")
    source, key = next(iter(fields.items()))
    if source == "from pattern":
        _compile(key)
        if re.compile(key.text(source)).groups < 1:
            raise key.error("the pattern needs a group (...) around the value")
    return Reading(name, source, key.filled_text(source), node.place)


def _csrf(node: Node) -> ActionRequest:
    fields = node.fields("csrf", ("read", *sources.words), required=("read",))
    kinds = [key for key in fields if key != "read"]
    if len(kinds) != 1:
        raise node.error(f"csrf has one of: {', '.join(sources.words)}")
    method, path = _request_line(fields["read"])
    kind = kinds[0]
    value = replace(node, value={kind: fields[kind]})
    return ActionRequest(method, path, node.place, readings=(_reading("csrf", value),))


def _protected_page(node: Node) -> ProtectedPage:
    known = (*_REQUEST, "signed in", "signed out")
    required = ("send", "signed in", "signed out")
    fields = node.fields("protected page", known, required)
    return ProtectedPage(
        request=_request(node),
        signed_in=read_signs(fields["signed in"], "signed in"),
        signed_out=_without_user(read_signs(fields["signed out"], "signed out"), fields),
    )


def _without_user(signs: tuple[Sign, ...], fields: Mapping[str, Node]) -> tuple[Sign, ...]:
    if any(placeholders(dict(sign.conditions)) for sign in signs):
        raise fields["signed out"].error("the sign 'signed out' knows no user: no placeholders")
    return signs


# --- running the target ------------------------------------------------------------------------


def _launch(fields: Mapping[str, Node], path: Path) -> Launch:
    listed = fields["set up"].items("set up") if "set up" in fields else []
    return Launch(
        start=_command(fields["start"]),
        folder=str(path.resolve().parent),
        set_up=tuple(_command(one) for one in listed),
        environment=_texts(fields["environment"], "environment") if "environment" in fields else {},
    )


def _command(node: Node) -> Command:
    if isinstance(node.value, str):
        return Command(_split(node), node.place)
    fields = node.fields("a command", ("run", "input"), required=("run",))
    given = fields["input"].text("input") if "input" in fields else ""
    return Command(_split(fields["run"]), node.place, given)


def _split(node: Node) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(node.filled_text("a command")))
    except ValueError as error:
        raise node.error(f"is not a command: {str(error).lower()}") from None


def _known_failures(node: Node) -> dict[str, KnownFailure]:
    failures = {}
    for name, value in node.mapping("known failures").items():
        fields = value.fields(name, ("reason", "issue"), required=("reason",))
        issue = fields["issue"].filled_text("issue") if "issue" in fields else ""
        reason = fields["reason"].filled_text("reason")
        failures[name] = KnownFailure(name, reason, issue, node.key(name).place)
    return failures
