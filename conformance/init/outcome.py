"""What `init` tells at its end: how sure each key is, what the doctor found, what is left to do."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.doctor.findings import Diagnosis, Finding, Grade
from conformance.init.guesses import Certainty, Draft
from conformance.reports.layout import number_of, paragraph, plain


def summary(draft: Draft) -> str:
    """Return each guess with how sure it is, and how many there are of each."""
    guesses = [one for one in draft.guesses if one.certainty]
    width = max((len(one.key) for one in guesses), default=0)
    lines = []
    for one in guesses:
        sure = one.certainty.value if one.certainty else ""
        lines += paragraph(one.why, f"  {one.key:<{width}}  {sure:<7} ", width + 12)
    counts = [f"{len(draft.graded(one))} {one.value}" for one in Certainty if draft.graded(one)]
    return "\n".join([f"guesses: {', '.join(counts)}", *lines])


def left_to_do(draft: Draft, diagnosis: Diagnosis) -> str:
    """Return what is to be done by hand, the lines of the profile with it, and the next command."""
    wrong = diagnosis.graded(Grade.WRONG)
    lines = [line for one in (*wrong, *diagnosis.graded(Grade.WARNING)) for line in _finding(one)]
    said = {one.subject for one in (*wrong, *diagnosis.graded(Grade.WARNING))}
    for remark in (one for one in draft.remarks if one.partition(":")[0] not in said):
        lines += paragraph(remark, "  you may add  ", 15)
    if wrong:
        head = f"{diagnosis.path} is not ready: {number_of(len(wrong), 'thing')} to correct by hand"
    else:
        head = f"{diagnosis.path} is ready to run: the doctor found nothing wrong"
    return "\n".join([plain(head), *lines])


def _finding(finding: Finding) -> Iterator[str]:
    place = f"{finding.place}: " if finding.place else ""
    head = f"  {finding.grade.value} {plain(place)}{finding.subject}: "
    yield from paragraph(finding.seen, head, 4)
    yield from paragraph(finding.change, "    to do  ", 11)
