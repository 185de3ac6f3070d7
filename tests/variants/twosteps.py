"""A login on two pages."""

from __future__ import annotations

import base64
import hmac
from typing import ClassVar

from markupsafe import Markup
from werkzeug.wrappers import Response

from .server import Server, Visit

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
