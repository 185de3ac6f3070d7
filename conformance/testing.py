"""The suite inside another project's tests: a line of a `conftest.py`, and tests that say `meets`.

from conformance.testing import wsgi_fixture
sessions = wsgi_fixture(app, "sessions.yaml")
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest

from conformance.commands import profile_for
from conformance.data import folder
from conformance.errors import UsageError
from conformance.limits import Limits
from conformance.model import Outcome, Profile, Result, Scenario
from conformance.reports.text import failure_block
from conformance.scheduler import run_all
from conformance.specification import Specification, load
from conformance.target import Interruption
from conformance.vocabulary import VOCABULARY

_FINE = (Outcome.PASSED, Outcome.NOT_APPLICABLE, Outcome.NOT_TESTED, Outcome.KNOWN_FAILURE)


class Sessions:
    """What the tests of an application may ask about how it handles sessions."""

    def __init__(self, specification: Specification, profile: Profile, limits: Limits) -> None:
        self._specification, self._profile, self._limits = specification, profile, limits

    def meets(self, *requirements: str) -> None:
        """Fail the test where the application does not meet one of the requirements, by their ids.

        Without any it is held to every requirement. The test is skipped where nothing could be
        proved because of what the profile declares.
        """
        wanted = requirements or tuple(self._specification.requirements)
        results = self._results(self._scenarios(wanted))
        wrong = [one for one in results if one.outcome not in _FINE]
        if wrong:
            pytest.fail("\n".join(map(self._explained, wrong)), pytrace=False)
        if all(one.outcome in (Outcome.NOT_APPLICABLE, Outcome.NOT_TESTED) for one in results):
            pytest.skip("; ".join(sorted({one.reason for one in results})))

    def _scenarios(self, requirements: Iterable[str]) -> list[Scenario]:
        known = self._specification.requirements
        for name in requirements:
            if name not in known:
                raise UsageError(f"there is no requirement '{name}'")
        chosen = (one for name in requirements for one in self._specification.verifying(name))
        return list({one.name: one for one in chosen}.values())

    def _results(self, scenarios: list[Scenario]) -> list[Result]:
        if not scenarios:
            raise UsageError("no scenario verifies that: see session-conformance list")
        opened: Callable[[str], None] = lambda _: None  # noqa: E731 (nobody is to be told)
        return list(run_all(scenarios, self._profile, self._limits, Interruption(), opened))

    def _explained(self, result: Result) -> str:
        return failure_block(result, self._specification.requirements)


def wsgi_fixture(app: Any, profile: str, *, max_wait: float = 60) -> Any:
    """Return a fixture that serves a WSGI application (Flask, Django, ...) while tests need it.

    `profile` is a path below pytest's root folder; `max_wait` is the longest wait of a scenario in
    seconds. Tests get `Sessions`. It is served on a free port of 127.0.0.1.
    """

    @pytest.fixture(scope="session")
    def sessions(pytestconfig: pytest.Config) -> Iterator[Sessions]:
        specification = load(folder("scenarios"), VOCABULARY)
        path = Path(pytestconfig.rootpath, profile)
        with served(app) as url:
            read = profile_for(str(path), url, specification)
            yield Sessions(specification, read, Limits(max_wait=max_wait))

    return sessions


@contextmanager
def served(app: Any) -> Iterator[str]:
    """Serve a WSGI application on a free port of 127.0.0.1; yields its URL."""
    with make_server("127.0.0.1", 0, app, _Server, _Silent) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingMixIn, WSGIServer):
    """Answers many requests at once."""

    daemon_threads = True
    request_queue_size = 100


class _Silent(WSGIRequestHandler):
    """Logs no request."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (named so by Python)
        """Say nothing."""
