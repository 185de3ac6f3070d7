"""Reads how a profile starts its target, what else shares its store, and what acts on that."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from conformance.baseurl import is_base_url
from conformance.limits import parse_seconds
from conformance.model import Command, Launch, Ready, SharedNode, SharedStore
from conformance.profile_actions import read_texts, request_line
from conformance.yamltree import Node

PORT = re.compile(r"\{port( (?:[2-9]|[1-9][0-9]))?\}")  # a free port; those beside it are numbered
_ON_STORE = {"print": "dump", "take away": "take_away", "bring back": "bring_back"}


def read_launch(fields: Mapping[str, Node], path: Path) -> Launch:
    """Return how the profile in the file `path` prepares and starts its target."""
    return Launch(
        start=_command(fields["start"]),
        folder=str(path.resolve().parent),
        set_up=_commands(fields, "set up"),
        clean_up=_commands(fields, "clean up"),
        environment=_environment(fields),
        ready=_ready(fields["ready"]) if "ready" in fields else None,
    )


def _ready(node: Node) -> Ready:
    """Read the page that is asked for: `GET /health`, or a mapping that says for how long."""
    if isinstance(node.value, str):
        return Ready(_probe(node))
    fields = node.fields("ready", ("send", "within"), required=("send",))
    ready = Ready(_probe(fields["send"]))
    return replace(ready, seconds=_seconds(fields, "within")) if "within" in fields else ready


def _probe(node: Node) -> str:
    method, path = request_line(node)
    if method != "GET":
        raise node.error(f"a server is asked by GET whether it is ready, not by {method}")
    return path


def read_version(node: Node) -> str | Command:
    """Return the version of the server as it stands there, or the command that prints it."""
    return node.filled_text("version") if isinstance(node.value, str) else _command(node)


def read_nodes(node: Node, own: Command | None) -> tuple[SharedNode, ...]:
    """Return the other servers that share the store; `own` is what starts the target itself."""
    return tuple(_shared_node(one, own) for one in node.items("nodes"))


def _shared_node(node: Node, own: Command | None) -> SharedNode:
    """Read a node: a URL, or a mapping where the suite starts it or its clock is another."""
    if isinstance(node.value, str):
        return SharedNode(_url(node, is_started=False), node.place)
    known = ("url", "start", "environment", "clock ahead")
    fields = node.fields("a node", known, required=("url",))
    is_started = "start" in fields or bool(PORT.search(fields["url"].text("url")))
    if is_started and own is None:
        raise node.error("this node is to be started, but the profile has no 'start'")
    if "environment" in fields and not is_started:
        raise fields["environment"].error("'environment' is of no use where the node is running")
    start = _command(fields["start"]) if "start" in fields else own
    return SharedNode(
        url=_url(fields["url"], is_started=is_started),
        place=node.place,
        start=start if is_started else None,
        environment=_environment(fields),
        clock_ahead=_seconds(fields, "clock ahead"),
    )


def _url(node: Node, *, is_started: bool) -> str:
    text = node.filled_text("url").rstrip("/")
    if not is_base_url(PORT.sub("1", text) if is_started else text):
        hint = "a node that the suite starts has 'url: ...{port 2}'" if PORT.search(text) else ""
        raise node.error(f"'{text}' is not the URL of a node such as http://127.0.0.1:8001", hint)
    return text


def read_store(node: Node, path: Path) -> SharedStore:
    """Return what acts on the session store of the profile in the file `path`."""
    fields = node.fields("store", (*_ON_STORE, "staleness"))
    for one, other in (("take away", "bring back"), ("bring back", "take away")):
        if one in fields and other not in fields:
            raise node.key(one).error(f"'{one}' is of no use without '{other}'")
    commands = {key: _command(fields[name]) for name, key in _ON_STORE.items() if name in fields}
    staleness = _seconds(fields, "staleness")
    return SharedStore(str(path.resolve().parent), **commands, staleness=staleness)


def read_staleness(fields: Mapping[str, Node]) -> float:
    """Return for how many seconds the nodes of a profile may differ; 0 where it does not say."""
    return _seconds(fields["store"].mapping("store"), "staleness") if "store" in fields else 0.0


def read_skew(fields: Mapping[str, Node]) -> float:
    """Return how many seconds the clocks of the nodes of a profile are apart at most."""
    nodes = fields["nodes"].items("nodes") if "nodes" in fields else []
    told = [node.value for node in nodes if isinstance(node.value, dict)]
    return max((_seconds(one, "clock ahead") for one in told), default=0.0)


def _seconds(fields: Mapping[str, Node], name: str) -> float:
    if name not in fields:
        return 0.0
    found = parse_seconds(fields[name].filled_text(name))
    if found is None:
        raise fields[name].error(f"'{fields[name].value}' is not a time such as 2 s or 500 ms")
    return found


def _environment(fields: Mapping[str, Node]) -> dict[str, str]:
    given = fields.get("environment")
    return read_texts(given, "environment") if given else {}


def _commands(fields: Mapping[str, Node], name: str) -> tuple[Command, ...]:
    listed = fields[name].items(name) if name in fields else []
    return tuple(_command(one) for one in listed)


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
