"""The pytest plugin: `pytest scenarios/ --target PROFILE` makes each scenario a test item.

It is loaded wherever pytest starts, so the suite itself is loaded only for those who name a target.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest


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
    group.addoption(
        "--concurrency",
        metavar="N",
        default="8",
        help="scenarios at work at once in each process (8); those that wait don't count",
    )
    group.addoption(
        "--max-rps",
        metavar="R",
        default="0",
        help="requests that may start in a second, in each process (0: any number)",
    )
    group.addoption(
        "--shuffle", metavar="SEED", type=int, help="start the scenarios in a random order"
    )


@pytest.hookimpl(wrapper=True)
def pytest_sessionstart(session: pytest.Session) -> Iterator[None]:
    """Read the profile before anything runs, so that a wrong one stops pytest.

    That is after all others have started, as they start processes (pytest-xdist), which then read
    at the same time.
    """
    yield
    config = session.config
    if config.getoption("--target"):
        from conformance.errors import SuiteError
        from conformance.items import ScenarioHooks

        try:
            config.pluginmanager.register(ScenarioHooks(config), "session-conformance scenarios")
        except SuiteError as error:
            _end_processes(config)
            raise pytest.UsageError(str(error)) from None


def _end_processes(config: pytest.Config) -> None:
    """End the processes of pytest-xdist, which pytest asks only a session that has begun to do."""
    distributing = config.pluginmanager.getplugin("dsession")
    if distributing is not None:
        distributing.pytest_sessionfinish()
