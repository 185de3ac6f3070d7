"""Reads the actions of a profile: the requests they send and the signs of how they went."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace

from conformance.model import Action, ActionRequest, FormSource, ProtectedPage, SessionList, Sign
from conformance.profile_readings import READING, read_reading, read_readings
from conformance.response import check_selector, read_json, read_signs
from conformance.signs import placeholders
from conformance.yamltree import Node, known_words

_BODIES = ("form", "multipart", "json")
_REQUEST = ("fields from", "send", "headers", *_BODIES, "follow", "read")

# The optional actions of a profile, and the placeholders that each fills beside the user's own.
OPTIONAL_ACTIONS: Mapping[str, tuple[str, ...]] = {
    "register": (),
    "change password": ("new_password",),
    "log out everywhere": (),
    "log out others": (),
    "end session": ("session_handle",),
    "remove account": (),
    "step up": (),
    "administrator ends sessions": ("subject",),
    "administrator removes account": ("subject",),
}
_FILLED = ("username", "password", "csrf", "base_url", "origin")


def read_action(name: str, node: Node, more: Collection[str] = ()) -> Action:
    """Return an action: one request, or a list of them of which the last is judged.

    `more` are placeholders that are filled beside those of every action.
    """
    nodes = node.value if isinstance(node.value, list) else [node]
    if not nodes:
        raise node.error(f"{name} has no requests")
    known = (*_REQUEST, "success", "refused")
    for early in nodes[:-1]:
        early.fields(f"a request of {name} before the last", _REQUEST, required=("send",))
    last = nodes[-1].fields(name, known, required=("send", "success"))
    _refuse_unknown_placeholders(name, nodes, more)
    if name == "log in" and "refused" not in last:
        raise node.error("log in lacks the key 'refused': what does a wrong password show?")
    return Action(
        name=name,
        requests=tuple(_request(one) for one in nodes),
        success=read_signs(last["success"], "success"),
        refused=read_signs(last["refused"], "refused") if "refused" in last else (),
        place=node.place,
    )


def _refuse_unknown_placeholders(name: str, nodes: list[Node], more: Collection[str]) -> None:
    """Refuse a placeholder that nothing fills: it would be sent, or looked for, as it stands."""
    known = {*_FILLED, *more, *OPTIONAL_ACTIONS.get(name, ())}
    for node in nodes:
        for text in (one for one in node.walk() if isinstance(one.value, str)):
            for unknown in sorted(placeholders(text.plain()) - known):
                hint = known_words(unknown, tuple(sorted(known)))
                raise text.error(f"nothing fills the placeholder '{{{unknown}}}' here", hint)
        fields = node.mapping("a request")
        known |= set(fields["read"].mapping("read")) if "read" in fields else set()


def _request(node: Node) -> ActionRequest:
    fields = node.mapping("a request")
    method, path = request_line(fields["send"])
    if sum(body in fields for body in _BODIES) > 1:
        raise node.error(f"a request has one body: {', '.join(_BODIES)}")
    return ActionRequest(
        method=method,
        path=path,
        place=node.place,
        headers=read_texts(fields["headers"], "headers") if "headers" in fields else {},
        form=read_texts(fields["form"], "form") if "form" in fields else None,
        json=read_json(fields["json"]) if "json" in fields else None,
        readings=read_readings(fields["read"]) if "read" in fields else (),
        multipart=read_texts(fields["multipart"], "multipart") if "multipart" in fields else None,
        fields_from=_form_source(fields) if "fields from" in fields else None,
        follows=_follows(fields["follow"]) if "follow" in fields else False,
    )


def _form_source(fields: Mapping[str, Node]) -> FormSource:
    """Return whose hidden fields go along: a page such as `GET /login`, and which of its forms."""
    node = fields["fields from"]
    if "json" in fields:
        raise node.error("the fields of a page's form go into a form, not into json")
    if isinstance(node.value, str):
        return FormSource(_page(node))
    parts = node.fields("fields from", ("page", "form"), required=("page",))
    return FormSource(
        _page(parts["page"]), check_selector(parts["form"]) if "form" in parts else ""
    )


def _page(node: Node) -> ActionRequest:
    method, path = request_line(node)
    return ActionRequest(method, path, node.place)


def _follows(node: Node) -> bool:
    if node.text("follow") != "redirects":
        raise node.error(f"follow is 'redirects', not '{node.value}'")
    return True


def request_line(node: Node) -> tuple[str, str]:
    """Return method and path of a request such as `POST /login`."""
    found = re.fullmatch(r"([A-Z]+) (/\S*)", node.filled_text("a request"))
    if not found:
        raise node.error(f"'{node.value}' is not a request such as POST /login")
    return found[1], found[2]


def read_texts(node: Node, what: str) -> dict[str, str]:
    """Return a mapping of texts."""
    return {name: value.text(what) for name, value in node.mapping(what).items()}


def read_csrf(node: Node) -> ActionRequest:
    """Return the request that gets a CSRF token, with the reading called `csrf`."""
    fields = node.fields("csrf", ("read", *READING), required=("read",))
    method, path = request_line(fields["read"])
    rest = {key: one for key, one in fields.items() if key != "read"}
    reading = read_reading("csrf", replace(node, value=rest))
    return ActionRequest(method, path, node.place, readings=(reading,))


def read_protected_page(node: Node) -> ProtectedPage:
    """Return the protected page and the two signs that tell who is signed in."""
    known = (*_REQUEST, "signed in", "signed out")
    required = ("send", "signed in", "signed out")
    fields = node.fields("protected page", known, required)
    return ProtectedPage(
        request=_request(node),
        signed_in=read_signs(fields["signed in"], "signed in"),
        signed_out=_without_user(read_signs(fields["signed out"], "signed out"), fields),
    )


def read_session_list(node: Node, more: Collection[str] = ()) -> SessionList:
    """Return the page that lists a user's sessions, and where the handle of each stands there."""
    handles = node.mapping("list sessions").get("handles")
    if handles is None:
        raise node.error("list sessions lacks the key 'handles': what tells one from another?")
    fields = {key: one for key, one in node.mapping("list sessions").items() if key != "handles"}
    action = read_action("list sessions", replace(node, value=fields), more)
    return SessionList(action, read_reading("handles", handles))


def _without_user(signs: tuple[Sign, ...], fields: Mapping[str, Node]) -> tuple[Sign, ...]:
    if any(placeholders(dict(sign.conditions)) for sign in signs):
        raise fields["signed out"].error("the sign 'signed out' knows no user: no placeholders")
    return signs
