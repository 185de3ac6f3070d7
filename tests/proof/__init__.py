"""The proof of the proofs: `tox -e proof`, or `python -m proof` in the folder `tests`."""
