"""Scenarios as items of pytest: how they are collected, run and shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest

from conformance.commands import profile_for
from conformance.data import folder
from conformance.errors import SuiteError, UsageError
from conformance.limits import MOST_AT_ONCE, Limits, parse_count, parse_rate, parse_seconds
from conformance.model import Outcome, Result, Scenario
from conformance.reports.text import failure_block
from conformance.specification import Specification, load
from conformance.vocabulary import VOCABULARY

if TYPE_CHECKING:
    from conformance.background import Background

Number = TypeVar("Number", int, float)

_SKIPPED = (Outcome.NOT_APPLICABLE, Outcome.NOT_TESTED)
_LEDGER = "requirements.yaml"


class ScenarioRun:
    """The target and the specification of one pytest process; opened when first needed."""

    def __init__(self, config: pytest.Config) -> None:
        self.limits = _limits(config)
        self.specifications: dict[Path, Specification] = {}
        self._roots: dict[Path, Path | None] = {}  # of each folder that was asked for
        specification = self.specification(self._asked_for(config.args))
        url = config.getoption("--target-url")
        self.profile = profile_for(config.getoption("--target"), url, specification)
        self.rootpath = config.rootpath
        worker = getattr(config, "workerinput", {"workercount": 1})  # of pytest-xdist
        self.processes = int(worker["workercount"])
        self.seed = config.getoption("--shuffle")
        self._running: dict[Path, Background] = {}

    def _asked_for(self, arguments: list[str]) -> Path:
        """Return the folder of the specification that pytest collects from, or else ours."""
        for argument in arguments:
            path = Path(argument.partition("::")[0]).resolve()
            for file in [path] if path.is_file() else path.rglob(_LEDGER):
                if root := self.root_of(file):
                    return root
        return folder("scenarios")

    def root_of(self, path: Path) -> Path | None:
        """Return the folder of the specification that a file belongs to, or None.

        That is the topmost of the folders above it that have areas with a list of requirements.
        """
        folder = path.parent
        if folder not in self._roots:
            with_areas = takewhile(lambda one: any(one.glob(f"*/{_LEDGER}")), folder.parents)
            self._roots[folder] = next(iter([*with_areas][::-1]), None)
        return self._roots[folder]

    def specification(self, root: Path) -> Specification:
        """Return what a folder says; it is read once."""
        if root not in self.specifications:
            self.specifications[root] = load(root, VOCABULARY)
        return self.specifications[root]

    def result(self, item: ScenarioItem) -> Result:
        """Return the result of an item; the first that is asked for starts all of its share."""
        # Connections and threads are loaded here, where they are needed: it takes its time.
        from conformance.background import Background

        if item.root not in self._running:
            every = [one for one in item.session.items if isinstance(one, ScenarioItem)]
            own = self._share(
                item.scenario, [one.scenario for one in every if one.root == item.root]
            )
            self._running[item.root] = Background(own, self.profile, self.limits)
        return self._running[item.root].result(item.scenario)

    def _share(self, asked_for: Scenario, scenarios: list[Scenario]) -> list[Scenario]:
        """Return what this process runs, in the order in which it is to start."""
        from conformance.scheduler import shares, shuffled

        share = shares(scenarios, self.profile, self.processes)
        own = [one for one in scenarios if share[one.name] == share[asked_for.name]]
        return own if self.seed is None else shuffled(own, self.seed)

    def shares_of(self, node_ids: Sequence[str], processes: int) -> dict[str, int]:
        """Return the share of each item that is a scenario, by the ids that pytest gives them."""
        from conformance.scheduler import shares

        named = {one: scenario for one in node_ids if (scenario := self._scenario_of(one))}
        share = shares(list(named.values()), self.profile, processes)
        return {one: share[scenario.name] for one, scenario in named.items()}

    def _scenario_of(self, node_id: str) -> Scenario | None:
        path, _, row = node_id.partition("::")
        file = (self.rootpath / path).resolve()
        root = self.root_of(file) if file.suffix == ".yaml" else None
        if root is None:
            return None
        name = file.relative_to(root).with_suffix("").as_posix()
        named = self.specification(root).named
        return named.get(name) or named.get(f"{name}[{row}]")

    def close(self) -> None:
        """End all runs; what was started is stopped."""
        for running in self._running.values():
            running.close()


_EXAMPLES = {
    "--max-wait": "a time like 60s",
    "--concurrency": f"a number from 0 to {MOST_AT_ONCE}",
    "--max-rps": "a number of requests such as 20 or 0.5",
}


def _limits(config: pytest.Config) -> Limits:
    seconds = _parsed(config, "--max-wait", parse_seconds)
    concurrency = _parsed(config, "--concurrency", parse_count)
    rate = _parsed(config, "--max-rps", parse_rate)
    return Limits(max_wait=seconds, concurrency=concurrency, max_rps=rate)


def _parsed(config: pytest.Config, name: str, parse: Callable[[str], Number | None]) -> Number:
    value = parse(config.getoption(name))
    if value is None:
        raise UsageError(f"{name} {config.getoption(name)} is not {_EXAMPLES[name]}")
    return value


RUN = pytest.StashKey[ScenarioRun]()


class ScenarioFile(pytest.File):
    """One YAML file of the specification."""

    root: Path

    @classmethod
    def from_parent(cls, parent: pytest.Collector, *, path: Path, root: Path) -> ScenarioFile:  # type: ignore[override]
        """Make the collector of a file below the specification's folder `root`."""
        node: ScenarioFile = super().from_parent(parent=parent, path=path)
        node.root = root
        return node

    def collect(self) -> Iterator[ScenarioItem]:
        """Yield an item for each scenario of the file."""
        run = self.config.stash[RUN]
        try:
            specification = run.specification(self.root)
        except SuiteError as error:
            raise self.CollectError(str(error)) from None
        name = self.path.relative_to(self.root).with_suffix("").as_posix()
        for scenario in specification.cases.get(name, ()):
            yield ScenarioItem.from_parent(self, scenario=scenario)


