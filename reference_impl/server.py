"""The server: gunicorn with threads, embedded, so that no configuration file is needed."""

import socket
import ssl
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]


@dataclass(frozen=True)
class Address:
    """Where to listen and with what; port 0 takes a free one, a certificate means https."""

    host: str = "127.0.0.1"
    port: int = 5000
    workers: int = 1
    threads: int = 8
    certificate: Path | None = None
    key: Path | None = None


class Worker(ThreadWorker):  # type: ignore[misc]
    """A threaded worker that, told to stop, closes idle connections at once."""

    def handle_exit(self, sig: int, frame: object) -> None:
        """Stop accepting; requests in flight are still answered."""
        super().handle_exit(sig, frame)
        # Newer versions would wait for clients to say more on connections that are kept alive;
        # older ones don't wait, and have no such list.
        for connection in getattr(self, "keepalived_conns", ()):
            connection.timeout = 0.0


class Server(BaseApplication):  # type: ignore[misc]
    """Serves the app that ``load_app`` returns; each worker process makes one of its own.

    The constructor reads the certificate and binds the address; either may raise OSError.
    """

    def __init__(self, load_app: Callable[[], Flask], address: Address) -> None:
        self._load_app = load_app
        self._address = address
        # gunicorn itself would find a bad certificate at the first request only.
        if address.certificate:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(address.certificate, address.key)
        # gunicorn itself would try five times and log a page about it.
        self._listener = _listen(address)
        super().__init__()

    def load_config(self) -> None:
        """Tell gunicorn what we want; called once by its constructor."""
        for name, value in self._options().items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the app; called once in each worker, after the fork."""
        return self._load_app()

    def _options(self) -> dict[str, Any]:
        address = self._address
        options = {
            "bind": f"fd://{self._listener}",
            "workers": address.workers,
            "threads": address.threads,
            "worker_class": Worker,
            "keepalive": 75,  # seconds
            "graceful_timeout": 5,  # seconds, for requests that are being answered
            "loglevel": "error",  # warnings quote bad requests, cookies and all
            "when_ready": self._announce,
            # Scheme and address come from the settings (TRUSTED_PROXIES), not from whoever
            # connects from this machine.
            "forwarded_allow_ips": "",
            "certfile": str(address.certificate) if address.certificate else None,
            "keyfile": str(address.key) if address.key else None,
            # Newer versions open a control socket in the working or home directory.
            "control_socket_disable": True,
        }
        return {name: value for name, value in options.items() if name in self.cfg.settings}

    def _announce(self, arbiter: Any) -> None:
        host, port = arbiter.LISTENERS[0].sock.getsockname()[:2]
        scheme = "https" if self._address.certificate else "http"
        shown = f"[{host}]" if ":" in host else host
        sys.stdout.write(f"listening on {scheme}://{shown}:{port}\n")
        sys.stdout.flush()


def _listen(address: Address) -> int:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    # Detached, since gunicorn closes the descriptor it is given.
    return socket.create_server((address.host, address.port), family=family).detach()
