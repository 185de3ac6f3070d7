"""What a request may claim about who sends it, and from where, without being able to prove it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import TypeAlias
from urllib.parse import quote

from conformance.model import User
from conformance.words import Words

Claim: TypeAlias = Callable[[User], "tuple[tuple[str, str], ...]"]

claims: Words[Claim] = Words("claim")

_OF_USERS = (
    "Remote-User",
    "X-Remote-User",
    "X-Forwarded-User",
    "X-Forwarded-Email",
    "X-Forwarded-Preferred-Username",
    "X-Auth-Request-User",
    "X-Authenticated-User",
    "X-WEBAUTH-USER",
    "X-User",
    "X-User-Id",
    "X-Username",
    "From",
)
_OF_ADDRESSES = (
    "X-Forwarded-For",
    "X-Real-IP",
    "X-Client-IP",
    "X-Originating-IP",
    "X-Remote-Addr",
    "True-Client-IP",
    "CF-Connecting-IP",
)


@claims("to be a user")
def _user(user: User) -> tuple[tuple[str, str], ...]:
    """Headers such as `X-Forwarded-User`, by which a proxy in front tells whom it let in."""
    return tuple((name, user.username) for name in _OF_USERS)


@claims("to be a user without a password")
def _basic(user: User) -> tuple[tuple[str, str], ...]:
    """`Authorization: Basic` with the user's name and an empty password."""
    return (("Authorization", f"Basic {b64encode(f'{user.username}:'.encode()).decode()}"),)


@claims("to come from the server itself")
def _local(_: User) -> tuple[tuple[str, str], ...]:
    """Headers such as `X-Forwarded-For`, with the address 127.0.0.1."""
    local = tuple((name, "127.0.0.1") for name in _OF_ADDRESSES)
    return (
        *local,
        ("Forwarded", "for=127.0.0.1;host=localhost"),
        ("X-Forwarded-Host", "localhost"),
    )


@claims("to ask for another page by another method")
def _other_page(_: User) -> tuple[tuple[str, str], ...]:
    """Headers such as `X-Original-URL` and `X-HTTP-Method-Override`."""
    pages = ("X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Uri")
    methods = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
    return (*((name, "/") for name in pages), *((name, "OPTIONS") for name in methods))


@claims("to be a user, by other cookies")
def _other_cookies(user: User) -> tuple[tuple[str, str], ...]:
    """Cookies such as `user`, `role` and `logged_in`, beside which there is no session cookie."""
    named = ("user", "username", "user_name", "user_id", "userid", "uid", "login", "email", "auth")
    granted = ("admin", "is_admin", "logged_in", "loggedin", "authenticated", "remember_me")
    pairs = [f"{name}={quote(user.username)}" for name in named]
    pairs += [f"{name}=1" for name in granted]
    return (("Cookie", "; ".join([*pairs, "role=admin"])),)
