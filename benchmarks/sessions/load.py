"""A load that is cheap and steady: a few kept connections, each with one request under way.

`python load.py PORT PATH KEYS SECONDS CONNECTIONS` prints one line of JSON. It runs as a process of
its own, and what it costs counts for nobody. KEYS is a JSON file of pairs: the cookie to present,
picked at random, and the name that must be in the answer.
"""

from __future__ import annotations

import json
import random
import selectors
import socket
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

_AT_LEAST = 1  # answers of each connection, however slow


@dataclass
class Answers:
    """What came back: latencies in seconds, and how many answers were wrong."""

    latencies: list[float] = field(default_factory=list)
    wrong: int = 0
    sample: str = ""

    def summary(self, seconds: float) -> dict[str, object]:
        """Return the figures; latencies in milliseconds."""
        ordered = sorted(self.latencies)
        return {
            "requests": len(ordered),
            "wrong": self.wrong,
            "sample": self.sample,
            "seconds": seconds,
            "p50": quantile(ordered, 0.5) * 1000,
            "p99": quantile(ordered, 0.99) * 1000,
        }


def quantile(ordered: list[float], share: float) -> float:
    """Return the value that `share` of the values do not exceed."""
    return ordered[max(0, -(-len(ordered) * round(share * 1000) // 1000) - 1)] if ordered else 0.0


class _Connection:
    """One kept connection, with one request under way."""

    def __init__(self, port: int, head: str, keys: list[tuple[str, str]]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._requests = [
            (f"{head}Cookie: {cookie}\r\n\r\n".encode(), name.encode()) for cookie, name in keys
        ]
        self._read = b""
        self.answered = 0

    def ask(self) -> None:
        request, self._name = random.choice(self._requests)  # noqa: S311
        self._read = b""
        self._asked = time.perf_counter()
        self.socket.sendall(request)

    def hear(self, answers: Answers) -> bool:
        """Take what has come; True once the answer is whole."""
        part = self.socket.recv(65536)
        if not part:
            raise ConnectionError("the server has closed a connection")
        self._read += part
        head, _, body = self._read.partition(b"\r\n\r\n")
        if not is_whole(head, body):
            return False
        answers.latencies.append(time.perf_counter() - self._asked)
        self.answered += 1
        if not head.startswith(b"HTTP/1.1 200 ") or self._name not in body:
            answers.wrong += 1
            answers.sample = head.partition(b"\r\n")[0].decode("latin-1")
        return True


def is_whole(head: bytes, body: bytes) -> bool:
    """Tell whether the answer has come to its end, by its length or by its last chunk."""
    _, found, rest = head.lower().partition(b"\r\ncontent-length: ")
    if found:
        return len(body) >= int(rest.partition(b"\r\n")[0])
    return body.endswith(b"0\r\n\r\n")


def run(
    port: int, path: str, keys: list[tuple[str, str]], seconds: float, connections: int
) -> dict[str, object]:
    """Ask for so many seconds and return the figures."""
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
    answers = Answers()
    start = time.perf_counter()
    with selectors.DefaultSelector() as selector:
        for _ in range(connections):
            one = _Connection(port, head, keys)
            selector.register(one.socket, selectors.EVENT_READ, one)
            one.ask()
        while selector.get_map():
            for key, _ in selector.select():
                connection: _Connection = key.data
                if not connection.hear(answers):
                    continue
                over = time.perf_counter() - start >= seconds
                if over and connection.answered >= _AT_LEAST:
                    selector.unregister(connection.socket)
                    connection.socket.close()
                else:
                    connection.ask()
    return answers.summary(time.perf_counter() - start)


if __name__ == "__main__":
    port, path, keys, seconds, connections = sys.argv[1:]
    figures = run(
        int(port), path, json.loads(Path(keys).read_text()), float(seconds), int(connections)
    )
    sys.stdout.write(json.dumps(figures) + "\n")
