"""The variants: right servers, of which none may be blamed. What each is like, its profile says."""

from __future__ import annotations

from mutants.serving import ChunkedHandler, ClosingHandler, LowerCaseHandler

from .answers import Html, Html200, Html401, Html403, Html404, Json
from .attempts import Attempts
from .cookies import Cookies, SetTwice, SmallLetters
from .guards import DoubleSubmit, DoubleSubmitForm, OneTimeToken, SessionToken
from .jwt import Jwt, JwtReissued
from .logins import AgentBound, Bearer, Returning, Trimming, TwoSteps
from .server import Server, WithETags
from .sessions import (
    AccessAndRefresh,
    Base64Url,
    NamedAtRandom,
    Remembering,
    Rotating,
    Sessions,
    Signed,
    Stale,
    TwoCookies,
    UuidPair,
)
from .site import Variant, like

UNRELATED = (
    "theme=dark; Expires=Wed, 01 Jan 2031 00:00:00 GMT; Path=/",
    'note="a, b"; Path=/; Max-Age=600',
    "sid_seen=1; Path=/login",
)

_VARIANTS = (
    # --- what it answers
    Variant("html"),
    Variant(
        "html-303",
        {
            "answers": like(Html, redirect=303, refusal=401),
            "server": like(Server, drops_dead_cookies=True),
        },
    ),
    Variant("html-401", {"answers": Html401, "server": like(Server, welcomes=True)}),
    Variant("html-404", {"answers": Html404}),
    Variant("html-403", {"answers": like(Html403, no_session=403)}),
    Variant("html-200", {"answers": Html200}),
    Variant("json", {"answers": Json}),
    Variant(
        "bodiless",
        {"answers": like(Json, login_status=204, logout_status=204, is_idempotent=True)},
    ),
    Variant("two-step-login", {"server": TwoSteps}),
    Variant("return-address", {"server": Returning}),
    Variant("path-prefix"),
    # --- how it says that over HTTP
    Variant("lower-case-headers", {"answers": Json, "cookies": SmallLetters}, LowerCaseHandler),
    Variant("chunked", {"answers": Json, "server": AgentBound}, ChunkedHandler),
    Variant("http-1.0", handler=ClosingHandler),
    Variant("etags", {"answers": Json, "server": WithETags}),
    # --- how sessions are told apart
    Variant("base64url-ids", {"answers": Json, "sessions": like(Base64Url, name="app.sid")}),
    Variant("uuid-pairs", {"sessions": like(UuidPair, name="SESSION")}),
    Variant("signed-ids", {"sessions": Signed}),
    Variant("jwt", {"answers": Json, "sessions": Jwt}),
    Variant("jwt-reissued", {"answers": Json, "sessions": JwtReissued}),
    Variant("access-and-refresh", {"answers": Json, "sessions": AccessAndRefresh}),
    Variant("bearer", {"answers": Json, "server": Bearer}),
    Variant("rotation", {"sessions": Rotating}),
    Variant("remember-me", {"sessions": Remembering}),
    Variant("two-cookies", {"answers": Json, "sessions": TwoCookies}),
    Variant("cookie-name-pattern", {"sessions": NamedAtRandom}),
    # --- what cookies look like
    Variant(
        "https-host-prefix",
        {"sessions": like(Sessions, name="__Host-sid"), "cookies": like(Cookies, secure=True)},
    ),
    Variant(
        "https-secure-prefix",
        {
            "answers": Json,
            "sessions": like(Sessions, name="__Secure-sid"),
            "cookies": like(Cookies, secure=True, same_site="Strict"),
        },
    ),
    Variant("extra-cookies", {"cookies": like(Cookies, before=UNRELATED, after=UNRELATED[:1])}),
    Variant("cookie-set-twice", {"sessions": like(Sessions, name="basket"), "cookies": SetTwice}),
    # --- when sessions begin and end
    Variant("anonymous-session", {"sessions": like(Sessions, greets=True)}),
    Variant(
        "sliding-cookie",
        {"sessions": like(Sessions, resends=True), "cookies": like(Cookies, age="Max-Age")},
    ),
    Variant("fixed-expiry", {"cookies": like(Cookies, age="Expires")}),
    Variant("idle-only", {"answers": Json, "sessions": like(Sessions, granularity=60.0)}),
    Variant("login-ignored", {"server": like(Server, ignores_logins=True)}),
    Variant("no-timeouts", {"answers": Json}),
    Variant("two-accounts", {"answers": Json}),
    Variant("one-session-per-user"),
    Variant("two-sessions-per-user", {"answers": Json}),
    Variant("no-third-session", {"answers": Json, "sessions": like(Sessions, refuses_more=True)}),
    Variant("kept-in-memory"),
    Variant("two-nodes", {"sessions": Rotating}),
    Variant("two-nodes-stale", {"answers": Json, "sessions": Stale}),
    # --- what users can do with their sessions
    Variant("json-account", {"answers": Json}),
    Variant("password-change-ends-all", {"server": like(Server, after_password="all end")}),
    Variant(
        "password-change-offers",
        {"answers": Json, "server": like(Server, after_password="offered")},
    ),
    # --- how forged requests and guesses are refused
    Variant("csrf-session-token", {"guard": SessionToken}),
    Variant("csrf-one-time-token", {"guard": OneTimeToken}),
    Variant("hidden-fields", {"guard": OneTimeToken}),
    Variant("csrf-double-submit", {"answers": Json, "guard": DoubleSubmit}),
    Variant("csrf-double-submit-form", {"guard": DoubleSubmitForm}),
    Variant(
        "everything",
        {
            "sessions": like(Rotating, name="__Host-sid", greets=True),
            "guard": SessionToken,
            "cookies": like(Cookies, secure=True, age="Max-Age", before=UNRELATED),
        },
    ),
    Variant(
        "throttle",
        {
            "answers": Json,
            "attempts": like(Attempts, limit=4, pause=900.0),
            "server": Trimming,
        },
    ),
    Variant("lockout", {"attempts": like(Attempts, limit=5, tells=False)}),
)

VARIANTS = {variant.target: variant for variant in _VARIANTS}
