"""Answers of the reference that are open, cached, spelled or allowed otherwise than they should."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import Forbidden

from reference_impl.auth.auth import Auth
from reference_impl.auth.origins import Origins
from reference_impl.views.body import FORM
from reference_impl.views.errors import refusal

from .contract_reference_planting import (
    END_ONE,
    changed,
    every,
    with_json,
    with_status,
    without_header,
)
from .harness import WSGI, ReferenceSite, mutant
from .planting import LOGIN, LOGOUT, after

STATUS = "status.show"
OPENAPI = "status.openapi"


@mutant("CONTRACT-1", "the status needs a session")
class GuardedStatus(Auth):
    def is_open(self, method: str, endpoint: str) -> bool:
        return endpoint != STATUS and super().is_open(method, endpoint)


@mutant("CONTRACT-1", "the status tells the version as well")
def tells_the_version(site: ReferenceSite) -> Flask:
    return after(
        site.app(), STATUS, lambda response: with_json(response, {"status": "OK", "version": "1"})
    )


mutant("CONTRACT-19", "answers may be stored")(without_header("Cache-Control"))
mutant("CONTRACT-19", "answers do not say that the cookie matters")(without_header("Vary"))


@mutant("CONTRACT-19", "only what is answered to a GET is not stored")
@changed
def only_reading(response: Response) -> Response:
    if request.method != "GET":
        response.headers.pop("Cache-Control", None)
    return response


mutant("CONTRACT-19", "errors may be stored")(without_header("Cache-Control", 400, 401, 404, 405))


@mutant("CONTRACT-21", "errors are pages in HTML")
@changed
def in_html(response: Response) -> Response:
    if response.status_code < 400:
        return response
    response.data = f"<!doctype html><h1>{response.status}</h1>"
    response.mimetype = "text/html"
    return response


mutant("CONTRACT-21", "a wrong method does not learn which are allowed")(
    without_header("Allow", 405)
)


@mutant("CONTRACT-21", "a wrong method is as unknown as a wrong path")
@changed
def wrong_methods_are_unknown(response: Response) -> Response:
    response.status_code = 404 if response.status_code == 405 else response.status_code
    return response


@mutant("CONTRACT-21", "logout follows a link")
def logout_by_get(site: ReferenceSite) -> Flask:
    app = site.app()
    app.add_url_rule("/api/v1/auth_session/logout", LOGOUT, methods=["GET"])
    return app


@mutant("CONTRACT-21", "visitors don't learn which paths exist")
class GuardsUnknownPaths(Auth):
    def guard(self) -> None:
        super().guard()
        if request.endpoint is None and self.find(request) is None:
            raise Forbidden


@mutant("CONTRACT-21", "a slash at the end makes no difference")
def drops_slashes(site: ReferenceSite) -> WSGI:
    app = site.app()

    def without_slash(environ: dict[str, Any], start_response: Any) -> Any:
        return app(
            {**environ, "PATH_INFO": environ["PATH_INFO"].rstrip("/") or "/"}, start_response
        )

    return without_slash


@mutant("CONTRACT-21", "there is a page at the root")
def welcomes(site: ReferenceSite) -> Flask:
    app = site.app()
    app.before_request(lambda: "welcome" if request.path == "/" else None)
    return app


@mutant("CONTRACT-22", "nobody looks at Origin")
class IgnoresOrigin(Origins):
    def check(self, request: Any) -> None:
        if "Origin" not in request.headers:
            super().check(request)


@mutant("CONTRACT-22", "nobody looks at Sec-Fetch-Site")
class IgnoresSite(Origins):
    def check(self, request: Any) -> None:
        if "Sec-Fetch-Site" not in request.headers:
            super().check(request)


@mutant("CONTRACT-22", "an origin that can't be told is taken for one's own")
class TrustsNull(Origins):
    def __init__(self, allowed: frozenset[str]) -> None:
        super().__init__(allowed | {"null"})


@mutant("CONTRACT-22", "an origin need only begin like the server's")
class ComparesTheBeginning(Origins):
    def check(self, request: Any) -> None:
        own = f"{request.scheme}://{request.host.partition(':')[0]}"
        if not request.headers.get("Origin", "").startswith(own):
            super().check(request)


@mutant("CONTRACT-22", "only what is called cross-site is refused")
class RefusesOneWord(Origins):
    def check(self, request: Any) -> None:
        if request.headers.get("Sec-Fetch-Site", "cross-site") == "cross-site":
            super().check(request)


@mutant("CONTRACT-22", "anybody may log a browser in")
class LoginIsFree(Origins):
    def check(self, request: Any) -> None:
        if request.endpoint != LOGIN:
            super().check(request)


@mutant("CONTRACT-22", "forms are not looked at, only what a script may send")
class FormsAreFree(Origins):
    def check(self, request: Any) -> None:
        if request.mimetype != FORM:
            super().check(request)


@mutant("CONTRACT-22", "the route that ends one session was forgotten")
class OneRouteForgotten(Origins):
    def check(self, request: Any) -> None:
        if request.endpoint != END_ONE:
            super().check(request)


@mutant("CONTRACT-22", "a foreign request is refused after it was done")
def refused_afterwards(site: ReferenceSite) -> Flask:
    class NotYet(Origins):
        def check(self, request: Any) -> None:
            """Do nothing."""

    def hook(response: Response) -> Response:
        try:
            Origins(frozenset()).check(request)
        except Forbidden as error:
            return refusal(error)
        return response

    return every(site.app(origins=NotYet), hook)


@mutant("CONTRACT-22", "what a browser says of itself is always foreign")
class RefusesBrowsers(Origins):
    def check(self, request: Any) -> None:
        # Logins are let in, or nobody would come as far as the request that is judged.
        if request.method == "DELETE" and "Sec-Fetch-Site" in request.headers:
            raise Forbidden("cross-site request refused")
        super().check(request)


@mutant("CONTRACT-22", "every origin may read the answers")
@changed
def open_to_all_origins(response: Response) -> Response:
    response.headers["Access-Control-Allow-Origin"] = request.headers.get("Origin", "*")
    response.headers["Access-Control-Allow-Credentials"] = "true"
    return response


mutant("CONTRACT-23", "there is no document")(with_status(OPENAPI, 200, 404))


@mutant("CONTRACT-23", "the document leaves out a route")
def undocumented(site: ReferenceSite) -> Flask:
    def hook(response: Response) -> Response:
        document = response.get_json()
        del document["paths"]["/api/v1/sessions/{public_id}"]
        return with_json(response, document)

    return after(site.app(), OPENAPI, hook)
