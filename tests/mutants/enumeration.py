"""Failed logins that tell which accounts exist."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, jsonify
from variants.attempts import Attempts

from reference_impl.models.user import User

from .harness import WSGI, ReferenceSite, mutant
from .planting import LOGIN, after, before, credentials, text_in, user_called


def refused_differently(change: Callable[[Response], None]) -> Callable[[ReferenceSite], Flask]:
    """Return a mutant that changes the refusal of names that it knows."""

    def build(site: ReferenceSite) -> Flask:
        def hook(response: Response) -> Response:
            if response.status_code == 401 and user_called(credentials().get("email")):
                change(response)
            return response

        return after(site.app(), LOGIN, hook)

    return build


def _status(response: Response) -> None:
    response.status_code = 400


def _body(response: Response) -> None:
    response.data = jsonify({"error": "wrong password"}).data


def _header(response: Response) -> None:
    response.headers["X-User"] = "found"


def _cookie(response: Response) -> None:
    response.set_cookie("last_user", "1")


mutant("ENUM-1", "a wrong password has another status")(refused_differently(_status))
mutant("ENUM-1", "a wrong password has a sentence of its own")(refused_differently(_body))
mutant("ENUM-1", "a wrong password has one header more")(refused_differently(_header))
mutant("ENUM-1", "a wrong password sets a cookie")(refused_differently(_cookie))


def costly(site: ReferenceSite, is_costly: Callable[[User | None], bool]) -> Flask:
    """Let a login cost 80 ms, as its hash would, if the name is such."""

    def hook() -> None:
        if is_costly(user_called(text_in(credentials(), "email"))):
            site.clock.sleep(0.08)

    return before(site.app(), LOGIN, hook)


@mutant("ENUM-2", "no hash is computed for unknown names")
def no_hash_for_unknown_names(site: ReferenceSite) -> WSGI:
    return costly(site, lambda user: user is not None)


@mutant("ENUM-2", "unknown names are looked up in a second directory")
def second_look_up(site: ReferenceSite) -> WSGI:
    return costly(site, lambda user: user is None)


@mutant("ENUM-3", "only known names are throttled", on="throttle")
class OnlyKnownNames(Attempts):
    limit = 4
    pause = 900.0

    def wait(self, name: str) -> int:
        return super().wait(name) if name in self.store.accounts else 0


@mutant("ENUM-3", "a known name is told that it is locked", on="lockout")
class ToldWhenKnown(Attempts):
    limit = 5
    tells = False

    def wait(self, name: str) -> int:
        seconds = super().wait(name)
        self.tells = name in self.store.accounts
        return seconds
