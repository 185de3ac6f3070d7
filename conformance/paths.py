"""Other ways to write the path of a page, by which a guard may miss what a router finds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from conformance.words import Words

# Gets the path of the protected page, and that of a page which is open to everybody.
PathSpelling: TypeAlias = Callable[[str, str], str]

path_spellings: Words[PathSpelling] = Words("spelling of a path")


def spelt(target: str, word: str, open_page: str) -> str:
    """Return a path (with its query, if any) in another spelling."""
    path, question, query = target.partition("?")
    return path_spellings[word](path, open_page.partition("?")[0]) + question + query


@path_spellings("with a slash at the end")
def _slash_behind(path: str, _: str) -> str:
    """`/page/`, or `/page` where the path itself ends with a slash."""
    return path[:-1] if len(path) > 1 and path.endswith("/") else f"{path}/"


@path_spellings("with two slashes at the beginning")
def _two_slashes(path: str, _: str) -> str:
    """`//page`."""
    return f"/{path}"


@path_spellings("with two slashes at the end")
def _two_slashes_behind(path: str, _: str) -> str:
    """`/page//`."""
    return f"{path.rstrip('/')}//"


@path_spellings("with a dot at the beginning")
def _dot(path: str, _: str) -> str:
    """`/./page`."""
    return f"/.{path}"


@path_spellings("with two dots at the beginning")
def _two_dots(path: str, _: str) -> str:
    """`/x/../page`."""
    return f"/x/..{path}"


@path_spellings("with encoded dots")
def _encoded_dots(path: str, _: str) -> str:
    """`/x/%2E%2E/page`."""
    return f"/x/%2E%2E{path}"


@path_spellings("in the other case")
def _other_case(path: str, _: str) -> str:
    """`/PAGE`."""
    return path.swapcase()


@path_spellings("with an encoded letter")
def _encoded_letter(path: str, _: str) -> str:
    """`/pag%65`: the last letter by its number."""
    head, tail = _at_last_letter(path)
    return f"{head}%{ord(tail[0]):02X}{tail[1:]}" if tail else path


@path_spellings("with a letter encoded twice")
def _encoded_twice(path: str, _: str) -> str:
    """`/pag%2565`."""
    head, tail = _at_last_letter(path)
    return f"{head}%25{ord(tail[0]):02X}{tail[1:]}" if tail else path


@path_spellings("with an encoded slash")
def _encoded_slash(path: str, _: str) -> str:
    """`/%2Fpage`."""
    return f"/%2F{path[1:]}"


@path_spellings("with a parameter")
def _parameter(path: str, _: str) -> str:
    """`/page;x=1`."""
    return f"{path};x=1"


@path_spellings("with a space at the end")
def _space(path: str, _: str) -> str:
    """`/page%20`."""
    return f"{path}%20"


@path_spellings("with a line break at the end")
def _line_break(path: str, _: str) -> str:
    """`/page%0A`."""
    return f"{path}%0A"


@path_spellings("with a NUL at the end")
def _nul(path: str, _: str) -> str:
    """`/page%00`."""
    return f"{path}%00"


@path_spellings("with a byte that is not UTF-8")
def _not_utf8(path: str, _: str) -> str:
    """`/page%FF`."""
    return f"{path}%FF"


@path_spellings("with a dot at the end")
def _dot_behind(path: str, _: str) -> str:
    """`/page/.`."""
    return f"{path.rstrip('/')}/."


@path_spellings("with an encoded slash at the end")
def _encoded_slash_behind(path: str, _: str) -> str:
    """`/page%2F`."""
    return f"{_stem(path)}%2F"


@path_spellings("with an extension")
def _extension(path: str, _: str) -> str:
    """`/page.css`."""
    return f"{_stem(path)}.css"


@path_spellings("with a file below it")
def _file_below(path: str, _: str) -> str:
    """`/page/style.css`."""
    return f"{path.rstrip('/')}/style.css"


@path_spellings("with text behind")
def _text_behind(path: str, _: str) -> str:
    """`/page-and-more`."""
    return f"{_stem(path)}-and-more"


@path_spellings("by way of an open page")
def _by_way_of(path: str, open_page: str) -> str:
    """`/login/../page`: the path begins like that of the login."""
    return f"{open_page.rstrip('/')}{'/..' * _depth(open_page)}{path}"


@path_spellings("by way of an open page, encoded")
def _by_way_of_encoded(path: str, open_page: str) -> str:
    """`/login%2F..%2Fpage`."""
    return _by_way_of(path, open_page)[:1] + _by_way_of(path, open_page)[1:].replace("/", "%2F")


@path_spellings("with an open page in the query")
def _open_page_in_query(path: str, open_page: str) -> str:
    """`/page?/login`: the URL ends like that of the login."""
    return f"{path}?{open_page}"


@path_spellings("with a header behind a line break")
def _header_behind(path: str, _: str) -> str:
    """`/page%0D%0ASet-Cookie:%20injected=1`, which must not become a header of the answer."""
    return f"{path}%0D%0ASet-Cookie:%20injected=1%0D%0AInjected:%201"


@path_spellings("with a header behind a line break in the query")
def _header_in_query(path: str, _: str) -> str:
    """The same in the query: `/page?next=%0D%0ASet-Cookie:%20injected=1`."""
    return f"{path}?next=/%0D%0ASet-Cookie:%20injected=1%0D%0AInjected:%201"


def _at_last_letter(path: str) -> tuple[str, str]:
    """Return the path in two pieces, of which the second begins with its last letter."""
    places = [place for place, letter in enumerate(path) if letter.isalnum()]
    return (path[: places[-1]], path[places[-1] :]) if places else (path, "")


def _depth(path: str) -> int:
    return len([piece for piece in path.split("/") if piece])


def _stem(path: str) -> str:
    """Return the path without a slash at the end, unless it is nothing else."""
    return path.rstrip("/") or "/"
