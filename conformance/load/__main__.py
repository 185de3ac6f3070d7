"""A fresh interpreter for `session-conformance load`: made cooperative before anything is loaded.

Locust's users are greenlets, so sockets, locks and sleeps of the standard library have to be those
of gevent before any module takes hold of them. `command.py` starts this.
"""

from gevent import monkey

monkey.patch_all()

import os  # noqa: E402 (see above)
import sys  # noqa: E402

from conformance.cli import main  # noqa: E402

if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    # Everything is closed; Python 3.10's own end would use locks of greenlets that are gone.
    os._exit(code)
