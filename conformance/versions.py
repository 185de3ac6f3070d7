"""Which version of a server is tested: as its profile says it, or as a command prints it."""

from __future__ import annotations

import sys
from dataclasses import replace

from conformance.errors import ServerProcessError
from conformance.model import Profile
from conformance.running import Runner
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
    arguments = tuple(
        str(fill(one, {"python": sys.executable})) for one in profile.version.arguments
    )
    command = replace(profile.version, arguments=arguments)
    try:
        printed = Runner(profile.launch.folder).run(command, _SECONDS)
    except ServerProcessError:
        return ""
    lines = printed.decode("utf-8", "replace").strip().splitlines()
    return lines[0].strip()[:_LONGEST] if lines else ""
