"""Auth: which paths are open, who the current user is, and what a user may do."""

import uuid
from dataclasses import dataclass

from flask import Request, current_app, g, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from reference_impl.auth.attempts import Attempt, Attempts
from reference_impl.auth.cookie_auth import CookieAuth
from reference_impl.auth.session_auth import SessionAuth, SignedIn, StaleUser
from reference_impl.clock import Clock
from reference_impl.models.session import Session
from reference_impl.models.user import EmailTaken, User, Users, normalise_email
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


@dataclass(frozen=True)
class Parts:
    """The collaborators of Auth."""

    keeper: SessionAuth
    users: Users
    hasher: Hasher
    attempts: Attempts
    clock: Clock


class Auth(CookieAuth):
    """Everything the views may ask about identity, so that they never touch storage.

    Methods that read or change accounts and sessions may raise DatabaseUnavailable.
    """

    def __init__(self, settings: Settings, parts: Parts) -> None:
        super().__init__(settings)
        self._reserved = settings.administrators
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

    # Accounts and sessions

    def register(self, email: str, password: str) -> User:
        """Add an account; raises EmailTaken. Email and password must have been checked.

        Nobody gets to be an administrator by registering an address that is on the list:
        those accounts are made on the command line.
        """
        address, password_hash = normalise_email(email), self._hasher.hash(password)
        if address in self._reserved:
            raise EmailTaken(address)
        return self._users.add(address, password_hash, self._clock())

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

        Raises WrongCredentials, TooManyAttempts or StaleUser.
        """
        attempt = self._confirm(signed_in, current, address)
        token = self._keeper.rotate(signed_in, self._hasher.hash(new))
        self._attempts.forgive(attempt)
        return token

    def remove_account(self, signed_in: SignedIn, current: str, address: str) -> None:
        """Remove the account with all its sessions.

        Raises WrongCredentials, TooManyAttempts or StaleUser.
        """
        attempt = self._confirm(signed_in, current, address)
        self._keeper.close_account(signed_in)
        self._attempts.forgive(attempt)

    def logout(self, signed_in: SignedIn) -> bool:
        """End the session; False if another request has ended it first."""
        return self._keeper.revoke(signed_in)

    def logout_one(self, signed_in: SignedIn, public_id: uuid.UUID) -> bool:
        """End one of the user's sessions; False if it is not the user's or does not exist."""
        return self._keeper.revoke_one(signed_in.user, public_id)

    def logout_others(self, signed_in: SignedIn) -> None:
        """End all sessions of the user but this one; raises StaleUser if this one has ended."""
        self._keeper.revoke_others(signed_in)

    def logout_everywhere(self, signed_in: SignedIn) -> None:
        """End all sessions of the user, this one included."""
        self._keeper.revoke_all(signed_in.user)

    def sessions(self, signed_in: SignedIn) -> list[Session]:
        """Return the live sessions of the user, newest first."""
        return self._keeper.sessions_of(signed_in.user)

    def _confirm(self, signed_in: SignedIn, password: str, address: str) -> Attempt:
        # A session left open, or stolen, is not enough (ASVS 5.0.0 7.5.1). A guess counts like
        # one at login, so it is no way around the throttle either.
        attempt = self._attempts.count(signed_in.user.email, address)
        if not self._hasher.verify(signed_in.user.password_hash, password):
            raise WrongCredentials
        return attempt

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
