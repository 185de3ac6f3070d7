from __future__ import annotations

from typing import Any

import pytest

from conformance.composition import carrying, compose, with_query, without_headers
from conformance.model import ActionRequest, Place, Request

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
