"""How text is laid out on a terminal: width, wrapping, columns, colour."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from conformance.model import Outcome, Verdict

WIDTH = 100

_RESET = "\x1b[0m"
_COLOURS: dict[Outcome | Verdict | None, str] = {
    Outcome.PASSED: "\x1b[32m",
    Outcome.FAILED: "\x1b[31m",
    Outcome.ERROR: "\x1b[35m",
    Outcome.INCONCLUSIVE: "\x1b[33m",
    Outcome.KNOWN_FAILURE: "\x1b[33m",
    Outcome.NOT_TESTED: "\x1b[36m",
    Outcome.NOT_APPLICABLE: "\x1b[2m",
    Verdict.CONFORMANT: "\x1b[32m",
    Verdict.NOT_CONFORMANT: "\x1b[31m",
    Verdict.INCOMPLETE: "\x1b[33m",
    None: "\x1b[2m",
}


def paint(text: str, meaning: Outcome | Verdict | None, *, colour: bool) -> str:
    """Return the text in the colour of an outcome or a verdict, or as it is."""
    return f"{_COLOURS[meaning]}{text}{_RESET}" if colour else text


def plain(text: str) -> str:
    r"""Return one line in which what can't be printed is escaped, as `\x1b`.

    Much of what is shown comes from the target, which must not get to steer the terminal.
    """
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode("ascii")
        for each in text
    )


def shorten(text: str, width: int) -> str:
    """Return the text in one line of at most `width` characters; "..." stands for what is cut."""
    line = plain(text)
    return line if len(line) <= width else line[: width - 3] + "..."


def paragraph(text: str, first: str = "", indent: int = 0) -> list[str]:
    """Wrap a text that follows `first`; all further lines start at column `indent`."""
    margin = " " * indent
    head, *rest = text.strip().splitlines() or [""]
    lines = _wrap(head, first, margin) or [first.rstrip()]
    for line in rest:
        lines += _wrap(line, margin, margin)
    return lines


def table(rows: Sequence[Sequence[str]], limits: Sequence[int], *, indent: int = 0) -> list[str]:
    """Return the rows in columns two spaces apart; each column at most as wide as its limit."""
    cells = [
        [shorten(cell, limit) for cell, limit in zip(row, limits, strict=True)] for row in rows
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [
        " " * indent
        + "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]


def _wrap(line: str, first: str, margin: str) -> list[str]:
    return wrap(
        plain(line),
        WIDTH,
        initial_indent=first,
        subsequent_indent=margin,
        break_on_hyphens=False,  # LOGOUT-1 stays in one piece
    )


def number_of(number: int, noun: str) -> str:
    """Return "1 scenario", "2 scenarios"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
