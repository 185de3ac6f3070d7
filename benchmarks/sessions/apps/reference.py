"""The reference, as it is, under the same server as all others."""

import os

from reference_impl.app import create_app
from reference_impl.settings import Settings

app = create_app(Settings.from_environment(os.environ))
