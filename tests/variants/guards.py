"""How a variant tells its own pages' requests from those that other sites make browsers send."""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from .store import Store

if TYPE_CHECKING:
    from .server import Visit

FIELD, HEADER, COOKIE = "csrf", "X-CSRF-Token", "csrf"


class Origins:
    """Believes what browsers say of where a request comes from."""

    binds = False  # whether a login needs a session that holds its token

    def __init__(self, store: Store) -> None:
        self.store = store

    def refuses(self, visit: Visit) -> bool:
        """Say whether a request that changes something comes from elsewhere."""
        headers = visit.request.headers
        site, origin = headers.get("Sec-Fetch-Site"), headers.get("Origin")
        if site:
            return site not in ("same-origin", "none")
        return origin is not None and origin != visit.request.host_url.rstrip("/")

    def token(self, visit: Visit) -> str:  # noqa: ARG002
        """Return what a form has to send back."""
        return ""

    def finish(self, visit: Visit, response: Response) -> None:
        """Set what a form needs."""


class SessionToken(Origins):
    """Every form sends back a token that is kept with the session, that of nobody too."""

    binds = True

    def refuses(self, visit: Visit) -> bool:
        return visit.session is None or not same(visit.fields.get(FIELD), visit.session.csrf)

    def token(self, visit: Visit) -> str:
        session = visit.given or visit.session
        return session.csrf if session else ""


class OneTimeToken(SessionToken):
    """The same, and each token is good for one form."""

    def refuses(self, visit: Visit) -> bool:
        is_refused = super().refuses(visit)
        if visit.session and not is_refused:
            visit.session.csrf = secrets.token_urlsafe(32)
        return is_refused


class DoubleSubmit(Origins):
    """A cookie holds a token that is signed for the session; a header has to repeat it."""

    def refuses(self, visit: Visit) -> bool:
        token = visit.request.cookies.get(COOKIE, "")
        return not self.is_ours(token, visit) or not same(self.sent(visit), token)

    def sent(self, visit: Visit) -> str | None:
        return visit.request.headers.get(HEADER)

    def is_ours(self, token: str, visit: Visit) -> bool:
        number = token.partition(".")[0]
        return same(token, self.signed(number, visit))

    def signed(self, number: str, visit: Visit) -> str:
        session = visit.given or (None if visit.dropped else visit.session)
        bound = session.handle if session else ""
        return f"{number}.{self.store.signature(f'{number} {bound}').hex()}"

    def finish(self, visit: Visit, response: Response) -> None:
        if not self.is_ours(visit.request.cookies.get(COOKIE, ""), visit):
            token = self.signed(secrets.token_hex(16), visit)
            line = f"{COOKIE}={token}; Path=/; SameSite=Strict"  # scripts have to read it
            response.headers.add("Set-Cookie", line)


class DoubleSubmitForm(DoubleSubmit):
    """The same, with a form field that repeats the cookie."""

    def sent(self, visit: Visit) -> str | None:
        return visit.fields.get(FIELD)

    def token(self, visit: Visit) -> str:
        return visit.request.cookies.get(COOKIE, "")


def same(one: str | None, other: str) -> bool:
    """Compare in constant time."""
    texts = ((one or "").encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))
    return bool(one) and hmac.compare_digest(*texts)
