"""What a signed-in user can do with the account and its sessions, and an administrator with all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from werkzeug.wrappers import Response

from .store import Account, Session, Store

if TYPE_CHECKING:
    from .server import Visit

FORBIDDEN, NOT_FOUND = 403, 404


class AccountPages:
    """Pages that need a session; without one they answer as the protected page does.

    `after_password` is what becomes of the sessions when the password was changed: "others end",
    "all end" (so the user logs in again), or "offered" (the user may end the others).
    """

    after_password = "others end"
    account_routes: ClassVar[dict[tuple[str, str], str]] = {
        ("GET", "/sessions"): "list_sessions",
        ("POST", "/sessions/end"): "end_session",
        ("POST", "/sessions/others"): "log_out_others",
        ("POST", "/sessions/all"): "log_out_everywhere",
        ("POST", "/password"): "change_password",
        ("POST", "/confirm"): "confirm",
        ("POST", "/account/remove"): "remove_account",
        ("POST", "/admin/sessions/end"): "end_sessions_of",
        ("POST", "/admin/remove"): "remove_account_of",
    }

    store: Store
    sessions: Any
    answers: Any
    guard: Any
    attempts: Any

    def list_sessions(self, visit: Visit, session: Session) -> Response:
        listed = self.sessions.of(session.user)
        response: Response = self.answers.sessions(listed, session, self.guard.token(visit))
        return response

    def end_session(self, visit: Visit, session: Session) -> Response:
        handle = visit.fields.get("handle")
        found = [one for one in self.sessions.of(session.user) if one.handle == handle]
        if not found:
            return self.refused(NOT_FOUND)
        self.sessions.end(found[0])
        visit.dropped = found[0] is session
        return self.done()

    def log_out_others(self, visit: Visit, session: Session) -> Response:
        self.sessions.end_all(session.user, but=session)
        visit.given = session
        return self.done()

    def log_out_everywhere(self, visit: Visit, session: Session) -> Response:
        self.sessions.end_all(session.user)
        visit.dropped = True
        response: Response = self.answers.all_ended()
        return response

    def change_password(self, visit: Visit, session: Session) -> Response:
        user, new = session.user, visit.fields.get("new_password", "")
        if user is None or not new or not self.knows_password(visit, user):
            return self.refused(FORBIDDEN)
        self.store.set_password(user, new)
        if self.after_password == "all end":
            return self.log_out_everywhere(visit, session)
        if self.after_password == "others end":
            self.sessions.end_all(user, but=session)
        return self.rotated(visit, session)

    def confirm(self, visit: Visit, session: Session) -> Response:
        """Let the user prove once more who it is, before something that matters."""
        if session.user is None or not self.knows_password(visit, session.user):
            return self.refused(FORBIDDEN)
        session.confirmed = True
        return self.rotated(visit, session)

    def remove_account(self, visit: Visit, session: Session) -> Response:
        if session.user is None or not self.knows_password(visit, session.user):
            return self.refused(FORBIDDEN)
        self.remove(session.user)
        visit.dropped = True
        response: Response = self.answers.all_ended()
        return response

    # --- for administrators ----------------------------------------------------------------------

    def end_sessions_of(self, visit: Visit, session: Session) -> Response:
        subject = self.subject(visit, session)
        if subject is None:
            return self.refused(FORBIDDEN)
        self.sessions.end_all(subject)
        return self.done()

    def remove_account_of(self, visit: Visit, session: Session) -> Response:
        subject = self.subject(visit, session)
        if subject is None:
            return self.refused(FORBIDDEN)
        self.remove(subject)
        return self.done()

    def subject(self, visit: Visit, session: Session) -> Account | None:
        """Return whom an administrator names; nobody, if anyone else asks."""
        is_admin = session.user is not None and session.user.is_admin
        return self.store.accounts.get(visit.fields.get("subject", "")) if is_admin else None

    # --- made of -------------------------------------------------------------------------------

    def knows_password(self, visit: Visit, user: Account) -> bool:
        """Check the password that came along; guesses count as those of a login do."""
        if self.attempts.wait(user.name):
            return False
        is_right = self.store.checked(user.name, visit.fields.get("password", "")) is user
        if is_right:
            self.attempts.succeeded(user.name)
        return is_right

    def rotated(self, visit: Visit, session: Session) -> Response:
        self.sessions.rotate(session)
        visit.given = session
        return self.done()

    def remove(self, user: Account) -> None:
        self.sessions.end_all(user)
        self.store.accounts.pop(user.name, None)

    def done(self) -> Response:
        response: Response = self.answers.done()
        return response

    def refused(self, status: int) -> Response:
        response: Response = self.answers.refused(status)
        return response
