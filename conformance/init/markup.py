"""Reads what matters of a page: its forms, its links and what its head says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

_TYPED = frozenset({"text", "email", "tel", "search", "url", ""})
_PRESSED = frozenset({"submit", "image"})


@dataclass(frozen=True)
class Field:
    """One field of a form; `hints` is all that its other attributes say, in small letters."""

    name: str
    kind: str
    value: str = field(default="", repr=False)
    hints: str = ""
    checked: bool = False

    @property
    def is_typed(self) -> bool:
        """Whether somebody types a name or an address into it."""
        return self.kind in _TYPED

    @property
    def is_pressed(self) -> bool:
        """Whether it is a button that sends the form."""
        return self.kind in _PRESSED


@dataclass(frozen=True)
class Form:
    """A form; `action` is a whole URL, `words` all that its tags and buttons say."""

    action: str
    method: str
    enctype: str
    fields: tuple[Field, ...]
    words: str

    def of_kind(self, kind: str) -> tuple[Field, ...]:
        """Return the fields of one kind, such as `password`."""
        return tuple(one for one in self.fields if one.kind == kind)

    @property
    def path(self) -> str:
        """The path and query of the action."""
        return path_of(self.action)


@dataclass(frozen=True)
class Link:
    """A link; `url` is whole, `words` are its text and its attributes, in small letters."""

    url: str
    words: str


@dataclass(frozen=True)
class Document:
    """A page; `metas` are the named ones of its head."""

    forms: tuple[Form, ...]
    links: tuple[Link, ...]
    metas: Mapping[str, str]


def path_of(url: str) -> str:
    """Return the path and query of a URL."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def document(text: str, url: str) -> Document:
    """Read a page that was found at `url`; whatever is broken in it is passed over."""
    reader = _Reader(url)
    reader.feed(text)
    reader.close()
    reader.end_form()
    return Document(tuple(reader.forms), tuple(reader.links), reader.metas)


class _Reader(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__()
        self.base = url
        self.forms: list[Form] = []
        self.links: list[Link] = []
        self.metas: dict[str, str] = {}
        self._form: dict[str, str] | None = None
        self._fields: list[Field] = []
        self._words: list[str] = []
        self._link: tuple[str, list[str]] | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        start = getattr(self, f"_start_{tag}", None)
        if start:
            start(said)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.end_form()
        elif tag == "select":
            self._select = ""
        elif tag == "a" and self._link:
            url, words = self._link
            self.links.append(Link(url, " ".join(words).lower()))
            self._link = None

    def handle_data(self, data: str) -> None:
        if not data.strip():
            return
        if self._form is not None:
            self._words.append(data.strip())
        if self._link:
            self._link[1].append(data.strip())

    def _start_base(self, said: dict[str, str]) -> None:
        self.base = self._joined(said.get("href", ""))

    def _start_meta(self, said: dict[str, str]) -> None:
        if said.get("name"):
            self.metas[said["name"]] = said.get("content", "")

    def _start_a(self, said: dict[str, str]) -> None:
        if said.get("href"):
            self._link = (self._joined(said["href"]), [_hints(said)])

    def _start_form(self, said: dict[str, str]) -> None:
        self.end_form()
        self._form, self._fields, self._words = said, [], [_hints(said)]

    def _start_input(self, said: dict[str, str]) -> None:
        kind = said.get("type", "text").lower()
        if self._form is not None:
            checked = "checked" in said
            self._fields.append(
                Field(said.get("name", ""), kind, said.get("value", ""), _hints(said), checked)
            )
            if kind in _PRESSED:
                self._words.append(said.get("value", ""))

    def _start_button(self, said: dict[str, str]) -> None:
        kind = said.get("type", "submit").lower()
        if self._form is not None and kind == "submit":
            self._fields.append(
                Field(said.get("name", ""), kind, said.get("value", ""), _hints(said))
            )

    def _start_select(self, said: dict[str, str]) -> None:
        self._select = said.get("name", "")

    def _start_option(self, said: dict[str, str]) -> None:
        known = any(one.name == self._select for one in self._fields)
        if self._form is None or not self._select or (known and "selected" not in said):
            return
        self._fields = [one for one in self._fields if one.name != self._select]
        self._fields.append(Field(self._select, "select", said.get("value", "")))

    def end_form(self) -> None:
        """Close the form that is open, if any: pages often forget to."""
        if self._form is None:
            return
        action = self._joined(self._form.get("action", ""))
        method = self._form.get("method", "get").upper() or "GET"
        enctype = self._form.get("enctype", "").lower()
        words = " ".join(self._words).lower()
        self.forms.append(Form(action, method, enctype, tuple(self._fields), words))
        self._form = None

    def _joined(self, reference: str) -> str:
        try:
            return urljoin(self.base, reference.strip()).partition("#")[0]
        except ValueError:  # such as "http://["
            return self.base


def _hints(said: dict[str, str]) -> str:
    kept = (said.get(name, "") for name in _HINTS)
    return " ".join(filter(None, kept)).lower()


_HINTS = (
    "id",
    "name",
    "class",
    "action",
    "href",
    "title",
    "placeholder",
    "autocomplete",
    "aria-label",
    "data-method",
)
