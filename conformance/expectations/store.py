"""What a dump of the session store tells."""

from __future__ import annotations

from conformance.expectations.registry import expectations
from conformance.stage import NotTried, Seen, Stage, Unproved
from conformance.traces import LEAST, first_found, mentions, usable


@expectations("no token found", about="store")
def no_token_found(seen: Seen, stage: Stage) -> str | None:
    """The token is not in a dump of the store: not as it is, decoded, in hexadecimal or base64.

    A hash of it is fine. A dump that tells neither the name of the session's user nor a common hash
    of the token may be of something else, and proves nothing.
    """
    tokens = [value for session in seen.sought for _, value in session.cookies]
    sought = [one for token in tokens for one in usable(token)]
    if not sought:
        raise NotTried(f"tokens of less than {LEAST} bytes stand in any dump by chance")
    found = first_found(seen.dump, sought)
    if found:
        return f"the store holds {found}"
    names = [stage.user(session.role).username for session in seen.sought if session.role]
    if not mentions(seen.dump, names, tokens):
        raise Unproved("the dump of the store tells nothing of this user or this session")
    return None
