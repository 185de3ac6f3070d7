"""Passwords: which are allowed, how they are hashed, and a check that costs the same for nobody."""

import secrets

from werkzeug.security import check_password_hash, generate_password_hash

# ASVS 5.0.0 6.2.1 asks for 8 characters and recommends 15; NIST SP 800-63B-4 3.1.1.2 asks for
# 15 where the password is the only factor. Eight is what every deployment must refuse below;
# one that relies on passwords alone should raise it.
MIN_CHARACTERS = 8
MAX_BYTES = 1024


def password_problem(password: str) -> str | None:
    """Return why ``password`` can't be a new password, or None when it can.

    There are no rules of composition (ASVS 5.0.0 6.2.5) and at least 64 characters are always
    allowed (6.2.9): the upper bound is in bytes and only keeps hashing cheap.
    """
    if len(password) < MIN_CHARACTERS:
        return f"password must have at least {MIN_CHARACTERS} characters"
    if len(password.encode()) > MAX_BYTES:
        return f"password must have at most {MAX_BYTES} bytes"
    return None


class Hasher:
    """Hashes and verifies passwords with one Werkzeug method, such as ``scrypt:32768:8:1``."""

    def __init__(self, method: str) -> None:
        self._method = method
        self._dummy = self.hash(secrets.token_urlsafe())

    def hash(self, password: str) -> str:
        """Return a salted hash of ``password`` that names its own method and cost."""
        return generate_password_hash(_terminated(password), self._method)

    def verify(self, stored: str | None, password: str) -> bool:
        """Tell whether ``password`` is the one behind ``stored``; every character counts.

        None stands for "no such user" and costs as much as a real check, so that the time of
        the answer does not tell which accounts exist (ASVS 5.0.0 6.3.8).
        """
        matches = check_password_hash(stored or self._dummy, _terminated(password))
        return matches and stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Tell whether ``stored`` was made with another method or cost than today's."""
        return stored.partition("$")[0] != self._dummy.partition("$")[0]


def _terminated(password: str) -> str:
    # scrypt and PBKDF2 use the password as an HMAC key, and HMAC fills short keys up with NULs
    # (RFC 2104, section 2): "secret" and "secret\0" would be one password. An end mark that is
    # not NUL keeps them apart.
    return password + "."
