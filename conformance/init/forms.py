"""Finds the login form of a page, and what its fields are for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from conformance.init.markup import Document, Field, Form, Link

_IN = re.compile(r"log[ _-]?in|log[ _-]?on|sign[ _-]?in|anmeld|connexion|acceder|entrar", re.I)
_OUT = re.compile(r"log[ _-]?out|log[ _-]?off|sign[ _-]?out|abmeld|d[ée]connexion|salir", re.I)
_JOIN = re.compile(
    r"regist|sign[ _-]?up|create|join|new-password|confirm|reset|forgot|change", re.I
)
_NAME = re.compile(r"user|e-?mail|login|name|ident|account|handle", re.I)
_TOKEN = re.compile(r"csrf|xsrf|token|nonce|authenticity|verification", re.I)


def means_login(words: str) -> bool:
    """Say whether these words of a link or form are about logging in, and not about joining."""
    return bool(_IN.search(words)) and not _JOIN.search(words)


def means_logout(words: str) -> bool:
    """Say whether these words of a link or form are about logging out."""
    return bool(_OUT.search(words))


def is_name(name: str) -> bool:
    """Say whether a field of this name may hold the name of a user."""
    return bool(_NAME.search(name))


def login_links(page: Document) -> tuple[Link, ...]:
    """Return the links that look like the way to the login."""
    return tuple(one for one in page.links if means_login(f"{one.words} {one.url}"))


def login_form(page: Document) -> Form | None:
    """Return the form that asks for one password, the likeliest where there are several."""
    asking = [one for one in page.forms if len(one.of_kind("password")) == 1]
    return max(asking, key=_likeness, default=None)


def name_form(page: Document) -> Form | None:
    """Return the form that asks for a name alone, as the first of two pages does."""
    asking = [
        one
        for one in page.forms
        if not one.of_kind("password")
        and name_field(one) is not None
        and one.method == "POST"
        and not _JOIN.search(one.words)
    ]
    return next(iter(asking), None)


def _likeness(form: Form) -> int:
    hints = " ".join([form.words, form.action, *(one.hints for one in form.fields)])
    good = bool(_IN.search(hints)) + ("current-password" in hints) + (form.method == "POST")
    return good - 2 * bool(_JOIN.search(hints))


def name_field(form: Form) -> Field | None:
    """Return the field for the name of the user; a form may ask for a password alone."""
    typed = [one for one in form.fields if one.is_typed and one.name]
    return max(typed, key=_name_likeness, default=None)


def _name_likeness(field: Field) -> int:
    says = ("username" in field.hints) + ("email" in field.hints) + (field.kind == "email")
    return 2 * says + bool(_NAME.search(f"{field.name} {field.hints}"))


@dataclass(frozen=True)
class Filled:
    """The fields of a form as a profile fills them, and the hidden ones to be read afresh.

    `tokens` are those that were another value in another browser; a script may fill `empty_token`.
    """

    fields: Mapping[str, str]
    tokens: tuple[str, ...]
    empty_token: str = ""


def filled(form: Form, other: Form | None, *, with_name: bool = True) -> Filled:
    """Fill a form as a browser sends it; `other` is the same form as another browser got it."""
    elsewhere = {one.name: one.value for one in other.of_kind("hidden")} if other else {}
    tokens: list[str] = []
    sent: dict[str, str] = {}
    name = name_field(form) if with_name else None
    for field in _sent(form):
        if field is name:
            sent[field.name] = "{username}"
        elif field.kind == "password":
            sent[field.name] = "{password}"
        elif field.kind == "hidden" and _is_fresh(field, elsewhere):
            tokens.append(field.name)
            sent[field.name] = "{" + token_name(len(tokens)) + "}"
        else:
            sent[field.name] = field.value
    hidden = form.of_kind("hidden")
    empty = [one.name for one in hidden if not one.value and _TOKEN.search(one.name)]
    return Filled(sent, tuple(tokens), next(iter(empty), ""))


def token_name(number: int) -> str:
    """Return the placeholder of the first, second ... token of a form."""
    return "csrf" if number == 1 else "token_" + "abcdefghijklmnopqrstuvwxyz"[number - 2]


def _is_fresh(field: Field, elsewhere: Mapping[str, str]) -> bool:
    if field.name in elsewhere and elsewhere[field.name] != field.value:
        return True
    return bool(_TOKEN.search(field.name)) and len(field.value) >= 16


def _sent(form: Form) -> Iterable[Field]:
    """Yield the fields that a browser sends when the form's first button is pressed."""
    pressed = False
    for field in form.fields:
        if field.is_pressed:
            if not pressed and field.name and field.kind != "image":
                yield field
            pressed = True
        elif field.kind in ("checkbox", "radio"):
            if field.checked and field.name:
                yield field
        elif field.name and field.kind not in ("button", "reset", "file"):
            yield field
