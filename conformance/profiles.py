"""Reads `targets/<name>/profile.yaml`: how one server says "log in" and "protected page"."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, get_args

from conformance.baseurl import is_base_url
from conformance.errors import UsageError
from conformance.launches import (
    read_launch,
    read_nodes,
    read_skew,
    read_staleness,
    read_store,
    read_version,
)
from conformance.model import (
    Action,
    KnownFailure,
    Launch,
    Place,
    Profile,
    SessionPolicy,
    SharedStore,
)
from conformance.profile_actions import (
    OPTIONAL_ACTIONS,
    read_action,
    read_csrf,
    read_protected_page,
    read_session_list,
    read_texts,
)
from conformance.profile_inheritance import extended
from conformance.profile_readings import read_session_token
from conformance.profile_requests import read_secrets, with_headers
from conformance.profile_times import read_count, read_throttling, read_timeouts
from conformance.profile_users import read_users
from conformance.response import check_pattern
from conformance.yamltree import Node, parse

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

_PROFILE = (
    "name",
    "extends",
    "version",
    "base url",
    "browser headers",
    "headers",
    "secrets",
    "session cookie",
    "session token",
    "session store",
    "session limit",
    "token rotation",
    "login while signed in",
    "after a password change",
    "users",
    "timeouts",
    "throttling",
    "csrf",
    "log in",
    "log out",
    "protected page",
    "list sessions",
    *OPTIONAL_ACTIONS,
    "contract",
    "ca file",
    "environment",
    "set up",
    "start",
    "ready",
    "nodes",
    "store",
    "clean up",
    "known failures",
)
_REQUIRED = (
    "name",
    "base url",
    "users",
    "log in",
    "log out",
    "protected page",
)
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_profile(path: Path) -> Profile:
    """Read a profile file; raises InputError for the first thing that is wrong with it."""
    root = extended(parse(path), path)
    fields = root.fields("a profile", _PROFILE, required=_REQUIRED)
    cookies, patterns = _session_cookies(fields, root)
    secrets = read_secrets(fields["secrets"]) if "secrets" in fields else {}
    launch = _launch(root, path)
    profile = Profile(
        name=fields["name"].filled_text("name"),
        place=root.place,
        base_url=_base_url(fields["base url"]),
        session_cookies=cookies,
        cookie_patterns=patterns,
        users=read_users(fields),
        timeouts=replace(
            read_timeouts(fields), staleness=read_staleness(fields), skew=read_skew(fields)
        ),
        throttling=read_throttling(fields["throttling"]) if "throttling" in fields else None,
        log_in=read_action("log in", fields["log in"], secrets),
        log_out=read_action("log out", fields["log out"], secrets),
        protected_page=read_protected_page(fields["protected page"]),
        csrf=read_csrf(fields["csrf"]) if "csrf" in fields else None,
        register=read_action("register", fields["register"], secrets)
        if "register" in fields
        else None,
        actions=_optional_actions(fields, secrets),
        session_list=read_session_list(fields["list sessions"], secrets)
        if "list sessions" in fields
        else None,
        contract=fields["contract"].filled_text("contract") if "contract" in fields else "",
        durable=_durable(fields["session store"]) if "session store" in fields else True,
        session_limit=read_count(fields["session limit"], "sessions")
        if "session limit" in fields
        else None,
        rotates_tokens=_says(fields, "token rotation", "on use"),
        ignores_logins=_says(fields, "login while signed in", "ignored"),
        session_policy=_session_policy(fields),
        ca_file=fields["ca file"].filled_text("ca file") if "ca file" in fields else "",
        version=read_version(fields["version"]) if "version" in fields else "",
        launch=launch,
        nodes=read_nodes(fields["nodes"], launch.start if launch else None)
        if "nodes" in fields
        else (),
        store=read_store(fields["store"], path) if "store" in fields else None,
        session_token=read_session_token(fields["session token"])
        if "session token" in fields
        else None,
        secrets=secrets,
        names_page=not _says(fields, "browser headers", "left out"),
        known_failures=_known_failures(fields["known failures"])
        if "known failures" in fields
        else {},
    )
    headers = read_texts(fields["headers"], "headers") if "headers" in fields else {}
    return with_headers(profile, headers)


def key_places(path: Path) -> dict[str, Place]:
    """Return where a profile that can be read has each of its keys; a user is `users.alice`."""
    root = extended(parse(path), path)
    fields = root.mapping("a profile")
    users = {f"users.{role}": node.place for role, node in fields["users"].mapping("users").items()}
    return {name: root.key(name).place for name in fields} | users


def at_url(profile: Profile, url: str) -> Profile:
    """Return the profile for a server that already runs at `url`; the suite won't start one.

    What the profile says of other nodes and of the store is not about this server, unless it is
    the very one of `base url`.
    """
    url = url.rstrip("/")
    nodes = tuple(one for one in profile.nodes if one.start is None)
    store = profile.store
    if url != profile.base_url:
        nodes, store = (), store and SharedStore(store.folder, staleness=store.staleness)
    return replace(profile, base_url=url, launch=None, nodes=nodes, store=store)


def located(profile: Profile, target: str, url: str | None) -> Profile:
    """Return the profile for the server at `url`, or for the one that it starts or names itself.

    Raises UsageError where it does neither; `target` is how the user named it.
    """
    if url:
        return at_url(profile, url)
    if "{port}" in profile.base_url and profile.launch is None:
        raise UsageError(f"{target}: the profile starts no server, so it needs a URL")
    return profile


def _base_url(node: Node) -> str:
    text = node.filled_text("base url").rstrip("/")
    if not is_base_url(text.replace("{port}", "1")):
        raise node.error(f"'{text}' is not a base URL such as http://127.0.0.1:8000")
    return text


def _session_cookies(fields: Mapping[str, Node], root: Node) -> tuple[tuple[str, ...], bool]:
    if "session cookie" not in fields:
        if "session token" not in fields:
            raise root.error("a profile lacks the key 'session cookie' (or 'session token')")
        return (), False
    node = fields["session cookie"]
    if not isinstance(node.value, dict):
        return node.texts("session cookie"), False
    pattern = node.fields("session cookie", ("pattern",), ("pattern",))["pattern"]
    check_pattern(pattern)
    return (pattern.text("pattern"),), True


def _optional_actions(fields: Mapping[str, Node], secrets: Collection[str]) -> dict[str, Action]:
    actions = {
        name: read_action(name, fields[name], secrets)
        for name in OPTIONAL_ACTIONS
        if name in fields and name != "register"
    }
    for name in actions:
        if name.startswith("administrator") and "admin" not in fields["users"].mapping("users"):
            raise fields[name].error(f"'{name}' needs the user 'admin' below 'users'")
    return actions


def _durable(node: Node) -> bool:
    text = node.text("session store")
    if text not in ("memory", "durable"):
        raise node.error(f"session store is 'memory' or 'durable', not '{text}'")
    return text == "durable"


def _says(fields: Mapping[str, Node], key: str, word: str) -> bool:
    """Say whether the profile has this key, which has one word alone to say."""
    if key not in fields:
        return False
    text = fields[key].text(key)
    if text != word:
        hint = f"leave '{key}' out where that is not so"
        raise fields[key].error(f"{key} is '{word}', not '{text}'", hint)
    return True


def _session_policy(fields: Mapping[str, Node]) -> SessionPolicy:
    if "after a password change" not in fields:
        return "others end"
    node = fields["after a password change"]
    text = node.text("after a password change")
    policy = next((one for one in get_args(SessionPolicy) if one == text), None)
    if policy is None:
        raise node.error(f"after a password change {_or(get_args(SessionPolicy))}, not '{text}'")
    if policy == "others are offered an end" and "log out others" not in fields:
        raise node.error("the end that is offered is the action 'log out others': declare it")
    chosen: SessionPolicy = policy
    return chosen


def _or(words: Sequence[str]) -> str:
    return " or ".join(f"'{word}'" for word in words)


def _launch(root: Node, path: Path) -> Launch | None:
    fields = root.mapping("a profile")
    if "start" in fields:
        return read_launch(fields, path)
    for key in ("set up", "clean up", "environment", "ready"):
        if key in fields:
            raise root.key(key).error(f"'{key}' is of no use without 'start'")
    return None


def _known_failures(node: Node) -> dict[str, KnownFailure]:
    failures = {}
    for name, value in node.mapping("known failures").items():
        fields = value.fields(name, ("reason", "issue", "until"), required=("reason",))
        issue = fields["issue"].filled_text("issue") if "issue" in fields else ""
        reason = fields["reason"].filled_text("reason")
        until = _day(fields["until"]) if "until" in fields else None
        failures[name] = KnownFailure(name, reason, issue, node.key(name).place, until)
    return failures


def _day(node: Node) -> date:
    text = node.filled_text("until")
    try:
        if _DAY.fullmatch(text):  # Python 3.11 reads other spellings as well
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise node.error(f"'{text}' is not a day such as 2026-12-31")
