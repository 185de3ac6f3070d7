"""Administration: what administrators may do to the accounts of others."""

from flask import current_app
from werkzeug.exceptions import Forbidden

from reference_impl.auth.auth import Parts
from reference_impl.auth.session_auth import SignedIn
from reference_impl.models.user import User, normalise_email
from reference_impl.settings import Settings


class Administration:
    """Ends sessions and accounts by address (ASVS 5.0.0 7.4.2, 7.4.5).

    Who is an administrator, the settings say: no request can change it. Methods may raise
    DatabaseUnavailable.
    """

    def __init__(self, settings: Settings, parts: Parts) -> None:
        self._administrators = settings.administrators
        self._keeper = parts.keeper
        self._users = parts.users

    def check(self, signed_in: SignedIn) -> None:
        """Raise Forbidden (403) unless the user is an administrator.

        Before anything is looked up: others don't learn here which accounts exist.
        """
        if signed_in.user.email not in self._administrators:
            raise Forbidden

    def end_sessions(self, email: str) -> bool:
        """End all sessions of an account, and any login under way; False if there is none."""
        user = self._account(email)
        if user:
            self._keeper.revoke_all(user)
        return user is not None

    def remove_account(self, email: str) -> bool:
        """Remove an account and all its sessions; False if there is none."""
        user = self._account(email)
        return user is not None and self._keeper.remove_account(user)

    def _account(self, email: str) -> User | None:
        return self._users.by_email(normalise_email(email))


def current_administration() -> Administration:
    """Return the Administration of the running app."""
    administration: Administration = current_app.extensions["administration"]
    return administration
