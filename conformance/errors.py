"""What can go wrong outside a scenario's own expectations, as data to be shown at the edge."""

from __future__ import annotations

import re
import traceback
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class SuiteError(Exception):
    """The base of every error that this package raises on purpose."""


class UsageError(SuiteError):
    """The command line asks for something that does not exist or makes no sense."""


class InputError(SuiteError):
    """A file says something that is wrong, at a known place.

    `path` names the file, `line` and `column` count from 1, `source` is the text of that line.
    """

    def __init__(
        self, message: str, path: str, line: int, column: int, source: str = "", hint: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.line = line
        self.column = column
        self.source = source
        self.hint = hint

    def __str__(self) -> str:
        text = f"{self.path}:{self.line}:{self.column}: {self.message}"
        if self.source.strip() and not _PASSWORD.search(self.source):
            gutter = f"{self.line:4d} | "
            before = re.sub(r"[^\t]", " ", self.source[: self.column - 1])  # tabs stay as wide
            text += f"\n{gutter}{self.source}\n{'| ':>{len(gutter)}}{before}^"
        if self.hint:
            text += f"\n  {self.hint}"
        return text


# A line that gives a password, and not just a placeholder such as "{password}", is never shown.
_PASSWORD = re.compile(r"""pass\w*["']?\s*:\s*["']?[^\s"'{},]""", re.IGNORECASE)


class InputErrors(SuiteError):
    """All that is wrong with a set of files, so that one run shows every mistake."""

    def __init__(self, errors: Iterable[InputError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n\n".join(str(error) for error in self.errors))


class TargetError(SuiteError):
    """The target can't be judged: the base of the three errors below."""


class Unreachable(TargetError):
    """No HTTP response came: refused, timed out, cut off or not HTTP."""


class Closed(Unreachable):
    """The target closed the connection instead of answering."""


class Unrecognised(TargetError):
    """A response came that no sign of the profile recognises."""


class ServerProcessError(TargetError):
    """The target's own process could not be prepared, started or stopped."""


def own_defect(defect: Exception) -> str:
    """Say where our own code broke, without its message: that could hold a token."""
    *_, last = traceback.extract_tb(defect.__traceback__)
    where = f"{Path(last.filename).name}:{last.lineno}"
    return f"a defect of session-conformance itself: {type(defect).__name__} in {where}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return "did you mean 'x'?" for the closest of `known`, or an empty text."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean '{close[0]}'?" if close else ""
