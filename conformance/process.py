"""Prepares, starts, stops and cleans up a target with all its nodes, as its profile says."""

from __future__ import annotations

import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from conformance.errors import ServerProcessError
from conformance.launches import PORT
from conformance.model import Command, Launch, Profile, Ready, SharedNode, SharedStore
from conformance.running import Runner
from conformance.serverprocess import ServerProcess
from conformance.signs import credentials, fill

_SET_UP_SECONDS = 120
_CLEAN_UP_SECONDS = 60
_STORE_SECONDS = 60

Values = Mapping[str, str]


@dataclass(frozen=True)
class StoreCommands:
    """The session store, as far as the commands of a profile act on it."""

    store: SharedStore
    runner: Runner = field(repr=False)

    def dump(self) -> bytes:
        """Return what is printed of all that the store holds; raises ServerProcessError."""
        return self._run(self.store.dump)

    def take_away(self) -> None:
        """Make the store unreachable for the servers; raises ServerProcessError."""
        self._run(self.store.take_away)

    def bring_back(self) -> None:
        """Make the store reachable again; raises ServerProcessError."""
        self._run(self.store.bring_back)

    def _run(self, command: Command | None) -> bytes:
        return self.runner.run(command, _STORE_SECONDS) if command else b""


@dataclass(frozen=True)
class Servers:
    """All that runs of a target: the server at `base url`, its other nodes, and the store.

    `others` has None for a node that somebody else has started.
    """

    main: ServerProcess
    others: tuple[ServerProcess | None, ...]
    store: StoreCommands | None
    scratch: Path

    def start(self) -> None:
        """Start one after the other, so that the first makes what all of them share."""
        for one in self._own():
            one.start()

    def stop(self) -> None:
        """Stop all, the first one last."""
        with ExitStack() as stack:  # also when one of them can't be stopped
            for one in self._own():
                stack.callback(one.stop)

    def _own(self) -> Iterator[ServerProcess]:
        yield self.main
        yield from (one for one in self.others if one)


@contextmanager
def started(profile: Profile) -> Iterator[tuple[Profile, Servers]]:
    """Prepare and start the target on free ports of 127.0.0.1; stop it at the end, come what may.

    Yields the profile with its placeholders filled, and the servers. Raises ServerProcessError.
    """
    if profile.launch is None:
        raise ServerProcessError(f"{profile.name}: the profile has no 'start' command")
    scratch = Path(tempfile.mkdtemp(prefix="session-conformance-"))
    filled = _filled(profile, _values(profile, str(scratch)))
    launch = filled.launch or profile.launch
    runner = _runner(filled)
    servers = Servers(
        main=ServerProcess(
            launch.start, runner, filled.base_url, scratch / "server.log", *_probe(filled)
        ),
        others=tuple(
            _other(filled, one, runner, scratch / f"server-{number}.log")
            for number, one in _nodes(filled)
        ),
        store=store_of(filled),
        scratch=scratch,
    )
    try:
        for command in launch.set_up:
            runner.run(command, _SET_UP_SECONDS)
        servers.start()
        yield filled, servers
    finally:
        with ExitStack() as stack:
            stack.callback(shutil.rmtree, scratch, ignore_errors=True)
            stack.callback(_clean_up, launch, runner)
            stack.callback(servers.stop)


def store_of(profile: Profile) -> StoreCommands | None:
    """Return the store of a profile whose placeholders are filled, or that starts nothing."""
    store = profile.store
    if store is None:
        return None
    if profile.launch is None:
        store = _filled_store(store, {"python": sys.executable, **credentials(profile.users)})
    return StoreCommands(store, replace(_runner(profile), folder=store.folder))


def _nodes(profile: Profile) -> Iterator[tuple[int, SharedNode]]:
    return enumerate(profile.nodes, 2)


def _probe(profile: Profile) -> tuple[Ready | None, str]:
    """Return what tells that a server of the profile is ready, and whose certificates count."""
    return profile.launch.ready if profile.launch else None, profile.ca_file


def _other(profile: Profile, node: SharedNode, runner: Runner, log: Path) -> ServerProcess | None:
    if node.start is None:
        return None
    runner = replace(runner, environment=node.environment)
    return ServerProcess(node.start, runner, node.url, log, *_probe(profile))


