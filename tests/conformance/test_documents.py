"""The generated documents are what the files and words say."""

from pathlib import Path

import pytest
from yamlreadings import ROOT, modeline, shipped

from conformance.data import folder
from conformance.documents import main, vocabulary
from conformance.schemas import SCHEMAS, schema_text
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


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_schemas_are_in_step_with_the_code(name: str) -> None:
    text = (DOCS / "schemas" / f"{name}.schema.json").read_text()
    assert text == schema_text(name), AGAIN


def test_every_shipped_file_names_its_schema_for_editors() -> None:
    lacking = {
        str(path.relative_to(ROOT)): f"its first line is to be: {modeline(path)}"
        for path in shipped()
        if path.read_text().partition("\n")[0] != modeline(path)
    }
    assert lacking == {}


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


def test_the_command_writes_all_documents(tmp_path: Path) -> None:
    main([str(tmp_path)])
    schemas = {f"schemas/{name}.schema.json" for name in SCHEMAS}
    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")}
    assert written == {"SPECIFICATION.md", "VOCABULARY.md", *schemas}
