"""Reads the actions of a profile: the requests they send and the signs of how they went."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from conformance.model import Action, ActionRequest, ProtectedPage, Reading, SessionList, Sign
from conformance.readings import sources
from conformance.response import check_pattern, read_json, read_signs
from conformance.signs import placeholders
from conformance.yamltree import Node, known_words

_REQUEST = ("send", "headers", "form", "json", "read")

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
_FILLED = ("username", "password", "csrf")


def read_action(name: str, node: Node) -> Action:
    """Return an action: one request, or a list of them of which the last is judged."""
    nodes = node.value if isinstance(node.value, list) else [node]
    if not nodes:
        raise node.error(f"{name} has no requests")
    known = (*_REQUEST, "success", "refused")
    for early in nodes[:-1]:
        early.fields(f"a request of {name} before the last", _REQUEST, required=("send",))
    last = nodes[-1].fields(name, known, required=("send", "success"))
    _refuse_unknown_placeholders(name, nodes)
    if name == "log in" and "refused" not in last:
        raise node.error("log in lacks the key 'refused': what does a wrong password show?")
    return Action(
        name=name,
        requests=tuple(_request(one) for one in nodes),
        success=read_signs(last["success"], "success"),
        refused=read_signs(last["refused"], "refused") if "refused" in last else (),
        place=node.place,
    )


def _refuse_unknown_placeholders(name: str, nodes: list[Node]) -> None:
    """Refuse a placeholder that nothing fills: it would be sent, or looked for, as it stands."""
    known = {*_FILLED, *OPTIONAL_ACTIONS.get(name, ())}
    for node in nodes:
        for text in (one for one in node.walk() if isinstance(one.value, str)):
            for unknown in sorted(placeholders(text.plain()) - known):
                hint = known_words(unknown, tuple(sorted(known)))
                raise text.error(f"nothing fills the placeholder '{{{unknown}}}' here", hint)
        fields = node.mapping("a request")
        known |= set(fields["read"].mapping("read")) if "read" in fields else set()


def _request(node: Node) -> ActionRequest:
    fields = node.mapping("a request")
    method, path = _request_line(fields["send"])
    if "form" in fields and "json" in fields:
        raise node.error("a request has one body: form or json")
    return ActionRequest(
        method=method,
        path=path,
        place=node.place,
        headers=read_texts(fields["headers"], "headers") if "headers" in fields else {},
        form=read_texts(fields["form"], "form") if "form" in fields else None,
        json=read_json(fields["json"]) if "json" in fields else None,
        readings=_readings(fields["read"]) if "read" in fields else (),
    )


def _request_line(node: Node) -> tuple[str, str]:
    found = re.fullmatch(r"([A-Z]+) (/\S*)", node.filled_text("a request"))
    if not found:
        raise node.error(f"'{node.value}' is not a request such as POST /login")
    return found[1], found[2]


def read_texts(node: Node, what: str) -> dict[str, str]:
    """Return a mapping of texts."""
    return {name: value.text(what) for name, value in node.mapping(what).items()}


def _readings(node: Node) -> tuple[Reading, ...]:
    fields = node.mapping("read")
    for name in fields:
        if placeholders(f"{{{name}}}") != {name}:
            message = f"'{name}' is not a placeholder's name: use small letters and underscores"
            raise node.key(name).error(message)
    return tuple(_reading(name, value) for name, value in fields.items())


def _reading(name: str, node: Node) -> Reading:
    fields = node.fields(f"the reading '{name}'", tuple(sources.words))
    if len(fields) != 1:
        raise node.error(f"a reading has one of: {', '.join(sources.words)}")
    source, key = next(iter(fields.items()))
    if source == "from pattern":
        check_pattern(key)
        if re.compile(key.text(source)).groups < 1:
            raise key.error("the pattern needs a group (...) around the value")
    return Reading(name, source, key.filled_text(source), node.place)


def read_csrf(node: Node) -> ActionRequest:
    """Return the request that gets a CSRF token, with the reading called `csrf`."""
    fields = node.fields("csrf", ("read", *sources.words), required=("read",))
    kinds = [key for key in fields if key != "read"]
    if len(kinds) != 1:
        raise node.error(f"csrf has one of: {', '.join(sources.words)}")
    method, path = _request_line(fields["read"])
    kind = kinds[0]
    value = replace(node, value={kind: fields[kind]})
    return ActionRequest(method, path, node.place, readings=(_reading("csrf", value),))


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


def read_session_list(node: Node) -> SessionList:
    """Return the page that lists a user's sessions, and where the handle of each stands there."""
    handles = node.mapping("list sessions").get("handles")
    if handles is None:
        raise node.error("list sessions lacks the key 'handles': what tells one from another?")
    fields = {key: one for key, one in node.mapping("list sessions").items() if key != "handles"}
    action = read_action("list sessions", replace(node, value=fields))
    return SessionList(action, _reading("handles", handles))


def _without_user(signs: tuple[Sign, ...], fields: Mapping[str, Node]) -> tuple[Sign, ...]:
    if any(placeholders(dict(sign.conditions)) for sign in signs):
        raise fields["signed out"].error("the sign 'signed out' knows no user: no placeholders")
    return signs
