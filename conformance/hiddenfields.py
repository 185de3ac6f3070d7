"""The hidden fields of a page's own form, as a request of a profile sends them on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from conformance.errors import Unrecognised
from conformance.htmlpages import hidden_fields
from conformance.model import ActionRequest, Exactly, Exchange


def with_hidden_fields(request: ActionRequest, page: Exchange) -> ActionRequest:
    """Return the request with the hidden fields of its form; its own fields replace them.

    Raises Unrecognised where the page has no such form.
    """
    found = _fields_on(request, page)
    if found is None and request.fields_from is not None:
        path = page.path.partition("?")[0]  # a query may hold a secret
        selector = request.fields_from.selector
        wanted = f"form '{selector}'" if selector else "form"
        raise Unrecognised(
            f"{page.method} {path} answered {page.status} without the {wanted} whose fields the "
            f"profile sends on ({request.place})"
        )
    return _with(request, found or {})


def known_to_strangers(request: ActionRequest, looks: Sequence[Exchange]) -> ActionRequest:
    """Return the request with the hidden fields that are the same at every look at the page.

    Whoever forges a request can look at the page too, but not as the one whose browser sends it.
    """
    first, *others = [_fields_on(request, look) or {} for look in looks]
    alike = {name: value for name, value in first.items()
             if all(other.get(name) == value for other in others)}  # fmt: skip
    return _with(request, alike)


def _fields_on(request: ActionRequest, page: Exchange) -> dict[str, str] | None:
    selector = request.fields_from.selector if request.fields_from else ""
    return hidden_fields(page.text, selector, [*(request.form or request.multipart or {})])


def _with(request: ActionRequest, hidden: Mapping[str, str]) -> ActionRequest:
    literal = {name: Exactly(value) for name, value in hidden.items()}
    if request.multipart is not None:
        return replace(request, multipart={**literal, **request.multipart})
    return replace(request, form={**literal, **(request.form or {})})
