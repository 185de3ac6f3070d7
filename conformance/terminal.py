"""What goes to the person before the screen."""

from __future__ import annotations

import os
import sys


def say(*lines: str) -> None:
    """Show these lines at once, even where the output is read by a program."""
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def use_colour() -> bool:
    """Tell whether the output is a terminal whose user has nothing against colours."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")
