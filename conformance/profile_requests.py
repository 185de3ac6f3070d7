"""What goes along with every request of a profile: headers that it names, and secrets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from conformance.model import Action, ActionRequest, Profile, SessionList
from conformance.profile_users import from_environment, from_file
from conformance.signs import placeholders
from conformance.yamltree import Node

_Change = Callable[[ActionRequest], ActionRequest]


def with_headers(profile: Profile, headers: Mapping[str, str]) -> Profile:
    """Return the profile with headers in every request, where that does not say them itself."""
    if not headers:
        return profile

    def change(request: ActionRequest) -> ActionRequest:
        given = {name.lower() for name in request.headers}
        more = {name: text for name, text in headers.items() if name.lower() not in given}
        source = request.fields_from and replace(
            request.fields_from, page=change(request.fields_from.page)
        )
        return replace(request, headers={**more, **request.headers}, fields_from=source)

    return _everywhere(profile, change)


def _everywhere(profile: Profile, change: _Change) -> Profile:
    page, register, listed = profile.protected_page, profile.register, profile.session_list
    return replace(
        profile,
        log_in=_changed(profile.log_in, change),
        log_out=_changed(profile.log_out, change),
        protected_page=replace(page, request=change(page.request)),
        csrf=profile.csrf and change(profile.csrf),
        register=register and _changed(register, change),
        actions={name: _changed(action, change) for name, action in profile.actions.items()},
        session_list=listed and SessionList(_changed(listed.action, change), listed.handles),
    )


def _changed(action: Action, change: _Change) -> Action:
    return replace(action, requests=tuple(map(change, action.requests)))


def read_secrets(node: Node) -> dict[str, str]:
    """Return the secrets by their placeholders; each stands in the environment or in a file."""
    entries = node.mapping("secrets").items()
    return {name: _secret(name, node.key(name), one) for name, one in entries}


def _secret(name: str, key: Node, node: Node) -> str:
    if placeholders(f"{{{name}}}") != {name}:
        message = f"'{name}' is not a placeholder's name: use small letters and underscores"
        raise key.error(message)
    fields = node.fields(f"the secret '{name}'", ("from environment", "from file"))
    if len(fields) != 1:
        raise node.error("a secret has one of: from environment, from file")
    return (from_file if "from file" in fields else from_environment)(*fields.values())
