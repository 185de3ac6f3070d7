"""Which requirement cites which clause of which standard, and the rules that keep this complete."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from conformance.errors import InputError, did_you_mean
from conformance.model import Requirement
from conformance.standards import Clause, Standard
from conformance.yamltree import error_at

_DERIVED = "derived from "


@dataclass(frozen=True)
class Cited:
    """A clause, the requirements that state it, and those that are only derived from it."""

    clause: Clause
    stating: tuple[Requirement, ...] = ()
    derived: tuple[Requirement, ...] = ()
    derived_is_enough: bool = False

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """All requirements that cite the clause, those that state it first."""
        return self.stating + tuple(one for one in self.derived if one not in self.stating)

    @property
    def is_covered(self) -> bool:
        """Whether a requirement states the clause, or is derived from it and that is enough."""
        return bool(
            self.stating or (self.derived and (self.clause.partly or self.derived_is_enough))
        )


def plain(ref: str) -> str:
    """Return a citation without "derived from"."""
    return ref.removeprefix(_DERIVED)


def clause_of(ref: str, standards: Mapping[str, Standard]) -> Clause | None:
    """Return the clause that a citation names; None where no list of ours has it."""
    found = cited_standard(ref, standards)
    return found.clauses.get(found.clause_in(plain(ref)) or "") if found else None


def cited_standard(ref: str, standards: Mapping[str, Standard]) -> Standard | None:
    """Return the standard that a citation is of: the one whose way of citing is most exact."""
    citing = [one for one in standards.values() if one.clause_in(plain(ref)) is not None]
    return max(citing, key=lambda one: len(one.cited_as), default=None)


def clauses_cited(standard: Standard, requirements: Sequence[Requirement]) -> list[Cited]:
    """Return every clause of a standard with the requirements that cite it."""
    stating: dict[str, list[Requirement]] = {}
    for one in requirements:
        for ref in one.refs:
            stating.setdefault(ref, []).append(one)
    return [
        Cited(
            clause,
            tuple(stating.get(standard.ref(name), ())),
            tuple(stating.get(_DERIVED + standard.ref(name), ())),
            derived_is_enough=not standard.complete,
        )
        for name, clause in standard.clauses.items()
    ]


def broken_citations(
    requirements: Sequence[Requirement], standards: Mapping[str, Standard]
) -> list[InputError]:
    """Return an error for each citation of nothing and each clause without a requirement."""
    if not standards:
        return []
    ids = {one.id for one in requirements}
    return [
        *(error for one in requirements for error in _unknown_refs(one, standards)),
        *_open_lists(standards),
        *(
            error
            for standard in standards.values()
            for cited in clauses_cited(standard, requirements)
            for error in _open_clauses(cited, standard, ids)
        ),
    ]


def _unknown_refs(
    requirement: Requirement, standards: Mapping[str, Standard]
) -> Iterator[InputError]:
    for ref, place in zip(requirement.refs, requirement.ref_places, strict=True):
        if clause_of(ref, standards):
            continue
        standard = cited_standard(ref, standards)
        if standard and standard.awaited and not standard.clause_in(plain(ref)):
            continue  # cited as a whole, for as long as the list is being completed
        every = [one.ref(name) for one in standards.values() for name in one.clauses]
        if standard and standard.cited_as.partition("{")[0]:
            known = [standard.ref(name) for name in standard.clauses]
            message = f"'{plain(ref)}' is no clause in standards/{standard.key}.yaml"
            hint = did_you_mean(plain(ref), known) or f"cite it as: {standard.cited_as}"
        else:
            message = f"'{plain(ref)}' is no clause of a standard in standards/"
            hint = did_you_mean(plain(ref), every) or "list the standard there first"
        yield error_at(place, message, hint)


def _open_lists(standards: Mapping[str, Standard]) -> Iterator[InputError]:
    awaited = any(one.awaited for every in standards.values() for one in every.clauses.values())
    for standard in standards.values():
        if standard.awaited and not awaited:
            hint = "delete this standard's line 'awaited:' and the clauses that nothing cites"
            yield error_at(standard.place, "no clause is awaited any more", hint)


def _open_clauses(cited: Cited, standard: Standard, ids: set[str]) -> Iterator[InputError]:
    clause, ref = cited.clause, standard.ref(cited.clause.id)
    tested = [one.id for one in cited.requirements if not one.untestable]
    if clause.awaited in ids:
        message = f"{clause.awaited} is no longer awaited: it exists"
        hint = "delete this clause's line 'awaited:'"
        if not cited.is_covered:
            hint += f", and cite '{ref}' in {clause.awaited} or say here why nothing tests it"
        yield error_at(clause.place, message, hint)
    elif clause.untestable and tested:
        message = f"{ref} is listed as untestable, and {tested[0]} tests it"
        yield error_at(clause.place, message, "say what can't be seen: 'partly: ...'")
    elif not (cited.is_covered or clause.untestable or clause.awaited or standard.awaited):
        yield error_at(clause.place, f"no requirement states {ref}", _how_to_cover(cited))


def _how_to_cover(cited: Cited) -> str:
    if cited.derived:
        return f"{cited.derived[0].id} is derived from it: say what is left out: 'partly: ...'"
    return "cite it in the refs of one, or say why nothing tests it: 'untestable: <reason>'"
