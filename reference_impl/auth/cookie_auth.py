"""CookieAuth: how the token travels, from the browser and to it."""

from typing import TypedDict

from flask import Request, Response

from reference_impl.settings import Settings


class CookieAttributes(TypedDict):
    """What a session cookie says besides its name and value."""

    path: str
    secure: bool
    httponly: bool
    samesite: str


class CookieAuth:
    """Reads, sets and clears the session cookie."""

    def __init__(self, settings: Settings) -> None:
        self.cookie_name = settings.session_name
        self._cookie_secure = settings.session_cookie_secure

    def presented(self, request: Request) -> str | None:
        """Return the value of the session cookie; None if it is absent or comes twice.

        The header is taken as it is: Werkzeug's parser removes quotes, and a token in quotes is
        another text. Which of two cookies a browser sends first depends on paths an attacker
        may choose (6265bis 5.8.3), so neither counts.
        """
        pairs = (pair.partition("=") for pair in request.headers.get("Cookie", "").split(";"))
        values = [value for name, _, value in pairs if name.strip(" \t") == self.cookie_name]
        return values[0].strip(" \t") if len(values) == 1 else None

    def set_cookie(self, response: Response, token: str) -> None:
        """Hand the token to the browser, until it closes or the server ends the session.

        No Max-Age: a session cookie should not outlive the browser (NIST SP 800-63B-4 5.1.1),
        and lifetimes are the server's business.
        """
        response.set_cookie(self.cookie_name, token, **self.cookie_attributes())

    def clear_cookie(self, response: Response) -> None:
        """Make the browser drop the cookie; the attributes must be those it was set with."""
        response.set_cookie(self.cookie_name, "", max_age=0, expires=0, **self.cookie_attributes())

    def cookie_attributes(self) -> CookieAttributes:
        """Return the attributes of the session cookie (ASVS 5.0.0 3.3.1 to 3.3.4)."""
        return {
            "path": "/",
            "secure": self._cookie_secure,
            "httponly": True,
            "samesite": "Lax",
        }
