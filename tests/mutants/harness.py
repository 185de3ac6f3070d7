"""Runs scenarios against servers of this process that are right (controls) or wrong (mutants).

A mutant is a few lines in any module of this folder; modules are found by themselves. What is
decorated is either a subclass of a part of the reference (or of the variant that `on` names),
which takes the part's place:

    @mutant("LOGOUT-1", "logout deletes the cookie and keeps the session")
    class KeepsSession(SessionDBAuth):
        def revoke(self, _: SignedIn) -> bool:
            return True

or a function that gets the `site` and returns a WSGI app:

    @mutant("EXPIRY-4", "the idle timeout is half as long as it says")
    def half_the_idle_timeout(site: ReferenceSite) -> WSGI:
        return site.app({"SESSION_IDLE_TIMEOUT": "1"})  # parts go here too: keeper=, auth=, ...

    @mutant("CLASSIC-9", "logout keeps the session", on="classic")
    def keeps_session(site: ClassicSite) -> WSGI:
        site.stores.DatabaseSessions.end = lambda *_: True  # modules of this site alone
        app = site.app()  # app.view_functions["api.logout"] = ... replaces a view
        return app

It is called at every start of the server, so what has to outlive a restart belongs into `site.kept`
or `site.folder`. `planting.py` has hooks before and after a view, and parts with a seam left open.

`on` names the control that the mutant is made from (CONTROLS in `sites.py`, or one of the variants
next door, for what the reference does not do); a right server that needs another profile is a
control of its own. `also` names scenarios or cases that the mutant is
there for: of other requirements, or those for which it is to be tried first. A defect that breaks
two requirements is decorated twice.

A mutant is caught when a scenario of its requirement has `failed` on it (`inconclusive` and `error`
won't do) and passes on its control, and every case of every scenario has to catch some mutant:
`tox -e proof` sees to both and writes docs/PROOF.md. One that nothing can catch is listed in
`survivors.yaml` with the reason. To try single ones: `tox -e proof -- LOGOUT-1`, or
`pytest tests/mutants -k LOGOUT-1`. No test waits: all servers and the engine share a `Clock`.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock

from variants import PARTS as VARIANT_PARTS
from variants import VARIANTS, Variant

from conformance.accounts import leased
from conformance.data import folder
from conformance.engine import Settings, lack, result_of, run
from conformance.errors import TargetError
from conformance.model import Outcome, Profile, Result, Scenario
from conformance.specification import Specification, load
from conformance.vocabulary import VOCABULARY
from conformance.wire import Wire
from reference_impl.auth.administration import Administration
from reference_impl.auth.attempts import Attempts
from reference_impl.auth.auth import Auth
from reference_impl.auth.origins import Origins
from reference_impl.auth.session_auth import SessionAuth
from reference_impl.passwords import Hasher

from .clock import Clock, Pool
from .nodes import Nodes, Server, SharedFile
from .serving import WSGI, tls_context, write_authority
from .sites import CONTROLS as OWN_CONTROLS
from .sites import Build, ClassicSite, Control, ReferenceSite, Site, unchanged

__all__ = [
    "CONTROLS",
    "OWN_CONTROLS",
    "WSGI",
    "ClassicSite",
    "Control",
    "Mutant",
    "ReferenceSite",
    "Running",
    "Site",
    "mutant",
    "mutants",
    "running",
    "specification",
    "unchanged",
]

CONTROLS: dict[str, Control | Variant] = {**OWN_CONTROLS, **VARIANTS}
assert not OWN_CONTROLS.keys() & VARIANTS.keys(), "a variant is called as a control is"
PARTS: tuple[tuple[str, type], ...] = (
    ("keeper", SessionAuth),
    ("auth", Auth),
    ("hasher", Hasher),
    ("attempts", Attempts),
    ("origins", Origins),
    ("administrators", Administration),
    *VARIANT_PARTS.items(),
)
NO_MUTANTS = ("test_", "conftest")

T = TypeVar("T")


# --- mutants ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mutant:
    """A server with one defect, and the requirement that the defect breaks."""

    requirement: str
    defect: str
    build: Build
    on: str
    also: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.requirement}: {self.defect}"

    def concerns(self, scenario: Scenario) -> bool:
        """Say whether the scenario might catch this mutant."""
        return self.requirement in scenario.verifies or self.farness(scenario) < 2

    def farness(self, scenario: Scenario) -> int:
        """Return 0 where the mutant names this case, 1 where it names the scenario, else 2."""
        names = (scenario.name, scenario.name.partition("[")[0])
        return next((n for n, name in enumerate(names) if name in self.also), len(names))


_MUTANTS: dict[str, Mutant] = {}


def mutant(
    requirement: str, defect: str, *, on: str = "sqlite", also: Iterable[str] = ()
) -> Callable[[T], T]:
    """Plant a defect: decorates a subclass of a server's part, or a function of a site."""

    def register(planted: T) -> T:
        one = Mutant(requirement, defect, _builder(planted), on, tuple(also))
        assert str(one) not in _MUTANTS, f"two mutants are called '{one}'"
        assert on in CONTROLS, f"there is no control '{on}'"
        _MUTANTS[str(one)] = one
        return planted

    return register


