"""Which version of a server is tested: as its profile says it, or as a command prints it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from conformance.model import Profile
from conformance.signs import fill

_SECONDS = 20
_LONGEST = 120  # characters


def version_of(profile: Profile) -> str:
    """Return the version in one line; empty where the profile tells none, or its command fails.

    A command speaks of what the suite can start itself, not of a server that runs elsewhere.
    """
    if isinstance(profile.version, str):
        return profile.version
    if profile.launch is None:
        return ""
    arguments = [str(fill(one, {"python": sys.executable})) for one in profile.version.arguments]
    try:
        done = subprocess.run(  # noqa: S603 (the profile's own command, without a shell)
            arguments,
            cwd=Path(profile.launch.folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    lines = done.stdout.decode("utf-8", "replace").strip().splitlines()
    return lines[0].strip()[:_LONGEST] if lines else ""
