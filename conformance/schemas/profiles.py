"""The schema of a target profile: how one server says "log in" and "protected page"."""

from __future__ import annotations

from conformance.guessing import MOST_GUESSES
from conformance.schemas.actions import TEXTS, action_definitions
from conformance.schemas.parts import (
    FILLED,
    TEXT,
    Schema,
    choice,
    document,
    either,
    mapping,
    one_of_keys,
    one_or_list,
    ref,
    said,
    when,
    whole_number,
)

_REQUIRED = (
    *("name", "base url", "users"),
    *("log in", "log out", "protected page"),
)
_URL = (
    r"^\s*[Hh][Tt][Tt][Pp][Ss]?://(\[[0-9A-Fa-f:.]+\]|[^\s/?#:\[\]]+)"
    r"(:([0-9]{1,5}|\{port\}))?(/[^?]*)?$"
)
_RUNNING_NODE: Schema = {"type": "string", "pattern": _URL.replace(r"|\{port\}", "")}
_NODE_URL = _URL.replace(r"\{port\}", r"\{port( ([2-9]|[1-9][0-9]))?\}")
_AT_FREE_PORT: Schema = {"properties": {"url": {"pattern": r"\{port( ([2-9]|[1-9][0-9]))?\}"}}}
_TIME: Schema = {"type": "string", "pattern": r"^\s*[0-9]+(\.[0-9]+)? ?(ms|s|min|m|h|d)\s*$"}
_COUNT = whole_number(1, 2**31, "^0*[1-9][0-9]*$")
_DATE: Schema = {"type": "string", "pattern": r"^\s*[0-9]{4}-[0-9]{2}-[0-9]{2}\s*$"}
_PROBE: Schema = {"type": "string", "pattern": r"^\s*GET /\S*\s*$"}
_OF_A_START = ("set up", "clean up", "environment", "ready")
_KEPT = ("name", "extends")
_ENDS_FOR_OTHERS = "others are offered an end"


def profile_schema() -> Schema:
    """Return the schema of a profile such as `targets/<name>/profile.yaml`."""
    named = {**_identity(), **_policies(), **_actions(), **_launch()}
    fields = {key: one if key in _KEPT else _taken_away(one) for key, one in named.items()}
    # A profile that extends another may leave to it whatever it wants.
    alone: Schema = {
        "required": list(_REQUIRED),
        "properties": dict.fromkeys(_KEPT, True),
        "additionalProperties": {"not": {"const": "none"}},
        "anyOf": [{"required": ["session cookie"]}, {"required": ["session token"]}],
        "dependentRequired": {
            key: ["start"] for key in ("set up", "clean up", "environment", "ready")
        },
        "allOf": [*_rules_of_administrators(), _rule_of_offered_ends(), _rule_of_nodes()],
    }
    whole = mapping(fields, **when({"not": {"required": ["extends"]}}, alone))
    return document("How one server is tested by session-conformance", whole, _definitions())


def _identity() -> dict[str, Schema]:
    pattern = mapping({"pattern": said(FILLED, "A regular expression.")}, ("pattern",))
    roles = {
        "alice": said(ref("user"), "The user of most scenarios."),
        "bob": said(ref("user"), "A second user, to look for mix-ups."),
        "admin": said(ref("user"), "Who may act on the accounts of others."),
    }
    return {
        "name": said(FILLED, "What the server is called in reports."),
        "version": said(
            ref("command"),
            "The server's version for reports: as it is, or `run:` with what prints it.",
        ),
        "extends": said(FILLED, "A profile beside this one; the keys here replace those there."),
        "base url": said(
            {"type": "string", "pattern": _URL},
            "Where the server is; all paths are below it. `{port}` is a free port, for `start`.",
        ),
        "headers": said(TEXTS, "Headers that go along with every request of the profile."),
        "secrets": said(_secrets(), "Secrets by their placeholders, such as `{api_key}`."),
        "browser headers": said(
            choice({"left out": "Only what the profile says goes along."}),
            "Origin, Referer and Sec-Fetch-* go along with what changes something, as browsers "
            "send them; or they are left out.",
        ),
        "session cookie": said(
            either(one_or_list(FILLED), pattern),
            "The name of the session cookie; several names, or a pattern of them.",
        ),
        "session token": said(
            ref("session-token"), "Where a login gives a session token that a header carries."
        ),
        "users": said(mapping(roles, ("alice",)), "Who can log in."),
        "contract": said(FILLED, "The contract below scenarios/contract/ that the server keeps."),
        "ca file": said(FILLED, "The certificates to trust, for https."),
        "known failures": said(_known_failures(), "Scenarios that fail, and why; by their names."),
    }


