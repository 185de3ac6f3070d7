"""The benchmark of sessions counts right: CPU times, quantiles, differences and promises."""

from __future__ import annotations

import os
import threading

import pytest

from benchmarks.sessions import cpu
from benchmarks.sessions.figures import Figures, Setting, Spread, added, share
from benchmarks.sessions.limits import verdicts
from benchmarks.sessions.load import is_whole, quantile, run
from benchmarks.sessions.purge import Purged
from benchmarks.sessions.results import markdown
from benchmarks.sessions.rounds import Plan
from benchmarks.sessions.seeds.bulk import name_of, owner_of, owners
from benchmarks.sessions.subjects import (
    DJANGO,
    DJANGO_DB,
    FLASK,
    FLASK_SESSION_BEST,
    REFERENCE,
    SUBJECTS,
)

SQLITE = Setting("SQLite", 1_000)


def turns(*cpus: float) -> list[Figures]:
    return [Figures(one, 1000.0, 2.0, 500) for one in cpus]


TURNS = {
    FLASK: turns(200, 300, 210),
    DJANGO: turns(250, 250, 250),
    REFERENCE: turns(310, 420, 320),
    FLASK_SESSION_BEST: turns(500, 600, 510),
    DJANGO_DB: turns(900, 850, 950),
}


def test_what_is_added_is_compared_round_by_round() -> None:
    assert added(REFERENCE, TURNS) == Spread(110, 110, 120)


def test_nothing_is_added_by_a_ceiling_or_without_one() -> None:
    assert added(FLASK, TURNS) is None
    assert added(REFERENCE, {REFERENCE: TURNS[REFERENCE]}) is None


def test_sessions_of_django_stand_under_django_alone() -> None:
    assert added(DJANGO_DB, TURNS) == Spread(650, 600, 700)


def test_a_share_is_of_what_is_added() -> None:
    assert share(REFERENCE, FLASK_SESSION_BEST, TURNS) == pytest.approx(110 / 300)
    assert share(REFERENCE, "not measured", TURNS) is None


def test_promises_are_kept_or_not() -> None:
    purged = Purged("SQLite", "in batches", 3.0, 5.1, 9.0, 20.0, 49.0, 0, is_ours=True)
    kept = {one.says: one.is_kept for one in verdicts({SQLITE: TURNS}, [purged])}
    assert list(kept.values()) == [True, True, True, False, True, True]
    over = {**TURNS, REFERENCE: turns(380, 480, 390)}
    assert [one.is_kept for one in verdicts({SQLITE: over}, [])] == [False, True, False]


def test_the_page_shows_medians_spreads_and_promises() -> None:
    purged = Purged("SQLite", "one DELETE", 1.0, 0.1, 0.3, 900.0, 930.0, 0)
    page = markdown({SQLITE: TURNS}, [purged], Plan(3, 1.0), "0.0", "a command", "")
    assert "| reference | 320 | 310-420 | 110 | 110-120 | 1,000 | 2.0 |" in page
    assert "| plain Flask | 210 | 200-300 |  |  | 1,000 | 2.0 |" in page
    assert "| 110 us | 130 us | yes |" in page
    assert "| SQLite | one DELETE | 1.00 | 0.10 | 0.30 | 900.00 | 930.00 | 0 |" in page


@pytest.mark.parametrize(("share_of", "value"), [(0.5, 50.0), (0.99, 99.0), (1.0, 100.0)])
def test_a_quantile_is_one_of_the_values(share_of: float, value: float) -> None:
    assert quantile([float(one) for one in range(1, 101)], share_of) == value


def test_a_quantile_of_one_value_is_this_value() -> None:
    assert (quantile([7.0], 0.99), quantile([], 0.99)) == (7.0, 0.0)


def test_an_answer_is_whole_by_its_length_or_its_last_chunk() -> None:
    assert not is_whole(b"HTTP/1.1 200 OK\r\nContent-Length: 3", b"ab")
    assert is_whole(b"HTTP/1.1 200 OK\r\nContent-Length: 3", b"abc")
    assert not is_whole(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked", b"3\r\nabc\r\n")
    assert is_whole(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked", b"3\r\nabc\r\n0\r\n\r\n")


def test_a_process_whose_name_has_brackets_is_counted_right() -> None:
    fields = " ".join(
        ["S", *["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"], "100", "20", "3", "1", "0"]
    )
    tick = 1 / os.sysconf("SC_CLK_TCK")
    assert cpu._of_stat(f"42 (a) strange (name) {fields}") == pytest.approx(124 * tick)


def test_a_process_that_is_gone_has_spent_nothing() -> None:
    assert cpu.spent([2**22 + 1]) == 0.0


def test_the_cpu_time_of_this_process_is_seen() -> None:
    assert cpu.spent([os.getpid()]) > 0.0


def test_a_wrong_name_is_counted() -> None:
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Page(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "5")
            self.end_headers()
            self.wfile.write(b"alice")

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        right = run(server.server_port, "/", [("a=b", "alice")], 0.0, 1)
        wrong = run(server.server_port, "/", [("a=b", "bob")], 0.0, 1)
        server.shutdown()
        thread.join()
    assert (right["wrong"], wrong["wrong"]) == (0, wrong["requests"])


@pytest.mark.parametrize("count", [1, 1_000])
def test_every_session_belongs_to_an_account(count: int) -> None:
    people = owners(count)
    assert {owner_of(number, count) for number in range(count)} == set(people)
    assert name_of(people[0]) == "user1@example.com"


def test_every_ceiling_is_measured_and_every_name_is_there_once() -> None:
    names = [one.name for one in SUBJECTS]
    assert len(set(names)) == len(names)
    assert {one.ceiling for one in SUBJECTS if one.ceiling} <= set(names)
