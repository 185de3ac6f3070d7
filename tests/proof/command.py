"""Tries everything, tells what was found, and compares it with docs/PROOF.md."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from mutants.harness import CONTROLS, Mutant, mutants, specification
from mutants.nulls import NULLS, TARGETS
from mutants.sites import OWN_AREA
from variants import VARIANTS

from conformance.errors import SuiteError

from .crew import carried_out
from .details import collateral, details, differences, story
from .figures import Figure, figures, figures_in, shortcomings
from .findings import Findings, judged
from .page import page, summary
from .survivors import complaints, reasons_in
from .trials import Evidence, Trial

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "PROOF.md"
SURVIVORS = ROOT / "tests" / "mutants" / "survivors.yaml"
EVERY = 50  # trials between two words of progress


def main(arguments: list[str]) -> int:
    """Return the exit code: 0 proved, 1 something is wrong, 3 the files or the command are."""
    options = _options(arguments)
    try:
        return _one_by_one(options) if options.words else _everything(options)
    except SuiteError as error:
        _tell(str(error))
    except BrokenProcessPool:
        _tell("A process of the proof ended before its time: was there too little memory?")
    except KeyboardInterrupt:
        _tell("Interrupted.")
    return 3


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tox -e proof --", description=__doc__)
    parser.add_argument(
        "words", nargs="*", help="try only mutants of this requirement, or with these words"
    )
    parser.add_argument("--write", action="store_true", help="update the page if nothing is worse")
    parser.add_argument("--retreat", action="store_true", help="update it even if something is")
    parser.add_argument(
        "--full", action="store_true", help="tell which other requirements each mutant fails, too"
    )
    return parser.parse_args(arguments)


# --- everything ----------------------------------------------------------------------------------


def _everything(options: argparse.Namespace) -> int:
    reasons = reasons_in(SURVIVORS)
    found = _found(mutants(), _gathered([*_others(), *_planted(mutants())]))
    now = figures(found)
    _tell(summary(found, now, reasons), *details(found))
    if options.full:
        _tell(*_collateral(mutants()))
    return compared(page(found, now, reasons), now, complaints(found.fates, reasons), options)


def compared(
    text: str, now: Iterable[Figure], wrong: list[str], options: argparse.Namespace
) -> int:
    """Compare the new page with the one that is there, or write it; return the exit code."""
    committed = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    wrong = [*wrong, *shortcomings(now, figures_in(committed))]
    _tell(*(f"WRONG: {one}" for one in wrong))
    if options.retreat or (options.write and not wrong):
        PAGE.write_text(text, encoding="utf-8")
        committed = text
    if committed != text:
        _tell(*differences(committed, text), f"{PAGE.name} is out of step.")
        _tell(*["Nothing is worse. To update it: tox -e proof -- --write"] * (not wrong))
    stands = committed == text and not wrong
    _tell(f"The proof {'stands' if stands else 'does not stand'}.")
    return 0 if stands else 1


# --- some mutants --------------------------------------------------------------------------------


def _one_by_one(options: argparse.Namespace) -> int:
    chosen = [one for one in mutants() if all(_is_meant(one, word) for word in options.words)]
    if not chosen:
        _tell(f"There is no mutant of '{' '.join(options.words)}'.")
        return 3
    controls = [Trial("right server", name) for name in sorted({one.on for one in chosen})]
    found = _found(chosen, _gathered([*controls, *_planted(chosen)]))
    _tell(*(line for fate in found.fates for line in story(fate)))
    if options.full:
        _tell(*_collateral(chosen))
    return 0 if all(fate.caught for fate in found.fates) else 1


def _is_meant(mutant: Mutant, word: str) -> bool:
    """Say whether a word is the mutant's requirement, or is in its name and is no requirement."""
    if word in specification().requirements:
        return word == mutant.requirement
    return word.lower() in str(mutant).lower()


# --- made of -------------------------------------------------------------------------------------


def _others() -> Iterator[Trial]:
    """Yield all trials that are not of a mutant; the longest come first."""
    for name in CONTROLS:
        yield Trial("right server", name)
    for name in NULLS:
        for profile in TARGETS:
            yield Trial("null target", name, profile)
            yield Trial("run at a null target", name, profile)


def _planted(chosen: Iterable[Mutant]) -> list[Trial]:
    return [Trial("mutant", str(one)) for one in chosen]


def _found(chosen: Iterable[Mutant], evidence: Evidence) -> Findings:
    return judged(specification(), chosen, VARIANTS, OWN_AREA, evidence)


def _collateral(chosen: Iterable[Mutant]) -> Iterator[str]:
    verifies = {one.name: one.verifies for one in specification().scenarios}
    yield from collateral(_gathered([Trial("collateral", str(one)) for one in chosen]), verifies)


def _gathered(trials: list[Trial]) -> Evidence:
    def progress(done: int) -> None:
        if done % EVERY == 0 or done == len(trials):
            sys.stderr.write(f"{done} of {len(trials)} trials\n")

    return carried_out(trials, progress)


def _tell(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()
