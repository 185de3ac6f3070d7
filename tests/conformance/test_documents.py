"""The generated documents are what the files and words say."""

from pathlib import Path

import pytest

from conformance.data import folder
from conformance.documents import main, vocabulary
from conformance.specification import load
from conformance.specification_page import specification
from conformance.vocabulary import VOCABULARY

DOCS = Path(__file__).parents[2] / "docs"
AGAIN = "run: python -m conformance.documents docs"


def test_the_specification_is_in_step_with_the_scenarios() -> None:
    read = load(folder("scenarios"), VOCABULARY)
    text = (DOCS / "SPECIFICATION.md").read_text()
    assert text.partition("\n")[2] == specification(read), AGAIN


def test_the_vocabulary_is_in_step_with_the_code() -> None:
    assert (DOCS / "VOCABULARY.md").read_text() == vocabulary(VOCABULARY), AGAIN


def test_every_requirement_stands_in_the_specification_with_its_scenarios() -> None:
    read = load(folder("scenarios"), VOCABULARY)
    text = specification(read)
    for requirement in read.requirements.values():
        assert text.count(f"### {requirement.id}\n") == 1
        assert requirement.says in text
    for scenario in read.scenarios:
        assert f"(../scenarios/{scenario.name.partition('[')[0]}.yaml)" in text


@pytest.mark.parametrize("name", ["log in", "signed out", "longer than the idle timeout"])
def test_every_word_stands_in_the_vocabulary(name: str) -> None:
    assert f"### {name}\n" in vocabulary(VOCABULARY)


def test_the_command_writes_both_documents(tmp_path: Path) -> None:
    main([str(tmp_path)])
    assert {path.name for path in tmp_path.iterdir()} == {"SPECIFICATION.md", "VOCABULARY.md"}
