"""What went wrong in a scenario, told to somebody who has never seen the suite."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import groupby

from conformance.model import Outcome, RecordedExchange, Requirement, Result
from conformance.outcomes import UNPROVED, UNTRIED, Run
from conformance.reports.layout import number_of, paint, paragraph, plain, table

_MEANING = {
    Outcome.FAILED: "The target does not meet:",
    Outcome.INCONCLUSIVE: "The steps before the check did not work, so this was not proved:",
    Outcome.ERROR: "So this could not be judged:",
    Outcome.KNOWN_FAILURE: "Known not to be met:",
}
_SHOWN = UNPROVED | {Outcome.FAILED}
_LABELS = 13  # the column at which the text after a label starts
_EXCHANGES = 12  # how many rows are shown
_COLUMNS = ("", "line", "method", "path", "status", "cookies sent", "cookies set")
_LIMITS = (3, 4, 7, 26, 6, 20, 20)


def failure_block(
    result: Result,
    requirements: Mapping[str, Requirement],
    repeat_command: str = "",
    *,
    colour: bool = False,
) -> str:
    """Return what a scenario expected and saw, what that says of the target, how to repeat it.

    Lines are at most 100 characters, except for the place and the command, which are to be copied.
    """
    title, *more = paragraph(result.title, f"{result.outcome.value.upper()}: ", 2)
    lines = [paint(title, result.outcome, colour=colour), *more]
    lines.append(f"  {plain(str(result.place))}  ({plain(result.name)})")
    lines += ["", *_evidence(result)]
    lines += ["", *_meaning(result, requirements)]
    if repeat_command:
        lines += ["", f"  {'to repeat':<{_LABELS - 2}}{plain(repeat_command)}"]
    return "\n".join(lines) + "\n"


def failures(run: Run, repeat: Callable[[Result], str], *, colour: bool = False) -> str:
    """Return a block for each scenario that failed or proved nothing; `repeat` gives its command.

    Scenarios that ended with the same error share one block; when nothing but one error came
    out of the whole run, as when the target can't be reached, only its message is shown.
    """
    if message := common_error(run.results):
        return _one_error(message, run, colour=colour)
    requirements = {each.requirement.id: each.requirement for each in run.requirements}
    return "\n".join(
        failure_block(first, requirements, repeat(first), colour=colour) + _also(others)
        for first, *others in _alike(run.results)
    )


def trouble(result: Result) -> str:
    """Return in one line what was wrong."""
    seen = [
        f"{label} {plain(' '.join(text.split()))}"
        for label, text in (("expected", result.expected), ("observed", result.observed))
        if text
    ]
    reason = [plain(" ".join(result.reason.split()))] if result.reason else []
    return "; ".join([*reason, *seen]) or result.outcome.value


def common_error(results: Iterable[Result]) -> str:
    """Return the message of the error in which every scenario that was tried ended, if so."""
    tried = [each for each in results if each.outcome not in UNTRIED]
    messages = {_message(each) for each in tried}
    alike = len(tried) > 1 and len(messages) == 1
    return messages.pop() if alike and all(each.outcome is Outcome.ERROR for each in tried) else ""


def _message(result: Result) -> str:
    return result.reason or result.observed


def _one_error(message: str, run: Run, *, colour: bool) -> str:
    number = sum(each.outcome is Outcome.ERROR for each in run.results)
    title = f"ERROR: all {number} scenarios that were tried ended with the same error"
    lines = [paint(title, Outcome.ERROR, colour=colour), *paragraph(message, "  ", 2)]
    lines += ["  Nothing was proved about the target."]
    return "\n".join(lines) + "\n"


def _alike(results: Iterable[Result]) -> list[list[Result]]:
    """Group what is to be shown: errors by their message, all else one by one."""
    groups: dict[str, list[Result]] = {}
    for each in results:
        if each.outcome in _SHOWN:
            message = _message(each) if each.outcome is Outcome.ERROR else ""
            groups.setdefault(f"error: {message}" if message else each.name, []).append(each)
    return list(groups.values())


def _also(others: list[Result]) -> str:
    if not others:
        return ""
    first = f"  The same error in {number_of(len(others), 'more scenario')}: "
    return "\n" + "\n".join(paragraph(", ".join(each.name for each in others), first, 4)) + "\n"


def _evidence(result: Result) -> list[str]:
    lines = []
    for label, text in (
        ("reason", result.reason),
        ("expected", result.expected),
        ("observed", result.observed),
    ):
        if text:
            lines += paragraph(text, f"  {label:<{_LABELS - 2}}", _LABELS)
    if result.exchanges:
        lines += ["", *_exchanges(result)]
    return lines or ["  Nothing more is known."]


def _exchanges(result: Result) -> list[str]:
    """The requests in the order of sending; ">" marks those of the line that decided.

    A row stands for all that look alike and follow each other, with their number.
    """
    every = [_row(each, decisive=each.line == result.place.line) for each in result.exchanges]
    alike = [(row, len(list(rows))) for row, rows in groupby(every)]
    last = alike[-_EXCHANGES:]
    rows = [_COLUMNS, *((f"{n}x" if n > 1 else row[0], *row[1:]) for row, n in last)]
    lines = table(rows, _LIMITS, indent=2)
    earlier = len(every) - sum(number for _, number in last)
    return lines + ([f"  ({number_of(earlier, 'earlier request')} not shown)"] if earlier else [])


def _row(exchange: RecordedExchange, *, decisive: bool) -> tuple[str, ...]:
    return (
        ">" if decisive else "",
        str(exchange.line),
        exchange.method,
        exchange.path,
        str(exchange.status),
        ", ".join(exchange.cookies_sent) or "-",
        ", ".join(exchange.cookies_set) or "-",
    )


def _meaning(result: Result, requirements: Mapping[str, Requirement]) -> list[str]:
    lines = [f"  {_MEANING.get(result.outcome, 'Verifies:')}"]
    for name in result.verifies:
        if requirement := requirements.get(name):
            label = f"    {requirement.id} ({requirement.level.value}): "
            lines += paragraph(requirement.says, label, 6)
            lines += paragraph(", ".join(requirement.refs), " " * 6, 6) if requirement.refs else []
        else:
            lines.append(f"    {name}")
    return lines
