"""What a variant says: in HTML or in JSON, with redirects or without."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup
from werkzeug.wrappers import Request, Response

from .store import Session

PAGE = Markup("<!doctype html><title>{}</title>\n<p>{}\n{}\n")
FORM = Markup(
    '<form method="post" action="{}"><input type="hidden" name="csrf" value="{}">{}'
    "<button>go</button></form>\n"
)
LOGIN_FIELDS = Markup('<input name="username"><input name="password" type="password">')
NO_MATCH = "The name and the password do not match."


class Answers:
    """Answers of a site below a prefix of the path, such as "/shop" or "" for none."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix


class Html(Answers):
    """Pages and forms; who does well, and who has to log in first, is led elsewhere."""

    redirect = 302
    refusal = 200  # of a wrong password: the form once more
    no_session = 302  # a logout of nobody

    def fields(self, request: Request) -> dict[str, str]:
        """Return the fields of a request's body; those of the URL don't count."""
        return request.form.to_dict()

    def page(self, session: Session, csrf: str) -> Response:
        """Show the protected page."""
        assert session.user
        forms = self.form("/logout", csrf)
        return self.html("Home", Markup("Signed in as <b>{}</b>").format(session.user.name), forms)

    def stranger(self, csrf: str) -> Response:  # noqa: ARG002
        """Answer who asks for the protected page without a session."""
        return self.led_to("/login")

    def login_form(self, csrf: str, text: str = "Please log in", status: int = 200) -> Response:
        return self.html("Log in", text, self.form("/login", csrf, LOGIN_FIELDS), status)

    def logged_in(self, session: Session) -> Response:  # noqa: ARG002
        return self.led_to("/home")

    def login_refused(self, csrf: str) -> Response:
        return self.login_form(csrf, NO_MATCH, self.refusal)

    def throttled(self, seconds: int, csrf: str) -> Response:
        response = self.login_form(csrf, "Too many attempts. Please wait.", 429)
        response.headers["Retry-After"] = str(seconds)
        return response

    def logged_out(self) -> Response:
        return self.led_to("/login")

    def all_ended(self) -> Response:
        """Answer who has no session any more, anywhere."""
        return self.led_to("/bye")

    def nobody_logged_out(self) -> Response:
        """Answer a logout of who is not logged in."""
        return self.led_to("/login") if self.no_session < 400 else self.refused(self.no_session)

    def done(self) -> Response:
        """Say that a change was made."""
        return self.led_to("/home")

    def refused(self, status: int, text: str = "That was refused.") -> Response:
        return self.html("Refused", text, "", status)

    def sessions(self, listed: Sequence[Session], current: Session, csrf: str) -> Response:
        """List the sessions of a user, each with a form that ends it."""
        rows = Markup("").join(
            Markup("<li>{}{}</li>").format(
                "this one" if one is current else "another",
                self.form("/sessions/end", csrf, handle_field(one)),
            )
            for one in listed
        )
        return self.html("Sessions", "Where you are signed in", Markup("<ul>{}</ul>").format(rows))

    # --- made of -------------------------------------------------------------------------------

    def html(self, title: str, text: str, more: str, status: int = 200) -> Response:
        body = PAGE.format(title, text, more)
        return Response(body, status, content_type="text/html; charset=utf-8")

    def form(self, path: str, csrf: str, fields: str = "") -> Markup:
        return FORM.format(self.prefix + path, csrf, fields)

    def led_to(self, path: str) -> Response:
        return Response("", self.redirect, {"Location": self.prefix + path})


def handle_field(session: Session) -> Markup:
    return Markup('<input type="hidden" name="handle" value="{}">').format(session.handle)


class Html401(Html):
    """A stranger gets an error page that says what is missing."""

    refusal = 401

    def stranger(self, csrf: str) -> Response:
        response = self.login_form(csrf, "You are not signed in", 401)
        response.headers["WWW-Authenticate"] = 'Form realm="variant"'
        return response


class Html403(Html):
    refusal = 403

    def stranger(self, csrf: str) -> Response:
        return self.login_form(csrf, "You are not signed in", 403)


class Html200(Html):
    """A stranger gets the form in place of the page, and 200."""

    def stranger(self, csrf: str) -> Response:
        return self.login_form(csrf, "You are not signed in")


class Html404(Html):
    """A stranger does not learn that there is such a page."""

    def stranger(self, csrf: str) -> Response:  # noqa: ARG002
        return self.refused(404, "There is no such page.")


class Json(Answers):
    """An API."""

    login_status = logout_status = 200
    is_idempotent = False  # whether a logout of nobody is a success

    def fields(self, request: Request) -> dict[str, str]:
        """Return the texts of a JSON object; any other body has none."""
        if request.mimetype != "application/json":
            return {}
        try:
            value = json.loads(request.get_data())
        except (ValueError, RecursionError):
            return {}
        pairs = value.items() if isinstance(value, dict) else ()
        return {key: text for key, text in pairs if isinstance(text, str)}

    def page(self, session: Session, csrf: str) -> Response:  # noqa: ARG002
        assert session.user
        return self.json({"user": {"name": session.user.name}})

    def stranger(self, csrf: str) -> Response:  # noqa: ARG002
        response = self.json({"error": "not signed in"}, 401)
        response.headers["WWW-Authenticate"] = 'Session realm="variant"'
        return response

    def login_form(self, csrf: str) -> Response:  # noqa: ARG002
        return self.json({"log in": "POST"})

    def logged_in(self, session: Session) -> Response:
        assert session.user
        if self.login_status == 204:
            return self.json(None, 204)
        return self.json({"user": {"name": session.user.name}})

    def login_refused(self, csrf: str) -> Response:  # noqa: ARG002
        return self.json({"error": "name and password do not match"}, 401)

    def throttled(self, seconds: int, csrf: str) -> Response:  # noqa: ARG002
        response = self.json({"error": "too many attempts"}, 429)
        response.headers["Retry-After"] = str(seconds)
        return response

    def logged_out(self) -> Response:
        return self.json({} if self.logout_status != 204 else None, self.logout_status)

    def all_ended(self) -> Response:
        return self.done()

    def nobody_logged_out(self) -> Response:
        return self.logged_out() if self.is_idempotent else self.stranger("")

    def done(self) -> Response:
        return self.json({})

    def refused(self, status: int, text: str = "refused") -> Response:
        return self.json({"error": text}, status)

    def sessions(self, listed: Sequence[Session], current: Session, csrf: str) -> Response:  # noqa: ARG002
        shown = [{"id": one.handle, "current": one is current} for one in listed]
        return self.json({"sessions": shown})

    def json(self, value: Any, status: int = 200) -> Response:
        body = "" if value is None else json.dumps(value)
        return Response(body, status, content_type="application/json")
