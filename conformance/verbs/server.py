"""Verbs that stop, kill and start the target, or take its store away."""

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
    """Stop the target; at the end it is started again."""
    server = _server(stage)
    server.stop()
    return _gone(stage, server)


@verbs("start the server", needs=("restart",))
def start_server(stage: Stage, _: Seat, __: None) -> Seen:
    """Start the target again on the data it left."""
    server = _server(stage)
    server.start()
    stage.down = [one for one in stage.down if one is not server]
    return Seen()


@verbs("kill the server", needs=("kill",))
def kill_server(stage: Stage, _: Seat, __: None) -> Seen:
    """End the target and all its processes at once, without a warning; at the end it is started."""
    server = _server(stage)
    server.kill()
    return _gone(stage, server)


def _gone(stage: Stage, server: Server) -> Seen:
    stage.down.append(server)
    stage.wire.drop_connections()
    return Seen()


def _server(stage: Stage) -> Server:
    server = stage.asked_server()
    if server is None:
        raise NotTried("this run can't restart the server")
    return server
