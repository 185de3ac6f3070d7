"""The other nodes of a server in this process, and the store that they share."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from conformance.model import Profile

from .serving import WSGI, Listener
from .sites import ClassicSite, Site


@dataclass
class Server:
    """A server that scenarios may stop, kill and start; each start builds the app anew."""

    site: Site
    build: Callable[[Site], WSGI]
    port: int = 0
    tls: Callable[[], object] | None = None
    listener: Listener | None = field(default=None, init=False)

    def start(self) -> None:
        """Build the app and serve it, at the same port as before."""
        self.stop()
        if isinstance(self.site, ClassicSite):
            self.site.load()
        tls = self.tls() if self.tls else None
        self.listener = Listener(self.build(self.site), self.port, tls, self.site.handler)
        self.port = self.listener.server_port

    def stop(self) -> None:
        """Let the app finish what it has to finish, stop serving, and let go of the app."""
        if self.listener:
            self.site.finish()
            self.kill()

    def kill(self) -> None:
        """Stop serving and let go of the app, whatever it has left to do."""
        if self.listener:
            self.listener.stop()
            self.site.close()
        self.listener = None


@dataclass
class Nodes:
    """The nodes that a profile declares; each is started when a scenario needs it first."""

    first: Server
    servers: tuple[Server, ...] = field(default=(), init=False)

    def of(self, profile: Profile) -> Profile:
        """Start the nodes, and return the profile with their URLs."""
        if not self.servers:
            self.servers = tuple(self._server(one.clock_ahead) for one in profile.nodes)
        for one in self.servers:
            if one.listener is None:
                one.start()
        ports = [str(one.port) for one in self.servers]
        nodes = zip(profile.nodes, ports, strict=True)
        return replace(
            profile,
            nodes=tuple(
                replace(one, url=profile.base_url.rpartition(":")[0] + f":{port}")
                for one, port in nodes
            ),
        )

    def stop(self) -> None:
        """Stop those that run."""
        for one in self.servers:
            one.stop()

    def _server(self, ahead: float) -> Server:
        site = copy.copy(self.first.site)
        site.become_node(ahead)
        return Server(site, self.first.build, tls=self.first.tls)


@dataclass(frozen=True)
class SharedFile:
    """The store of a site, as files in its folder; an app that has one open lets go of it."""

    site: Site

    def dump(self) -> bytes:
        """Return all that the store holds."""
        return self.site.dump()

    def take_away(self) -> None:
        """Put a folder where the file was, so that nobody can open it."""
        for one in self.site.family:
            one.let_go()
        for file in self.site.files():
            file.rename(file.with_name(f"{file.name}.away"))
        (self.site.folder / self.site.store_name).mkdir()

    def bring_back(self) -> None:
        """Put the file where it was."""
        for one in self.site.family:
            one.let_go()
        (self.site.folder / self.site.store_name).rmdir()
        for file in self.site.folder.glob(f"{self.site.store_name}*.away"):
            file.rename(file.with_suffix(""))
