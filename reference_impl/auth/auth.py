"""Auth: which paths are open, what a request presents, and who the current user is."""

import uuid
from dataclasses import dataclass
from typing import TypedDict

from flask import Request, Response, current_app, g, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from reference_impl.auth.attempts import Attempts
from reference_impl.auth.session_auth import SessionAuth, SignedIn, StaleUser
from reference_impl.clock import Clock
from reference_impl.models.session import Session
from reference_impl.models.user import User, Users, normalise_email
from reference_impl.passwords import Hasher
from reference_impl.settings import Settings

# Closed by default: a view that is not in this list, method and all, needs a session.
OPEN = frozenset(
    {
        ("GET", "status.show"),
        ("HEAD", "status.show"),
        ("GET", "status.openapi"),
        ("HEAD", "status.openapi"),
        ("POST", "sessions.login"),
        ("POST", "users.register"),
    }
)

# RFC 9110 15.5.2 wants a challenge with every 401. No scheme is registered for cookies; this name
# makes no browser ask for a password, as Basic would.
CHALLENGE = WWWAuthenticate("session", {"realm": "session-conformance reference"})


class WrongCredentials(Exception):
    """Name and password do not belong together, whichever of them is wrong."""


class CookieAttributes(TypedDict):
    """What a session cookie says besides its name and value."""

    path: str
    secure: bool
    httponly: bool
    samesite: str


@dataclass(frozen=True)
class Parts:
    """The collaborators of Auth."""

    keeper: SessionAuth
    users: Users
    hasher: Hasher
    attempts: Attempts
    clock: Clock


class Auth:
    """Everything the views may ask about identity, so that they never touch storage.

    Methods that read or change accounts and sessions may raise DatabaseUnavailable.
    """

    def __init__(self, settings: Settings, parts: Parts) -> None:
        self.cookie_name = settings.session_name
        self._cookie_secure = settings.session_cookie_secure
        self._keeper = parts.keeper
        self._users = parts.users
        self._hasher = parts.hasher
        self._attempts = parts.attempts
        self._clock = parts.clock

    # The request

    def guard(self) -> None:
        """Let the current request pass if its view is open or it has a live session.

        Raises Unauthorized (401). A path or method that does not exist passes on to its 404 or
        405, which are the same for everybody.
        """
        if request.endpoint is None or self.is_open(request.method, request.endpoint):
            return
        signed_in = self.find(request)
        if signed_in is None:
            raise unauthorized("unauthorized")
        g.signed_in = signed_in

    def is_open(self, method: str, endpoint: str) -> bool:
        """Tell whether a view answers without a session."""
        return (method, endpoint) in OPEN

    def find(self, request: Request) -> SignedIn | None:
        """Return the live session that a request presents."""
        return self._keeper.find(self.presented(request))

    def presented(self, request: Request) -> str | None:
        """Return the value of the session cookie; None if it is absent or comes twice.

        The header is taken as it is: Werkzeug's parser removes quotes, and a token in quotes is
        another text. Which of two cookies a browser sends first depends on paths an attacker
        may choose (6265bis 5.8.3), so neither counts.
        """
        pairs = (pair.partition("=") for pair in request.headers.get("Cookie", "").split(";"))
        values = [value for name, _, value in pairs if name.strip(" \t") == self.cookie_name]
        return values[0].strip(" \t") if len(values) == 1 else None

    # The cookie

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

    # Accounts and sessions

    def register(self, email: str, password: str) -> User:
        """Add an account; raises EmailTaken. Email and password must have been checked."""
        password_hash = self._hasher.hash(password)
        return self._users.add(normalise_email(email), password_hash, self._clock())

    def login(self, email: str, password: str, request: Request) -> tuple[User, str]:
        """Return the user and a new token; raises WrongCredentials or TooManyAttempts.

        The hash is computed outside any transaction, since it takes long. That the password is
        still the same when the session is stored, the keeper makes sure.
        """
        account = normalise_email(email)
        attempt = self._attempts.count(account, request.remote_addr or "")
        user = self._users.by_email(account)
        if not self._hasher.verify(user.password_hash if user else None, password) or not user:
            raise WrongCredentials
        try:
            agent = request.headers.get("User-Agent", "")
            token = self._keeper.start(user, agent, self.presented(request))
        except StaleUser:
            raise WrongCredentials from None
        self._attempts.forgive(attempt)
        self._renew_hash(user, password)
        return user, token

    def change_password(self, signed_in: SignedIn, current: str, new: str, address: str) -> str:
        """Set a new password, end all other sessions and return a new token for this one.

        Raises WrongCredentials, TooManyAttempts or StaleUser. A guess made here counts like one
        at login: a session left open is no way around the throttle.
        """
        attempt = self._attempts.count(signed_in.user.email, address)
        if not self._hasher.verify(signed_in.user.password_hash, current):
            raise WrongCredentials
        token = self._keeper.rotate(signed_in, self._hasher.hash(new))
        self._attempts.forgive(attempt)
        return token

    def logout(self, signed_in: SignedIn) -> bool:
        """End the session; False if another request has ended it first."""
        return self._keeper.revoke(signed_in)

    def logout_one(self, signed_in: SignedIn, public_id: uuid.UUID) -> bool:
        """End one of the user's sessions; False if it is not the user's or does not exist."""
        return self._keeper.revoke_one(signed_in.user, public_id)

    def logout_everywhere(self, signed_in: SignedIn) -> None:
        """End all sessions of the user, this one included."""
        self._keeper.revoke_all(signed_in.user)

    def sessions(self, signed_in: SignedIn) -> list[Session]:
        """Return the live sessions of the user, newest first."""
        return self._keeper.sessions_of(signed_in.user)

    def _renew_hash(self, user: User, password: str) -> None:
        if self._hasher.is_outdated(user.password_hash):
            self._users.rehash(user, self._hasher.hash(password))


def current_auth() -> Auth:
    """Return the Auth of the running app."""
    auth: Auth = current_app.extensions["auth"]
    return auth


def current_session() -> SignedIn:
    """Return the session that the guard has found for this request."""
    signed_in: SignedIn = g.signed_in
    return signed_in


def unauthorized(message: str) -> Unauthorized:
    """Return the 401 to be raised, with its challenge."""
    return Unauthorized(message, www_authenticate=CHALLENGE)
