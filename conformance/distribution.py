"""Spreads scenarios over the processes of pytest-xdist: each gets its whole share at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]


class ShareScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Gives each process one share of the scenarios, whose waits can then lie side by side.

    `shares` gets the ids of all items and the number of processes, and returns the share of each
    scenario among them; what is no scenario is handed out one by one.
    """

    def __init__(
        self,
        config: pytest.Config,
        log: object,
        shares: Callable[[Sequence[str], int], Mapping[str, int]],
    ) -> None:
        super().__init__(config, log)
        self._shares_of = shares
        self._shares: Mapping[str, int] | None = None

    def _split_scope(self, nodeid: str) -> str:
        if self._shares is None:
            self._shares = self._shares_of(self.collection or (), len(self.nodes))
        share = self._shares.get(nodeid)
        return nodeid if share is None else f"share {share} of the scenarios"
