"""A tiny specification, and evidence that is made up: nothing is served or tried."""

from __future__ import annotations

from typing import Any

from mutants.harness import Mutant

from conformance.model import ConformanceClass, Level, Outcome, Place, Requirement, Scenario
from conformance.specification import Specification
from proof.findings import Findings, judged
from proof.trials import Evidence, Seen, Trial

HERE = Place("made-up.yaml", 1, 1)


def requirement(name: str, level: str = "must", untestable: str = "") -> Requirement:
    return Requirement(
        id=name,
        level=Level(level),
        conformance_class=ConformanceClass.CORE,
        says=f"{name} is kept.",
        refs=(),
        area=name.partition("-")[0].lower(),
        place=HERE,
        untestable=untestable,
    )


def scenario(name: str, *verifies: str) -> Scenario:
    return Scenario(name, f"About {name}", verifies, HERE, (), (), ())


def specification(requirements: list[Requirement], scenarios: list[Scenario]) -> Specification:
    return Specification({one.id: one for one in requirements}, tuple(scenarios), "")


def mutant(name: str, defect: str = "it is broken", also: tuple[str, ...] = ()) -> Mutant:
    return Mutant(name, defect, _nothing, "right", also)


def _nothing(_: Any) -> Any:
    raise AssertionError("nobody starts this server")


def seen(**outcomes: str) -> tuple[Seen, ...]:
    """Return what scenarios came to; in their names `__` stands for a slash."""
    return tuple(Seen(name.replace("__", "/"), outcome) for name, outcome in outcomes.items())


# --- two requirements, each with a scenario ------------------------------------------------------

LOGIN, LOGOUT = requirement("LOGIN-1"), requirement("LOGOUT-1", "should")
SPECIFICATION = specification(
    [LOGIN, LOGOUT], [scenario("login/works", "LOGIN-1"), scenario("logout/ends", "LOGOUT-1")]
)
BAD_LOGIN, BAD_LOGOUT = mutant("LOGIN-1"), mutant("LOGOUT-1")
RIGHT = Trial("right server", "right")
PASSED, FAILED = Outcome.PASSED.value, Outcome.FAILED.value


def evidence(changes: Evidence | None = None) -> Evidence:
    """Return evidence in which all is well, but for the changes."""
    well: Evidence = {
        RIGHT: seen(login__works=PASSED, logout__ends=PASSED),
        Trial("mutant", str(BAD_LOGIN)): seen(login__works=FAILED),
        Trial("mutant", str(BAD_LOGOUT)): seen(logout__ends=FAILED),
        Trial("null target", "500", "classic"): seen(login__works="error", logout__ends="error"),
    }
    return well | (changes or {})


def found(changes: Evidence | None = None) -> Findings:
    """Return the findings where all is well, but for the changes of the evidence."""
    return judged(SPECIFICATION, [BAD_LOGIN, BAD_LOGOUT], (), {}, evidence(changes))
