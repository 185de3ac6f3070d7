"""What `session-conformance load` does; returns the exit code."""

from __future__ import annotations

import os
import sys
import time
from argparse import Namespace
from datetime import datetime, timezone
from importlib.util import find_spec
from pathlib import Path

from conformance import __version__
from conformance.data import profile_path
from conformance.errors import UsageError
from conformance.limits import Limits
from conformance.load.knowledge import Lifetimes
from conformance.load.plan import Plan, check
from conformance.model import Profile
from conformance.profiles import located, read_profile
from conformance.terminal import say

REPORT = "load-report.json"


def load(options: Namespace) -> int:
    """Check what is asked for, go on in an interpreter of Locust's kind, and do it there."""
    plan = _plan(options)
    profile = _profile(options, plan)
    check(plan, profile, nodes_of(profile), may=options.i_may_load_this_target)
    if find_spec("locust") is None:
        raise UsageError("load needs Locust: pip install 'session-conformance[load]'")
    if not _is_cooperative():
        command = [sys.executable, "-m", "conformance.load", *options.arguments]
        sys.stdout.flush()
        os.execv(sys.executable, command)  # noqa: S606 (ourselves again, without a shell)
    if plan.part == "worker":
        return _work(profile, plan)
    try:
        options.report_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"no report can be written to {options.report_dir}: {error}") from None
    return _run(profile, plan, options.report_dir / REPORT)


def _is_cooperative() -> bool:
    """Say whether gevent has made this interpreter its own, as `__main__` beside this does."""
    monkey = sys.modules.get("gevent.monkey")
    return monkey is not None and bool(monkey.is_module_patched("socket"))


def _plan(options: Namespace) -> Plan:
    if options.master and options.worker:
        raise UsageError("a process is a --master or a --worker, not both")
    return Plan(
        users=options.users,
        seconds=options.duration,
        max_rps=options.max_rps,
        kills=options.kill_nodes,
        part="master" if options.master else "worker" if options.worker else "alone",
        workers=options.expect_workers if options.master else 1,
        host=options.bind if options.master else options.master_host,
        port=options.master_port,
    )


def _profile(options: Namespace, plan: Plan) -> Profile:
    profile = read_profile(profile_path(options.target))
    if plan.part == "worker" and not options.url:
        return profile  # the master tells where the servers are
    return located(profile, options.target, options.url)


def nodes_of(profile: Profile) -> tuple[str, ...]:
    """Return the base URLs of all nodes."""
    return (profile.base_url, *(node.url for node in profile.nodes))


def _lifetimes(profile: Profile) -> Lifetimes:
    timeouts = profile.timeouts
    return Lifetimes(
        timeouts.idle,
        timeouts.absolute,
        timeouts.allowance,
        max((abs(node.clock_ahead) for node in profile.nodes), default=0.0),
        profile.store.staleness if profile.store else 0.0,
    )


def _run(profile: Profile, plan: Plan, path: Path) -> int:
    # Only now: whoever reads a profile needs no connections, and no Locust.
    from conformance.load.nodes import Killer
    from conformance.load.summary import EXIT_CODES, Summary, progress, report, text
    from conformance.load.swarm import Swarm
    from conformance.target import opened

    say(f"{profile.name}: {plan.users} users for {plan.seconds:g} s")
    started, began = datetime.now(timezone.utc), time.monotonic()
    with opened(profile, Limits(max_rps=plan.max_rps)) as target:
        nodes = nodes_of(target.profile)
        servers = (target.settings.server, *target.settings.others)
        own = [(url, one) for url, one in zip(nodes, servers, strict=False) if one]
        killer = Killer(own, plan.kills, plan.seconds)
        swarm = Swarm(target.profile, nodes, _lifetimes(target.profile), plan)
        interrupted = False
        if target.trouble:
            swarm.tally.odd[target.trouble] += 1
        else:
            began = time.monotonic()
            interrupted = swarm.run(killer.run, lambda now: say(progress(swarm.tally, now)))
        summary = Summary(
            version=__version__,
            name=profile.name,
            nodes=nodes,
            started=started,
            users=plan.users,
            workers=plan.workers if plan.part == "master" else 0,
            seconds=time.monotonic() - began,
            wanted=plan.seconds,
            interrupted=interrupted,
            latencies=swarm.latencies(),
            tally=swarm.tally,
            kills=tuple(killer.kills),
            lost_workers=swarm.lost_workers,
        )
    _write(path, report(summary))
    say("", text(summary), f"report: {path}")
    return EXIT_CODES[summary.verdict]


def _write(path: Path, report: str) -> None:
    try:
        path.write_text(report, encoding="ascii")
    except OSError as error:
        raise UsageError(f"the report can't be written: {error}") from None


def _work(profile: Profile, plan: Plan) -> int:
    from conformance.load.swarm import Swarm

    given = "{port" not in profile.base_url and profile.launch is None
    swarm = Swarm(profile, nodes_of(profile) if given else (), _lifetimes(profile), plan)
    say(f"worker of {plan.host}:{plan.port}")
    swarm.work()
    return 0
