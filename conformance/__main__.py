"""`python -m conformance` is the same as `session-conformance`."""

import sys

from conformance.cli import main

sys.exit(main())
