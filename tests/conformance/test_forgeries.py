"""In which shapes a page of another origin sends a request."""

import pytest

from conformance.forgeries import foreign_requests
from conformance.model import Request
from conformance.origins import Page

FORM = ("Content-Type", "application/x-www-form-urlencoded")
JSON = ("Content-Type", "application/json")
TEXT = ("Content-Type", "text/plain")
PAGE = Page("https://attacker.example", "cross-site")
LINK = Page("https://attacker.example", "cross-site", follows=True)


def test_a_form_goes_as_it_is() -> None:
    form = Request("POST", "/x", (FORM,), b"a=1")
    assert foreign_requests(form, PAGE) == (form,)


def test_json_goes_as_a_form_and_as_text_and_asks_at_last() -> None:
    request = Request("POST", "/x", (JSON,), b'{"a": "1 2", "b": {"c": "3"}}')
    form, text, itself = foreign_requests(request, PAGE)
    assert (form.method, form.headers, form.body) == ("POST", (FORM,), b"a=1+2")
    assert (text.headers, text.body) == ((TEXT,), request.body)
    assert itself == request


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_method_that_forms_lack_stands_in_a_field(method: str) -> None:
    request = Request(method, "/x?y=1", (JSON,), b'{"a": "1"}')
    override, itself = foreign_requests(request, PAGE)
    assert (override.method, override.target) == ("POST", f"/x?y=1&_method={method}")
    assert override.body == f"a=1&_method={method}".encode()
    assert itself == request


def test_a_header_for_scripts_alone_is_left_out_first() -> None:
    request = Request("POST", "/x", (("Accept", "*/*"), ("X-Own", "1"), FORM), b"a=1")
    assert foreign_requests(request, PAGE)[0].headers == (("Accept", "*/*"), FORM)
    assert foreign_requests(request, PAGE)[-1] == request


@pytest.mark.parametrize(
    "request_",
    [
        Request("POST", "/x?y=1", (FORM, ("X-Own", "1")), b"a=1+2"),
        Request("PUT", "/x?y=1", (JSON,), b'{"a": "1 2"}'),
    ],
)
def test_a_link_has_all_fields_in_its_query(request_: Request) -> None:
    assert foreign_requests(request_, LINK) == (Request("GET", "/x?y=1&a=1+2"),)


def test_json_that_is_no_object_has_no_fields() -> None:
    request = Request("DELETE", "/x", (JSON,), b"[1]")
    assert foreign_requests(request, LINK) == (Request("GET", "/x"),)
