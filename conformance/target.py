"""A target during a run: started if need be, tried before anything else, stopped at the end."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timezone
from pathlib import Path
from threading import Event, Lock
from typing import Any

from conformance.accounts import leased
from conformance.engine import Settings, lack, result_of, run, waits
from conformance.errors import TargetError, own_defect
from conformance.known import with_known_failure
from conformance.limits import Limits
from conformance.model import Outcome, Profile, Request, Result, Scenario
from conformance.needs import Lack
from conformance.pace import Pace
from conformance.process import started, store_of
from conformance.scenarios import read_scenarios
from conformance.slots import Slots
from conformance.stage import NotTried, Stage, Throttled
from conformance.vocabulary import VOCABULARY
from conformance.wire import Wire
from conformance.yamltree import parse

_TRIES = 5  # of a scenario that proved nothing, since this machine was too slow or too fast
_LEAST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0  # seconds, for a target that asks for fewer requests


class Interruption:
    """Lets the scenarios of a run sleep, and wakes all of them when the run is interrupted."""

    def __init__(self) -> None:
        self._event = Event()
        self._lock = Lock()
        self._waking: list[float] = []

    def sleep(self, seconds: float) -> None:
        """Sleep; raises NotTried when the run is interrupted meanwhile."""
        until = time.time() + seconds
        with self._lock:
            self._waking.append(until)
        try:
            if self._event.wait(seconds):
                raise NotTried("the run was interrupted during this")
        finally:
            with self._lock:
                self._waking.remove(until)

    def waking(self) -> tuple[float, ...]:
        """Return when each of those who sleep will wake, as `time.time()` counts, in order."""
        with self._lock:
            return tuple(sorted(self._waking))

    @property
    def happened(self) -> bool:
        """Whether the run was interrupted."""
        return self._event.is_set()

    def interrupt(self) -> None:
        """Wake everybody who sleeps, now and from now on."""
        self._event.set()


def today() -> date:
    """Return the day that it is now in UTC, as for known failures."""
    return datetime.now(timezone.utc).date()


@dataclass
class Target:
    """A target to run scenarios against; `trouble` says why it can't be judged, if so."""

    profile: Profile
    settings: Settings
    limits: Limits
    trouble: str = field(default="")
    slots: Slots = field(default_factory=lambda: Slots(1))
    today: Callable[[], date] = today

    def perform(self, scenario: Scenario) -> Result:
        """Run a scenario on the accounts that it may use; whatever happens is an outcome."""
        not_now = lack(scenario, self.profile) or self._too_long(scenario)
        if not_now:
            return result_of(scenario, not_now.outcome, scenario.place, not_now.reason)
        if self.trouble:
            return result_of(scenario, Outcome.ERROR, scenario.place, self.trouble)
        try:
            result = self._performed(scenario)
        except TargetError as error:
            reason = self._stage().redact(str(error))
            result = result_of(scenario, Outcome.ERROR, scenario.place, reason)
        except Exception as defect:
            result = result_of(scenario, Outcome.ERROR, scenario.place, own_defect(defect))
        if result.outcome is Outcome.ERROR:
            self._notice_absence()
        return with_known_failure(result, self.profile.known_failures, self.today())

    def _performed(self, scenario: Scenario) -> Result:
        for _ in range(_TRIES):
            result = self._performed_once(scenario)
            if result.throttled is not None and not comes_last(scenario):
                self._back_off(result.throttled)
            elif not result.too_slow:
                break
        return result

    def _performed_once(self, scenario: Scenario) -> Result:
        try:
            with leased(scenario, self.profile, self.settings) as users, self.slots.taken():
                return run(scenario, self.profile, users, self.settings)
        except Throttled as error:  # when an account was to be registered
            reason = self._stage().redact(str(error))
            result = result_of(scenario, Outcome.NOT_TESTED, scenario.place, reason)
            return replace(result, throttled=error.seconds or 0.0)

    def _back_off(self, seconds: float) -> None:
        """Leave the target alone for as long as it asks for, within bounds."""
        pause = min(max(seconds, _LEAST_PAUSE), _LONGEST_PAUSE)
        self.settings.wire.pace.pause(pause)

    def _too_long(self, scenario: Scenario) -> Lack | None:
        seconds = waits(scenario, self.profile.timeouts)
        if seconds <= self.limits.max_wait:
            return None
        reason = f"it waits {seconds:.0f} s; to run it: --max-wait {int(seconds) + 1}s"
        return Lack(Outcome.NOT_TESTED, reason)

    def _notice_absence(self) -> None:
        """After an error: when the target does not answer at all, try nothing further."""
        request = self.profile.protected_page.request
        try:
            browser = self._stage().new_browser()
            browser.send(Request(request.method, request.path), cookies=())
        except TargetError as error:
            self.trouble = self.trouble or f"the target does not answer any more: {error}"

    def _stage(self) -> Stage:
        settings = self.settings
        return Stage(self.profile, self.profile.users, settings.wire, settings.clock, _no_sleep)


def comes_last(scenario: Scenario) -> bool:
    """Say whether the scenario has to wait until all others have ended."""
    return "the end of the run" in scenario.needs


@contextmanager
def opened(
    profile: Profile,
    limits: Limits,
    interruption: Interruption | None = None,
    *,
    is_tried: bool = True,
) -> Iterator[Target]:
    """Start the target if its profile says how, try the profile's signs, and stop it at the end.

    What goes wrong stands in `Target.trouble`; nothing is raised. The signs are left for others to
    try where `is_tried` is false.
    """
    sleep = (interruption or Interruption()).sleep
    with ExitStack() as running:
        try:
            premises: dict[str, Any] = {"store": store_of(profile)}
            if profile.launch is not None:
                profile, servers = running.enter_context(started(profile))
                premises = {
                    "server": servers.main,
                    "others": servers.others,
                    "store": servers.store,
                }
            slots = Slots(limits.concurrency)
            wire = Wire(profile.ca_file, limits.timeout, Pace(limits.max_rps, sleep=sleep))
            settings = Settings(wire, sleep=sleep, idle=slots.lent, **premises)
        except TargetError as error:
            yield Target(profile, Settings(), limits, trouble=str(error))
            return
        target = Target(profile, settings, limits, slots=slots)
        target.trouble = _trouble_with(target) if is_tried else ""
        yield target


def _trouble_with(target: Target) -> str:
    """Say what keeps the profile from telling signed in from signed out, if anything does.

    A page that shows a stranger somebody's name is open: that is for ACCESS-1 to say.
    """
    for name in ("stranger", "login"):
        result = target.perform(_preflight(name))
        if result.outcome is Outcome.FAILED and not result.observed.startswith("signed in as"):
            return (
                f"the profile proves nothing at this target: expected '{result.expected}', "
                f"observed {result.observed}. Either a sign, an address or a password in "
                f"{target.profile.place.path} is wrong, or logging in does not work there at all; "
                f"{_why(target)}"
            )
        if result.outcome not in (Outcome.PASSED, Outcome.FAILED):
            return result.reason if target.trouble else f"{result.reason}; {_why(target)}"
    return ""


def _why(target: Target) -> str:
    """Return the command that tells more."""
    path = shlex.quote(target.profile.place.path)
    return f"to see why: session-conformance doctor --target {path}"


def _preflight(name: str) -> Scenario:
    path = Path(__file__).parent / "preflight" / f"{name}.yaml"
    (scenario,) = read_scenarios(parse(path), f"preflight/{name}", VOCABULARY)
    return scenario


def _no_sleep(_: float) -> None:
    raise AssertionError("nobody waits here")
