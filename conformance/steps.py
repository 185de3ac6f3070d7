"""Reads the steps of a scenario: a verb, its object, what is expected, and who does it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from conformance.model import Plain, Step, Vocabulary
from conformance.response import read_conditions
from conformance.signs import placeholders
from conformance.yamltree import Node, known_words

Known = TypeVar("Known")

_MODIFIERS = ("expect", "browser", "on", "times")
ANOTHER_NODE = "another node"
NODES = ("this node", ANOTHER_NODE)
USERS = ("alice", "bob")
ROLES = (*USERS, "admin")
PAGES = ("protected page",)
LOOKS = ("session cookie", "every answer")
_MANNER = ("from", "csrf token")
_CREDENTIALS = ("user", "name", "password", "password of")
_SHAPES = ("name as", "password as")
# What makes a difference only where browsers send the session along by themselves.
_OF_COOKIES = frozenset({"from", "csrf token", "session in", "beside"})
METHODS = ("HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE")
_VISIT = ("from", "method", "path", "claim")
_CARRIED = ("session", "session change", "session in")
PLACES = ("all pages", "the login", "the protected page", "the whole domain")
_REQUEST = ("request", "headers", "form", "json", "body")
CARRIED_IN = ("query string", "form body")
MAX_TIMES = 1000
FEWEST, MOST = 2, 100  # users of a crowd


@dataclass(frozen=True)
class StepReader:
    """Reads steps that use the words of a vocabulary; InputError for anything else."""

    vocabulary: Vocabulary

    def steps(self, node: Node, what: str) -> tuple[Step, ...]:
        """Return the steps of a list; `what` names the list in errors."""
        items = node.items(what)
        if not items:
            raise node.error(f"{what} has no steps")
        return tuple(self.step(item) for item in items)

    def step(self, node: Node) -> Step:
        """Return one step."""
        verb, value, fields = self.verb_of(node)
        word = self.vocabulary.verbs[verb]
        step = Step(
            verb=verb,
            object=None if word.takes == "steps" else self.object_of(word.takes, value),
            place=node.place,
            expect=(word.default,) if word.default else (),
            browser=fields["browser"].filled_text("browser") if "browser" in fields else "",
            on=self.node_of(fields["on"], word.takes) if "on" in fields else "",
            times=_times(fields["times"]) if "times" in fields else 1,
            steps=self.steps(value, verb) if word.takes == "steps" else (),
        )
        if "expect" in fields:
            return self.with_expectations(step, fields["expect"])
        if not step.expect and word.shows:
            raise node.error(f"'{verb}' says nothing without 'expect:'")
        return step

    def node_of(self, node: Node, takes: str) -> str:
        """Return which node is asked, or an empty text for the one at the base URL."""
        if takes == "steps":
            raise node.error("each of the steps says for itself which node it is 'on'")
        chosen = self.choice(node, NODES, "node")
        return chosen if chosen == ANOTHER_NODE else ""

    def verb_of(self, node: Node) -> tuple[str, Node, Mapping[str, Node]]:
        """Return the verb, its object and all keys; a text alone is a verb without object."""
        if isinstance(node.value, str):
            verb = node.filled_text("a step")
            self.word(node, verb, self.vocabulary.verbs, "verb")
            return verb, replace(node, value=""), {}
        fields = node.mapping("a step")
        verbs = [key for key in fields if key not in _MODIFIERS]
        for key in verbs:
            self.word(node.key(key), key, self.vocabulary.verbs, "verb")
        if len(verbs) != 1:
            listed = " and ".join(f"'{verb}'" for verb in verbs) or "none"
            raise node.error(f"a step has one verb, this has {listed}")
        return verbs[0], fields[verbs[0]], fields

    def with_expectations(self, step: Step, node: Node) -> Step:
        """Return the step with what its `expect:` says."""
        verb = self.vocabulary.verbs[step.verb]
        if isinstance(node.value, dict):
            if "response" not in verb.shows:
                raise node.error("only 'send' may expect a response condition by condition")
            return replace(step, expect=(), response=read_conditions(node, "expect"))
        words = node.texts("expect")
        for name in words:
            word = self.word(node, name, self.vocabulary.expectations, "expectation")
            if word.about not in verb.shows:
                fitting = _fitting(verb.shows, self.vocabulary)
                hint = f"it can expect: {', '.join(fitting)}" if fitting else ""
                raise node.error(f"'{step.verb}' shows nothing that '{name}' could judge", hint)
        return replace(step, expect=words)

    def word(self, node: Node, name: str, known: Mapping[str, Known], kind: str) -> Known:
        """Return the word called `name`, or point out the closest one."""
        if name not in known:
            raise node.error(f"unknown {kind} '{name}'", known_words(name, tuple(known)))
        return known[name]

    def object_of(self, takes: str, node: Node) -> Plain:
        """Return a verb's object, read as its kind demands."""
        return _OBJECTS[takes](self, node)

    def nothing(self, node: Node) -> Plain:
        """Refuse an object."""
        if node.value != "":
            raise node.error("this verb takes no object")
        return None

    def choice(self, node: Node, known: Collection[str], what: str) -> str:
        """Return a text that is one of the known words."""
        text = node.filled_text(what)
        if text not in known:
            self.word(node, text, dict.fromkeys(known), what)
        return text

    def choices(
        self, fields: Mapping[str, Node], known: Mapping[str, tuple[Collection[str], str]]
    ) -> None:
        """Refuse a field whose text is none of the words that are known for it."""
        for key in [key for key in known if key in fields]:
            self.choice(fields[key], *known[key])

    def credentials(self, node: Node) -> Plain:
        """Read whose credentials are sent, spoiled how, and where they are put."""
        known = (*_CREDENTIALS, "change", "in", *_SHAPES, "sent", "return to", *_CARRIED, *_MANNER)
        fields = node.fields("credentials", known, required=("user",))
        if len(fields) == 1:
            raise node.error("nothing is changed here", "use the verb 'log in'")
        words = self.vocabulary
        self.choices(
            fields,
            {
                "user": (USERS, "user"),
                "password of": (USERS, "user"),
                "change": (words.credential_changes, "change"),
                "in": (words.carriers, "carrier"),
                **dict.fromkeys(_SHAPES, (words.shapes, "shape")),
                "sent": (words.sendings, "way of sending"),
                "return to": (words.addresses, "address"),
            },
        )
        self.check_carried(node, fields)
        self.check_manner(fields)
        return {key: value.text(key) for key, value in fields.items()}

    def check_carried(self, node: Node, fields: Mapping[str, Node]) -> None:
        """Refuse a session to send along without a word on where, and the other way round."""
        if ("session" in fields) != ("session in" in fields):
            raise node.error("'session' and 'session in' go together")
        if "session in" in fields:
            self.choice(fields["session in"], CARRIED_IN, "place for a session")
        if "session change" in fields:
            self.choice(fields["session change"], self.vocabulary.token_changes, "change")

    def logins(self, node: Node) -> Plain:
        """Read who logs in, and under which name the sessions are kept."""
        fields = node.fields("logins", ("user", "keep as"), required=("user", "keep as"))
        self.choice(fields["user"], USERS, "user")
        return {key: value.filled_text(key) for key, value in fields.items()}

    def guesses(self, node: Node) -> Plain:
        """Read whose password is guessed, and how the guesses are disguised."""
        fields = node.fields("guesses", ("user", "change", "disguised by"), required=("user",))
        self.choice(fields["user"], USERS, "user")
        if "change" in fields:
            self.choice(fields["change"], self.vocabulary.credential_changes, "change")
        if "disguised by" in fields:
            self.choice(fields["disguised by"], self.vocabulary.disguises, "disguise")
        return {key: value.text(key) for key, value in fields.items()}

    def subject(self, node: Node) -> Plain:
        """Read on whose account an administrator acts, or somebody who is none."""
        if isinstance(node.value, str):
            return {"user": self.choice(node, USERS, "user")}
        fields = node.fields("whose account it is", ("user", "by"), required=("user", "by"))
        self.choice(fields["by"], ("this browser",), "object of 'by'")
        return {"user": self.choice(fields["user"], USERS, "user"), "by": "this browser"}

    def manner(self, node: Node) -> Plain:
        """Read from which page an action is sent and with what CSRF token; nothing is normal."""
        return self.mapping_of(node, _MANNER)

    def password_change(self, node: Node) -> Plain:
        """Read how a change of the password is sent, and what spoils the current password."""
        return self.mapping_of(node, ("current", *_MANNER))

    def page(self, node: Node) -> Plain:
        """Read which page is visited: its name alone, or with how it is asked for."""
        if isinstance(node.value, str):
            self.choice(node, PAGES, "page")
            return {}
        fields = node.fields("a visit", ("page", *_VISIT), required=("page",))
        self.choice(fields["page"], PAGES, "page")
        if len(fields) == 1:
            raise node.error(
                "nothing is said of how it is visited", "write 'visit: protected page'"
            )
        self.check_manner(fields)
        self.choices(
            fields,
            {
                "method": (METHODS, "method"),
                "path": (self.vocabulary.path_spellings, "spelling of a path"),
                "claim": (self.vocabulary.claims, "claim"),
            },
        )
        return {key: value.text(key) for key, value in fields.items() if key != "page"}

    def mapping_of(self, node: Node, known: tuple[str, ...]) -> Plain:
        """Return an object that may be left out: a mapping of some of these keys."""
        if node.value == "":
            return {}
        fields = node.fields("the object of this verb", known)
        if not fields:
            raise node.error("nothing is said here", "leave it out")
        if "current" in fields:
            self.choice(fields["current"], self.vocabulary.credential_changes, "change")
        self.check_manner(fields)
        return {key: value.text(key) for key, value in fields.items()}

    def check_manner(self, fields: Mapping[str, Node]) -> None:
        """Refuse an unknown page to send from, and an unknown change of the CSRF token."""
        if "from" in fields:
            self.choice(fields["from"], self.vocabulary.origins, "origin")
        if "csrf token" in fields:
            changes = self.vocabulary.csrf_changes
            self.choice(fields["csrf token"], changes, "change of a CSRF token")

    def presented(self, node: Node) -> Plain:
        """Read a kept session's name, or a mapping that alters it or gives another token."""
        return self.session(
            node, ("session", "token", "handle", "change", "in", "beside"), "presented"
        )

    def planted(self, node: Node) -> Plain:
        """Read what is planted, as what is presented, and for which requests."""
        return self.session(node, ("session", "token", "change", "for"), "planted")

    def session(self, node: Node, known: tuple[str, ...], done: str) -> Plain:
        """Read a kept session's name, or a mapping of some of these keys."""
        if isinstance(node.value, str):
            return {"session": node.filled_text("a session's name")}
        fields = node.fields(f"what is {done}", known)
        if len({"session", "token", "handle"} & set(fields)) != 1:
            raise node.error("say either 'session' (a kept one) or 'token' (a text)")
        if "for" in fields:
            self.choice(fields["for"], PLACES, "object of 'for'")
        if "change" in fields:
            self.choice(fields["change"], self.vocabulary.token_changes, "change")
        if "in" in fields:
            self.choice(fields["in"], self.vocabulary.carriers, "carrier")
        return {key: value.text(key) for key, value in fields.items()}

    def request(self, node: Node) -> Plain:
        """Read an exact HTTP request: `METHOD /path`, or a mapping with headers and a body."""
        if isinstance(node.value, str):
            return {"request": _request_line(node)}
        fields = node.fields("a request", _REQUEST, required=("request",))
        _request_line(fields["request"])
        if len({"form", "json", "body"} & set(fields)) > 1:
            raise node.error("a request has one body: form, json or body")
        return node.plain()


