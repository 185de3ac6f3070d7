"""Serve the site with gunicorn on 127.0.0.1: `python serve.py --port 8000`."""

import argparse
import os
import signal
from typing import Any

from django.core.wsgi import get_wsgi_application
from gunicorn.app.base import BaseApplication


def end_at_sigterm(worker: Any) -> None:
    """Answer what is being answered, and don't wait for connections that are only held open."""
    signal.signal(signal.SIGTERM, worker.handle_quit)


OPTIONS = {
    "worker_class": "gthread",
    "threads": 8,
    "keepalive": 60,  # longer than any wait of a test, so none meets a closing connection
    "graceful_timeout": 1,
    "post_worker_init": end_at_sigterm,
    "loglevel": "error",  # warnings may quote what a client sent
    "control_socket_disable": True,  # it would be a file; gunicorn before 25 has none
}


class Site(BaseApplication):
    """The site as gunicorn runs it, set up by the options above and not by its command line."""

    def __init__(self, port: int) -> None:
        self.port = port
        # Here, before any worker is made, a wrong setting stops the start.
        self.application = get_wsgi_application()
        super().__init__()

    def load_config(self) -> None:
        self.cfg.set("bind", f"127.0.0.1:{self.port}")
        for name, value in OPTIONS.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        return self.application


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings")
    Site(parser.parse_args().port).run()
