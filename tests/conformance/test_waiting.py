from __future__ import annotations

from datetime import datetime
from queue import SimpleQueue

from conformance.waiting import Notices, notice


def at(text: str) -> float:
    return datetime.fromisoformat(f"2026-01-05T{text}").timestamp()


def test_a_notice_says_how_many_wait_and_until_when() -> None:
    assert notice([at("14:05:09")]) == "waiting: 1 wait goes on until 14:05:09"
    assert notice([at("14:05:09"), at("14:05:10"), at("15:00:00")]) == (
        "waiting: 3 waits go on, the first until 14:05:09, the last until 15:00:00"
    )


def test_a_run_that_has_gone_quiet_says_what_it_waits_for() -> None:
    said: SimpleQueue[str] = SimpleQueue()
    with Notices(lambda: [at("14:05:09")], said.put, quiet=0.001).watching():
        assert said.get(timeout=5) == "waiting: 1 wait goes on until 14:05:09"


def test_nothing_is_said_while_nobody_waits_or_results_come() -> None:
    said: list[str] = []
    with Notices(list, said.append, quiet=0.001).watching() as notices:
        notices.result()
    with Notices(lambda: [at("14:05:09")], said.append, quiet=60).watching() as notices:
        notices.result()
    assert said == []
