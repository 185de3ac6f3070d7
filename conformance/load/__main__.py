"""A fresh interpreter for `session-conformance load`: made cooperative before anything is loaded.

Locust's users are greenlets, so sockets, locks and sleeps of the standard library have to be those
of gevent before any module takes hold of them. `command.py` starts this.
"""

from gevent import monkey

monkey.patch_all()

import sys  # noqa: E402 (see above)

from conformance.cli import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
