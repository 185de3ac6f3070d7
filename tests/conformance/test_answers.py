from __future__ import annotations

import http.client
import io
import socket
import time
from email.message import Message

import pytest

from conformance.answers import Answer, Response, read_fields

USUAL = b"A: 1\r\nSet-Cookie: a=1\r\nX:y \t\r\nset-cookie: b=2\r\nEmpty:\r\n\r\n"


def answer_to(method: str, sent: bytes) -> tuple[Answer, bool]:
    """Return how an answer of these bytes is read, and whether its connection can go on."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(sent)
        theirs.shutdown(socket.SHUT_WR)
        response = Response(ours, time.monotonic() + 5, method)
        response.begin()
        return response.whole(), response.leaves_connection_open


def test_headers_keep_their_order_repetition_and_letters() -> None:
    assert read_fields(io.BytesIO(USUAL)) == (
        ("A", "1"),
        ("Set-Cookie", "a=1"),
        ("X", "y \t"),
        ("set-cookie", "b=2"),
        ("Empty", ""),
    )


@pytest.mark.parametrize(
    "lines",
    [
        USUAL,
        b"A: \xe9\xff\x00\x85\x0b z\r\n\r\n",
        b"A: 1\nB: 2\r\n\n",
        b"A: 1\rB: 2\r\n\r\n",
        b"A: 1\r\nnonsense\r\nB: 2\r\n\r\n",
        b"A : 1\r\nB: 2\r\n\r\n",
        b"a b: 1\r\nB: 2\r\n\r\n",
        b": 1\r\nB: 2\r\n\r\n",
        b" A: 1\r\nB: 2\r\n\r\n",
        b"From here\r\nB: 2\r\n\r\n",
        b"\xc3\xa9: 1\r\nB: 2\r\n\r\n",
        b"A: 1\r\nB",
        b"\r\n",
    ],
)
def test_headers_are_read_as_the_standard_library_reads_them(lines: bytes) -> None:
    expected: Message = http.client.parse_headers(io.BytesIO(lines))
    assert read_fields(io.BytesIO(lines)) == tuple(expected.items())


def test_a_folded_header_is_one_line() -> None:
    folded = b"A: 1,\r\n\t 2,  \r\n 3\r\nB: 4\r\n\r\n"
    assert read_fields(io.BytesIO(folded)) == (("A", "1, 2, 3"), ("B", "4"))


def test_what_comes_after_the_headers_is_left_unread() -> None:
    file = io.BytesIO(USUAL + b"body")
    read_fields(file)
    assert file.read() == b"body"


@pytest.mark.parametrize("lines", [b"A: 1\r\n" * 101, b"A: " + b"x" * 70_000 + b"\r\n"])
def test_too_many_or_too_long_headers_are_refused(lines: bytes) -> None:
    with pytest.raises(http.client.HTTPException):
        read_fields(io.BytesIO(lines + b"\r\n"))


@pytest.mark.parametrize(
    ("sent", "body", "goes_on"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi and more", b"hi", True),
        (b"HTTP/1.1 200\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi", b"hi", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nhi", b"hi", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nhi", b"hi", False),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi", b"hi", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", b"hi", False),
        (b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi", b"hi", True),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", b"hi", True),
        (b"HTTP/1.1 100 Continue\r\nA: 1\r\n\r\nHTTP/1.1 204 No\r\n\r\n", b"", True),
        (b"HTTP/1.1 103 Early Hints\r\n\r\n", b"", True),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n", b"", True),
    ],
)
def test_the_body_ends_where_the_headers_say(sent: bytes, body: bytes, goes_on: bool) -> None:
    answer, can_go_on = answer_to("GET", sent)
    assert (answer.body, can_go_on) == (body, goes_on)


def test_an_answer_to_head_has_no_body() -> None:
    sent = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Encoding: gzip\r\n\r\n"
    answer, goes_on = answer_to("HEAD", sent)
    assert (answer.status, answer.body, goes_on) == (200, b"", True)


@pytest.mark.parametrize(
    "sent",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi!",
        b"HTTP/2 200 OK\r\nContent-Length: 2\r\n\r\nhi",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi",
    ],
)
def test_what_is_no_whole_answer_is_an_error(sent: bytes) -> None:
    with pytest.raises(http.client.HTTPException):
        answer_to("GET", sent)