def _builder(planted: Any) -> Build:
    if not inspect.isclass(planted):
        build: Build = planted
        return build
    part = next((name for name, base in PARTS if issubclass(planted, base)), None)
    assert part, f"{planted.__name__} is no part of a server ({', '.join(dict(PARTS))})"
    return lambda site: site.app(**{part: planted})


def mutants() -> tuple[Mutant, ...]:
    """Return the mutants of all modules in this folder."""
    for file in sorted(Path(__file__).parent.glob("*.py")):
        if not file.stem.startswith(NO_MUTANTS):
            importlib.import_module(f"{__package__}.{file.stem}")
    return tuple(_MUTANTS.values())


# --- running ------------------------------------------------------------------------------------


@cache
def specification() -> Specification:
    """Return the specification of this checkout."""
    return load(folder("scenarios"), VOCABULARY)


@dataclass(frozen=True)
class Running:
    """A server that runs, for scenarios to be performed on."""

    profile: Profile
    settings: Settings
    nodes: Nodes

    def can_try(self, scenario: Scenario) -> bool:
        """Say whether the scenario applies here and can be tried."""
        return lack(scenario, self.profile) is None

    def perform(self, scenario: Scenario) -> Result:
        """Run a scenario on the accounts that it may use."""
        missing = lack(scenario, self.profile)
        if missing:
            return result_of(scenario, missing.outcome, scenario.place, missing.reason)
        profile, settings = self.profile, self.settings
        if "nodes" in scenario.needs:
            profile = self.nodes.of(profile)
            settings = replace(settings, others=self.nodes.servers)
        try:
            with leased(scenario, profile, settings) as users:
                return run(scenario, profile, users, settings)
        except TargetError as error:
            return result_of(scenario, Outcome.ERROR, scenario.place, str(error))


@contextmanager
def running(
    control: Control | Variant, build: Build, folder: Path, patience: float = 10.0
) -> Iterator[Running]:
    """Serve what `build` makes of the control's site, with time that passes at once.

    `patience` is how many seconds (of everybody's time) an answer is waited for.
    """
    clock = Clock()
    profile = control.profile
    site = control.site(clock, folder, profile)
    tls = tls_context if profile.base_url.startswith("https:") else None
    server = Server(site, build, tls=tls)
    nodes = Nodes(server)
    with ExitStack() as stack:
        stack.callback(server.stop)
        stack.callback(nodes.stop)
        server.start()
        at_port = replace(
            profile,
            base_url=profile.base_url.replace("{port}", str(server.port)),
            ca_file=write_authority(folder) if profile.ca_file else "",
        )
        wire = Wire(at_port.ca_file, patience)
        stack.callback(wire.drop_connections)
        pool = type("CountedPool", (Pool,), {"clock": clock})
        stack.enter_context(mock.patch("conformance.engine.ThreadPoolExecutor", pool))
        stack.enter_context(mock.patch("tempfile.tempdir", str(folder)))  # for locks of accounts
        settings = Settings(wire, clock, clock.sleep, server, store=SharedFile(site))
        yield Running(at_port, settings, nodes)
