"""Servers whose login goes another way: on two pages, with an address to return to, and so on."""

from __future__ import annotations

import base64
import hmac
import json
import re
from typing import ClassVar

from markupsafe import Markup
from werkzeug.wrappers import Request, Response

from .server import Server, Visit
from .store import Session

STEP = Markup('<input type="hidden" name="step" value="{}"><input name="password" type="password">')


class TwoSteps(Server):
    """Asks for the name first; whether it is known shows on neither page."""

    routes: ClassVar[dict[tuple[str, str], str]] = {
        **Server.routes,
        ("POST", "/login/name"): "take_name",
    }

    def take_name(self, visit: Visit) -> Response:
        name = visit.fields.get("username", "")
        fields = STEP.format(self.signed(name))
        form = self.answers.form("/login", self.guard.token(visit), fields)
        return self.answers.html("Log in", "Now your password, please", form)

    def log_in(self, visit: Visit) -> Response:
        visit.fields["username"] = self.name_in(visit.fields.get("step", ""))
        return super().log_in(visit)

    def signed(self, name: str) -> str:
        written = base64.b64encode(name.encode("utf-8", "surrogatepass")).decode()
        return f"{written}.{self.store.signature(written).hex()}"

    def name_in(self, step: str) -> str:
        written = step.partition(".")[0]
        ours = f"{written}.{self.store.signature(written).hex()}"
        if not hmac.compare_digest(step.encode("utf-8", "surrogatepass"), ours.encode()):
            return ""
        return base64.b64decode(written).decode("utf-8", "surrogatepass")


class Returning(Server):
    """Leads back to the page that was asked for: to a path of this site, and nowhere else."""

    local = re.compile(r"/(?![/\\])[!-\[\]-~]*")

    def stranger(self, visit: Visit) -> Response:
        response = super().stranger(visit)
        response.headers["Location"] += f"?next={visit.request.path}"
        return response

    def log_in(self, visit: Visit) -> Response:
        response = super().log_in(visit)
        wanted = visit.request.args.get("next") or visit.fields.get("next", "")
        if visit.given and self.local.fullmatch(wanted):
            response.headers["Location"] = wanted
        return response


class Bearer(Server):
    """The token stands in the login's answer and comes back in a header; there is no cookie."""

    scheme = "Bearer"

    def session_of(self, request: Request) -> Session | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return self.sessions.find({self.sessions.name: token} if scheme == self.scheme else {})

    def finish(self, visit: Visit, response: Response) -> None:
        if visit.given:
            token = self.sessions.cookies(visit.given)[self.sessions.name]
            told = {**json.loads(response.get_data() or b"{}"), "access": {"token": token}}
            response.set_data(json.dumps(told))
            visit.given = None
        visit.dropped = False
        super().finish(visit, response)
        response.headers["Vary"] = "Authorization"


class AgentBound(Server):
    """A session is good in the kind of browser only that it began with."""

    def log_in(self, visit: Visit) -> Response:
        response = super().log_in(visit)
        if visit.given:
            visit.given.agent = visit.request.user_agent.string
        return response

    def session_of(self, request: Request) -> Session | None:
        session = super().session_of(request)
        is_same = session is not None and session.agent == request.user_agent.string
        return session if is_same else None


class Trimming(Server):
    """Drops the spaces around a name before it looks at anything else."""

    def log_in(self, visit: Visit) -> Response:
        visit.fields["username"] = visit.fields.get("username", "").strip()
        return super().log_in(visit)
