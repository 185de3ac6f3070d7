"""Serve the reference over https with a certificate authority made for this run alone.

`python serve_https.py PORT FOLDER`: FOLDER/ca.pem is what a client has to trust.
"""

import os
import sys
from pathlib import Path

import trustme


def main(port: str, folder: Path) -> None:
    """Make the certificates unless an earlier start made them, and become the reference."""
    authority, certificate, key = folder / "ca.pem", folder / "server.pem", folder / "server.key"
    if not authority.exists():
        ca = trustme.CA()
        server = ca.issue_cert("127.0.0.1", "localhost")
        ca.cert_pem.write_to_path(authority)
        server.cert_chain_pems[0].write_to_path(certificate)
        server.private_key_pem.write_to_path(key)
    served = ["-m", "reference_impl", "--port", port]
    os.execv(  # noqa: S606 (our own interpreter and arguments)
        sys.executable,
        [sys.executable, *served, "--certificate", str(certificate), "--key", str(key)],
    )


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
