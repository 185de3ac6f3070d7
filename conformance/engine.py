"""Runs one scenario against one target: scenario and profile in, result out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from conformance.durations import durations
from conformance.errors import SuiteError
from conformance.expectations import expectations, response_differs
from conformance.model import (
    Exchange,
    Outcome,
    Place,
    Profile,
    RecordedExchange,
    Result,
    Scenario,
    Step,
    Timeouts,
    User,
)
from conformance.needs import Lack, needs
from conformance.setcookie import set_cookies_in
from conformance.stage import (
    DoesNotApply,
    NotTried,
    Seen,
    Server,
    Stage,
    Store,
    Throttled,
    TooNoisy,
    TooSlow,
    Unproved,
)
from conformance.verbs import verbs
from conformance.wire import Wire


@dataclass(frozen=True)
class Settings:
    """What a run brings along: connections, time, and the servers that the suite started.

    `others` are those of the profile's nodes, in their order; None where somebody else runs them.
    `clock` and `sleep` are in seconds; `clock` never goes back. `idle` is entered while the
    scenario does nothing but wait, so that another one can work meanwhile.
    """

    wire: Wire = field(default_factory=Wire)
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    server: Server | None = None
    others: tuple[Server | None, ...] = ()
    store: Store | None = None
    idle: Callable[[], AbstractContextManager[None]] = nullcontext


def lack(scenario: Scenario, profile: Profile) -> Lack | None:
    """Return why the scenario can't be run against this target, or None."""
    contract = contract_of(scenario)
    if contract and contract != profile.contract:
        reason = "it states a contract that the profile does not declare"
        return Lack(Outcome.NOT_APPLICABLE, reason)
    return next((found for need in scenario.needs if (found := needs[need](profile))), None)


def contract_of(scenario: Scenario) -> str:
    """Return the name of the contract that a scenario states a part of, or an empty text."""
    area, _, name = scenario.area.partition("/")
    return name if area == "contract" else ""


def run(
    scenario: Scenario,
    profile: Profile,
    users: Mapping[str, User] | None = None,
    settings: Settings | None = None,
) -> Result:
    """Run a scenario and say what came of it.

    `users` play the roles of the scenario; without them the profile's own do. What goes wrong is
    an outcome: nothing is raised but a defect of ours.
    """
    settings = settings or Settings()
    lacking = lack(scenario, profile)
    if lacking:
        return result_of(scenario, lacking.outcome, scenario.place, reason=lacking.reason)
    stage = Stage(
        profile=profile,
        users=users or profile.users,
        wire=settings.wire,
        clock=settings.clock,
        sleep=_sleeper(settings),
        server=settings.server,
        others=settings.others,
        store=settings.store,
    )
    try:
        return _Performance(scenario, stage, settings).result()
    finally:
        stage.restore()


def waits(scenario: Scenario, timeouts: Timeouts) -> float:
    """Return how many seconds the scenario waits with these timeouts, the network aside."""
    return sum(_waits(step, timeouts) for step in scenario.steps)


def _waits(step: Step, timeouts: Timeouts) -> float:
    each = [_waits(one, timeouts) for one in step.steps]
    own = max(each, default=0.0) if step.verb == "at once" else sum(each)
    if verbs.words[step.verb].takes == "duration":
        own = durations[str(step.object)](timeouts)
    return own * step.times


def result_of(scenario: Scenario, outcome: Outcome, place: Place, reason: str = "") -> Result:
    """Return the result of a scenario that sent nothing."""
    return Result(scenario.name, scenario.title, scenario.verifies, outcome, place, reason)


def _sleeper(settings: Settings) -> Callable[[float], None]:
    """Return a sleep after which only fresh connections are used: idle ones may be closed."""

    def sleep(seconds: float) -> None:
        with settings.idle():
            settings.sleep(seconds)
        settings.wire.drop_connections()

    return sleep


# What it means for the scenario that a step stopped for this reason; anything else is an error.
_MEANT = {
    NotTried: Outcome.NOT_TESTED,
    Throttled: Outcome.NOT_TESTED,
    DoesNotApply: Outcome.NOT_APPLICABLE,
    Unproved: Outcome.INCONCLUSIVE,
}


class _StepError(Exception):
    """A step did not show what it ought to."""

    def __init__(self, step: Step, expected: str, observed: str) -> None:
        super().__init__(observed)
        self.step, self.expected, self.observed = step, expected, observed


class _Stopped(Exception):
    """A step came to no end."""

    def __init__(self, step: Step, reason: SuiteError) -> None:
        super().__init__(str(reason))
        self.step, self.reason = step, reason


