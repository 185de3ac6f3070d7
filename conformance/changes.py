"""How a scenario may spoil credentials and tokens, and where else it may put them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from conformance.model import User
from conformance.words import Words

# What a login sends: None stands for a field that is left out.
Credentials: TypeAlias = "tuple[str | None, str | None]"
CredentialChange: TypeAlias = Callable[[User], Credentials]
TokenChange: TypeAlias = Callable[[str], str]
Carrier: TypeAlias = Callable[[], str]


@dataclass(frozen=True)
class OtherTokens:
    """Ways to get CSRF tokens other than the right one."""

    another_browser: Callable[[], str]
    before_login: Callable[[], str]
    session_before: Callable[[], str]


# Gets the right CSRF token and others; None leaves it out.
CsrfChange: TypeAlias = Callable[[str, OtherTokens], "str | None"]

credential_changes: Words[CredentialChange] = Words("change of credentials")
token_changes: Words[TokenChange] = Words("change of a token")
carriers: Words[Carrier] = Words("carrier")
csrf_changes: Words[CsrfChange] = Words("change of a CSRF token")


@credential_changes("wrong password")
def _wrong_password(user: User) -> Credentials:
    """A password of the same length with other letters."""
    return user.username, "".join(_another(letter) for letter in user.password)


@credential_changes("password left out")
def _no_password(user: User) -> Credentials:
    """The name alone; the password's field is not sent."""
    return user.username, None


@credential_changes("empty password")
def _empty_password(user: User) -> Credentials:
    """The name with an empty password."""
    return user.username, ""


@credential_changes("blank password")
def _blank_password(user: User) -> Credentials:
    """The name with a password of spaces, as many as the password has letters."""
    return user.username, " " * len(user.password)


@credential_changes("password with a space before")
def _space_before(user: User) -> Credentials:
    """The password with one space in front."""
    return user.username, " " + user.password


@credential_changes("password with a space after")
def _space_after(user: User) -> Credentials:
    """The password with one space behind."""
    return user.username, user.password + " "


@credential_changes("password in the other case")
def _other_case(user: User) -> Credentials:
    """The password with upper and lower case exchanged."""
    return user.username, user.password.swapcase()


@credential_changes("password without its last character")
def _shortened(user: User) -> Credentials:
    """The password cut by one character."""
    return user.username, user.password[:-1]


@credential_changes("password with one more character")
def _lengthened(user: User) -> Credentials:
    """The password with an "x" behind."""
    return user.username, user.password + "x"


@credential_changes("password cut to 8 characters")
def _cut_to_eight(user: User) -> Credentials:
    """The first 8 characters of the password, and other letters instead of the rest."""
    return user.username, user.password[:8] + "".join(map(_another, user.password[8:] or "x"))


@credential_changes("name left out")
def _no_name(user: User) -> Credentials:
    """The password alone; the name's field is not sent."""
    return None, user.password


@credential_changes("empty name")
def _empty_name(user: User) -> Credentials:
    """The password with an empty name."""
    return "", user.password


@credential_changes("unknown name")
def _unknown_name(user: User) -> Credentials:
    """A name that looks like the user's but belongs to nobody, with the user's password."""
    return "nobody-" + user.username, user.password


@credential_changes("password before the change")
def _former(user: User) -> Credentials:
    """The password that the user had before it was changed."""
    return user.username, user.former or user.password


@token_changes("first character changed")
def _first_changed(token: str) -> str:
    """The token with another first character."""
    return _another(token[:1]) + token[1:]


@token_changes("middle character changed")
def _middle_changed(token: str) -> str:
    """The token with another character in the middle."""
    middle = len(token) // 2
    return token[:middle] + _another(token[middle : middle + 1]) + token[middle + 1 :]


@token_changes("letters in the other case")
def _case_changed(token: str) -> str:
    """The token with upper and lower case exchanged."""
    return token.swapcase()


@token_changes("first half only")
def _halved(token: str) -> str:
    """The first half of the token."""
    return token[: len(token) // 2]


@token_changes("last character cut off")
def _cut(token: str) -> str:
    """The token without its last character."""
    return token[:-1]


@token_changes("one character added")
def _added(token: str) -> str:
    """The token with an "x" behind."""
    return token + "x"


@token_changes("written twice")
def _doubled(token: str) -> str:
    """The token followed by itself."""
    return token + token


@token_changes("its hash in hexadecimal digits")
def _hash_in_digits(token: str) -> str:
    """The SHA-256 of the token in hexadecimal digits, as a store may hold it."""
    return hashlib.sha256(token.encode()).hexdigest() if token else ""


@token_changes("its hash in base64")
def _hash_in_base64(token: str) -> str:
    """The SHA-256 of the token in base64url without padding, as a store may hold it."""
    hashed = hashlib.sha256(token.encode()).digest()
    return base64.urlsafe_b64encode(hashed).rstrip(b"=").decode() if token else ""


@carriers("cookie")
def _in_cookie() -> str:
    """The session cookie, as the server set it."""
    return "cookie"


@carriers("query string")
def _in_query() -> str:
    """The query string of the URL, under the same name."""
    return "query string"


@carriers("form body")
def _in_form() -> str:
    """The form body of a POST request, under the same name."""
    return "form body"


@carriers("header")
def _in_header() -> str:
    """A request header `Authorization: Bearer`."""
    return "header"


@csrf_changes("left out")
def _left_out(_: str, __: OtherTokens) -> str | None:
    """No CSRF token: the fields and headers that would hold it are not sent."""
    return None


@csrf_changes("made up")
def _made_up(token: str, _: OtherTokens) -> str | None:
    """A text as long as the CSRF token, with other characters."""
    return "".join(map(_another, token))


@csrf_changes("of another browser")
def _of_another_browser(_: str, others: OtherTokens) -> str | None:
    """A CSRF token that the server gave to another browser."""
    return others.another_browser()


@csrf_changes("from before the login")
def _from_before_the_login(_: str, others: OtherTokens) -> str | None:
    """The CSRF token that this browser's login was sent with."""
    return others.before_login()


@csrf_changes("of the session before")
def _of_the_session_before(_: str, others: OtherTokens) -> str | None:
    """The CSRF token that this browser's last logout was sent with."""
    return others.session_before()


def _another(letter: str) -> str:
    return "y" if letter == "x" else "x"
