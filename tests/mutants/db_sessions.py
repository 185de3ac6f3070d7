"""Stores that forget at a restart what they should keep, or remember what has ended."""

from __future__ import annotations

from typing import Any

from flask import Flask

from reference_impl.auth.session_auth import SessionAuth, SignedIn
from reference_impl.auth.session_db_auth import SessionDBAuth
from reference_impl.clock import to_millis

from .harness import ReferenceSite, mutant

mutant("DB-1", "sessions are kept in memory")(SessionAuth)


@mutant(
    "DB-1",
    "the start gives all sessions to the user who came last",
    also=["db_sessions/sessions-keep-their-users"],
)
def users_mixed_up(site: ReferenceSite) -> Flask:
    app = site.app()
    last = "(SELECT user_id FROM sessions ORDER BY created_at DESC, expires_at LIMIT 1)"
    run(site, f"UPDATE sessions SET user_id = {last}")  # noqa: S608 (our own text)
    return app


@mutant(
    "DB-1",
    "at the start all sessions of users who have logged out are removed",
    also=["db_sessions/logout-leaves-other-sessions"],
)
def logouts_of_users(site: ReferenceSite) -> Flask:
    users = site.kept.setdefault("users", [])

    class Noted(SessionDBAuth):
        def revoke(self, signed_in: SignedIn) -> bool:
            users.append(signed_in.user.id.hex)
            return super().revoke(signed_in)

    app = site.app(keeper=Noted)
    for user in users:
        run(site, "DELETE FROM sessions WHERE user_id = ?", user)
    return app


@mutant("DB-2", "ended sessions are listed in memory")
class ListedInMemory(SessionDBAuth):
    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.ended: set[bytes] = set()

    def revoke(self, signed_in: SignedIn) -> bool:
        self.ended.add(signed_in.session.token_hash)
        return True

    def load(self, token_hash: bytes) -> SignedIn | None:
        return None if token_hash in self.ended else super().load(token_hash)


@mutant("DB-2", "all timers start anew with the server")
@mutant("DB-3", "all timers start anew with the server")
def timers_start_anew(site: ReferenceSite) -> Flask:
    app = site.app()
    keeper = app.extensions["auth"]._keeper
    now = keeper._clock()
    until = to_millis(keeper.expires_at(now, now))
    run(site, "UPDATE sessions SET created_at = ?, expires_at = ?", to_millis(now), until)
    return app


@mutant(
    "DB-3",
    "the absolute timeout counts from the start of the server",
    also=["db_sessions/absolute-timeout-runs-through-a-restart"],
)
def counts_from_the_start(site: ReferenceSite) -> Flask:
    app = site.app()
    now = to_millis(app.extensions["auth"]._clock())
    run(site, "UPDATE sessions SET created_at = ?", now)
    return app


def run(site: ReferenceSite, statement: str, *values: object) -> None:
    """Run a statement that the start of a wrong server would run."""
    assert site.database
    with site.database.transaction() as connection:
        connection.exec_driver_sql(statement, values)
