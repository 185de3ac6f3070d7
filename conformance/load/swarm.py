"""The users of a run as users of Locust, in this process or in workers on many machines.

The only module that knows Locust; what users do and how it is judged it leaves to others.
"""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import gevent
from gevent.event import Event
from locust import User
from locust.env import Environment
from locust.exception import StopUser

from conformance.errors import SuiteError, UsageError, own_defect
from conformance.load.accountbook import Account
from conformance.load.journeys import Journeys
from conformance.load.knowledge import Lifetimes, Seen
from conformance.load.plan import Plan
from conformance.load.tally import Tally
from conformance.load.visitor import Stopped, Surroundings, Visitor
from conformance.model import Profile
from conformance.pace import Pace
from conformance.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Iterator

_TIMEOUT = 10.0  # seconds for one exchange
_USERS_PER_WIRE = 100  # which keeps that many connections open
_AFTERWARDS = 2.0  # seconds for which users go on after a node came back late
_FAREWELL = 2.0  # seconds after which a worker goes that the master has not sent away
_PATIENCE = 60.0  # seconds until all workers have to be there
_TARGET, _FINISH, _FINISHED = "sc target", "sc finish", "sc finished"  # messages of ours
_JUDGED = "session-conformance"  # what is ours among the figures that workers report


class WrongAnswer(Exception):
    """What Locust's statistics get for an answer that is wrong, or did not come."""


@dataclass(frozen=True)
class Latency:
    """Requests of one kind that were answered, and within how many milliseconds."""

    name: str
    requests: int
    p50: float
    p95: float
    p99: float


@dataclass
class Swarm:
    """All users of this process, or of the workers of this master; `nodes` are base URLs."""

    profile: Profile
    nodes: Sequence[str]
    lifetimes: Lifetimes
    plan: Plan
    tally: Tally = field(default_factory=Tally)
    lost_workers: int = 0

    def __post_init__(self) -> None:
        logging.getLogger("locust").setLevel(logging.CRITICAL)  # what matters is said by us
        self._over = False
        self._stop = Event()
        self._pace = Pace(self.plan.max_rps)
        self._wires: list[Wire] = []
        self._number = 0
        self._done: set[str] = set()  # workers that have told everything
        self._environment = Environment(
            user_classes=[_user_class(self.journeys)], stop_timeout=_TIMEOUT + 1
        )
        self._environment.events.test_stopping.add_listener(self._stopping)
        self._around = Surroundings(
            self.profile,
            self.nodes,
            self.lifetimes,
            self.tally,
            self._told,
            time.monotonic,
            gevent.sleep,
            lambda: self._over,
            {user.username: user for user in self.profile.users.values()},
            time.monotonic(),
        )
        self._shared = (
            () if self.profile.register else shared_accounts(self.profile, self.lifetimes)
        )

    # --- in one process, or as a master ----------------------------------------------------------

    def run(self, beside: Callable[[], None], shown: Callable[[float], None]) -> bool:
        """Let the users be at work for the time of the plan; say whether that was interrupted.

        `beside` runs at the same time, and `shown` is called every few seconds with the time.
        """
        with self._interruptible():
            runner: Any = self._runner()
            self._around.began = began = time.monotonic()
            runner.start(self.plan.users, self.plan.arrivals)
            other = gevent.spawn(_guarded, beside, self.tally)
            ends = began + self.plan.seconds
            while not self._stop.wait(min(5.0, max(0.0, ends - time.monotonic()))):
                if time.monotonic() >= ends:
                    break
                shown(time.monotonic() - began)
            interrupted = bool(self._stop.is_set())
            if interrupted:
                other.kill()
            elif not other.ready():
                other.join()  # a node that was killed comes back,
                gevent.sleep(_AFTERWARDS)  # and is asked what it still knows
            if self.plan.part == "master":
                self._finish(runner)
            runner.quit()
        return interrupted

    def _runner(self) -> Any:
        if self.plan.part == "alone":
            return self._environment.create_local_runner()
        master = self._environment.create_master_runner(self.plan.host, self.plan.port)
        self._environment.events.worker_report.add_listener(self._reported)
        master.register_message(_FINISHED, self._finished)
        deadline = time.monotonic() + _PATIENCE
        while len(master.clients.ready) < self.plan.workers and not self._stop.is_set():
            if time.monotonic() > deadline:
                came = len(master.clients.ready)
                master.quit()
                raise UsageError(f"{came} of {self.plan.workers} workers came in {_PATIENCE:g} s")
            gevent.sleep(0.05)
        share = self.plan.max_rps / self.plan.workers
        master.send_message(_TARGET, {"urls": list(self.nodes), "max_rps": share})
        return master

    def _finish(self, master: Any) -> None:
        """Let the workers end, and wait for all that they have judged."""
        master.send_message(_FINISH)
        deadline = time.monotonic() + _TIMEOUT + 5
        while len(self._done) < self.plan.workers and time.monotonic() < deadline:
            gevent.sleep(0.05)
        self.lost_workers = max(0, self.plan.workers - len(self._done))

    def _finished(self, environment: Environment, msg: Any) -> None:
        self._done.add(msg.node_id)
        environment.events.worker_report.fire(client_id=msg.node_id, data=msg.data)

    def _reported(self, client_id: str, data: Mapping[str, Any]) -> None:  # noqa: ARG002
        self.tally.add(Tally.from_data(data.get(_JUDGED, {})))

    # --- as a worker -----------------------------------------------------------------------------

    def work(self) -> None:
        """Be the users that a master asks for, until it says that this is enough."""
        environment = self._environment
        environment.events.report_to_master.add_listener(self._report)
        with self._interruptible():
            worker = environment.create_worker_runner(self.plan.host, self.plan.port)
            worker.register_message(_TARGET, self._sent_to)
            worker.register_message(_FINISH, self._end, concurrent=True)
            worker.greenlet.join()

    def _report(self, client_id: str, data: dict[str, Any]) -> None:  # noqa: ARG002
        data[_JUDGED] = self.tally.taken()

    def _sent_to(self, environment: object, msg: Any) -> None:  # noqa: ARG002 (names of Locust)
        self._around.nodes = list(self.nodes) or msg.data["urls"]
        self._pace = Pace(msg.data["max_rps"])

    def _end(self, environment: Any, msg: Any) -> None:  # noqa: ARG002
        """Let the users end, and tell the master all that it does not know yet."""
        self._over = True
        worker, deadline = environment.runner, time.monotonic() + _TIMEOUT + 1
        while worker.user_count and time.monotonic() < deadline:
            gevent.sleep(0.05)
        data: dict[str, Any] = {}
        environment.events.report_to_master.fire(client_id=worker.client_id, data=data)
        worker.send_message(_FINISHED, data)
        gevent.sleep(_FAREWELL)  # for the master to say so itself
        worker.quit()

    # --- users -----------------------------------------------------------------------------------

    def journeys(self) -> Journeys:
        """Return what one more user does."""
        if self._number % _USERS_PER_WIRE == 0:
            self._wires.append(Wire(self.profile.ca_file, _TIMEOUT, self._pace))
        self._number += 1
        return Journeys(Visitor(self._around, self._wires[-1]), self._shared)

    def _told(self, name: str, seconds: float, size: int, wrong: str) -> None:
        self._environment.events.request.fire(
            request_type="",
            name=name,
            # What did not come took no time that says anything about the target.
            response_time=None if wrong == Seen.NO_ANSWER.value else seconds * 1000,
            response_length=size,
            exception=WrongAnswer(wrong) if wrong else None,
            context={},
        )

    def latencies(self) -> list[Latency]:
        """Return how long each kind of request took, and first all of them together."""
        stats = self._environment.stats
        entries = sorted(stats.entries.values(), key=lambda one: str(one.name))
        return [_latency("all", stats.total), *(_latency(one.name, one) for one in entries)]

    def _stopping(self, **_: object) -> None:
        self._over = True

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        """Let the first Ctrl-C (or SIGTERM) end the run with a report; a second one at once."""

        def handle() -> None:
            if self._stop.is_set():
                raise KeyboardInterrupt
            self._stop.set()
            if self.plan.part == "worker" and self._environment.runner:
                self._environment.runner.quit()

        watched = [gevent.signal_handler(one, handle) for one in (signal.SIGINT, signal.SIGTERM)]
        try:
            yield
        finally:
            for one in watched:
                one.cancel()


