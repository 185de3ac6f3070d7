"""A variant: a right server that differs, the profile that describes it, and its site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from mutants.clock import Clock
from mutants.serving import WSGI, Handler
from mutants.sites import Site

from conformance.model import Profile
from conformance.profiles import read_profile

from .answers import Answers, Html
from .attempts import Attempts
from .cookies import Cookies
from .guards import Origins
from .server import Server
from .sessions import Sessions
from .store import Store

PROFILES = Path(__file__).parent / "profiles"
PARTS: dict[str, type] = {
    "server": Server,
    "sessions": Sessions,
    "answers": Answers,
    "guard": Origins,
    "cookies": Cookies,
    "attempts": Attempts,
}


class VariantSite(Site):
    """The small site with the variant's parts; `parts` may be replaced by a mutant's."""

    def __init__(self, variant: Variant, clock: Clock, folder: Path, profile: Profile) -> None:
        super().__init__(clock, folder, profile)
        self.variant, self.handler = variant, variant.handler
        self.store = Store()
        for role, user in profile.users.items():
            self.store.add_account(user.username, user.password, is_admin=role == "admin")

    def dump(self) -> bytes:
        """Return all that the store holds, with the hashes of tokens."""
        names = [f"account {name}" for name in self.store.accounts]
        tokens = [*self.store.sessions, *self.store.past]
        names += [f"session {sha256(one.encode()).hexdigest()}" for one in tokens]
        return "\n".join(names).encode()

    @property
    def parts(self) -> dict[str, Any]:
        """The variant's parts: classes to make subclasses of."""
        return {**PARTS, "answers": Html, **self.variant.parts}

    def app(self, **parts: Any) -> WSGI:
        """Return the variant with other parts than its own; `server` is the class of the app."""
        chosen = {**self.parts, **parts}
        server: type[Server] = chosen.pop("server")
        if not self.profile.durable:
            self.store.sessions.clear()
        return server(self.store, self.clock, self.profile, **chosen)


@dataclass(frozen=True)
class Variant:
    """A right server, usable wherever a `Control` is.

    Its profile is `profiles/<target>.yaml`; `parts` are keyword arguments of `Server`, and
    `server` that class itself.
    """

    target: str
    parts: Mapping[str, Any] = field(default_factory=dict)
    handler: type[Handler] = Handler

    @property
    def profile(self) -> Profile:
        """What the suite knows of the server."""
        return _profile(self.target)

    def site(self, clock: Clock, folder: Path, profile: Profile) -> VariantSite:
        """Return a new site of this variant."""
        return VariantSite(self, clock, folder, profile)


@cache
def _profile(target: str) -> Profile:
    return read_profile(PROFILES / f"{target}.yaml")


def like(part: type, **attributes: Any) -> type:
    """Return the part with other attributes."""
    return type(part.__name__, (part,), attributes)
