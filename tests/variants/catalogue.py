"""The variants: right servers, of which none may be blamed. What each is like, its profile says."""

from __future__ import annotations

from .answers import Json
from .guards import SessionToken
from .jwt import Jwt
from .sessions import Signed
from .site import Variant

_VARIANTS = (
    # --- what it answers
    Variant("html"),
    Variant("json", {"answers": Json}),
    # --- how sessions are told apart
    Variant("signed-ids", {"sessions": Signed}),
    Variant("jwt", {"answers": Json, "sessions": Jwt}),
    # --- how forged requests are refused
    Variant("csrf-session-token", {"guard": SessionToken}),
)

VARIANTS = {variant.target: variant for variant in _VARIANTS}