class _Performance:
    """One scenario on its stage."""

    def __init__(self, scenario: Scenario, stage: Stage, settings: Settings) -> None:
        self.scenario = scenario
        self.stage = stage
        self.idle = settings.idle
        self.place = scenario.place
        self.too_slow = False
        self.throttled: float | None = None

    def result(self) -> Result:
        started = self.stage.clock()
        outcome, reason, expected, observed = self.outcome()
        return Result(
            name=self.scenario.name,
            title=self.scenario.title,
            verifies=self.scenario.verifies,
            outcome=outcome,
            place=self.place,
            reason=self.stage.redact(reason),
            expected=expected,
            observed=self.stage.redact(observed),
            seconds=self.stage.clock() - started,
            exchanges=tuple(self.recorded()),
            too_slow=self.too_slow,
            throttled=self.throttled,
        )

    def outcome(self) -> tuple[Outcome, str, str, str]:
        """Run all steps; return the outcome, the reason, what was expected and what observed."""
        started = self.stage.clock()
        for step in self.scenario.steps:
            try:
                self.repeated(step)
            except _StepError as error:
                self.place = error.step.place
                if step in self.scenario.then:
                    return Outcome.FAILED, "", error.expected, error.observed
                reason = "this step only prepares the proof, so nothing was proved"
                self.too_slow = self.took_long(step, self.stage.clock() - started)
                return Outcome.INCONCLUSIVE, reason, error.expected, error.observed
            except _Stopped as stopped:
                self.place = stopped.step.place
                return *self.stopped(stopped.reason), "", ""
        return Outcome.PASSED, "", "", ""

    def took_long(self, last: Step, seconds: float) -> bool:
        """Tell whether so much time went by, waits aside, that some session was free to end.

        Then it is worth another try: what only prepares a proof ought to hold.
        """
        timeouts = self.stage.profile.timeouts
        limits = [limit for limit in (timeouts.idle, timeouts.absolute) if limit]
        steps = self.scenario.steps
        waited = sum(_waits(step, timeouts) for step in steps[: steps.index(last) + 1])
        return bool(limits) and seconds - waited > min(limits) - timeouts.allowance

    def stopped(self, reason: SuiteError) -> tuple[Outcome, str]:
        if isinstance(reason, TooSlow):
            self.too_slow = True
            return Outcome.INCONCLUSIVE, f"the run was too slow: {reason}"
        if isinstance(reason, TooNoisy):
            self.too_slow = True
        if isinstance(reason, Throttled):
            self.throttled = reason.seconds or 0.0
        meant = (outcome for kind, outcome in _MEANT.items() if isinstance(reason, kind))
        return next(meant, Outcome.ERROR), str(reason)

    def repeated(self, step: Step) -> None:
        for _ in range(step.times):
            self.once(step)

    def once(self, step: Step) -> None:
        if step.verb == "in turn":
            for one in step.steps:
                self.repeated(one)
        elif step.verb == "at once":
            self.together(step.steps)
        else:
            self.alone(step)

    def together(self, steps: tuple[Step, ...]) -> None:
        """Run the steps in threads of their own; the first that fails, in their order, counts."""
        for step in steps:
            self.open_browsers(step)  # here, so that no two threads open the same
        with self.idle(), ThreadPoolExecutor(len(steps)) as pool:
            running = [pool.submit(self.repeated, step) for step in steps]
        for one in running:
            one.result()

    def open_browsers(self, step: Step) -> None:
        self.stage.seat(step.browser)
        for one in step.steps:
            self.open_browsers(one)

    def alone(self, step: Step) -> None:
        self.stage.at_step(step)
        try:
            seat = self.stage.seat(step.browser)
            self.judge(step, verbs[step.verb](self.stage, seat, step.object))
        except SuiteError as reason:
            raise _Stopped(step, reason) from reason

    def judge(self, step: Step, seen: Seen) -> None:
        for name in step.expect:
            observed = expectations[name](seen, self.stage)
            if observed:
                raise _StepError(step, name, observed)
        if step.response:
            observed = response_differs(seen, self.stage, step.response)
            if observed:
                self.stage.refuse_slowness(seen.exchanges[-1], seen.life)
                expected = ", ".join(f"{key}: {value}" for key, value in step.response.items())
                raise _StepError(step, expected, observed)

    def recorded(self) -> Iterator[RecordedExchange]:
        for exchange, line in zip(self.stage.exchanges, self.stage.lines, strict=True):
            yield _record(exchange, self.stage, line)


def _record(exchange: Exchange, stage: Stage, line: int) -> RecordedExchange:
    path, question, _ = exchange.path.partition("?")
    return RecordedExchange(
        method=exchange.method,
        path=stage.redact(path) + ("?..." if question else ""),
        status=exchange.status,
        cookies_sent=tuple(name for name, _ in exchange.sent_cookies),
        cookies_set=tuple(cookie.name for cookie in set_cookies_in(exchange.headers)),
        seconds=exchange.seconds,
        line=line,
    )
