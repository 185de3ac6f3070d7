"""The schemas of a profile's actions: the requests they send and the signs of how they went."""

from __future__ import annotations

from conformance.readings import decodings, sources
from conformance.schemas.conditions import condition_definitions
from conformance.schemas.parts import (
    FILLED,
    REQUEST_LINE,
    TEXT,
    Schema,
    at_most_one_of_keys,
    choice,
    either,
    listed,
    mapping,
    one_of_keys,
    one_or_list,
    ref,
    said,
)

LINE: Schema = {"type": "string", "pattern": REQUEST_LINE}
TEXTS: Schema = {"type": "object", "additionalProperties": TEXT}
_NAME = r"^[a-z_]+(\.[a-z_]+)?$"
_ONE_BODY = at_most_one_of_keys("form", "multipart", "json")


def action_definitions() -> dict[str, Schema]:
    """Return the definitions of actions and of all that they consist of."""
    fields = _request()
    return {
        "action": _action(mapping(fields, ("send", "success"), **_ONE_BODY), "success"),
        "login": _action(mapping(fields, ("send", "success", "refused"), **_ONE_BODY),
                         "success", "refused"),
        "requests": listed(mapping(fields, ("send",), **_ONE_BODY)),
        "protected-page": _protected_page(),
        "session-list": _session_list(fields),
        "csrf": _csrf(),
        "reading": mapping(_sources(), **one_of_keys(*sources.words)),
        "form-source": _form_source(),
        "session-token": _session_token(),
        **condition_definitions(),
    }  # fmt: skip


def _request() -> dict[str, Schema]:
    return {
        "fields from": said(ref("form-source"), "The page whose form is sent, such as `GET "
                            "/login`: all its hidden fields go along, read afresh each time."),
        "send": said(LINE, "The request, such as `POST /login`."),
        "headers": said(TEXTS, "Headers beside those that a browser sends by itself."),
        "form": said(TEXTS, "The fields of a form: `{username}`, `{password}` and so on stand for "
                            "what is filled in."),
        "multipart": said(TEXTS, "The fields of a form, sent as multipart/form-data."),
        "follow": said(choice({"redirects": "The last answer is the one that is judged."}),
                       "Whether redirects within the target are followed."),
        "json": said({}, "A JSON body, written as YAML or as one text of JSON."),
        "read": said(
            {"type": "object", "propertyNames": {"pattern": _NAME},
             "additionalProperties": ref("reading")},
            "Values to take out of the answer; later requests use them as `{name}`.",
        ),
        "success": said(ref("signs"), "How an answer looks that accepts it."),
        "refused": said(ref("signs"), "How an answer looks that refuses it."),
    }  # fmt: skip


def _action(last: Schema, *judged: str) -> Schema:
    """Return one request, or a list of which one is judged (the last, which no schema can say)."""
    one = {"required": list(judged)}
    judged_once = {"contains": {"required": ["success"]}, "minContains": 1, "maxContains": 1}
    several = {"allOf": [ref("requests"), judged_once, {"contains": one}]}
    return either(last, several)


def _protected_page() -> Schema:
    fields = {
        **{key: one for key, one in _request().items() if key not in ("success", "refused")},
        "signed in": said(ref("signs"), "How the page looks to the user `{username}`."),
        "signed out": said(
            {"allOf": [ref("signs"), ref("unfilled")]}, "How the answer looks to anybody else."
        ),
    }
    return mapping(fields, ("send", "signed in", "signed out"), **_ONE_BODY)


def _session_list(fields: dict[str, Schema]) -> Schema:
    handles = said(ref("reading"), "What finds the handles of all sessions that the page lists.")
    return mapping({**fields, "handles": handles}, ("send", "success", "handles"), **_ONE_BODY)


def _csrf() -> Schema:
    read = said(LINE, "The request whose answer holds the token.")
    return mapping({"read": read, **_sources()}, ("read",), **one_of_keys(*sources.words))


def _form_source() -> Schema:
    fields = {
        "page": said(LINE, "The page, such as `GET /login`."),
        "form": said(FILLED, "A CSS selector of the form; without it, it is the one that has the "
                             "fields that are sent."),
    }  # fmt: skip
    return either(LINE, mapping(fields, ("page",)))


def _session_token() -> Schema:
    header = {"type": "string", "pattern": r"^\s*[^\s:]+:[^{]*(\{(?!token\})[^{]*)*\{token\}"}
    send = said(header, "The header, such as `Authorization: Bearer {token}`.")
    return mapping({**_sources(), "send": send}, ("send",), **one_of_keys(*sources.words))


def _sources() -> dict[str, Schema]:
    values = {"from pattern": {"type": "string", "pattern": r"\("}}
    read = {
        word.word: said(values.get(word.word, FILLED), word.says) for word in sources.words.values()
    }
    ways = choice({word.word: word.says for word in decodings.words.values()})
    yes = choice({"yes": "What is not there leaves out the fields that would hold it.",
                  "no": "What is not there is an error.", "true": "", "false": ""})  # fmt: skip
    return {
        **read,
        "decode": said(one_or_list(ways), "How the value is decoded; several ways in a row."),
        "optional": said(either(yes, {"type": "boolean"}), "Whether it may be missing."),
    }