class ConformanceFailure(Exception):
    """A scenario did not pass; holds what a person needs to know."""


class ScenarioItem(pytest.Item):
    """One scenario, or one row of its examples."""

    scenario: Scenario
    root: Path

    @classmethod
    def from_parent(cls, parent: ScenarioFile, *, scenario: Scenario) -> ScenarioItem:  # type: ignore[override]
        """Make the item of a scenario; its id is the row's name, or the file's."""
        name = scenario.row or scenario.name.rpartition("/")[2]
        item: ScenarioItem = super().from_parent(parent=parent, name=name)
        item.scenario, item.root = scenario, parent.root
        return item

    def runtest(self) -> None:
        """Run the scenario; what is not applicable or not tested is skipped with its reason."""
        result = self.config.stash[RUN].result(self)
        self.user_properties += [("scenario", result.name), ("outcome", result.outcome.value)]
        if result.outcome in _SKIPPED:
            pytest.skip(f"{result.outcome.value}: {result.reason}")
        if result.outcome is Outcome.KNOWN_FAILURE:
            pytest.xfail(f"known failure: {result.reason}")
        if result.outcome is not Outcome.PASSED:
            raise ConformanceFailure(self._explained(result))

    def _explained(self, result: Result) -> str:
        file = self.getparent(ScenarioFile)
        assert file is not None  # noqa: S101 (an item is always made by its file)
        requirements = self.config.stash[RUN].specification(file.root).requirements
        return failure_block(result, requirements, f"pytest {self.nodeid!r}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> str:  # type: ignore[override]
        """Show a failing scenario in its own words, without any traceback."""
        if isinstance(excinfo.value, ConformanceFailure):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int, str]:
        """Say where the scenario is and how it is called."""
        return self.path, self.scenario.place.line - 1, self.scenario.name


class ScenarioHooks:
    """What pytest asks for once a target is named."""

    def __init__(self, config: pytest.Config) -> None:
        self._run = config.stash[RUN] = ScenarioRun(config)

    def pytest_unconfigure(self) -> None:
        """Stop the targets that were started."""
        self._run.close()

    def pytest_collect_file(
        self, file_path: Path, parent: pytest.Collector
    ) -> pytest.Collector | None:
        """Collect the scenario files of the specification."""
        if file_path.suffix != ".yaml" or file_path.name == _LEDGER:
            return None
        root = self._run.root_of(file_path)
        return ScenarioFile.from_parent(parent, path=file_path, root=root) if root else None

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: object) -> object:
        """Hand out the scenarios in whole shares, where the user asks for no other distribution."""
        if config.getoption("dist") != "load":
            return None
        # Now, while the processes start: there is pytest-xdist, as it asks.
        import conformance.scheduler  # noqa: F401 (for `shares_of`)
        from conformance.distribution import ShareScheduling

        return ShareScheduling(config, log, self._run.shares_of)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Move what needs the end of the run there; all else keeps its order."""
        from conformance.target import comes_last

        items.sort(key=lambda item: isinstance(item, ScenarioItem) and comes_last(item.scenario))