def _secrets() -> Schema:
    fields = {
        "from environment": said(FILLED, "The environment variable that holds it."),
        "from file": said(FILLED, "The file that holds it, from the profile's folder."),
    }
    secret = mapping(fields, **one_of_keys(*fields))
    return {
        "type": "object",
        "propertyNames": {"pattern": r"^[a-z_]+(\.[a-z_]+)?$"},
        "additionalProperties": secret,
    }


def _taken_away(field: Schema) -> Schema:
    """Return the schema of a key that may also say `none`, which takes it away."""
    return said(either(field, {"const": "none"}), field["description"])


def _policies() -> dict[str, Schema]:
    return {
        "session store": said(
            choice({"memory": "Sessions end with the server.", "durable": "They outlive it."}),
            "Whether sessions outlive the server (without it: `durable`).",
        ),
        "session limit": said(_COUNT, "How many sessions a user may have at a time."),
        "token rotation": said(
            choice({"on use": "A token is replaced when it is used, and is then worth nothing."}),
            "When the server replaces a token by itself.",
        ),
        "login while signed in": said(
            choice({"ignored": "A login of who is signed in already changes nothing."}),
            "What a login within a session does, where it does not start a new one.",
        ),
        "after a password change": said(
            choice(
                {
                    "others end": "The user's other sessions end.",
                    "all end": "All sessions of the user end, this one too.",
                    _ENDS_FOR_OTHERS: "The user is offered to end them (`log out others`).",
                }
            ),
            "What becomes of the user's sessions (without it: `others end`).",
        ),
        "timeouts": said(_timeouts(), "When sessions end by themselves; undeclared is untested."),
        "throttling": said(_throttling(), "What the server does about guessed passwords."),
    }


def _timeouts() -> Schema:
    return mapping(
        {
            "idle": said(_TIME, "How long a session lasts that nobody uses, such as `30 min`."),
            "absolute": said(_TIME, "How long a session lasts at most, such as `8 h`."),
            "allowance": said(_TIME, "How much earlier or later it may end (without it: 1 s)."),
        }
    )


def _throttling() -> Schema:
    attempts = whole_number(1, MOST_GUESSES, "^0*([1-9][0-9]?|100)$")
    return mapping(
        {
            "attempts": said(attempts, "After how many wrong passwords in a row."),
            "lasts": said(_TIME, "For how long, such as `15 min`."),
            "refused": said(ref("signs"), "How an answer looks that says so."),
        },
        ("attempts",),
    )


def _actions() -> dict[str, Schema]:
    action = ref("action")
    return {
        "csrf": said(ref("csrf"), "Where a CSRF token is read, to be used as `{csrf}`."),
        "log in": said(ref("login"), "How one logs in: a request, or several in a row."),
        "log out": said(action, "How one logs out."),
        "protected page": said(ref("protected-page"), "A page for users who are signed in."),
        "list sessions": said(ref("session-list"), "How a user sees the own sessions."),
        "register": said(action, "How an account `{username}` with `{password}` is made."),
        "change password": said(action, "How the own password becomes `{new_password}`."),
        "log out everywhere": said(action, "How all sessions of the user are ended."),
        "log out others": said(action, "How all sessions of the user but this one are ended."),
        "end session": said(action, "How the session `{session_handle}` of the list is ended."),
        "remove account": said(action, "How a user removes the own account."),
        "step up": said(action, "How a user authenticates again, or gets more rights."),
        "administrator ends sessions": said(
            action, "How the user `admin` ends all sessions of the user `{subject}`."
        ),
        "administrator removes account": said(
            action, "How the user `admin` removes or disables the account `{subject}`."
        ),
    }


