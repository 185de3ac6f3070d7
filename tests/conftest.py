"""Lets tests import what is in the checkout alone, such as the benchmarks."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))  # last: what is installed comes first
