from __future__ import annotations

from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

import pytest

from conformance.composition import carrying, compose, with_query, without_headers
from conformance.model import ActionRequest, Exactly, JsonWord, Place, Request

PLACE = Place("profile.yaml", 1, 1)


@pytest.mark.parametrize(
    ("path", "query", "whole"),
    [
        ("/a", {}, "/a"),
        ("/a", None, "/a"),
        ("/a", {"b": "c d"}, "/a?b=c+d"),
        ("/a?x=y", {"b": "&"}, "/a?x=y&b=%26"),
    ],
)
def test_a_query_is_added_to_a_path(path: str, query: Any, whole: str) -> None:
    assert with_query(path, query) == whole


def test_a_value_that_is_left_out_takes_its_header_and_its_field_along() -> None:
    request = ActionRequest(
        "POST",
        "/",
        PLACE,
        headers={"X-CSRF-Token": "{csrf}", "Accept": "text/html"},
        form={"csrf": "{csrf}", "name": "{username}"},
    )
    composed = compose(request, {"csrf": None, "username": "alice"})
    names = [name for name, _ in composed.headers]
    assert names == ["Accept", "Content-Type"]
    assert composed.body == b"name=alice"


@pytest.mark.parametrize(
    ("bodies", "kind", "sent"),
    [
        ({"json": {}}, "application/json", "{}"),
        ({"json": ["{a}", JsonWord("12")]}, "application/json", '["x", 12]'),
        ({"json": {"a": JsonWord("true"), "b": "true"}}, "application/json",
         '{"a": true, "b": "true"}'),
        ({"json": "{a}"}, "application/json", '"x"'),
        ({"form": {"@csrf": "+\\", "_t": "a=b&c"}}, "application/x-www-form-urlencoded",
         "%40csrf=%2B%5C&_t=a%3Db%26c"),
        ({"form": {"a": Exactly("{a}")}}, "application/x-www-form-urlencoded", "a=%7Ba%7D"),
        ({"multipart": {}}, "multipart/form-data; boundary=conformance", "--conformance--\r\n"),
    ],
)  # fmt: skip
def test_a_body_is_sent_as_the_profile_says(bodies: dict[str, Any], kind: str, sent: str) -> None:
    composed = compose(ActionRequest("POST", "/", PLACE, **bodies), {"a": "x"})
    assert dict(composed.headers)["Content-Type"] == kind
    assert composed.body.decode() == sent


def test_a_multipart_form_keeps_every_value_as_it_is() -> None:
    fields = {'"@n"': "{a}", "p": "+\\=&\r\n--conformance", "left out": "{none}", "ü": "ß"}
    request = ActionRequest("POST", "/", PLACE, multipart=fields)
    composed = compose(request, {"a": "x y", "none": None})
    head = f"Content-Type: {dict(composed.headers)['Content-Type']}\r\n\r\n".encode()
    parts = BytesParser(policy=HTTP).parsebytes(head + composed.body).get_payload()
    sent = {one.get_param("name", header="Content-Disposition"): one.get_payload(decode=True)
            for one in parts}  # fmt: skip
    assert list(sent.values()) == [b"x y", b"+\\=&\r\n--conformance", "ß".encode()]
    assert list(sent)[:2] == ["%22@n%22", "p"]


def test_headers_are_taken_away_whatever_the_case_of_their_names() -> None:
    request = Request("POST", "/", (("ORIGIN", "x"), ("Accept", "y")))
    assert without_headers(request, {"origin"}).headers == (("Accept", "y"),)


@pytest.mark.parametrize(
    ("bodies", "carrier", "path", "form", "json"),
    [
        ({"form": {"a": "b"}}, "query string", "/?sid=x", {"a": "b"}, None),
        ({"form": {"a": "b"}}, "form body", "/", {"a": "b", "sid": "x"}, None),
        ({"json": {"a": "b"}}, "form body", "/", None, {"a": "b", "sid": "x"}),
        ({}, "form body", "/", {"sid": "x"}, None),
    ],
)
def test_a_request_carries_more_fields_where_they_are_put(
    bodies: dict[str, Any], carrier: str, path: str, form: Any, json: Any
) -> None:
    carried = carrying(ActionRequest("POST", "/", PLACE, **bodies), {"sid": "x"}, carrier)
    assert (carried.path, carried.form, carried.json) == (path, form, json)
