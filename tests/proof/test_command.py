"""The command compares with the page, writes it when nothing is worse, and says why not."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from proof import command
from proof.fakes import BAD_LOGIN, BAD_LOGOUT, PASSED, SPECIFICATION, evidence, seen
from proof.trials import Evidence, Trial

SURVIVED = {Trial("mutant", str(BAD_LOGOUT)): seen(logout__ends=PASSED)}
REASON = f'"{BAD_LOGOUT}": nobody can see it\n'


class Proof:
    """The command, with evidence that is made up instead of gathered."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.page, self.reasons = folder / "PROOF.md", folder / "survivors.yaml"
        self.reasons.write_text("{}")
        self.patch = monkeypatch.setattr
        for name, value in {
            "PAGE": self.page,
            "SURVIVORS": self.reasons,
            "VARIANTS": (),
            "mutants": lambda: (BAD_LOGIN, BAD_LOGOUT),
            "specification": lambda: SPECIFICATION,
        }.items():
            self.patch(command, name, value)
        self.sees({})

    def sees(self, changes: Evidence) -> None:
        self.gathers(lambda *_: evidence(changes))

    def gathers(self, gather: Callable[..., Evidence]) -> None:
        self.patch(command, "carried_out", gather)


@pytest.fixture
def proof(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Proof:
    return Proof(tmp_path, monkeypatch)


@pytest.mark.usefixtures("proof")
def test_a_proof_that_is_as_the_page_says_stands(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--write"]) == 0
    assert command.main([]) == 0
    assert capsys.readouterr().out.endswith("The proof stands.\n")


def test_a_page_that_is_out_of_step_is_refused_and_how_to_update_it_is_said(
    proof: Proof, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main([]) == 1
    assert "To update it: tox -e proof -- --write" in capsys.readouterr().out
    assert not proof.page.exists()


def test_a_mutant_that_survives_from_now_on_is_refused_and_not_written(
    proof: Proof, capsys: pytest.CaptureFixture[str]
) -> None:
    command.main(["--write"])
    before = proof.page.read_text()
    proof.sees(SURVIVED)
    assert command.main(["--write"]) == 1
    said = capsys.readouterr().out
    assert "WRONG: mutants caught: 1 of 2 is worse than the 2 of 2 of the page\n" in said
    assert "WRONG: LOGOUT-1: it is broken: survives without a reason\n" in said
    assert "Nothing is worse" not in said
    assert proof.page.read_text() == before


def test_a_retreat_is_written_when_it_is_asked_for(proof: Proof) -> None:
    command.main(["--write"])
    proof.sees(SURVIVED)
    proof.reasons.write_text(REASON)
    command.main(["--retreat"])
    assert "nobody can see it" in proof.page.read_text()


def test_a_figure_below_its_floor_is_refused_even_if_the_page_says_the_same(proof: Proof) -> None:
    proof.sees(SURVIVED)
    proof.reasons.write_text(REASON)
    command.main(["--retreat"])
    assert command.main([]) == 1


@pytest.mark.usefixtures("proof")
def test_single_mutants_can_be_tried_by_requirement(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["LOGIN-1"]) == 0
    assert capsys.readouterr().out == ("LOGIN-1: it is broken (caught)\n    login/works: failed\n")


def test_single_mutants_can_be_tried_by_words(proof: Proof) -> None:
    proof.sees(SURVIVED)
    assert command.main(["broken", "login"]) == 0
    assert command.main(["broken", "logout"]) == 1


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (BrokenProcessPool(), "A process of the proof ended before its time"),
        (KeyboardInterrupt(), "Interrupted."),
    ],
)
def test_what_goes_wrong_is_one_line(
    proof: Proof, capsys: pytest.CaptureFixture[str], trouble: BaseException, said: str
) -> None:
    def gather(*_: object) -> Evidence:
        raise trouble

    proof.gathers(gather)
    assert command.main([]) == 3
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(said)


def test_reasons_that_can_not_be_read_are_told_with_their_line(
    proof: Proof, capsys: pytest.CaptureFixture[str]
) -> None:
    proof.reasons.write_text("- a list\n")
    assert command.main([]) == 3
    assert "survivors.yaml:1:1: survivors.yaml is a mapping, not a list" in capsys.readouterr().out


@pytest.mark.usefixtures("proof")
def test_a_word_that_no_mutant_has_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["nonsense"]) == 3
    assert capsys.readouterr().out == "There is no mutant of 'nonsense'.\n"
