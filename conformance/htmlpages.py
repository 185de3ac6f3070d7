"""HTML pages as profiles look into them: elements by CSS selector, and the fields of forms.

Beautiful Soup is loaded for a profile that needs it, and for no other.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_SELECTOR = re.compile(r"(.*?)(?:@([A-Za-z_:][\w:.-]*))?", re.DOTALL)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*>")
_HIDDEN = "input[type=hidden][name]:not([disabled])"
_NAMED = "input[name], select[name], textarea[name], button[name]"


def selector_error(selector: str) -> str:
    """Say what is wrong with a CSS selector such as `form#login input[name=csrf]@value`, if any."""
    import soupsieve

    try:
        soupsieve.compile(_split(selector)[0])
    except (soupsieve.SelectorSyntaxError, ValueError) as error:
        return str(error).partition("\n")[0].rstrip(".") or "it is empty"
    return ""


def selected(text: str, selector: str) -> list[str]:
    """Return what a selector chooses of a page, in order: an attribute, or else the elements' text.

    `meta[name=csrf-token]@content` is the attribute `content`; elements that lack it are left out.
    """
    css, attribute = _split(selector)
    elements = _page(text).select(css)
    if not attribute:
        return [element.get_text(" ", strip=True) for element in elements]
    return [str(one[attribute]) for one in elements if one.has_attr(attribute)]


def hidden_fields(text: str, selector: str, names: Collection[str]) -> dict[str, str] | None:
    """Return the hidden fields of one form of the page; None where there is no such form.

    It is the first that `selector` chooses. Without one it is the form that has most fields of
    these names, or else the first; a page may have others, such as a search.
    """
    forms: list[Tag] = list(_page(text).select(selector or "form"))
    if not forms:
        return None
    form = forms[0] if selector else max(forms, key=lambda one: _known_fields(one, names))
    return {str(one["name"]): str(one.get("value") or "") for one in form.select(_HIDDEN)}


def _known_fields(form: Tag, names: Collection[str]) -> int:
    return len({str(one["name"]) for one in form.select(_NAMED)} & set(names))


def _split(selector: str) -> tuple[str, str]:
    found = _SELECTOR.fullmatch(selector.strip())
    return (found[1].strip(), found[2] or "") if found else (selector, "")


@lru_cache(maxsize=16)  # several signs and readings look at one page
def _page(text: str) -> BeautifulSoup:
    from bs4 import BeautifulSoup
    from bs4.exceptions import ParserRejectedMarkup

    # What holds no tag, and what says that it is XML, would only be warned of.
    markup = _XML_DECLARATION.sub("", text) if "<" in text else ""
    try:
        return BeautifulSoup(markup, "html.parser", multi_valued_attributes=None)
    except ParserRejectedMarkup:
        return BeautifulSoup("", "html.parser")