def _request_line(node: Node) -> str:
    text = node.filled_text("a request")
    if not re.fullmatch(r"[A-Z]+ /\S*", text):
        raise node.error(f"'{text}' is not a request such as GET /status")
    return text


_OBJECTS: dict[str, Callable[[StepReader, Node], Plain]] = {
    "nothing": StepReader.nothing,
    "user": lambda reader, node: reader.choice(node, ROLES, "user"),
    "page": StepReader.page,
    "manner": StepReader.manner,
    "password change": StepReader.password_change,
    "handle": lambda _, node: node.filled_text("the name of a handle"),
    "look": lambda reader, node: reader.choice(node, LOOKS, "object of 'look at'"),
    "newcomer": lambda reader, node: reader.choice(node, reader.vocabulary.newcomers, "newcomer"),
    "count": lambda _, node: _count(node),
    "duration": lambda reader, node: reader.choice(node, reader.vocabulary.durations, "duration"),
    "name": lambda _, node: node.filled_text("a name"),
    "names": lambda _, node: list(node.texts("names")),
    "credentials": StepReader.credentials,
    "session": StepReader.presented,
    "planting": StepReader.planted,
    "logins": StepReader.logins,
    "guesses": StepReader.guesses,
    "subject": StepReader.subject,
    "request": StepReader.request,
}


