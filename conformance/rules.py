"""Rules that the specification as a whole must keep, beyond what its words allow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

from conformance.errors import InputError, did_you_mean
from conformance.model import Place, Requirement, Scenario, Step, Vocabulary
from conformance.yamltree import error_at


def broken_rules(
    requirements: Sequence[Requirement], scenarios: Sequence[Scenario], vocabulary: Vocabulary
) -> list[InputError]:
    """Return an error for everything that breaks a rule; an empty list is a good sign."""
    files = [next(cases) for _, cases in groupby(scenarios, lambda one: one.place.path)]
    return [
        *_repeated((one.id, one.place) for one in requirements),
        *_repeated((one.title, one.place) for one in files),
        *_unknown_requirements(requirements, files),
        *_unproved_requirements(requirements, files),
        *_once(error for one in scenarios for error in _unkept_names(one)),
        *_once(error for one in scenarios for error in _exact_http(one)),
        *_once(error for one in scenarios for error in _missing_controls(one, vocabulary)),
    ]


def _once(errors: Iterable[InputError]) -> Iterable[InputError]:
    """Return the errors without those that the next row of the examples repeats."""
    return {str(error): error for error in errors}.values()


def _repeated(named: Iterable[tuple[str, Place]]) -> Iterator[InputError]:
    first: dict[str, Place] = {}
    for name, place in named:
        if name in first:
            yield error_at(place, f"'{name}' stands already in {first[name]}")
        first.setdefault(name, place)


def _unknown_requirements(
    requirements: Sequence[Requirement], scenarios: Iterable[Scenario]
) -> Iterator[InputError]:
    known = {requirement.id: requirement for requirement in requirements}
    for scenario in scenarios:
        for name in scenario.verifies:
            if name not in known:
                hint = did_you_mean(name, known)
                yield error_at(scenario.place, f"unknown requirement '{name}'", hint)
            elif known[name].untestable:
                yield error_at(scenario.place, f"'{name}' is listed as untestable")


def _unproved_requirements(
    requirements: Iterable[Requirement], scenarios: Iterable[Scenario]
) -> Iterator[InputError]:
    verified = {name for scenario in scenarios for name in scenario.verifies}
    for one in requirements:
        if not one.untestable and one.id not in verified:
            hint = "write one, or say why none can be: 'untestable: <reason>'"
            yield error_at(one.place, f"no scenario verifies {one.id}", hint)


def _unkept_names(scenario: Scenario) -> Iterator[InputError]:
    kept: dict[str, set[str]] = {"session": set(), "handle": set(), "answer": set()}
    for step in _flat(scenario.steps):
        for kind, name in _used_names(step):
            if name not in kept[kind]:
                hint = did_you_mean(name, kept[kind]) or f"keep it first: 'keep {kind} as: ...'"
                yield error_at(step.place, f"no {kind} is kept as '{name}' before this", hint)
        for kind, name in _kept_names(step):
            kept[kind].add(name)


def _kept_names(step: Step) -> list[tuple[str, str]]:
    if step.verb in _KEEPING:
        return [(_KEEPING[step.verb], str(step.object))]
    if isinstance(step.object, dict) and "keep as" in step.object:
        return [("session", str(step.object["keep as"]))]
    return []


_KEEPING = {
    "keep session as": "session",
    "keep session of a stranger as": "session",
    "keep handle as": "handle",
    "keep answer as": "answer",
}


def _used_names(step: Step) -> list[tuple[str, str]]:
    if step.verb in ("compare", "search the store for") and isinstance(step.object, list):
        return [("session", str(name)) for name in step.object]
    if step.verb == "compare answers" and isinstance(step.object, list):
        return [("answer", str(name)) for name in step.object]
    if step.verb == "end session":
        return [("handle", str(step.object))]
    if isinstance(step.object, dict):
        named = [(kind, kind) for kind in ("session", "handle")] + [("beside", "session")]
        return [(kind, str(step.object[key])) for key, kind in named if key in step.object]
    return []


def _exact_http(scenario: Scenario) -> Iterator[InputError]:
    if scenario.area.startswith("contract/"):
        return
    for step in _flat(scenario.steps):
        if step.verb == "send":
            message = "'send' is for scenarios/contract/ alone: say it with other verbs"
            yield error_at(step.place, message)


def _missing_controls(scenario: Scenario, vocabulary: Vocabulary) -> Iterator[InputError]:
    """Yield the refusals in `then` whose opposite `given` does not show: the positive controls."""
    shown = {
        (kind, subject)
        for step in _flat(scenario.given)
        for kind, subject in _accepted_subjects(step, vocabulary)
    }
    tried = [*scenario.then, *filter(_is_foreign, scenario.when)]
    for step in _flat(tried):
        for kind, subject in _refused_subjects(step, vocabulary):
            if (kind, subject) not in shown:
                yield error_at(step.place, *_CONTROLS[kind](subject))


_CONTROLS: dict[str, Callable[[str], tuple[str, str]]] = {
    "session": lambda name: (
        f"nothing shows that '{name}' is accepted while it is good",
        f"add to 'given': present: {name}, expect: signed in",
    ),
    "page": lambda _: (
        "nothing shows that the protected page is open to a good session",
        "add to 'given' a visit or present with 'expect: signed in'",
    ),
    "login": lambda user: (
        f"nothing shows that {user} can log in with the right credentials",
        f"add to 'given': log in: {user}",
    ),
    "action": lambda verb: (
        f"nothing shows that '{verb}' is accepted at all",
        f"add '{verb}' to 'given'",
    ),
    "cookie": lambda _: (
        "nothing shows that a login sets a session cookie",
        "add to 'given': log in: alice",
    ),
    "request": lambda _: (
        "nothing shows that the server lets anybody in",
        "add to 'given': log in: alice",
    ),
}


_LOGINS = ("log in", "log in with")


def _accepted_subjects(step: Step, vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    if any(vocabulary.expectations[name].refusal for name in step.expect):
        return
    if step.verb in _LOGINS and "accepted" in step.expect:
        yield "login", _user(step)
        yield "request", ""
    if step.verb in _LOGINS and _about(step, vocabulary) & {"action", "cookie"}:
        yield "cookie", ""
    if "accepted" in step.expect and not _is_foreign(step):
        yield "action", step.verb
    if "signed in" in step.expect:
        yield "page", ""
        yield "session", _session(step)
    if step.verb == "send" and _hundreds(step) == {"2"}:
        yield "request", ""


def _refused_subjects(step: Step, vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    if step.verb == "send" and "4" in _hundreds(step):
        yield "request", ""
    is_action = "action" in vocabulary.verbs[step.verb].shows
    if _is_foreign(step) and is_action:
        yield _action(step)
    for name in step.expect:
        if not vocabulary.expectations[name].refusal:
            continue
        if name == "not set":
            yield "cookie", ""
        elif is_action:
            yield _action(step)
        else:
            yield ("session", _session(step)) if _session(step) else ("page", "")


def _action(step: Step) -> tuple[str, str]:
    return ("login", _user(step)) if step.verb in _LOGINS else ("action", step.verb)


def _is_foreign(step: Step) -> bool:
    """Say whether the step is one that servers are to refuse, or to answer with no effect."""
    return isinstance(step.object, dict) and bool({"from", "csrf token"} & set(step.object))


def _about(step: Step, vocabulary: Vocabulary) -> set[str]:
    return {vocabulary.expectations[name].about for name in step.expect}


def _hundreds(step: Step) -> set[str]:
    status = step.response.get("status")
    return {str(text)[:1] for text in (status if isinstance(status, list) else [status])}


def _session(step: Step) -> str:
    return str(step.object.get("session", "")) if isinstance(step.object, dict) else ""


def _user(step: Step) -> str:
    return str(step.object["user"] if isinstance(step.object, dict) else step.object)


def _flat(steps: Iterable[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        yield from _flat(step.steps)
