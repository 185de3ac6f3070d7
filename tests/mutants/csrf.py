"""Sites that do what pages of other sites make browsers send."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import parse_qsl

from variants import VariantSite
from variants.answers import Html, Json
from variants.guards import DoubleSubmit, Origins, SessionToken
from variants.server import Server, Visit
from werkzeug.wrappers import Request, Response

from .harness import ReferenceSite, mutant
from .planting import Unguarded
from .serving import WSGI

Routes = dict[tuple[str, str], str]

TOKENS = "csrf-session-token"


class Unconfirmed(Server):
    """Changes an account without asking for the present password once more."""

    def knows_password(self, *_: Any) -> bool:
        return True


class WithLinks(Unconfirmed):
    """Does everything by GET as well, which nobody checks."""

    routes: ClassVar[Routes] = {**Server.routes, ("GET", "/logout"): "log_out"}
    account_routes: ClassVar[Routes] = {
        **Server.account_routes,
        **{("GET", path): name for (_, path), name in Server.account_routes.items()},
    }

    def login_form(self, visit: Visit) -> Response:
        return self.log_in(visit) if "username" in visit.fields else super().login_form(visit)


class Anything(Html):
    """Takes fields from the URL as well."""

    def fields(self, request: Request) -> dict[str, str]:
        return {**request.args.to_dict(), **super().fields(request)}


class NoCheck(Origins):
    def refuses(self, _: Visit) -> bool:
        return False


class SaidOrigin(Origins):
    """Judges by the header Origin alone."""

    def refuses(self, visit: Visit) -> bool:
        origin = visit.request.headers.get("Origin")
        return origin is not None and not self.is_own(origin, visit.request)

    def is_own(self, origin: str, request: Request) -> bool:
        return origin == request.host_url.rstrip("/")


class Beginning(SaidOrigin):
    def is_own(self, origin: str, request: Request) -> bool:
        return origin.startswith(f"{request.scheme}://{request.host.partition(':')[0]}")


class Ending(SaidOrigin):
    def is_own(self, origin: str, request: Request) -> bool:
        return origin.endswith(request.host)


class NullIsOwn(SaidOrigin):
    def is_own(self, origin: str, request: Request) -> bool:
        return origin == "null" or super().is_own(origin, request)


class SameSite(Origins):
    def refuses(self, visit: Visit) -> bool:
        return bool(visit.request.headers.get("Sec-Fetch-Site") == "cross-site")


class NewBrowsersOnly(Origins):
    def refuses(self, visit: Visit) -> bool:
        return visit.request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none")


GUARDS: tuple[tuple[str, type[Origins]], ...] = (
    ("nobody asks where a request comes from", NoCheck),
    ("an origin is own whose name begins like it", Beginning),
    ("an origin is own whose name ends like it", Ending),
    ("the origin null is own", NullIsOwn),
    ("sibling hosts are own", SameSite),
    ("browsers that say nothing of the site are trusted", NewBrowsersOnly),
)


def guarded(guard: type[Origins]) -> Any:
    """Return a build of a site with this guard and no question for the password."""
    return lambda site: site.app(guard=guard, server=Unconfirmed)


for defect, guard in GUARDS:
    for requirement in ("CSRF-1", "CSRF-2", "CSRF-3"):
        mutant(requirement, defect, on="html")(guarded(guard))


@mutant("CSRF-1", "a link does whatever a form does", on="html")
@mutant("LOGOUT-7", "there is a logout by GET", on="html")
def links(site: VariantSite) -> WSGI:
    return site.app(server=WithLinks, answers=Anything)


@mutant("LOGIN-11", "there is a login by GET", on="html")
def login_link(site: VariantSite) -> WSGI:
    return site.app(server=WithLinks, answers=Anything)


@mutant("LOGIN-11", "a login by GET for whoever may read JSON", on="json")
def login_link_for_scripts(site: VariantSite) -> WSGI:
    class Both(Json):
        def fields(self, request: Request) -> dict[str, str]:
            return {**request.args.to_dict(), **super().fields(request)}

    return site.app(server=WithLinks, answers=Both)


@mutant("CSRF-2", "the login is exempt from the check", on="html")
class LoginExempt(Origins):
    def refuses(self, visit: Visit) -> bool:
        return visit.request.path != "/login" and super().refuses(visit)


# --- what only scripts can send -------------------------------------------------------------------


@mutant("CSRF-7", "JSON is read whatever its type, and nothing else is checked", on="json")
def text_is_json(site: VariantSite) -> WSGI:
    class AnyType(Json):
        def fields(self, request: Request) -> dict[str, str]:
            request.environ["CONTENT_TYPE"] = "application/json"
            return super().fields(Request(request.environ))

    return site.app(answers=AnyType, guard=NoCheck, server=Unconfirmed)


@mutant("CSRF-7", "fields are read from a form too, and nothing else is checked", on="json")
def forms_are_taken(site: VariantSite) -> WSGI:
    class Either(Json):
        def fields(self, request: Request) -> dict[str, str]:
            return super().fields(request) or dict(parse_qsl(request.get_data(as_text=True)))

    return site.app(answers=Either, guard=NoCheck, server=Unconfirmed)


@mutant("CSRF-7", "a field of a form names the method, and nothing else is checked")
def method_in_a_field(site: ReferenceSite) -> WSGI:
    app = site.app(origins=Unguarded)

    def overridden(environ: dict[str, Any], start_response: Any) -> Any:
        query = dict(parse_qsl(environ["QUERY_STRING"]))
        environ["REQUEST_METHOD"] = query.get("_method", environ["REQUEST_METHOD"])
        return app(environ, start_response)

    return overridden


# --- tokens ---------------------------------------------------------------------------------------


class SkippedWithoutField(SessionToken):
    def refuses(self, visit: Visit) -> bool:
        return "csrf" in visit.fields and super().refuses(visit)


class AnyText(SessionToken):
    def refuses(self, visit: Visit) -> bool:
        return not visit.fields.get("csrf")


class OfAnySession(SessionToken):
    def refuses(self, visit: Visit) -> bool:
        known = {session.csrf for session in self.store.sessions.values()}
        return visit.fields.get("csrf") not in known


TOKEN_GUARDS: tuple[tuple[str, type[Origins]], ...] = (
    ("without the field there is no check", SkippedWithoutField),
    ("any text is a good token", AnyText),
    ("the token of any session is good", OfAnySession),
)

for defect, guard in TOKEN_GUARDS:
    for requirement in ("CSRF-2", "CSRF-4"):
        mutant(requirement, defect, on=TOKENS)(guarded(guard))


@mutant("CSRF-6", "the session of the login takes over the token", on=TOKENS)
def token_taken_over(site: VariantSite) -> WSGI:
    class Keeps(Server):
        def log_in(self, visit: Visit) -> Response:
            before = visit.session
            response = super().log_in(visit)
            if visit.given and before:
                visit.given.csrf = before.csrf
            return response

    return site.app(server=Keeps)


@mutant("CSRF-6", "the cookie with the token is never renewed", on="csrf-double-submit")
class NeverRenewed(DoubleSubmit):
    def is_ours(self, token: str, visit: Visit) -> bool:  # noqa: ARG002
        return bool(token)
