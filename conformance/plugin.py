"""The pytest plugin: `pytest scenarios/ --target PROFILE` makes each scenario a test item."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import takewhile
from pathlib import Path

import pytest

from conformance.commands import profile_for
from conformance.data import folder
from conformance.errors import SuiteError, UsageError
from conformance.model import Outcome, Result, Scenario
from conformance.profiles import parse_seconds
from conformance.reports.text import failure_block
from conformance.scheduler import comes_last, restarts
from conformance.specification import Specification, load
from conformance.target import Limits, Target, opened
from conformance.vocabulary import VOCABULARY

_SKIPPED = (Outcome.NOT_APPLICABLE, Outcome.NOT_TESTED)
_LEDGER = "requirements.yaml"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the plugin; without --target it does nothing."""
    group = parser.getgroup("session-conformance")
    group.addoption(
        "--target",
        metavar="PROFILE|NAME",
        help="run YAML scenarios against this target (a profile's path, or a known name)",
    )
    group.addoption("--target-url", metavar="URL", help="where the target runs already")
    group.addoption(
        "--max-wait", metavar="60s", default="60s", help="longest wait of a scenario (60s)"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Read the profile at once, so that a wrong one stops pytest before anything runs."""
    if config.getoption("--target"):
        try:
            config.stash[_RUN] = _Run(config)
        except SuiteError as error:
            raise pytest.UsageError(str(error)) from None


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the targets that were started."""
    run = config.stash.get(_RUN, None)
    if run:
        run.close()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the scenario files of the specification."""
    run = parent.config.stash.get(_RUN, None)
    if run is None or file_path.suffix != ".yaml" or file_path.name == _LEDGER:
        return None
    root = run.root_of(file_path)
    return ScenarioFile.from_parent(parent, path=file_path, root=root) if root else None


class _Run:
    """The target and the specification of one pytest process; opened when first needed."""

    def __init__(self, config: pytest.Config) -> None:
        max_wait = parse_seconds(config.getoption("--max-wait"))
        if max_wait is None:
            raise UsageError(f"--max-wait {config.getoption('--max-wait')} is not a time like 60s")
        self.limits = Limits(max_wait=max_wait)
        self.specifications: dict[Path, Specification] = {}
        specification = self.specification(self._asked_for(config.args))
        url = config.getoption("--target-url")
        self.profile = profile_for(config.getoption("--target"), url, specification)
        self._targets: dict[bool, Target] = {}
        self._open = ExitStack()

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
        with_areas = takewhile(lambda one: any(one.glob(f"*/{_LEDGER}")), path.parent.parents)
        return next(iter([*with_areas][::-1]), None)

    def specification(self, root: Path) -> Specification:
        if root not in self.specifications:
            self.specifications[root] = load(root, VOCABULARY)
        return self.specifications[root]

    def target(self, scenario: Scenario) -> Target:
        """Return the target for a scenario; those that restart it have one of their own."""
        alone = restarts(scenario, self.profile)
        if alone not in self._targets:
            target = self._open.enter_context(opened(self.profile, self.limits))
            self._targets[alone] = target
        return self._targets[alone]

    def close(self) -> None:
        self._open.close()


_RUN = pytest.StashKey[_Run]()


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
        run = self.config.stash[_RUN]
        try:
            specification = run.specification(self.root)
        except SuiteError as error:
            raise self.CollectError(str(error)) from None
        name = self.path.relative_to(self.root).with_suffix("").as_posix()
        for scenario in specification.scenarios:
            if scenario.name.partition("[")[0] == name:
                yield ScenarioItem.from_parent(self, scenario=scenario)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Move what needs the end of the run there; all else keeps its order."""
    items.sort(key=lambda item: isinstance(item, ScenarioItem) and comes_last(item.scenario))


class ConformanceFailure(Exception):
    """A scenario did not pass; holds what a person needs to know."""


class ScenarioItem(pytest.Item):
    """One scenario, or one row of its examples."""

    scenario: Scenario

    @classmethod
    def from_parent(cls, parent: ScenarioFile, *, scenario: Scenario) -> ScenarioItem:  # type: ignore[override]
        """Make the item of a scenario; its id is the row's name, or the file's."""
        name = scenario.row or scenario.name.rpartition("/")[2]
        item: ScenarioItem = super().from_parent(parent=parent, name=name)
        item.scenario = scenario
        return item

    def runtest(self) -> None:
        """Run the scenario; what is not applicable or not tested is skipped with its reason."""
        result = self.config.stash[_RUN].target(self.scenario).perform(self.scenario)
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
        requirements = self.config.stash[_RUN].specification(file.root).requirements
        return failure_block(result, requirements, f"pytest {self.nodeid!r}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> str:  # type: ignore[override]
        """Show a failing scenario in its own words, without any traceback."""
        if isinstance(excinfo.value, ConformanceFailure):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int, str]:
        """Say where the scenario is and how it is called."""
        return self.path, self.scenario.place.line - 1, self.scenario.name
