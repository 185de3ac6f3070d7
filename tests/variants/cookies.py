"""How a variant writes its cookies."""

from __future__ import annotations

import time
from collections.abc import Mapping

from werkzeug.http import http_date
from werkzeug.wrappers import Response


class Cookies:
    """Session cookies with all the attributes that ASVS asks for; the attributes may change."""

    secure = False
    same_site = "Lax"
    age = ""  # "Max-Age" or "Expires", where a session cookie says for how long it is good
    before: tuple[str, ...] = ()  # other Set-Cookie headers, of every answer
    after: tuple[str, ...] = ()

    def __init__(self, path: str) -> None:
        self.path = path or "/"

    def give(self, response: Response, values: Mapping[str, str], seconds: int) -> None:
        """Set the session's cookies; they are good for so many seconds."""
        until = http_date(time.time() + seconds)  # browsers live in everybody's time
        age = {"": "", "Max-Age": f"; Max-Age={seconds}", "Expires": f"; Expires={until}"}[self.age]
        for name, value in values.items():
            response.headers.add("Set-Cookie", f"{name}={value}{age}{self.attributes}")

    def drop(self, response: Response, names: tuple[str, ...]) -> None:
        """Remove the session's cookies from the browser."""
        past = "; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0"
        for name in names:
            response.headers.add("Set-Cookie", f"{name}={past}{self.attributes}")

    @property
    def attributes(self) -> str:
        secure = "; Secure" if self.secure else ""
        return f"; Path={self.path}; HttpOnly; SameSite={self.same_site}{secure}"


class SetTwice(Cookies):
    """Removes the cookie that it had below another path, along with the one that it sets."""

    def give(self, response: Response, values: Mapping[str, str], seconds: int) -> None:
        past = "; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0"
        for name in values:
            old = self.attributes.replace(f"Path={self.path}", "Path=/old")
            response.headers.add("Set-Cookie", f"{name}={past}{old}")
        super().give(response, values, seconds)


class SmallLetters(Cookies):
    """Writes attributes in small letters and without the spaces that nobody needs."""

    @property
    def attributes(self) -> str:
        return super().attributes.lower().replace(" ", "")
