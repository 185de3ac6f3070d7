"""The application factory; each collaborator can be replaced by a subclass."""

from flask import Flask, Response, request
from werkzeug.middleware.proxy_fix import ProxyFix

from reference_impl.auth.administration import Administration
from reference_impl.auth.attempts import Attempts
from reference_impl.auth.auth import Auth, Parts
from reference_impl.auth.origins import Origins
from reference_impl.auth.session_auth import SessionAuth
from reference_impl.auth.session_db_auth import SessionDBAuth
from reference_impl.clock import Clock, utc_now
from reference_impl.models.database import Database
from reference_impl.models.migrations import migrate
from reference_impl.models.user import Users
from reference_impl.passwords import Hasher
from reference_impl.settings import Settings
from reference_impl.views import administration, errors, sessions, status, users
from reference_impl.views.body import MAX_BODY

PREFIX = "/api/v1"
KEEPERS: dict[str, type[SessionAuth]] = {
    "session_auth": SessionAuth,
    "session_db_auth": SessionDBAuth,
}
HSTS = "max-age=31536000; includeSubDomains"  # a year
NO_COOKIE_READ = frozenset({"status.show", "status.openapi"})


def create_app(
    settings: Settings,
    *,
    clock: Clock = utc_now,
    database: Database | None = None,
    keeper: type[SessionAuth] | None = None,
    auth: type[Auth] = Auth,
    hasher: type[Hasher] = Hasher,
    attempts: type[Attempts] = Attempts,
    origins: type[Origins] = Origins,
    administrators: type[Administration] = Administration,
) -> Flask:
    """Return the WSGI application.

    A ``database`` that is handed in must have its tables. Without one, that of the settings is
    opened and its schema brought up to date, which may raise DatabaseUnavailable or SchemaError.
    """
    if database is None:
        database = Database(settings.database_url)
        migrate(database)
    keeper = keeper or KEEPERS[settings.auth_type]
    parts = Parts(
        keeper=keeper(settings, database, clock),
        users=Users(database),
        hasher=hasher(settings.password_method),
        attempts=attempts(settings, database, clock),
        clock=clock,
    )
    app = _bare_app(settings)
    judge, who = origins(settings.allowed_origins), auth(settings, parts)
    app.extensions["auth"] = who
    app.extensions["administration"] = administrators(settings, parts)

    def admit() -> None:
        judge.check(request)
        who.guard()

    # One hook each, since Flask spends more time on a hook than these need.
    app.before_request(admit)
    app.after_request(lambda response: insist_on_https(keep_private(response)))
    errors.register(app)
    for module in (status, sessions, users, administration):
        app.register_blueprint(module.views, url_prefix=PREFIX)
    return app


def keep_private(response: Response) -> Response:
    """Forbid storing any answer that may depend on the cookie (ASVS 5.0.0 14.3.2, RFC 9111)."""
    if request.endpoint not in NO_COOKIE_READ:
        response.headers["Cache-Control"] = "no-store"
        response.headers["Vary"] = "Cookie"  # no view says what else an answer depends on
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def insist_on_https(response: Response) -> Response:
    """Make browsers that came over https never come over http again (ASVS 5.0.0 3.4.1)."""
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = HSTS
    return response


def _bare_app(settings: Settings) -> Flask:
    app = Flask(__name__, static_folder=None)
    # Without a Content-Length (chunked), Werkzeug cuts a body off here without a word; one byte
    # more lets ``text_fields`` see that there is too much.
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY + 1
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False  # no method is open that nobody wrote
    app.url_map.merge_slashes = False  # a path has one spelling
    app.url_map.strict_slashes = True
    app.url_map.converters["address"] = administration.Address
    if settings.trusted_proxies:
        # The host is not taken from X-Forwarded-Host: a proxy that does not set it would pass on
        # the client's own, and the origin check depends on it.
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    return app