def _count(node: Node) -> str:
    text = node.filled_text("a number of users")
    if not text.isdecimal() or not FEWEST <= int(text) <= MOST:
        raise node.error(f"a crowd has from {FEWEST} to {MOST} users, not '{text}'")
    return text


def _times(node: Node) -> int:
    text = node.text("times")
    if not text.isdecimal() or not 1 <= int(text) <= MAX_TIMES:
        raise node.error(f"times is a whole number from 1 to {MAX_TIMES}, not '{text}'")
    return int(text)


def _fitting(shows: frozenset[str], vocabulary: Vocabulary) -> list[str]:
    return [word.word for word in vocabulary.expectations.values() if word.about in shows]


def implied_needs(steps: tuple[Step, ...], vocabulary: Vocabulary) -> Iterator[str]:
    """Yield what the words of the steps need without the scenario saying so."""
    for step in steps:
        yield from vocabulary.verbs[step.verb].needs
        yield from ("nodes",) if step.on else ()
        yield from (need for name in step.expect for need in vocabulary.expectations[name].needs)
        yield from _object_needs(step, vocabulary)
        yield from implied_needs(step.steps, vocabulary)


def _object_needs(step: Step, vocabulary: Vocabulary) -> Iterator[str]:
    takes = vocabulary.verbs[step.verb].takes
    if takes == "duration" and isinstance(step.object, str):
        yield from vocabulary.durations[step.object].needs
    if takes == "look" and step.object == "session cookie":
        yield "session cookie"
    if isinstance(step.object, dict):
        yield from _needs_of_keys(step.object, vocabulary)
    if "bob" in _named_users(step, takes) or "bob" in _users_in_placeholders(step):
        yield "second user"
    if "admin" in _named_users(step, takes):
        yield "administrator"


def _needs_of_keys(wanted: Mapping[str, Plain], vocabulary: Vocabulary) -> Iterator[str]:
    is_elsewhere = "in" in wanted and {"session", "token", "handle"} & wanted.keys()
    if is_elsewhere or _OF_COOKIES & wanted.keys():
        yield "session cookie"
    if "csrf token" in wanted:
        yield "csrf token"
    for key in _SHAPES:
        kind = vocabulary.shapes[str(wanted[key])].takes if key in wanted else "nothing"
        if kind != "nothing":
            yield f"{kind} login"


def _named_users(step: Step, takes: str) -> list[Plain]:
    if isinstance(step.object, dict):
        return [step.object.get("user"), step.object.get("password of")]
    return [step.object] if takes == "user" else []


def _users_in_placeholders(step: Step) -> set[str]:
    if step.verb != "send":
        return set()
    names = placeholders(step.object) | placeholders(dict(step.response))
    return {name.partition(".")[0] for name in names}
