"""Write the password's hash, as `jupyter server password` does: `set_up.py < password`."""

import json
import os
import sys
from pathlib import Path

from jupyter_server.auth import passwd

if __name__ == "__main__":
    folder = Path(os.environ["JUPYTER_CONFIG_DIR"])
    folder.mkdir(parents=True, exist_ok=True)
    # A cheap hash, since the suite logs in hundreds of times; the default is argon2.
    hashed = {"IdentityProvider": {"hashed_password": passwd(sys.stdin.read(), "sha256")}}
    (folder / "jupyter_server_config.json").write_text(json.dumps(hashed), encoding="utf-8")
