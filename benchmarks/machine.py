"""Names the machine by what matters for its speed, and by nothing that says whose it is."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path


def described() -> str:
    """Return the model of the CPU, the cores and memory of this machine, the system and Python."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    system = f"{platform.system()} {platform.machine()}"
    return f"{_cpu()}, {os.cpu_count()} cores, {_memory()}, {system}, {python}"


def load() -> str:
    """Return the load averages, which should be far below the number of cores."""
    return ", ".join(f"{one:.1f}" for one in os.getloadavg())


def _cpu() -> str:
    text = _read("/proc/cpuinfo")
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1] if found else platform.processor() or "a CPU that does not tell its name"


def _memory() -> str:
    found = re.search(r"^MemTotal:\s*(\d+) kB$", _read("/proc/meminfo"), re.MULTILINE)
    return f"{int(found[1]) / 1024**2:.0f} GiB" if found else "memory unknown"


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
