"""What can be found of a secret, or of somebody, in a dump of a store."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator

from conformance.decodings import decoded

LEAST = 8  # bytes; what is shorter may stand in a dump by chance
_DIGESTS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
_WORDS = (3, 1, 2)  # how many bytes may stand before in a text that base64 encodes as a whole


def usable(token: str) -> Iterator[tuple[str, bytes]]:
    """Yield what a dump must not hold: the token, what it decodes to, and both in digits.

    Each has a name that says what it is. What is shorter than 8 bytes is left out.
    """
    plain = token.encode("utf-8", "surrogatepass")
    readings = {"the token": plain}
    readings |= {f"the token, read as {name},": data for name, data in decoded(token).items()}
    for name, data in readings.items():
        if len(data) < LEAST:
            continue
        yield f"{name} itself", data
        yield f"{name} in hexadecimal digits", data.hex().encode()
        for text in _base64(data):
            yield f"{name} in base64", text


def _base64(data: bytes) -> Iterator[bytes]:
    """Yield the parts that any base64 text has in which the data stands, at whatever place."""
    for before in _WORDS:
        whole = base64.b64encode(bytes(before) + data)
        start = -(-before * 4 // 3)  # the letters that what stands before takes part in
        part = whole[start:].rstrip(b"=")
        part = part[:-1] if (before + len(data)) % 3 else part  # it may depend on what follows
        yield part
        yield part.translate(bytes.maketrans(b"+/", b"-_"))


def hashes(token: str) -> Iterator[bytes]:
    """Yield the common hashes of a token, raw and in digits."""
    readings = [token.encode("utf-8", "surrogatepass"), *decoded(token).values()]
    for data in readings:
        for name in _DIGESTS:
            hashed = hashlib.new(name, data, usedforsecurity=False).digest()
            yield from (hashed, hashed.hex().encode(), base64.b64encode(hashed).rstrip(b"="))
            yield base64.urlsafe_b64encode(hashed).rstrip(b"=")


def first_found(dump: bytes, sought: Iterable[tuple[str, bytes]]) -> str:
    """Return the name of the first that the dump holds, whatever the case of its digits, or ""."""
    small = dump.lower()
    for name, data in sought:
        in_digits = name.endswith("digits")
        if data in (small if in_digits else dump):
            return name
    return ""


def mentions(dump: bytes, names: Iterable[str], tokens: Iterable[str]) -> bool:
    """Say whether the dump tells of somebody: by name, or by the hash of a token."""
    small = dump.lower()
    written = (form for name in names for form in _written(name))
    if any(form in small for form in written):
        return True
    return any(one in dump or one.lower() in small for token in tokens for one in hashes(token))


def _written(name: str) -> Iterator[bytes]:
    data = name.lower().encode()
    yield data
    yield data.hex().encode()