def _runner(profile: Profile) -> Runner:
    passwords = [user.password for user in profile.users.values()]
    hidden = (*passwords, *profile.secrets.values())
    launch = profile.launch
    return Runner(launch.folder, launch.environment, hidden) if launch else Runner(".", {}, hidden)


def _clean_up(launch: Launch, runner: Runner) -> None:
    """Run all clean-up commands, whatever becomes of the others; what fails is said, not raised."""
    for command in launch.clean_up:
        try:
            runner.run(command, _CLEAN_UP_SECONDS)
        except ServerProcessError as error:
            sys.stderr.write(f"{error}\n")


# --- placeholders --------------------------------------------------------------------------------


def _values(profile: Profile, scratch: str) -> dict[str, str]:
    ports = _free_ports(_named_ports(profile))
    return {"python": sys.executable, "scratch": scratch, **ports, **credentials(profile.users)}


def _named_ports(profile: Profile) -> set[str]:
    """Return `port`, and `port 2` and so on as far as anything in the profile names them."""
    texts = [str(one) for one in (profile.launch, *profile.nodes, profile.store)]
    texts += [one.input for one in _commands(profile)]  # which no text of theirs shows
    return {"port", *(found[0].strip("{}") for text in texts for found in PORT.finditer(text))}


def _commands(profile: Profile) -> list[Command]:
    launch, store = profile.launch, profile.store
    own = [launch.start, *launch.set_up, *launch.clean_up] if launch else []
    on_store = [store.dump, store.take_away, store.bring_back] if store else []
    return [one for one in (*own, *(node.start for node in profile.nodes), *on_store) if one]


def _free_ports(names: set[str]) -> dict[str, str]:
    with ExitStack() as held:  # all at once, so that none is found free twice
        listeners = [held.enter_context(socket.socket()) for _ in names]
        for one in listeners:
            one.bind(("127.0.0.1", 0))
        ports = [str(one.getsockname()[1]) for one in listeners]
    return dict(zip(sorted(names), ports, strict=True))


def _text(text: str, values: Values) -> str:
    numbered = PORT.sub(lambda found: values.get(found[0].strip("{}"), found[0]), text)
    return str(fill(numbered, values))


def _command(one: Command, values: Values) -> Command:
    arguments = tuple(_text(argument, values) for argument in one.arguments)
    return replace(one, arguments=arguments, input=_text(one.input, values))


def _environment(texts: Mapping[str, str], values: Values) -> dict[str, str]:
    return {name: _text(text, values) for name, text in texts.items()}


def _filled(profile: Profile, values: Values) -> Profile:
    launch, store = profile.launch, profile.store
    return replace(
        profile,
        base_url=_text(profile.base_url, values),
        ca_file=_text(profile.ca_file, values),
        launch=launch and _filled_launch(launch, values),
        nodes=tuple(_filled_node(one, launch, values) for one in profile.nodes),
        store=store and _filled_store(store, values),
    )


def _filled_launch(launch: Launch, values: Values) -> Launch:
    return replace(
        launch,
        start=_command(launch.start, values),
        set_up=tuple(_command(one, values) for one in launch.set_up),
        clean_up=tuple(_command(one, values) for one in launch.clean_up),
        environment=_environment(launch.environment, values),
    )


def _filled_node(node: SharedNode, launch: Launch | None, values: Values) -> SharedNode:
    """Fill what starts a node; there `{port}` is the node's own port."""
    if node.start is None:
        return node
    url = _text(node.url, values)
    own = {**values, "port": str(urlsplit(url).port or 80)}
    texts = {**(launch.environment if launch else {}), **node.environment}
    start, environment = _command(node.start, own), _environment(texts, own)
    return replace(node, url=url, start=start, environment=environment)


def _filled_store(store: SharedStore, values: Values) -> SharedStore:
    return replace(
        store,
        dump=store.dump and _command(store.dump, values),
        take_away=store.take_away and _command(store.take_away, values),
        bring_back=store.bring_back and _command(store.bring_back, values),
    )
