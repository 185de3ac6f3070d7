"""What a token can be read as: its fields, and the bytes that hexadecimal or base64 stand for."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterator, Sequence
from urllib.parse import unquote_to_bytes

_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){2,}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{4,}={0,2}")
_SEPARATORS = (r"[^A-Za-z0-9+/=_-]+", r"[^A-Za-z0-9]+")  # "-" and "_" are letters of base64url
_DEPTH = 3
_MOST = 1024 * 1024  # bytes that come out of a compressed token


def decoded(text: str) -> dict[str, bytes]:
    """Return the bytes that a text may stand for, by the name of the encoding."""
    found = {}
    if "%" in text:
        found["percent encoding"] = unquote_to_bytes(text)
    if _UUID.fullmatch(text):
        found["a UUID"] = bytes.fromhex(text.replace("-", ""))
    if _HEX.fullmatch(text):
        found["hexadecimal digits"] = bytes.fromhex(text)
    if _BASE64.fullmatch(text):
        padded = text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)
        try:
            found["base64"] = base64.b64decode(padded.replace("-", "+").replace("_", "/"))
        except binascii.Error:
            """One letter too many."""
    return found


def layers(token: str, depth: int = _DEPTH) -> Iterator[bytes]:
    """Yield all that can be read in a token: itself, its fields, and what they decode to."""
    yield token.encode("utf-8", "surrogatepass")
    if depth == 0:
        return
    pieces = {token, *(piece for pattern in _SEPARATORS for piece in re.split(pattern, token))}
    for piece in sorted(pieces):
        for data in decoded(piece).values():
            yield data
            yield from _unpacked(data)
            text = _text(data)
            if text and text != token:
                yield from layers(text, depth - 1)


def columns(tokens: Sequence[str], depth: int = _DEPTH) -> Iterator[tuple[str, list[str | bytes]]]:
    """Yield what stands at one place of every token, with a name for the place.

    A place counts only if all tokens have it: the same number of fields, the same encoding.
    """
    yield "the token", list(tokens)
    if depth == 0:
        return
    yield from _decoded_columns("the token", tokens, depth)
    for pattern in _SEPARATORS:
        split = [[part for part in re.split(pattern, token) if part] for token in tokens]
        if len({len(parts) for parts in split}) != 1 or len(split[0]) == 1:
            continue
        for number, column in enumerate(zip(*split, strict=True), 1):
            name = f"field {number} of the token"
            yield name, list(column)
            yield from _decoded_columns(name, column, depth)


def _decoded_columns(
    name: str, column: Sequence[str], depth: int
) -> Iterator[tuple[str, list[str | bytes]]]:
    readings = [decoded(text) for text in column]
    for encoding in readings[0]:
        if not all(encoding in one for one in readings):
            continue
        data = [one[encoding] for one in readings]
        yield f"{name}, read as {encoding}", [*data]
        texts = [text for text in map(_text, data) if text is not None]
        if len(texts) == len(data) and texts != list(column):
            for inner, values in columns(texts, depth - 1):
                yield f"{inner} inside {name}, read as {encoding}", values


def _text(data: bytes) -> str | None:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() else None


def _unpacked(data: bytes) -> Iterator[bytes]:
    try:
        yield zlib.decompressobj().decompress(data, _MOST)
    except zlib.error:
        return
