"""Figures that are too low, worse than they were, or read from a page."""

from __future__ import annotations

import pytest

from proof.fakes import BAD_LOGIN, BAD_LOGOUT, PASSED, found, seen
from proof.figures import Figure, figures, figures_in, shortcomings
from proof.page import page
from proof.trials import Trial


def figure(good: int, of: int, floor: int = 0) -> Figure:
    return Figure("mutants caught", good, of, floor)


@pytest.mark.parametrize(
    ("now", "before"),
    [
        ((9, 10), (10, 10)),  # one survives
        ((9, 9), (10, 10)),  # one is gone
        ((20, 21), (10, 10)),  # ten more are caught, and one survives
    ],
)
def test_fewer_good_ones_or_more_others_are_worse(
    now: tuple[int, int], before: tuple[int, int]
) -> None:
    (wrong,) = shortcomings([figure(*now)], {"mutants caught": figure(*before)})
    assert (
        wrong == f"mutants caught: {figure(*now)} is worse than the {figure(*before)} of the page"
    )


@pytest.mark.parametrize(("now", "before"), [((11, 11), (10, 10)), ((10, 10), (9, 10))])
def test_more_good_ones_are_not_worse(now: tuple[int, int], before: tuple[int, int]) -> None:
    assert shortcomings([figure(*now)], {"mutants caught": figure(*before)}) == []


def test_a_figure_that_was_never_shown_is_compared_with_nothing() -> None:
    assert shortcomings([figure(0, 10)], {}) == []


def test_a_share_below_its_floor_is_too_low_whatever_was_before() -> None:
    before = {"mutants caught": figure(94, 100)}
    wrong = shortcomings([figure(94, 100, floor=95)], before)
    assert wrong == ["mutants caught: 94 of 100 is too low; 95 % are needed"]
    assert shortcomings([figure(95, 100, floor=95)], before) == []


def test_only_all_are_a_hundred_percent() -> None:
    assert [figure(*one).percent for one in [(1, 1), (1999, 2000), (0, 3)]] == [
        "100.0 %",
        "99.9 %",
        "0.0 %",
    ]
    assert figure(0, 0).percent == "-"


def test_a_must_mutant_that_survives_is_too_low() -> None:
    survived = {Trial("mutant", str(BAD_LOGIN)): seen(login__works=PASSED)}
    wrong = shortcomings(figures(found(survived)), {})
    assert "must mutants caught: 0 of 1 is too low; 100 % are needed" in wrong


def test_a_should_mutant_that_survives_counts_for_all_mutants() -> None:
    survived = {Trial("mutant", str(BAD_LOGOUT)): seen(logout__ends=PASSED)}
    wrong = shortcomings(figures(found(survived)), {})
    assert wrong == ["mutants caught: 1 of 2 is too low; 95 % are needed"]


def test_a_granted_must_is_too_low() -> None:
    granted = {Trial("null target", "500", "classic"): seen(login__works=PASSED)}
    wrong = shortcomings(figures(found(granted)), {})
    assert [one.partition(":")[0] for one in wrong] == [
        "trials of null targets that are granted no must"
    ]


def test_the_figures_of_a_page_are_read_as_they_were_written() -> None:
    now = figures(found())
    read = figures_in(page(found(), now, {}))
    assert [(one.name, one.good, one.of) for one in now] == [
        (one.name, one.good, one.of) for one in read.values()
    ]
    assert shortcomings(now, read) == []