def _launch() -> dict[str, Schema]:
    return {
        "environment": said(TEXTS, "Environment variables of the commands."),
        "set up": said(
            {"type": "array", "items": ref("command")}, "What is run once, before the start."
        ),
        "start": said(ref("command"), "Lets the suite start, stop and restart the server."),
        "ready": said(
            either(_PROBE, mapping({"send": _PROBE, "within": _TIME}, ("send",))),
            "What a started server answers without an error once it is ready, such as "
            "`GET /health`, and within what time (without it: 60 s).",
        ),
        "nodes": said(
            {"type": "array", "items": either(_RUNNING_NODE, ref("node"))},
            "Other servers that share the session store.",
        ),
        "store": said(_store(), "Commands that act on the session store."),
        "clean up": said(
            {"type": "array", "items": ref("command")},
            "What is run after everything, even after a failure.",
        ),
    }


def _store() -> Schema:
    command = ref("command")
    fields = {
        "print": said(command, "Prints all that the store holds."),
        "take away": said(command, "Makes the store unreachable for the servers."),
        "bring back": said(command, "Makes the store reachable again."),
        "staleness": said(_TIME, "How long another node may show the old state (without it: 0 s)."),
    }
    both = {"take away": ["bring back"], "bring back": ["take away"]}
    return mapping(fields, dependentRequired=both)


def _node() -> Schema:
    fields = {
        "url": said({"type": "string", "pattern": _NODE_URL}, "Where it is; `{port 2}` is free."),
        "start": said(ref("command"), "What starts it; `{port}` is its own port there."),
        "environment": said(TEXTS, "Added to the `environment` of the profile."),
        "clock ahead": said(_TIME, "How much its clock is ahead (without it: 0 s)."),
    }
    is_started = either({"required": ["start"]}, _AT_FREE_PORT)
    is_running: Schema = {
        "properties": {"url": _RUNNING_NODE, "environment": False, "start": False}
    }
    return mapping(fields, ("url",), **when({"not": is_started}, is_running))


def _known_failures() -> Schema:
    fields = {
        "reason": said(FILLED, "Why it fails."),
        "issue": said(FILLED, "Where that is dealt with."),
        "until": said(_DATE, "The last day on which it is accepted, such as 2030-12-31."),
    }
    return {"type": "object", "additionalProperties": mapping(fields, ("reason",))}


def _definitions() -> dict[str, Schema]:
    user = {
        "username": said(FILLED, "The name that is sent, where the login asks for one."),
        "password": said(FILLED, "The password, where it is no secret."),
        "password from environment": said(FILLED, "The environment variable that holds it."),
        "password from file": said(FILLED, "The file that holds it, from the profile's folder."),
    }
    secret = one_of_keys("password", "password from environment", "password from file")
    command = {
        "run": said(FILLED, "The command; no shell is used."),
        "input": said(TEXT, "What it reads on its standard input."),
    }
    return {
        "user": mapping(user, **secret),
        "command": either(FILLED, mapping(command, ("run",))),
        "node": _node(),
        **action_definitions(),
    }


def _rules_of_administrators() -> list[Schema]:
    admin = {"properties": {"users": {"required": ["admin"]}}}
    names = ("administrator ends sessions", "administrator removes account")
    return [when({"required": [name]}, admin) for name in names]


def _rule_of_nodes() -> Schema:
    """Where the suite starts a node it starts the target as well."""
    started = {"anyOf": [{"required": ["start"]}, _AT_FREE_PORT], "type": "object"}
    some = {"properties": {"nodes": {"contains": started}}, "required": ["nodes"]}
    return when(some, {"required": ["start"]})


def _rule_of_offered_ends() -> Schema:
    policy = {"after a password change": {"const": _ENDS_FOR_OTHERS}}
    offered = {"properties": policy, "required": ["after a password change"]}
    return when(offered, {"required": ["log out others"]})