def shared_accounts(profile: Profile, lifetimes: Lifetimes) -> tuple[Account, ...]:
    """Return the accounts of the profile, which many users share.

    Of a session limit one is left for whoever else is signed in, and one for the first login that
    proved the profile.
    """
    limit = max(1, profile.session_limit - 2) if profile.session_limit else None
    roles = [role for role in ("alice", "bob") if role in profile.users]
    return tuple(Account(profile.users[role], lifetimes, limit) for role in roles)


def _user_class(new: Callable[[], Journeys]) -> type[User]:
    class Visiting(User):  # type: ignore[misc]  # of a library without types
        """One user of Locust, which makes one journey after the other."""

        def on_start(self) -> None:
            self.journeys = new()

        def travel(self) -> None:
            try:
                self.journeys.travel()
            except Stopped:
                raise StopUser from None
            except Exception as defect:
                self.journeys.visitor.around.tally.odd[own_defect(defect)] += 1
                gevent.sleep(1)

        tasks = [travel]  # noqa: RUF012 (as Locust wants it)

    return Visiting


def _guarded(beside: Callable[[], None], tally: Tally) -> None:
    try:
        beside()
    except Exception as error:
        tally.odd[str(error) if isinstance(error, SuiteError) else own_defect(error)] += 1


def _latency(name: str, entry: Any) -> Latency:
    # Those that did not come are no requests here, and have no time.
    answered = entry.num_requests - entry.num_none_requests
    p50, p95, p99 = (
        round(float(entry.get_response_time_percentile(part) or 0.0), 1) if answered else 0.0
        for part in (0.5, 0.95, 0.99)
    )
    return Latency(str(name), answered, p50, p95, p99)
