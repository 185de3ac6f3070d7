"""How many users for how long, and where a run of many machines has its master."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

from conformance.errors import UsageError
from conformance.model import Profile

USERS_OF_OTHERS, RATE_OF_OTHERS, SECONDS_OF_OTHERS = 50, 100.0, 600.0


@dataclass(frozen=True)
class Plan:
    """What a run of `load` is to do.

    `seconds` is its length with the time in which users arrive; `max_rps` counts for all workers
    together (0: any number); `kills` is how often a node is killed and started again.
    """

    users: int = 10
    seconds: float = 30.0
    max_rps: float = 100.0
    kills: int = 0
    part: Literal["alone", "master", "worker"] = "alone"
    workers: int = 1
    host: str = "127.0.0.1"  # where the master listens, or is found
    port: int = 5557

    @property
    def arrivals(self) -> float:
        """How many users arrive in a second: all of them in a tenth of the time."""
        return min(max(1.0, self.users / (self.seconds / 10)), 100.0)


def check(plan: Plan, profile: Profile, nodes: Sequence[str], *, may: bool) -> None:
    """Refuse what makes no sense, and much load for others unless they `may`; UsageError."""
    is_started = profile.launch is not None
    if not plan.users or not plan.seconds or not plan.workers:
        raise UsageError("a run needs at least one user, one worker and some time")
    if plan.kills and not is_started:
        raise UsageError("--kill-nodes needs a target that the suite starts: a 'start' command")
    if profile.session_limit and profile.register is None and plan.part != "alone":
        raise UsageError(
            "several machines can't share alice and bob where the profile has a 'session limit': "
            "declare 'register', so that each user gets an account"
        )
    heavy = (
        plan.users > USERS_OF_OTHERS
        or plan.seconds > SECONDS_OF_OTHERS
        or not 0 < plan.max_rps <= RATE_OF_OTHERS
    )
    foreign = [url for url in nodes if not is_started and not _is_local(url)]
    if heavy and foreign and not may:
        raise UsageError(
            f"{foreign[0]} is another machine: more than {USERS_OF_OTHERS} users, "
            f"{RATE_OF_OTHERS:g} requests a second or {SECONDS_OF_OTHERS / 60:g} minutes need "
            "--i-may-load-this-target, and that you may"
        )


def _is_local(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
