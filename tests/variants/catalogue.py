"""The variants: right servers, of which none may be blamed. What each is like, its profile says."""

from __future__ import annotations

from mutants.serving import ClosingHandler, LowerCaseHandler

from .answers import Html, Html200, Html401, Html403, Json
from .attempts import Attempts
from .cookies import Cookies, SetTwice
from .guards import DoubleSubmit, DoubleSubmitForm, SessionToken
from .jwt import Jwt, JwtReissued
from .server import Server
from .sessions import Base64Url, NamedAtRandom, Rotating, Sessions, Signed, TwoCookies, UuidPair
from .site import Variant, like
from .twosteps import TwoSteps

UNRELATED = (
    "theme=dark; Expires=Wed, 01 Jan 2031 00:00:00 GMT; Path=/",
    'note="a, b"; Path=/; Max-Age=600',
    "sid_seen=1; Path=/login",
)

_VARIANTS = (
    # --- what it answers
    Variant("html"),
    Variant("html-303", {"answers": like(Html, redirect=303, refusal=401)}),
    Variant("html-401", {"answers": Html401}),
    Variant("html-403", {"answers": like(Html403, no_session=403)}),
    Variant("html-200", {"answers": Html200}),
    Variant("json", {"answers": Json}),
    Variant("logout-204", {"answers": like(Json, logout_status=204, is_idempotent=True)}),
    Variant("two-step-login", {"server": TwoSteps}),
    Variant("path-prefix"),
    # --- how it says that over HTTP
    Variant("lower-case-headers", {"answers": Json}, LowerCaseHandler),
    Variant("http-1.0", handler=ClosingHandler),
    # --- how sessions are told apart
    Variant("base64url-ids", {"answers": Json, "sessions": like(Base64Url, name="connect.sid")}),
    Variant("uuid-pairs", {"sessions": like(UuidPair, name="SESSION")}),
    Variant("signed-ids", {"sessions": Signed}),
    Variant("jwt", {"answers": Json, "sessions": Jwt}),
    Variant("jwt-reissued", {"answers": Json, "sessions": JwtReissued}),
    Variant("rotation", {"sessions": Rotating}),
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
    Variant(
        "cookie-set-twice", {"sessions": like(Sessions, name="PHPSESSID"), "cookies": SetTwice}
    ),
    # --- when sessions begin and end
    Variant("anonymous-session", {"sessions": like(Sessions, greets=True)}),
    Variant(
        "sliding-cookie",
        {"sessions": like(Sessions, resends=True), "cookies": like(Cookies, tells_age=True)},
    ),
    Variant("fixed-expiry", {"cookies": like(Cookies, tells_age=True)}),
    Variant("idle-only", {"answers": Json}),
    Variant("no-timeouts", {"answers": Json}),
    Variant("two-accounts", {"answers": Json}),
    Variant("one-session-per-user"),
    Variant("memory"),
    # --- what users can do with their sessions
    Variant("json-account", {"answers": Json}),
    Variant("password-change-ends-all", {"server": like(Server, after_password="all end")}),
    Variant(
        "password-change-offers",
        {"answers": Json, "server": like(Server, after_password="offered")},
    ),
    # --- how forged requests and guesses are refused
    Variant("csrf-session-token", {"guard": SessionToken}),
    Variant("csrf-double-submit", {"answers": Json, "guard": DoubleSubmit}),
    Variant("csrf-double-submit-form", {"guard": DoubleSubmitForm}),
    Variant("lockout", {"attempts": like(Attempts, limit=5, tells=False)}),
)

VARIANTS = {variant.target: variant for variant in _VARIANTS}
