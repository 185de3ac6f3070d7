"""Fill one store and write down some of its keys: what a browser presents, and whom it shows."""

from __future__ import annotations

import importlib
import json
import random
import sys
from pathlib import Path

PRESENTED = 200  # fewer than what Django's local cache holds (300)


def main(arguments: list[str]) -> None:
    """Fill the store; the arguments are the format, the URL, how many, and the file of keys."""
    form, url, count, file = arguments
    seed = importlib.import_module(f"benchmarks.sessions.seeds.{form}").seed
    numbers = random.Random(1)  # noqa: S311 (which sessions are asked for is no secret)
    chosen = set(numbers.sample(range(int(count)), min(int(count), PRESENTED)))
    keys = [key for number, key in enumerate(seed(url, int(count))) if number in chosen]
    Path(file).write_text(json.dumps(keys), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
