"""Verbs that stop and start the target."""

from __future__ import annotations

from conformance.stage import NotTried, Seat, Seen, Server, Stage
from conformance.verbs.registry import verbs


@verbs("restart the server", needs=("restart",))
def restart_server(stage: Stage, seat: Seat, _: None) -> Seen:
    """Stop the target and start it again on the data it left."""
    stop_server(stage, seat, None)
    return start_server(stage, seat, None)


@verbs("stop the server", needs=("restart",))
def stop_server(stage: Stage, _: Seat, __: None) -> Seen:
    """Stop the target."""
    _server(stage).stop()
    stage.wire.drop_connections()
    return Seen()


@verbs("start the server", needs=("restart",))
def start_server(stage: Stage, _: Seat, __: None) -> Seen:
    """Start the target again on the data it left."""
    _server(stage).start()
    return Seen()


def _server(stage: Stage) -> Server:
    if stage.server is None:
        raise NotTried("this run can't restart the server")
    return stage.server
